"""Where a table of reviews keeps what: told to people, and overridable."""

from dataclasses import dataclass
from typing import Any

KINDS = ("product", "text", "title", "stars", "date", "author", "language", "category", "name")
"""What ``--column KIND=NAME`` may name."""


@dataclass(frozen=True)
class Columns:
    """Where a table keeps what. A field that is empty has no column, or was left to be guessed."""

    product: str | None = None
    """The column whose value tells products apart."""
    text: tuple[str, ...] = ()
    """The column of the review, or the several columns where a row holds several reviews."""
    title: str | None = None
    """The column of the headline, which is read as the first sentence of the review."""
    stars: str | None = None
    """The column of the rating."""
    date: str | None = None
    """The column of the day."""
    author: str | None = None
    """The column of the customer; used to fold what one customer wrote twice."""
    language: str | None = None
    """The column of the language (``en``, ``en-GB``, ``English``)."""
    category: str | None = None
    """The column of what kind of product it is."""
    name: str | None = None
    """The column of the product's name, where it differs from its id."""
    one_product: str | None = None
    """Set instead of ``product`` where the whole file is about one product: its name."""
    from_file: str | None = None
    """The same where nobody named the product, and the rows name their reviewers and nothing else: the file's name."""
    numbered: tuple[tuple[str, str, str], ...] = ()
    """Columns that belong to one of several texts, such as ``("rev2", "stars", "rating2")``."""
    found: tuple[str, ...] = ()
    """Every column of the table."""

    def of(self, text: str, kind: str) -> str | None:
        """The column that holds the title, rating, day or customer of a review in a column of texts."""
        own = next((column for beside, what, column in self.numbered if (beside, what) == (text, kind)), None)
        common: str | None = getattr(self, kind)
        return own or common

    @property
    def used(self) -> set[str]:
        """The names of all columns that are read."""
        single = (getattr(self, kind) for kind in KINDS if kind != "text")
        return {name for name in (*self.text, *single, *(column for *_, column in self.numbered)) if name}

    def told(self) -> str:
        """What was found and what is passed over, in one line, for people."""
        parts = [
            f"{kind}: {listed(value) if isinstance(value, tuple) else value}"
            for kind in KINDS
            if (value := getattr(self, kind))
        ]
        for kind in dict.fromkeys(kind for _, kind, _ in self.numbered):
            own = [column for _, what, column in self.numbered if what == kind]
            parts += [f"{kind}: {listed(own)}"]
        if self.one_product:
            parts.append(f"one product: {self.one_product}")
        if self.from_file:
            parts.append(f"no column names a product, so all reviews are taken as one product's, {self.from_file!r}")
        if over := [name for name in self.found if name not in self.used]:
            parts.append(f"passed over: {listed(over)}")
        return "; ".join(parts)


def listed(names: tuple[str, ...] | list[Any]) -> str:
    """Names for a sentence, the first dozen of many."""
    shown = [str(name) for name in names[:12]]
    return ", ".join(shown) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
