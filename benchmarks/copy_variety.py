"""Does the composer repeat itself? Openings, frames and runs of words over the copy for 100 products, tone by tone.

    make bench NAME=copy_variety

A frame is a sentence with what is its product's own taken out: name, things, judging words, counts. The products are
sample products that reviewers like or are divided over, read back from a file as a user's; the seed was not looked at
while phrases were written. Allure is told by two judges that share no list with the phrases: the rules behind the
reward, and the features that the reward does not look at; neither was tuned for. `--label NAME` keeps the rows beside
those of other labels, so that two versions of the composer stand side by side.
"""

import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import fmean

from earmark.copywriting.config import CopyConfig
from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.evaluation.sample_truth import other_allure
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.rewards.allure import rule_score
from earmark.copywriting.summaries.voices import NUMBER_WORDS
from earmark.copywriting.writers.composer.phrases import TONES
from earmark.samples.reviews import make_products, review_rows
from earmark.samples.reviews.products import world
from keeping import RESULTS, keep

PRODUCTS, SEED = 100, 55021
LENGTHS = ("paragraph", "short")


def main():
    label = sys.argv[sys.argv.index("--label") + 1] if "--label" in sys.argv else "composer"
    products = {product.id: product for product in make_products(3 * PRODUCTS, SEED) if product.liking != "disliked"}
    products = dict(list(products.items())[:PRODUCTS])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reviews.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in review_rows(products.values()))
        parts = CopyRequest(reviews=str(path)).parts()
        for length in LENGTHS:
            for tone in TONES:
                copies = [
                    copy
                    for copy in write_copy(path, CopyConfig(tone=tone, length=length, seed=SEED), parts)
                    if copy.refusal is None
                ]
                rows.append({"writer": label, "length": length, "tone": tone, **measured(copies, products)})
    keep("copy_variety", [*others(label), *rows], seed=SEED, settings={"products": PRODUCTS, "lengths": LENGTHS})


def others(label):
    """The rows that are kept of other labels."""
    kept = RESULTS / "copy_variety.json"
    return [row for row in json.loads(kept.read_text())["rows"] if row["writer"] != label] if kept.exists() else []


def measured(copies, products):
    texts = [copy.text for copy in copies]
    framed = [[frame(sentence, products[copy.product_id]) for sentence in sentences(copy.text)] for copy in copies]
    openings = Counter(lines[0] for lines in framed)
    frames = Counter(line for lines in framed for line in set(lines[:-1] or lines))
    endings = Counter(lines[-1] for lines in framed if len(lines) > 1)
    words = [re.findall(r"[a-z_'-]+", " ".join(lines).lower()) for lines in framed]
    starts = Counter(" ".join(lines[0].split()[:2]) for lines in framed)
    return {
        "with copy": len(copies),
        "words": round(fmean(len(text.split()) for text in texts), 1),
        "distinct openings": len(openings),
        "commonest opening": share(openings, copies),
        "commonest two first words": share(starts, copies),
        "distinct frames": len(frames),
        "commonest frame": share(frames, copies),
        "commonest ending": share(endings, copies),
        "distinct 2-grams": round(distinct(words, 2), 3),
        "4-grams of another's": round(repeated(words, 4), 3),
        "allure (rules)": round(fmean(map(rule_score, texts)), 3),
        "allure (others)": round(fmean(other_allure(copy.text, products[copy.product_id].name) for copy in copies), 3),
    }


def share(counts, copies):
    return f"{max(counts.values(), default=0) / len(copies):.0%}"


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]


def frame(sentence, product):
    """The sentence without what is the product's own."""
    low = re.sub(re.escape(product.name.lower()), "NAME", sentence.lower())
    for phrase in (*VOCABULARY, *sorted((fact.target for fact in product.facts), key=len, reverse=True)):
        low = re.sub(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", "_", low)
    low = re.sub(rf"\b(?:{'|'.join(NUMBER_WORDS[1:])}|several|many|most|nearly all|a|an)\b|\d+", "_", low)
    return re.sub(r"_(?:[\s,]+(?:and )?_)*", "_", low)


def distinct(texts, size):
    grams = [tuple(words[start : start + size]) for words in texts for start in range(len(words) - size + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def repeated(texts, size):
    """The share of a text's runs of framed words that stand in another product's text, too; runs of gaps left out."""
    runs = [
        {run for run in zip(*(words[start:] for start in range(size)), strict=False) if run.count("_") < size - 1}
        for words in texts
    ]
    seen = Counter(run for found in runs for run in found)
    return fmean(sum(seen[run] > 1 for run in found) / len(found) for found in runs if found)


def _vocabulary():
    words = {word for scale in world()["scales"].values() for pole in scale.values() for half in pole for word in half}
    for domain in ("restaurant", "hotel", "goods"):
        for aspect in world()[domain]["aspects"].values():
            words |= {noun.partition(":")[0] for noun in aspect}
        for lines in world()[domain]["categories"].values():
            words |= {line.split("=")[0].partition(":")[0] for line in lines}
    return sorted(words, key=len, reverse=True)


VOCABULARY = _vocabulary()


if __name__ == "__main__":
    main()
