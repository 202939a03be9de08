"""Writers side by side at equal budget, on sample products that none of them learned from.

    make bench NAME=writers
    .venv/bin/python benchmarks/writers.py --model http://localhost:8000/v1#my-model

Every writer may make four drafts for a brief, and its best by the gated sum is its piece; "likeliest" may make one.
Policies start from the same fine-tuned writer: RLOO and PPO are those of `rl_helps`, seed 0; the others are RLOO with
the same settings and seed, with one reward left out (without veracity nothing gates allure either), or with ROUGE-L
against the composer's copy for the same brief as the only reward. They are trained here and kept in
benchmarks/cache/writers.

Preference is judged by features that the allure reward does not look at (rhythm, address, a closing call); columns that
begin with "true" by the truth that the samples were generated from. What could not be run stands as "not run". The
picture of the rewards: results/writers.svg.
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from earmark.copywriting.evaluation.evaluation import EvaluationConfig, Interval, as_markdown, evaluate
from earmark.copywriting.evaluation.pareto import draw_pareto
from earmark.copywriting.evaluation.sample_truth import other_allure, truth_of
from earmark.copywriting.rewards.rouge import Rouge
from earmark.copywriting.training.corpus import load_pairs
from earmark.copywriting.writers.baselines import AttributesOnly, Extractive
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Style
from earmark.copywriting.writers.model_writer import ModelWriter
from earmark.copywriting.writers.policy import PolicyWriter
from earmark.language.choose import open_model
from keeping import RESULTS, keep
from policies import CACHE, TRUTHS, WEIGHING, WRITER, Taught, unseen

BRIEFS, START, SEED, DRAFTS = 100, 30_000, 11, 4
LEFT_OUT = {
    "allure": replace(WEIGHING, allure=0.0),
    "veracity": replace(WEIGHING, veracity=0.0, gate=0.0),
    "information": replace(WEIGHING, information=0.0),
}


class OtherFeatures:
    """Prefers by features that no reward looks at."""

    name = "rhythm, address and a closing call"

    def prefer(self, first: str, second: str, about: str) -> float:
        """Which has more of them."""
        one, other = other_allure(first, about), other_allure(second, about)
        return 0.5 if abs(one - other) < 0.05 else float(one > other)


class Frugal:
    """A writer that is allowed one draft: a policy's likeliest text."""

    def __init__(self, inner):
        self.inner, self.name = inner, f"{inner.name}, likeliest"

    def write(self, brief, drafts, seed):
        """One draft."""
        return self.inner.write(brief, 1, seed)


def main():
    given = arguments()
    torch.set_num_threads(1)
    taught = Taught(given.writer)
    products, episodes = unseen(given.briefs, START, SEED)
    truths = {product.id: product for product in products}
    found = evaluate(
        [episode.brief for episode in episodes],
        dict(writers(taught, given)),
        taught.rewards,
        OtherFeatures(),
        EvaluationConfig(drafts=DRAFTS, seed=SEED, weighing=WEIGHING),
        measures={f"true {name}": partial(true, name, truths) for name in TRUTHS},
        progress=lambda stage, done, total: print(f"{stage}: {done} of {total}", flush=True),
    )
    front = draw_pareto(found, RESULTS / "writers.svg")
    print(as_markdown(found))
    notes = [
        f"{given.briefs} briefs of as many unseen products.",
        f"Beaten by none in all three rewards: {', '.join(front)}.",
        "ROUGE against human summaries, where there are any: `yelp_policy`.",
    ]
    settings = {"drafts": DRAFTS, "briefs": given.briefs}
    keep("writers", [row(report) for report in found.reports], seed=SEED, settings=settings, notes=notes)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writer", type=Path, default=WRITER)
    parser.add_argument("--runs", type=Path, default=CACHE / "rl_helps")
    parser.add_argument("--cache", type=Path, default=CACHE / "writers")
    parser.add_argument("--briefs", type=int, default=BRIEFS)
    parser.add_argument("--model", help="a chat model, named as everywhere in earmark")
    return parser.parse_args()


def writers(taught, given):
    """Every writer by its name, or why it was not run."""
    yield "extractive", Extractive()
    yield "attributes only", AttributesOnly()
    yield "composer", Composer()
    policies = {"fine-tuned": taught.model}
    for method in ("rloo", "ppo"):
        policies[method] = taught.improved(given.runs / f"{method}-0", method=method, seed=0).folder
    for name, weighing in LEFT_OUT.items():
        rewards = {other: reward for other, reward in taught.rewards.items() if other != name}
        policies[f"without {name}"] = taught.improved(given.cache / f"without-{name}", rewards, weighing).folder
    # ROUGE fills the field of information, alone: the trainer knows three names.
    rouge = {"information": Rouge(written_copy(taught.folder / "corpus"))}
    policies["ROUGE-rewarded"] = taught.improved(given.cache / "rouge", rouge).folder
    for name, folder in policies.items():
        yield f"{name}, likeliest", Frugal(PolicyWriter(folder))
        if name in ("fine-tuned", "rloo", "ppo"):
            yield f"{name}, best of {DRAFTS}", PolicyWriter(folder)
    if given.model:
        yield f"chat model, zero-shot ({given.model})", ModelWriter(open_model(given.model))
    else:
        yield "chat model, zero-shot", "none was named with --model"


def written_copy(corpus):
    """What the corpus' writer wrote, by brief: for ROUGE."""
    found = defaultdict(list)
    for part in ("train", "validation"):
        for pair in load_pairs(corpus, part):
            style = Style(tone=pair.tone, length=pair.length, channel=pair.channel)
            found[pair.product_id, pair.aspect, style].append(pair.copy_text)
    return dict(found)


def true(name, products, draft, brief):
    """One measure of a draft by the truth."""
    truth = truth_of(draft.text, products[draft.product_id], brief.aspect.name if brief.aspect else None)
    return getattr(truth, name)


def row(report):
    """One line of the table."""
    if report.not_run is not None:
        return {"writer": f"{report.writer} (not run: {report.not_run})"}
    told = {
        name: shown(value)
        for name, value in report.model_dump().items()
        if name not in ("commonest", "not_run", "measured", "canaries")
    }
    return {
        **told,
        **{name: shown(value.model_dump()) for name, value in report.measured.items()},
        "canaries": "; ".join(report.canaries) or "none",
    }


def shown(value):
    """An interval in words, anything else as it is."""
    if isinstance(value, dict) and set(value) == set(Interval.model_fields):
        return f"{value['mean']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
    return value


if __name__ == "__main__":
    main()
