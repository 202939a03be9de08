"""Drafts, the brief they are written from, and who writes them."""

from typing import Literal, Protocol

from earmark.copywriting.aspects.aspects import Aspect
from earmark.copywriting.reviews import Product, Sentence
from earmark.copywriting.summaries.summaries import AspectSummary
from earmark.evidence import Record

Tone = Literal["plain", "warm", "playful", "premium"]
Length = Literal["headline", "short", "paragraph", "bullets"]
Channel = Literal["shop", "ad", "social", "email"]


class Style(Record):
    """How the copy should sound, how long it should be, and where it will stand."""

    tone: Tone = "plain"
    length: Length = "paragraph"
    channel: Channel = "shop"


class Brief(Record):
    """Everything a writer may use, and nothing else: what is not in the brief cannot be grounded."""

    product: Product
    aspect: Aspect | None
    """``None`` for copy about the whole product."""
    style: Style
    summaries: tuple[AspectSummary, ...]
    sentences: tuple[Sentence, ...] = ()
    """The review sentences behind the claims: the evidence chunks of the veracity reward."""
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    reviews: int
    """Reviews of the product that could be used."""
    notes: tuple[str, ...] = ()
    """What the seller must know of how the summaries came about."""
    turn: int | None = None
    """The place of the product in its run, so that neighbours need not open alike; ``None`` where there is no run."""


class Draft(Record):
    """One piece of copy, not yet grounded."""

    id: str
    product_id: str
    aspect: str | None
    style: Style
    text: str
    writer: str


class Writer(Protocol):
    """Anything that writes drafts from a brief: composer, policy, language model."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    def write(self, brief: Brief, drafts: int, seed: int) -> list[Draft]:
        """Write up to so many different drafts; none where the brief supports nothing."""
