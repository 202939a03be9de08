"""Writers side by side at equal budget, on sample products that none of them learned from.

    make bench NAME=writers

Every writer may make four drafts for a brief, and its best by the gated sum is its piece. Preference is judged by
features that the allure reward does not look at (rhythm, address, a closing call). What could not be run stands as "not
run". Policies are those that rl_helps left in benchmarks/cache. The picture of the rewards: results/writers.svg.
"""

import argparse
from pathlib import Path

import torch

from earmark.copywriting.evaluation.evaluation import EvaluationConfig, Interval, as_markdown, evaluate
from earmark.copywriting.evaluation.pareto import draw_pareto
from earmark.copywriting.evaluation.sample_truth import other_allure
from earmark.copywriting.rewards.allure import Allure
from earmark.copywriting.training.reference_writer import REFERENCE
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.training_recipe import default_rewards, episodes_of
from earmark.copywriting.writers.baselines import AttributesOnly, Extractive
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.policy import PolicyWriter
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from earmark.samples.reviews import make_products
from keeping import RESULTS, keep

HERE = Path(__file__).parent
BRIEFS, START, SEED, DRAFTS = 100, 30_000, 11, 4


class OtherFeatures:
    """Prefers by features that no reward looks at."""

    name = "rhythm, address and a closing call"

    def prefer(self, first: str, second: str, about: str) -> float:
        """Which has more of them."""
        one, other = other_allure(first, about), other_allure(second, about)
        return 0.5 if abs(one - other) < 0.05 else float(one > other)


class Likeliest:
    """A policy that is allowed its likeliest text only."""

    def __init__(self, folder: Path) -> None:
        self.inner = PolicyWriter(folder)
        self.name = f"{self.inner.name}, likeliest"

    def write(self, brief, drafts, seed):
        """One draft."""
        return self.inner.write(brief, 1, seed)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--writer", type=Path, default=HERE / "cache" / "reference_writer")
    options.add_argument("--runs", type=Path, default=HERE / "cache" / "rl_helps")
    given = options.parse_args()
    torch.set_num_threads(1)
    embedder = EachTextOnce(SentenceVectors())
    allure = Allure.load(given.writer / "allure.safetensors", embedder)
    rewards = default_rewards(embedder, allure, None, REFERENCE.weighing)
    briefs = []
    for _, brief in sample_briefs(make_products(3 * BRIEFS, 0, start=START), SEED, each=1):
        briefs += [episode.brief for episode in episodes_of([brief])]
        if len(briefs) == BRIEFS:
            break
    writers = {
        "extractive": Extractive(),
        "attributes only": AttributesOnly(),
        "composer": Composer(),
        "fine-tuned, likeliest": Likeliest(given.writer / "lessons" / "model"),
        f"fine-tuned, best of {DRAFTS}": PolicyWriter(given.writer / "lessons" / "model"),
        **{f"{method}, best of {DRAFTS}": improved(given.runs / f"{method}-0" / "best") for method in ("rloo", "ppo")},
        "ROUGE-rewarded": "no human copy to compare with",
        "without allure": "not trained",
        "without veracity": "not trained",
        "without information": "not trained",
        "chat model, zero-shot": "no model here",
    }
    config = EvaluationConfig(drafts=DRAFTS, seed=SEED, weighing=REFERENCE.weighing)
    found = evaluate(briefs, writers, rewards, OtherFeatures(), config)
    front = draw_pareto(found, RESULTS / "writers.svg")
    print(as_markdown(found))
    rows = [
        {
            name: f"{value['mean']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
            if isinstance(value, dict) and set(value) == set(Interval.model_fields)
            else value
            for name, value in report.model_dump().items()
            if name not in ("commonest", "not_run")
        }
        if report.not_run is None
        else {"writer": f"{report.writer} (not run: {report.not_run})"}
        for report in found.reports
    ]
    keep(
        "writers",
        rows,
        seed=SEED,
        settings={"drafts": DRAFTS},
        notes=[f"beaten by none in all three: {', '.join(front)}."],
    )


def improved(folder: Path):
    return PolicyWriter(folder) if folder.is_dir() else "rl_helps has not trained it here"


if __name__ == "__main__":
    main()
