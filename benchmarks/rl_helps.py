"""Does reinforcement learning help? Fine-tuned, best-of-N, RLOO and PPO on sample products that none of them saw.

    make bench NAME=rl_helps

The policy is the reference writer after its first lessons. It is improved by RLOO and by PPO with up to three seeds, on
briefs of its training products; settings and checkpoints were chosen on validation products. 300 unseen products get
one brief each; every writer writes greedily and by sampling.

The gated sum was fixed before any run: the mean of allure (0 where veracity is under 0.5), veracity and information.
It is reported twice: by the rewards, and by a judge that is no reward, the truth that the samples were generated from
(faithfulness, coverage, and allure by features that the reward does not look at). "Lower" names what is significantly
lower than the fine-tuned model's text of the same kind: the interval of the difference, product by product, is under 0.

"Above, apart" is the mean difference from the fine-tuned model's text of the same kind, and whether the intervals of
the two gated sums lie apart. Intervals are 95% bootstrap over products. Runs are kept in benchmarks/cache and resumed.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import torch

from earmark.copywriting.rewards import REWARDS
from earmark.copywriting.training.reference_writer import REFERENCE
from keeping import keep
from policies import CACHE, TRUTHS, WRITER, Judge, Kept, Taught, bounds, differences, interval, mean, unseen

UNSEEN, START, SEED, BEST_OF = 300, 20_000, 7, 4


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    taught = Taught(options.writer)
    judge = Judge(taught, *unseen(options.unseen, options.start, SEED), SEED)
    kinds = {
        "greedy": judge.greedy,
        "sampled": judge.sampled,
        f"best of {BEST_OF}": partial(judge.best, samples=BEST_OF),
    }
    kept, ended = Kept(options.cache / f"rows-{options.start}.json"), []
    table = Table(kept, kinds, options, ended)
    table.add("fine-tuned", taught.model)
    for seed in range(options.seeds):
        for method in options.methods:
            done = taught.improved(options.cache / f"{method}-{seed}", method=method, seed=seed, steps=options.steps)
            spent = sum(update.seconds for update in done.updates)
            ended.append(
                f"{method}, seed {seed}: {done.stopped_because}; best after step {done.best_step}, by validation "
                f"products {done.before:.3f} to {done.after:.3f}; {spent:.0f} s."
            )
            table.add(f"{method}, seed {seed}", done.folder)


class Table:
    """The table as it grows: a row that was measured before is read back, and every new one is kept at once."""

    def __init__(self, kept, kinds, options, ended):
        self.kept, self.kinds, self.options, self.ended, self.rows = kept, kinds, options, ended, []

    def add(self, writer, folder):
        """Three rows of a writer."""
        for kind, measure in self.kinds.items():
            # Four samples cost four times as much: of the improved ones, only those of the first seed.
            if kind.startswith("best") and "seed" in writer and not writer.endswith("seed 0"):
                continue
            found = self.kept.get(f"{writer}, {kind}", partial(measure, folder))
            self.rows.append(row(f"{writer}, {kind}", found, self.kept.known[f"fine-tuned, {kind}"]))
        if self.options.start == START:
            save(self.rows, self.options, self.ended)


def row(name, found, base):
    """One line of the table."""
    each, theirs = found["each"], base["each"]
    lower = [
        measure
        for measure in (*REWARDS, *(f"true {truth}" for truth in TRUTHS))
        if each is not theirs and bounds(differences(each[measure], theirs[measure]), SEED)[2] < 0
    ]
    return {
        "writer": name,
        "gated sum": interval(each["gated sum"], SEED),
        "above, apart": apart(each["gated sum"], theirs["gated sum"]) if each is not theirs else "",
        "allure": mean(each["allure"]),
        "veracity": interval(each["veracity"], SEED),
        "information": interval(each["information"], SEED),
        "true gated sum": interval(each["true gated_sum"], SEED),
        "true statements": interval(each["true faithfulness"], SEED),
        "true coverage": mean(each["true coverage"]),
        "other allure": mean(each["true allure"]),
        "lower": ", ".join(lower).replace("true allure", "other allure") or "none",
        "KL a sequence": "greedy" if found["KL"] is None else found["KL"],
        **{key: found[key] for key in ("words", "distinct-2", "commonest phrase", "superlatives", "canaries")},
    }


def apart(values, others):
    """The mean difference, and whether the two intervals of the gated sum lie apart."""
    disjoint = bounds(values, SEED)[1] > bounds(others, SEED)[2]
    return f"{np.mean(differences(values, others)):+.3f}, {'yes' if disjoint else 'no'}"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writer", type=Path, default=WRITER)
    parser.add_argument("--cache", type=Path, default=CACHE / "rl_helps")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=REFERENCE.improvement.steps)
    parser.add_argument("--unseen", type=int, default=UNSEEN)
    parser.add_argument("--start", type=int, default=START, help="another number: a trial that is printed, not kept")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--methods", nargs="+", default=["rloo", "ppo"])
    return parser.parse_args()


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
