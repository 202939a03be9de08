"""Facts about a piece of copy that bear on advertising law, one column each; no legal advice.

US 16 CFR 255 (endorsements: typicality in 255.2, paid ties in 255.5), US 16 CFR 465 (consumer reviews), UK Digital
Markets, Competition and Consumers Act 2024 (schedule 20: fake and paid-for reviews). What the columns say can be
counted; whether it is allowed is for a person to judge.
"""

import re
from collections.abc import Iterable, Sequence

from earmark.copywriting.grounding.superlatives import superlatives_in
from earmark.evidence import Record

_HEALTH = re.compile(
    r"\b(?:health\w*|cure\w*|heal(?:s|ed|ing)?|therap\w+|medic\w+|organic|gluten[- ]free|vegan|"
    r"low[- ](?:fat|carb|calorie)|allerg\w+|hypoallergenic|detox\w*|slimming|diet\w*|immun\w+|non[- ]?toxic|safe|"
    r"natural|nutritious|vitamin\w*|pain\w*|relie(?:f|ves?)|sleep|anxiety|stress)\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"(?:[$€£]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:dollars|euros|pounds|usd|eur|gbp|%)|\b(?:price\w*|pricing|rates?|cheap\w*|"
    r"afford\w*|inexpensive|bargain\w*|discount\w*|deal|deals|free|value|reasonable|reasonably|sale|save|savings|costs?)\b)",
    re.IGNORECASE,
)


class Compliance(Record):
    """What a lawyer would ask first; each column is a sentence or ``none``."""

    typicality: str
    """How many reviews stand behind each thing that is said (16 CFR 255.2)."""
    superlatives: str
    health: str
    price: str
    endorsement: str
    """Whose words these are, what was paid for, what comes from the seller (16 CFR 255.5 and 465; DMCC schedule 20)."""


def comply(
    text: str, sentences: Sequence[tuple[str, int | None, Sequence[str]]], reviews: int, set_aside: int = 0
) -> Compliance:
    """Fill the columns.

    Args:
        text: the copy.
        sentences: each sentence with the reviews behind it and what comes from the seller.
        reviews: reviews that could be used.
        set_aside: paid-for reviews that were not used.
    """
    counts = [count for _, count, _ in sentences if count is not None]
    seller = [mark for _, _, marks in sentences for mark in marks]
    typicality = "nothing is said of the reviews"
    if counts and reviews:
        low, high = min(counts), max(counts)
        spread = f"{low}" if low == high else f"{low} to {high}"
        typicality = (
            f"each statement is carried by {spread} of {reviews} reviews "
            f"({low / reviews:.0%}{'' if low == high else f' to {high / reviews:.0%}'})"
        )
        if low / reviews <= 0.5:
            typicality += "; where that is half or fewer, the experience is not shown to be typical"
    endorsement = "paraphrases reviews of customers; no reviewer is named or paid by this program"
    if set_aside:
        endorsement += f"; {set_aside} reviews that disclose payment or gifts were not used"
    if seller:
        endorsement += f"; from the seller: {', '.join(dict.fromkeys(seller))}"
    return Compliance(
        typicality=typicality,
        superlatives=_told(superlatives_in(text)),
        health=_told(match[0] for match in _HEALTH.finditer(text)),
        price=_told(match[0] for match in _PRICE.finditer(text)),
        endorsement=endorsement,
    )


def _told(found: Iterable[str]) -> str:
    words = list(dict.fromkeys(word.lower() for word in found))
    return ", ".join(words) if words else "none"
