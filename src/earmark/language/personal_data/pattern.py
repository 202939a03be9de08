"""A kind of personal data and the shapes it takes."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

DIGITS = "0123456789"


class Kind(NamedTuple):
    """A kind of personal data."""

    mark: str
    """What stands for it in a masked text."""
    noun: str
    """How it is called to a person."""


class Detail(NamedTuple):
    """One private detail of a text."""

    kind: Kind
    start: int
    end: int


class Pattern(NamedTuple):
    """A shape of a kind: the group ``value`` of the expression where it has one, else all of it."""

    kind: Kind
    expression: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = lambda _: True
    """What an expression alone cannot tell: how many digits there are, whether a number is a date."""
    needs: str = ""
    """Characters of which a text holds one, or it is not searched; all texts are where this is empty."""

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a plain text shows this shape."""
        if self.needs and not any(character in text for character in self.needs):
            return iter(())
        group: str | int = "value" if "value" in self.expression.groupindex else 0
        return (match.span(group) for match in self.expression.finditer(text) if self.holds(match))


def plain(text: str) -> str:
    """A text of the same length with plain digits, dashes, quotes, spaces and full-width letters made plain."""
    return text if text.isascii() else "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    if character in "\u2018\u2019\u201b\u02bc\u00b4\u2032":
        return "'"
    folded = unicodedata.normalize("NFKC", character) if "\uff00" <= character <= "\uff65" else character
    return folded if len(folded) == 1 else character
