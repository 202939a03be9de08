"""The reference writer on real reviews it never saw the like of, however bad, beside the composer.

    make bench NAME=yelp_policy

The packaged policy learned from sample reviews made by formula. Here it writes for 60 real businesses, through the same
hard filters and grounding as every writer. Nothing of the reviews' words is kept.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.evaluation.canaries import distinct
from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.recipe import CopyConfig, write_copy
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
    rows = [measured(writer, labels) for writer in (Composer(), PolicyWriter("reference"))]
    keep("yelp_policy", rows, seed=SEED, settings={"drafts": DRAFTS})


def measured(writer, labels):
    counting, found = Counting(writer), Counter()
    for name in FILES:
        request = CopyRequest(reviews=str(REVIEWS / name), config=CopyConfig(seed=SEED, drafts=DRAFTS))
        parts = request.parts()
        for copy in write_copy(REVIEWS / name, request.config, parts.__class__(counting, embedder=parts.embedder)):
            found[labels[copy.product_id], copy.refusal is None] += 1
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
    }


if __name__ == "__main__":
    main()
