"""Products and what customers wrote of them."""

from dataclasses import dataclass

from earmark.evidence import Record
from earmark.runs import Skipped


class Product(Record):
    """What is reviewed, and what the seller says of it (``facts``: the seller's own record, marked so in receipts)."""

    id: str
    name: str | None = None
    category: str | None = None
    facts: dict[str, str] = {}


class Review(Record):
    """What one customer wrote. The text is untrusted."""

    id: str
    """Product id and a content hash."""
    product_id: str
    uri: str
    """Where a reader finds it: file name and row, and the column where a row holds several reviews."""
    text: str
    stars: float | None = None
    date: str | None = None
    """ISO 8601, as far as it could be read."""
    author: str | None = None


class Sentence(Record):
    """A sentence of a review, by character offsets in its text."""

    review_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class ReviewedProduct:
    """One product with the reviews that may be used, and what was set aside and why."""

    product: Product
    reviews: tuple[Review, ...]
    sentences: tuple[Sentence, ...]
    set_aside: tuple[Skipped, ...]
    folded: int
    """Duplicates and near-duplicates folded into another review."""
    orders: tuple[Skipped, ...] = ()
    """Passages that speak to a machine, quoted: they are left out of everything, and the seller is told."""
    silenced: int = 0
    """Reviews of which nothing is left without such passages."""

    @property
    def asked(self) -> int:
        """Reviews that shares are told of: an order in a review takes its voice, and makes the others no larger."""
        return len(self.reviews) + self.silenced
