"""Goods that nobody here wrote of: do the facts that reviewers share stand in the ledger, and are they said?

    make bench NAME=goods

Amazon products of FewSum with the facts that two readers found (``facts.jsonl``), and segments of OPOSUM with human
polarity. A hand-made fact is *half-shared* where both readers name at least half of the reviewers; it *stands* where a
fact of the ledger with two voices or more rests on the readers' own quotations in at least two of their reviews and
does not contradict them. Both sets are development data: rules and tables were written with them in sight. Nothing of
their text is kept; products are cited by id.
"""

import csv
import hashlib
import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from earmark.copywriting.claims.extraction import read_sentence
from earmark.copywriting.claims.ledger import read_goods
from earmark.copywriting.claims.subjects import product_nouns
from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.goods import WRITER
from earmark.copywriting.parsing.pipeline import parse
from earmark.copywriting.recipe import write_one
from earmark.copywriting.reviews import Sentence, read_products
from keeping import keep

DATA = Path(__file__).parents[2] / "shared" / "data" / "goods"
HALF = 4
OPOSUM_NOUNS = {
    "bags_and_cases": {"bag", "case", "sleeve"},
    "bluetooth": {"headset"},
    "boots": {"boot"},
    "keyboards": {"keyboard"},
    "tv": {"tv", "television"},
    "vacuums": {"vacuum"},
}


def main():
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not there: see benchmarks/README.md for the data that this reads.")
    hands = {row["product"]: row for row in map(json.loads, (DATA / "facts.jsonl").read_text("utf-8").splitlines())}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "reviews.jsonl"
        numbers = _table_with_names(table, hands)
        products = list(read_products(table))
    clock, texts = time.process_time(), sum(len(product.reviews) for product in products)
    readings = {product.product.id: read_goods(product) for product in products}
    seconds = time.process_time() - clock
    shared = [
        _stands(fact, product, readings[product.product.id].ledger, numbers)
        for product in products
        for fact in hands[product.product.id]["agreed"]
        if min(len(fact["voices_a"]), len(fact["voices_b"])) >= HALF and fact["kind"] != "overall"
    ]
    standing = [one for one in shared if one is not None]
    copies = [(hands[p.product.id]["verdict_a"], write_one(p, CopyConfig(), Parts())) for p in products]
    spoke, right, segments = _oposum()
    rows = [
        _row("half-shared facts that stand with 2+ voices", len(standing), len(shared), "85%"),
        _row(
            "of these facts, count within one of the hand's",
            sum(abs(a - b) <= 1 for a, b in standing),
            len(shared),
            "45%",
        ),
        _row("above the hand's by more than one", sum(a > b + 1 for a, b in standing), len(shared), "at most 2%"),
        *(
            _row(f"{verdict} products with copy", sum(c.refusal is None for v, c in copies if v == verdict), count, aim)
            for verdict, aim in (("liked", "90%"), ("mixed", "60%"), ("disliked", "0%"))
            for count in [Counter(v for v, _ in copies)[verdict]]
        ),
        _row("OPOSUM segments with |polarity| > .3: speaks", spoke, segments, "55%"),
        _row("right, where it speaks", right, spoke, "95%"),
    ]
    words = [len(copy.text.split()) for _, copy in copies if copy.text]
    notes = [
        f"{len(products)} products, {texts} reviews; {sum(c.writer == WRITER for _, c in copies)} read claim by claim.",
        f"Words a piece: {statistics.mean(words):.0f} ({min(words)} to {max(words)}), paragraph, plain.",
        f"{100 * seconds / texts:.2f} CPU s to parse and read 100 reviews.",
        "Development data: every rule and table was written with these products in sight.",
        "An OPOSUM product is used where the hash of its id is even; the others are kept for a report.",
    ]
    keep("goods", rows, seed=0, settings={"half": HALF}, notes=notes)


def _row(what, count, of, aim):
    return {"what": what, "count": f"{count} of {of}", "share": f"{count / of:.1%}" if of else None, "aim": aim}


def _table_with_names(path, hands):
    """Write the reviews with the names that a shop would give; review texts to their numbers among the hands'."""
    numbers = defaultdict(dict)
    with (
        (DATA / "fewsum_reviews.csv").open(encoding="utf-8", newline="") as table,
        path.open("w", encoding="utf-8") as out,
    ):
        for row in csv.DictReader(table):
            mine = numbers[row["product"]]
            mine[_words(row["text"])[:60]] = len(mine) + 1
            name = hands[row["product"]]["name_a"]
            out.write(
                json.dumps({**{k: row[k] for k in ("product", "category", "stars", "text")}, "name": name}) + "\n"
            )
    return numbers


def _stands(fact, product, ledger, numbers):
    """The voices in the ledger and by hand, where the fact stands."""
    mine = numbers[product.product.id]
    quoted = defaultdict(list)
    for review in product.reviews:
        number = str(mine.get(_words(review.text)[:60]))
        for quotes in (fact["quotes_a"].get(number), fact["quotes_b"].get(number)):
            for quote in [quotes] if isinstance(quotes, str) else quotes or []:
                for piece in re.split(r"\s*(?:\.\.\.|\u2026)\s*", quote):
                    if place := _place(review.text, piece):
                        quoted[review.id].append(place)
    sign = {"+": 1, "-": -1, "0": 0}[fact["polarity"]]
    best = None
    for entry in ledger.facts:
        hit = {c.review_id for c in entry.claims if any(c.start < e and s < c.end for s, e in quoted[c.review_id])}
        agrees = sign == 0 or entry.polarity in (0, sign) or entry.kind == "neutral"
        if len(hit) >= 2 and agrees and (best is None or len(hit) > best[0]):
            best = len(hit), len(entry.voices)
    return None if best is None else (best[1], len(fact["voices"]))


def _place(text, quote):
    pattern = r"[^a-z0-9]+".join(map(re.escape, _words(quote).split()))
    match = re.search(pattern, text.lower()) if pattern else None
    return match.span() if match else None


def _words(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _oposum():
    """How many segments it speaks on, how many rightly, and of how many; each segment is read alone."""
    by_product = defaultdict(list)
    with (DATA / "oposum_segments.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            even = int(hashlib.sha256(row["product"].encode()).hexdigest(), 16) % 2 == 0
            if row["polarity"] and even:
                by_product[row["product"]].append(row)
    spoke = right = segments = 0
    for rows in by_product.values():
        docs = list(parse(row["text"] for row in rows))
        own = frozenset(product_nouns(docs)) | OPOSUM_NOUNS[rows[0]["category"]]
        for row, doc in zip(rows, docs, strict=True):
            polarity = float(row["polarity"])
            if abs(polarity) <= 0.3:
                continue
            sentence = Sentence(review_id="", start=0, end=len(row["text"]), text=row["text"])
            total = sum(claim.polarity for claim in read_sentence(sentence, doc, own) if not claim.contexts)
            segments += 1
            spoke += total != 0
            right += total * polarity > 0
    return spoke, right, segments


if __name__ == "__main__":
    main()
