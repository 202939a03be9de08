"""Aspects: the sides of a product that buyers ask about."""

from earmark.evidence import Record


class Aspect(Record):
    """A side of a product, the questions a buyer asks about it, and the words that name it."""

    name: str
    queries: tuple[str, ...]
    """The questions behind the information reward."""
    words: tuple[str, ...] = ()
    """Lemmas that point to the aspect; the first names it where a reviewer only implies it ("Delicious!")."""
    descriptors: tuple[str, ...] = ()
    """Descriptors that imply the aspect whatever they are said of: ``delicious``, ``overpriced``."""
