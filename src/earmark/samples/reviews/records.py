"""What a sample product is: reviews as a customer would have written them, and the truth they were written from."""

from typing import Literal

from earmark.evidence import Record

Domain = Literal["restaurant", "hotel", "goods"]
Polarity = Literal["praise", "complaint"]
Planted = Literal[
    "duplicate",
    "paid",
    "language",
    "instruction",
    "personal",
    "false number",
    "sarcasm",
    "past",
    "elsewhere",
    "wish",
    "negation",
]


class SampleMention(Record):
    """Where a review speaks for or against a fact, by character offsets in its text."""

    fact_id: str
    stance: Literal["for", "against", "neither"]
    """``neither`` for a sentence about another place: it contains the words and supports nothing."""
    trap: Planted | None
    """How the words mislead, where they do."""
    start: int
    end: int


class SampleReview(Record):
    """One review, with what was planted in it."""

    id: str
    text: str
    stars: int
    date: str
    author: str
    planted: tuple[Planted, ...]
    usable: bool
    """Whether it counts: duplicates, paid-for reviews and other languages do not."""
    mentions: tuple[SampleMention, ...]


class SampleFact(Record):
    """A fact of the product and how many usable reviews say so, counted from what was written."""

    id: str
    aspect: str
    target: str
    descriptor: str
    """The plain word for it, as ``phrasings="first"`` words it; reviews may use others of the same scale."""
    words: tuple[str, ...]
    """Every wording, of both halves, that says this."""
    opposites: tuple[str, ...]
    """Every wording, of both halves, that says the opposite."""
    polarity: Polarity
    supporting: int
    contradicting: int
    review_ids: tuple[str, ...]
    """Usable reviews that say so."""
    dissenting_ids: tuple[str, ...]
    """Usable reviews that say the opposite."""


class SampleProduct(Record):
    """A product that does not exist, its reviews and the truth about it."""

    id: str
    name: str
    domain: Domain
    category: str
    liking: Literal["liked", "mixed", "disliked"]
    attributes: dict[str, str]
    """The seller's own record."""
    dishes: tuple[str, ...]
    """Names of dishes among the targets; empty outside restaurants."""
    reviews: tuple[SampleReview, ...]
    facts: tuple[SampleFact, ...]
    forbidden: tuple[str, ...]
    """Strings that no copy may hold: private names, addresses, false numbers, the words of planted instructions."""

    @property
    def usable(self) -> int:
        """Reviews that count."""
        return sum(review.usable for review in self.reviews)
