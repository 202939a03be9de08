"""Whether reviewers like a product on the whole."""

from collections.abc import Sequence
from typing import Literal

from earmark.copywriting.reviews import ReviewedProduct
from earmark.copywriting.summaries import Opinion
from earmark.evidence import Record


class Stance(Record):
    """How reviewers feel about a product as a whole, and why it is thought so."""

    stance: Literal["liked", "mixed", "disliked"]
    reason: str


def overall_stance(product: ReviewedProduct, opinions: Sequence[Opinion]) -> Stance:
    """Weigh the reviews that complain more than they praise against those that praise more."""
    balance: dict[str, int] = {}
    for opinion in opinions:
        if opinion.usable:
            balance[opinion.review_id] = balance.get(opinion.review_id, 0) + (1 if opinion.polarity == "praise" else -1)
    good = sum(weight > 0 for weight in balance.values())
    bad = sum(weight < 0 for weight in balance.values())
    kind: Literal["liked", "mixed", "disliked"] = "mixed"
    if bad > 1.5 * good:
        kind = "disliked"
    elif good > 2 * bad:
        kind = "liked"
    told = f"{bad} of {len(product.reviews)} reviews complain more than they praise, {good} praise more"
    return Stance(stance=kind, reason=told)
