"""Does reinforcement learning help? Fine-tuned, best-of-N, RLOO and PPO on sample products that none of them saw.

    make bench NAME=rl_helps

The policy is the reference writer after its first lessons. It is improved by RLOO and by PPO with up to three seeds, on
briefs of its training products. 300 unseen products get one brief each; every writer writes greedily and by sampling.

The gated sum was fixed before any run: the mean of allure (0 where veracity is under 0.5), veracity and information.
It is reported twice: by the rewards, and by a judge that is no reward, the truth that the samples were generated from
(faithfulness, coverage, and allure by features that the reward does not look at).

Intervals are 95% bootstrap over products. Runs are kept in benchmarks/cache and resumed.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
import torch

from earmark.copywriting.evaluation.canaries import CANARIES, commonest_phrase, distinct, superlative_rate
from earmark.copywriting.evaluation.evaluation import score
from earmark.copywriting.evaluation.sample_truth import truth_of
from earmark.copywriting.rewards.allure import Allure
from earmark.copywriting.rewards.weigh import gated_sum
from earmark.copywriting.training.encoder_decoder import generate, load_seq2seq, teacher_forced
from earmark.copywriting.training.ppo import PolicyConfig, Trainer, improve
from earmark.copywriting.training.reference_writer import REFERENCE, make_reference_writer, reference_briefs
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.training_recipe import default_rewards, episodes_of, split_episodes
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from earmark.samples.reviews import make_products
from keeping import keep

HERE = Path(__file__).parent
UNSEEN, START, SEED, BEST_OF = 300, 20_000, 7, 4


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    folder = options.writer
    if not (folder / "lessons" / "curves.json").is_file() or not (folder / "allure.safetensors").is_file():
        make_reference_writer(folder)
    embedder = EachTextOnce(SentenceVectors())
    allure = Allure.load(folder / "allure.safetensors", embedder)
    rewards = default_rewards(embedder, allure, None, REFERENCE.weighing)
    products, unseen = test_episodes(options.unseen)
    judge = Judge(folder / "lessons" / "model", rewards, products, unseen)
    base = folder / "lessons" / "model"
    rows = Rows(options)
    rows.add("fine-tuned, greedy", lambda: judge.greedy(base))
    rows.add("fine-tuned, sampled", lambda: judge.sampled(base))
    rows.add(f"fine-tuned, best of {BEST_OF}", lambda: judge.best(base))
    train, held_out = split_episodes(reference_briefs(), REFERENCE)
    for seed in range(options.seeds):
        for method in options.methods:
            config = PolicyConfig(
                **{**REFERENCE.improvement.__dict__, "method": method, "steps": options.steps, "seed": seed}
            )
            out = options.cache / f"{method}-{seed}"
            done = improve(base, train, rewards, out, config, REFERENCE.weighing, held_out=held_out, canaries=CANARIES)
            spent = sum(update.seconds for update in done.updates)
            rows.ended.append(
                f"{method}, seed {seed}: {done.stopped_because}; best after step {done.best_step}; {spent:.0f} s."
            )
            rows.add(f"{method}, seed {seed}, greedy", partial(judge.greedy, done.folder))
            rows.add(f"{method}, seed {seed}, sampled", partial(judge.sampled, done.folder))
            rows.add(f"{method}, seed {seed}, best of {BEST_OF}", partial(judge.best, done.folder))


class Rows:
    """The table as it grows: a row that was measured before is read back, and every new one is kept at once."""

    def __init__(self, options):
        self.options, self.file, self.ended, self.rows = options, options.cache / "rows.json", [], []
        self.known = json.loads(self.file.read_text(encoding="utf-8")) if self.file.is_file() else {}

    def add(self, name, measure):
        """Measure a row, or read it back."""
        if name not in self.known:
            self.known[name] = measure()
            self.file.write_text(json.dumps(self.known, indent=1), encoding="utf-8")
        self.rows.append({"writer": name, **self.known[name]})
        save(self.rows, self.options, self.ended)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writer", type=Path, default=HERE / "cache" / "reference_writer")
    parser.add_argument("--cache", type=Path, default=HERE / "cache" / "rl_helps")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=REFERENCE.improvement.steps)
    parser.add_argument("--unseen", type=int, default=UNSEEN)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--methods", nargs="+", default=["rloo", "ppo"])
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    return options


def test_episodes(count):
    """One brief for each unseen product of which something may be praised."""
    products, episodes = [], []
    for product, brief in sample_briefs(make_products(3 * count, 0, start=START), SEED, each=1):
        for episode in episodes_of([brief]):
            products.append(product)
            episodes.append(episode)
        if len(episodes) == count:
            break
    return products, episodes


class Judge:
    """Writes with a policy for every unseen product, and measures what it wrote."""

    def __init__(self, reference, rewards, products, episodes):
        self.reference, _ = load_seq2seq(reference)
        self.rewards, self.products, self.episodes = rewards, products, episodes
        self.trainer = Trainer(reference, rewards, REFERENCE.improvement, REFERENCE.weighing)

    def greedy(self, folder):
        """The likeliest text for each product."""
        _, drafts, kl = self.write(folder, 1, sampled=False)
        return self.measured(drafts, kl)

    def sampled(self, folder):
        """One sample for each product."""
        _, drafts, kl = self.write(folder, 1, sampled=True)
        return self.measured(drafts, kl)

    def best(self, folder):
        """The sample with the highest gated sum of those that the budget allows."""
        _, drafts, kl = self.write(folder, BEST_OF, sampled=True)
        briefs = [episode.brief for episode in self.episodes for _ in range(BEST_OF)]
        sums = [gated_sum(item, REFERENCE.weighing) or 0.0 for item in score(drafts, briefs, self.rewards)]
        picks = np.array(sums).reshape(-1, BEST_OF).argmax(1)
        return self.measured([drafts[BEST_OF * row + pick] for row, pick in enumerate(picks)], kl)

    def write(self, folder, samples, sampled):
        """Raw texts, drafts, and the mean KL to the fine-tuned model where they are samples."""
        model, _ = load_seq2seq(folder)
        generator = torch.Generator().manual_seed(SEED) if sampled else None
        raw, drafts, kls = [], [], []
        for start in range(0, len(self.episodes), 25):
            part = self.episodes[start : start + 25]
            prompts, mask = self.trainer.encode([episode.prompt for episode in part])
            made = generate(
                model, prompts, mask, samples=samples, generator=generator,
                max_new_tokens=REFERENCE.improvement.max_new_tokens,
            )  # fmt: skip
            with torch.no_grad():
                reference, _ = teacher_forced(self.reference, prompts, mask, made.tokens, made.mask)
            kls += (made.log_probs - reference).sum(1).tolist()
            texts, some, _ = self.trainer.drafts(part, made.tokens, start, samples=samples)
            raw += texts
            drafts += some
        return raw, drafts, float(np.mean(kls)) if sampled else None

    def measured(self, drafts, kl):
        """One row of the table."""
        briefs = [episode.brief for episode in self.episodes]
        scores = score(drafts, briefs, self.rewards)
        truths = [
            truth_of(draft.text, product, brief.aspect.name if brief.aspect else None)
            for draft, product, brief in zip(drafts, self.products, briefs, strict=True)
        ]
        texts = [draft.text for draft in drafts]
        sums = [gated_sum(item, REFERENCE.weighing) for item in scores]
        heard = [told for canary in CANARIES if (told := canary(drafts, briefs, [value or 0.0 for value in sums]))]
        return {
            "gated sum": interval(sums),
            "allure": mean([item.allure for item in scores]),
            "veracity": interval([item.veracity for item in scores]),
            "information": interval([item.information for item in scores]),
            "true gated sum": interval([truth.gated_sum for truth in truths]),
            "true statements": interval([truth.faithfulness for truth in truths]),
            "true coverage": mean([truth.coverage for truth in truths]),
            "other allure": mean([truth.allure for truth in truths]),
            "KL a sequence": kl if kl is not None else "greedy",
            "words": mean([float(len(text.split())) for text in texts]),
            "distinct-2": distinct(texts, 2),
            "commonest phrase": commonest_phrase(texts)[1],
            "superlatives": superlative_rate(texts),
            "canaries": "; ".join(heard) or "none",
        }


def interval(values):
    present = np.array([value for value in values if value is not None])
    drawn = present[np.random.default_rng(SEED).integers(0, len(present), (2000, len(present)))].mean(1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{present.mean():.3f} ({low:.3f} to {high:.3f})"


def mean(values):
    present = [value for value in values if value is not None]
    return float(np.mean(present)) if present else None


def save(rows, options, ended):
    notes = [
        "Columns with 'true' and 'other allure' are by the samples' ground truth, which no writer and no reward saw.",
        "KL in nats a sequence to the fine-tuned model, over sampled texts.",
        f"Seeds run: {options.seeds} of the 3 that the target asks for.",
        *ended,
    ]
    keep(
        "rl_helps", rows, seed=SEED, notes=notes,
        settings={"unseen": options.unseen, "steps": options.steps, "seeds": options.seeds, "best of": BEST_OF,
                  "improvement": dict(REFERENCE.improvement.__dict__)},
    )  # fmt: skip


if __name__ == "__main__":
    main()
