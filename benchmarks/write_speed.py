"""What `earmark write` costs beside embedding and tagging its own sentences, and whether its memory grows.

    make bench NAME=write_speed

Both sides get the same sample products, in one process, in turn and in changing order, with one thread: one side
embeds every sentence once (MiniLM) and tags it once (HanTa); the other reads, mines, writes four drafts, filters,
ranks and grounds. Median of 20 rounds. Then one pass over 2,000 products, with the resident memory on the way.
"""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import torch

from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.opinions.words import read_words
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.reviews import read_products
from earmark.copywriting.summaries.recent_vectors import RecentTexts
from earmark.language.providers.minilm import SentenceVectors
from earmark.samples.reviews import make_products, review_rows
from keeping import keep

PRODUCTS, ROUNDS, MARKS, SEED = 2, 20, (100, 500, 1000, 2000), 3


def main():
    torch.set_num_threads(1)
    vectors = SentenceVectors()
    remembered = RecentTexts(vectors)
    with tempfile.TemporaryDirectory() as folder:
        # A run encodes the words of its aspects once, whatever the number of products: that, like loading the model, is
        # before the clock. The products are new in every round, so that nothing of theirs is remembered.
        list(write_copy(saved(Path(folder) / "warm.jsonl", 12, start=9_000), CopyConfig(), Parts(embedder=remembered)))
        parts, writes, tags, count = [], [], [], 0
        for number in range(ROUNDS):
            path = saved(Path(folder) / f"{number}.jsonl", PRODUCTS, start=number * PRODUCTS)
            sentences = [sentence.text for product in read_products(path) for sentence in product.sentences]
            count += len(sentences)
            sides = [
                lambda told=sentences: (vectors.embed(told), [read_words(text, 0) for text in told]),
                lambda table=path: list(write_copy(table, CopyConfig(), Parts(embedder=remembered))),
            ]
            order = (0, 1) if number % 2 else (1, 0)
            taken = {side: timed(sides[side]) for side in order}
            parts.append(taken[0])
            writes.append(taken[1])
            tags.append(timed(lambda told=sentences: [read_words(text, 0) for text in told]))
        grown = memory(saved(Path(folder) / "many.jsonl", MARKS[-1]), vectors)
    ratios = [write / part for write, part in zip(writes, parts, strict=True)]
    rows = [
        {
            "what": "embedding and tagging, s",
            "median": statistics.median(parts),
            "spread": spread(parts),
            "target": "-",
        },
        {"what": "of which tagging, s", "median": statistics.median(tags), "spread": spread(tags), "target": "-"},
        {"what": "earmark write, s", "median": statistics.median(writes), "spread": spread(writes), "target": "-"},
        {"what": "ratio", "median": statistics.median(ratios), "spread": spread(ratios), "target": "<= 2"},
        *(
            {"what": f"MB after product {mark}", "median": grown[mark], "spread": "-", "target": "the same"}
            for mark in MARKS
        ),
    ]
    settings = {"products": PRODUCTS, "sentences": count, "rounds": ROUNDS, "threads": 1, "drafts": 4}
    keep("write_speed", rows, seed=SEED, settings=settings)


def saved(path, count, start=0):
    with path.open("w", encoding="utf-8") as file:
        for row in review_rows(make_products(count, SEED, start=start)):
            file.write(json.dumps(row) + "\n")
    return path


def timed(work):
    clock = time.perf_counter()
    work()
    return time.perf_counter() - clock


def spread(values):
    return f"{min(values):.3g} to {max(values):.3g}"


def memory(path, vectors):
    parts = Parts(embedder=RecentTexts(vectors, keep=2_000))
    copies = enumerate(write_copy(path, CopyRequest(reviews=str(path)).config, parts), start=1)
    return {number: resident_mb() for number, _ in copies if number in MARKS}


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
