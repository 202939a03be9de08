"""Split products, never reviews: what is written of one product stands on one side only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earmark.errors import InvalidInput
from earmark.evidence import content_id


@dataclass(frozen=True)
class ProductSplit:
    """Which product belongs to which part; a product that was never seen still has its place."""

    shares: tuple[float, ...]
    """Parts of one, in order: ``(0.8, 0.1, 0.1)`` for training, validation, test."""
    seed: int = 0

    def part(self, product_id: str) -> int:
        """The number of the part that a product belongs to: by its id alone, so order and company change nothing."""
        point = int(content_id(str(self.seed), product_id), 16) / 2**64
        edge = 0.0
        for number, share in enumerate(self.shares):
            edge += share
            if point < edge:
                return number
        return len(self.shares) - 1


def split_products(product_ids: Iterable[str], shares: Sequence[float], seed: int = 0) -> list[list[str]]:
    """Split products by id into parts of about these shares, disjoint, each in the order given.

    Raises:
        InvalidInput: the shares are not positive or do not add up to one.
    """
    if not shares or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise InvalidInput(f"the shares of a split must be positive and add up to 1, not {list(shares)}.")
    split = ProductSplit(tuple(shares), seed)
    parts: list[list[str]] = [[] for _ in shares]
    for product_id in dict.fromkeys(product_ids):
        parts[split.part(product_id)].append(product_id)
    assert_disjoint(parts)
    return parts


def assert_disjoint(parts: Iterable[Iterable[str]]) -> None:
    """Make sure that no product stands in two parts.

    Raises:
        InvalidInput: one does, which would let a test know what training saw.
    """
    seen: set[str] = set()
    for part in parts:
        ids = set(part)
        if shared := seen & ids:
            raise InvalidInput(f"the product {min(shared)!r} stands on both sides of the split.")
        seen |= ids
