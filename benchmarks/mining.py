"""How well opinions are mined: against 200 pairs labelled by hand, and stance against sixty labelled businesses.

The labels hold ids and offsets; the texts are read in place from ``<repository>/../shared/data/reviews``. Pairs of one
file were for development, those of the other were never tuned on.
"""

import argparse
import csv
import json
import platform
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from os import getloadavg
from pathlib import Path

from earmark.copywriting.aspects.aspects import choose_aspect_set
from earmark.copywriting.opinions import AspectFinder, find_pairs, mine_opinions, overall_stance
from earmark.copywriting.opinions.pairs import Pair
from earmark.copywriting.reviews import Review, ReviewedProduct, read_products
from earmark.evidence import content_id
from earmark.evidence.interval import wilson

HERE = Path(__file__).resolve().parent
REVIEWS = HERE.parents[1] / "shared" / "data" / "reviews"
TARGETS = {"polarity": 0.92, "aspect": 0.85, "worth printing": 0.85}

# The labels speak of sides that every kind of business has; each ready set has its own names for them.
SIDES = {
    "restaurants": {},
    "hotels": {"staff": "service", "breakfast and food": "food", "noise and atmosphere": "atmosphere"},
    "services": {"people": "service", "speed and booking": "speed", "premises": "atmosphere|cleanliness|location"},
    "shops": {"staff": "service", "goods": "goods|food|drinks", "premises": "atmosphere|cleanliness|location"},
    "goods": {
        "quality": "work|goods", "performance": "work|goods", "delivery and support": "service|speed",
        "taste and smell": "food|drinks", "look": "work|goods|atmosphere",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Label:
    """One pair as a person read it."""

    group_id: str
    review: int
    target: tuple[int, int]
    descriptor: tuple[int, int]
    polarity: str
    aspects: frozenset[str]
    worth: bool
    mined: bool


@lru_cache(maxsize=2)
def products(file: str) -> dict[str, ReviewedProduct]:
    """The businesses of one file."""
    return {product.product.id: product for product in read_products(REVIEWS / file)}


def read_labels(name: str) -> list[tuple[str, Label, Review, ReviewedProduct]]:
    """Labels with the review that each stands in; a review that has changed is an error."""
    rows = []
    with (HERE / "labels" / name).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            product = products(row["file"])[row["group_id"]]
            (review,) = [one for one in product.reviews if one.uri.endswith(f":rev{row['review']}")]
            if content_id(review.text) != row["text"]:
                raise SystemExit(f"{row['group_id']} review {row['review']} is not the text that was labelled.")
            label = Label(
                row["group_id"], int(row["review"]), (int(row["target_start"]), int(row["target_end"])),
                (int(row["descriptor_start"]), int(row["descriptor_end"])), row["polarity"],
                frozenset(row["aspects"].split("|")), row["worth"] == "yes", row["mined"] == "yes",
            )  # fmt: skip
            rows.append((row["file"], label, review, product))
    return rows


def found(label: Label, pairs: list[Pair]) -> Pair | None:
    """The mined pair that a label is about: the same descriptor, and the same target where several share it."""
    same = [pair for pair in pairs if _meet(pair.descriptor_span, label.descriptor)]
    aimed = [pair for pair in same if pair.target_span and _meet(pair.target_span, label.target)]
    return (aimed or same or [None])[0]


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def measure_pairs(name: str, told: bool = False) -> dict[str, object]:
    """Agreement with the labels of one file.

    Polarity and aspect are counted where a person saw an opinion and the miner reports one; worth printing on all
    pairs, since reporting nothing, or flagging, is a decision too.
    """
    hits: dict[str, list[bool]] = {key: [] for key in (*TARGETS, "found", "printed", "mined")}
    for file, label, review, product in read_labels(name):
        aspects = choose_aspect_set(product.product, product.sentences)
        finder = AspectFinder(aspects.aspects)
        spans = [(one.start, one.end) for one in product.sentences if one.review_id == review.id]
        pair = found(label, find_pairs(review.text, spans, finder))
        prints = pair is not None and not pair.flags and not pair.past
        errors = []
        if label.polarity != "n":
            hits["found"].append(pair is not None)
        if label.polarity != "n" and pair is not None:
            hits["polarity"].append((pair.sign > 0) == (label.polarity == "+"))
            side = finder.names([pair])[0]
            named = set(SIDES[aspects.name].get(side, side).split("|"))
            hits["aspect"].append(bool(named & label.aspects))
            errors = [key for key in ("polarity", "aspect") if not hits[key][-1]]
        hits["worth printing"].append(prints == label.worth)
        if prints:
            hits["printed"].append(label.worth)
        if label.mined:
            hits["mined"].append(prints == label.worth)
        if told and (errors or not hits["worth printing"][-1]):
            print(file, label.group_id, label.review, label.descriptor, errors, label.worth, pair)
    return {key: {**share_of(sum(values), len(values)), "n": len(values)} for key, values in hits.items() if values}


def share_of(successes: int, total: int) -> dict[str, float]:
    """A share with its 95% Wilson interval."""
    low, high = wilson(successes, total)
    share = successes / total
    return {"share": round(share, 4), "low": round(low, 4), "high": round(high, 4)}


def measure_stance(file: str) -> dict[str, object]:
    """Agreement of liked, mixed and disliked on the businesses of one file."""
    with (HERE / "labels" / "yelp_businesses.csv").open(newline="", encoding="utf-8") as handle:
        labels = {row["group_id"]: row["label"] for row in csv.DictReader(handle)}
    confusion: Counter[str] = Counter()
    for product in products(file).values():
        aspects = choose_aspect_set(product.product, product.sentences)
        stance = overall_stance(product, mine_opinions(product, aspects.aspects))
        confusion[f"{labels[product.product.id]} read as {stance.stance}"] += 1
    agreed = sum(count for key, count in confusion.items() if key.split(" read as ")[0] == key.split(" read as ")[1])
    return {**share_of(agreed, sum(confusion.values())), "confusion": dict(sorted(confusion.items()))}


def measure_speed(file: str) -> dict[str, float]:
    """Seconds of mining, the median of five."""
    texts = list(products(file).values())
    taken = []
    for _ in range(5):
        clock = time.perf_counter()
        for product in texts:
            mine_opinions(product, choose_aspect_set(product.product, product.sentences).aspects)
        taken.append(time.perf_counter() - clock)
    sentences = sum(len(product.sentences) for product in texts)
    return {
        "sentences": sentences,
        "seconds": round(sorted(taken)[2], 3),
        "sentences_per_second": round(sentences / sorted(taken)[2]),
    }


def main() -> None:
    """Measure, write the results, and say what misses its target."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--development", action="store_true", help="tell the errors on the development labels")
    if parser.parse_args().development:
        print(json.dumps(measure_pairs("yelp_pairs_development.csv", told=True), indent=1))
        print(json.dumps(measure_stance("yelp_train.tsv"), indent=1))
        return
    if not REVIEWS.is_dir():
        sys.exit(f"the review files are not at {REVIEWS}: nothing was measured.")
    first, again = measure_pairs("yelp_pairs_report.csv"), measure_pairs("yelp_pairs_report.csv")
    if first != again:
        sys.exit("two runs over the same labels differ.")
    results = {
        "seed": 2, "targets": TARGETS, "report": first, "development": measure_pairs("yelp_pairs_development.csv"),
        "stance on businesses never tuned on": measure_stance("yelp_val.tsv"),
        "stance on development businesses": measure_stance("yelp_train.tsv"),
        "speed": measure_speed("yelp_val.tsv"), "load": getloadavg(), "python": platform.python_version(),
        "versions": {name: version(name) for name in ("HanTa", "vaderSentiment", "earmark")},
    }  # fmt: skip
    out = HERE / "results"
    out.mkdir(exist_ok=True)
    (out / "mining.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (out / "mining.md").write_text(table(results), encoding="utf-8")
    print(table(results))


def table(results: dict) -> str:
    """The results as a page."""
    lines = [
        "# Mining opinions: against labels by hand", "",
        "Command: `make bench NAME=mining`. 200 pairs of 30 businesses that nothing was tuned on; one labeller.", "",
        "| measure | share | 95% interval (Wilson) | pairs | target |", "|---|---|---|---|---|",
    ]  # fmt: skip
    names = {
        "found": "opinions that a person saw and the miner reports",
        "printed": "worth printing among those it would print",
        "mined": "worth printing, on the part that the miner had reported",
    }
    for key, row in results["report"].items():
        target = f"{TARGETS[key]:.0%}" if key in TARGETS else ""
        interval = f"{row['low']:.1%} to {row['high']:.1%}"
        lines.append(f"| {names.get(key, key)} | {row['share']:.1%} | {interval} | {row['n']} | {target} |")
    for name in ("stance on businesses never tuned on", "stance on development businesses"):
        row = results[name]
        lines.append(f"| {name} | {row['share']:.1%} | {row['low']:.1%} to {row['high']:.1%} | 30 | |")
    confusion = results["stance on businesses never tuned on"]["confusion"]
    lines += ["", "Never tuned on: " + "; ".join(f"{count} {key}" for key, count in confusion.items()) + ".", ""]
    speed = results["speed"]
    lines.append(
        f"Speed: {speed['sentences_per_second']} sentences a second on one core (load {results['load'][0]:.1f})."
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
