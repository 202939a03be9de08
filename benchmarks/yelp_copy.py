"""Copy for 60 real businesses, whose labels (liked, mixed, disliked) were given by hand before the first run.

    make bench NAME=yelp_copy

Copy is due to at least 90% of the liked and 60% of the mixed, and to none of the disliked; no number and no name may
be invented. A number is invented when it stands neither in a cited span nor in a count that the receipts bear out; a
name when a capitalised word inside a sentence stands in no cited span. The reviews are read in place from the folder
beside the repository; nothing of their words is kept.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.recipe import CopyConfig, write_copy
from keeping import keep

HERE = Path(__file__).resolve().parent
REVIEWS = HERE.parent.parent / "shared" / "data" / "reviews"
FILES = ("yelp_train.tsv", "yelp_val.tsv")
TARGETS = {"liked": ">= 90%", "mixed": ">= 60%", "disliked": "0%"}
SEED = 0


def main() -> None:
    if not REVIEWS.is_dir():
        sys.exit(f"the Yelp reviews are not at {REVIEWS}")
    labels = {row["group_id"]: row["label"] for row in csv.DictReader((HERE / "labels/yelp_businesses.csv").open())}
    found, invented, sentences, withheld, dissent = Counter(), Counter(), 0, 0, 0
    for copy in copies():
        label = labels[copy.product_id]
        found[label, "copy" if copy.refusal is None else "refused"] += 1
        invented["numbers"] += len(strange_numbers(copy))
        invented["names"] += len(strange_names(copy))
        sentences += len(copy.sentences)
        withheld += len(copy.withheld)
        dissent += bool(copy.dissent)
        if "--verbose" in sys.argv:
            print(label, copy.product_id, copy.refusal or copy.text, strange_numbers(copy), strange_names(copy))
    rows = [
        {
            "label": label,
            "businesses": found[label, "copy"] + found[label, "refused"],
            "with copy": found[label, "copy"],
            "share": f"{found[label, 'copy'] / max(1, found[label, 'copy'] + found[label, 'refused']):.0%}",
            "target": target,
        }
        for label, target in TARGETS.items()
    ]
    notes = (
        f"invented numbers {invented['numbers']}, invented names {invented['names']} (targets 0)",
        f"{sentences} sentences went out, {withheld} were withheld; {dissent} businesses have dissent reported beside",
        "labels by one person, given before the first run; see labels/README.md",
    )
    keep("yelp_copy", rows, seed=SEED, settings={"writer": "composer", "drafts": CopyConfig().drafts}, notes=notes)


def copies():
    for name in FILES:
        request = CopyRequest(reviews=str(REVIEWS / name), config=CopyConfig(seed=SEED))
        yield from write_copy(REVIEWS / name, request.config, request.parts())


def cited(copy):
    return " ".join(piece.excerpt.text or "" for sentence in copy.sentences for piece in sentence.evidence)


def strange_numbers(copy):
    """Figures of the copy that no cited span holds and no receipt bears out."""
    counts = {str(sentence.supporting) for sentence in copy.sentences} | {str(copy.reviews)}
    return [number for number in re.findall(r"\d+", copy.text) if number not in cited(copy) and number not in counts]


def strange_names(copy):
    """Capitalised words inside sentences that no cited span holds."""
    inside = re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+", copy.text)
    return [name for name in inside if name not in cited(copy)]


if __name__ == "__main__":
    main()
