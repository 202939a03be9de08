"""The reference writer on real reviews it never saw the like of, however bad, beside the composer.

    make bench NAME=yelp_policy

The packaged policy learned from sample reviews made by formula. Here it writes for 60 real businesses, through the same
hard filters and grounding as every writer, beside the composer and the reviews' own words. ROUGE-L is the F1 of what
goes out against the nearest of three human summaries of the same reviews: these tell complaints too, where copy only
praises, so the figure says how near copy is to a summary and not how good it is. Nothing of the reviews' or the
summaries' words is kept.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

from earmark.copywriting.config import CopyConfig
from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.evaluation.canaries import distinct
from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.rewards.rouge import rouge_l
from earmark.copywriting.writers.baselines import Extractive
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.filters import why_unfit
from earmark.copywriting.writers.policy import PolicyWriter
from keeping import keep

HERE = Path(__file__).resolve().parent
REVIEWS = HERE.parent.parent / "shared" / "data" / "reviews"
FILES = ("yelp_train.tsv", "yelp_val.tsv")
SEED, DRAFTS = 0, 4


class Counting:
    """A writer whose drafts are counted on their way to the filters."""

    def __init__(self, writer):
        self.inner, self.name, self.count, self.texts = writer, writer.name, Counter(), []

    def write(self, brief, drafts, seed):
        """Write, and note what the filters and grounding make of it."""
        made = self.inner.write(brief, drafts, seed)
        for draft in made:
            self.texts.append(draft.text)
            self.count["drafts"] += 1
            if why_unfit(draft, brief):
                self.count["unfit"] += 1
                continue
            grounded = ground(draft, brief)
            self.count["whole"] += not grounded.withheld
            self.count["sentences"] += len(grounded.sentences)
            self.count["withheld"] += len(grounded.withheld)
        return made


def main() -> None:
    if not REVIEWS.is_dir():
        sys.exit(f"the Yelp reviews are not at {REVIEWS}")
    labels = {row["group_id"]: row["label"] for row in csv.DictReader((HERE / "labels/yelp_businesses.csv").open())}
    rows = [measured(writer, labels) for writer in (Composer(), Extractive(), PolicyWriter("reference"))]
    keep("yelp_policy", rows, seed=SEED, settings={"drafts": DRAFTS})


def measured(writer, labels):
    counting, found, overlaps = Counting(writer), Counter(), []
    for name in FILES:
        with (REVIEWS / name).open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file, delimiter="\t"))
        summaries = {row["group_id"]: [row[f"summ{number}"] for number in (1, 2, 3)] for row in table}
        request = CopyRequest(reviews=str(REVIEWS / name), config=CopyConfig(seed=SEED, drafts=DRAFTS))
        parts = request.parts()
        for copy in write_copy(REVIEWS / name, request.config, parts.__class__(counting, embedder=parts.embedder)):
            found[labels[copy.product_id], copy.refusal is None] += 1
            if copy.refusal is None:
                overlaps.append(rouge_l(copy.text, summaries[copy.product_id]))
    count = counting.count
    judged = count["sentences"] + count["withheld"]
    told = {
        label: f"{found[label, True]} of {found[label, True] + found[label, False]}"
        for label in ("liked", "mixed", "disliked")
    }
    return {
        "writer": counting.name,
        **{f"{label}, with copy": value for label, value in told.items()},
        "drafts": count["drafts"],
        "dropped by a hard filter": count["unfit"],
        "carried whole": count["whole"],
        "sentences carried": count["sentences"] / judged if judged else None,
        "distinct-2": distinct(counting.texts, 2),
        "ROUGE-L of what goes out": sum(overlaps) / len(overlaps) if overlaps else None,
    }


if __name__ == "__main__":
    main()
