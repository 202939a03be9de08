"""By what should four drafts be ranked: not at all, by the embedded order, or by the three rewards?

    make bench NAME=ranking

The same 150 sample products, read from a file as a user's; the composer and the reference writer make four drafts for
each, through the same filters and grounding. Ranked by nothing, the first draft goes out. What goes out is judged by
the truth that the samples were generated from, and by the gated sum of the rewards, on which the last ranking looks. A
product without copy counts for nothing, and how many have copy stands beside. Intervals are 95% bootstrap over
products.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from earmark.copywriting.config import CopyConfig
from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.evaluation.sample_truth import truth_of
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.rewards import score
from earmark.copywriting.rewards.weigh import gated_sum
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Draft
from earmark.copywriting.writers.policy import PolicyWriter
from earmark.samples.reviews import make_products
from keeping import keep
from planted_reviews import save
from policies import WEIGHING, Taught, interval, mean

PRODUCTS, START, SEED, DRAFTS = 150, 210_000, 19, 4


class Remembering:
    """A writer whose briefs are kept, so that what went out can be scored by the rewards."""

    def __init__(self, writer):
        self.inner, self.name, self.briefs = writer, writer.name, {}

    def write(self, brief, drafts, seed):
        """As the writer within."""
        self.briefs[brief.product.id] = brief
        return self.inner.write(brief, drafts, seed)


def main():
    torch.set_num_threads(1)
    taught = Taught()
    products = {product.id: product for product in make_products(PRODUCTS, SEED, start=START)}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reviews.jsonl"
        save(path, products.values())
        for writer in (Composer(), PolicyWriter("reference")):
            for ranking, drafts, rewards in (
                ("the first of one", 1, {}),
                ("embedded order", DRAFTS, {}),
                ("three rewards", DRAFTS, taught.rewards),
            ):
                found = written(path, products, writer, drafts, rewards, taught.rewards)
                rows.append({"writer": writer.name, "ranked by": ranking, **found})
                print(rows[-1], flush=True)
    keep("ranking", rows, seed=SEED, settings={"products": PRODUCTS, "start": START, "drafts": DRAFTS})


def written(path, products, writer, drafts, ranking, rewards):
    remembering = Remembering(writer)
    parts = replace(CopyRequest(reviews=str(path)).parts(), writer=remembering, rewards=ranking)
    copies = [copy for copy in write_copy(path, CopyConfig(seed=SEED, drafts=drafts), parts) if copy.refusal is None]
    briefs = [remembering.briefs[copy.product_id] for copy in copies]
    truths = [truth_of(copy.text, products[copy.product_id]) for copy in copies]
    drafts_out = [
        Draft(
            id=brief.product.id, product_id=brief.product.id, aspect=None, style=brief.style, text=copy.text, writer=""
        )
        for brief, copy in zip(briefs, copies, strict=True)
    ]
    sums = [gated_sum(item, WEIGHING) for item in score(drafts_out, briefs, rewards)]
    return {
        "with copy": len(copies),
        "true gated sum": interval([truth.gated_sum for truth in truths], SEED),
        "true statements": interval([truth.faithfulness for truth in truths], SEED),
        "true coverage": mean([truth.coverage for truth in truths]),
        "other allure": mean([truth.allure for truth in truths]),
        "gated sum": interval(sums, SEED),
        "words": mean([float(len(copy.text.split())) for copy in copies]),
    }


if __name__ == "__main__":
    main()
