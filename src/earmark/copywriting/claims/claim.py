"""A claim: one statement of one review about the product."""

from typing import Literal

from earmark.evidence import Record

Kind = Literal["quality", "function", "fit", "feature", "use", "audience", "price", "neutral", "complaint", "liking"]


class Claim(Record):
    """What one sentence of one review says of the product."""

    review_id: str
    start: int
    end: int
    """Characters of the review's text, half open: the whole predicate."""
    text: str
    concept: str
    """Its row of the concept table, or ``about:word`` where no row holds it."""
    kind: Kind
    about: str
    """``it`` for the product, else the part."""
    polarity: int
    """1 praises, -1 blames, 0 tells."""
    contexts: tuple[str, ...] = ()
    """What keeps it from counting: wish, condition, elsewhere, quoted; empty where it counts."""
