"""Phrases of the concept table, matched on a parsed sentence.

A phrase is a run of words; each is matched by its lemma or as it stands, ``|`` parts alternatives, and ``..`` lets up
to four words of the same sentence stand between.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_GAP = 4


@dataclass(frozen=True)
class Phrase:
    """Alternatives in order; ``gaps[i]`` says whether other words may stand before the ``i``-th."""

    words: tuple[frozenset[str], ...]
    gaps: tuple[bool, ...]

    def match(self, tokens: Any, start: int) -> tuple[int, ...] | None:
        """The places of its words in a sentence where it begins at ``start``, or ``None``."""
        places: list[int] = []
        at = start
        for word, gap in zip(self.words, self.gaps, strict=True):
            reach = range(at, min(at + (_GAP + 1 if gap else 1), len(tokens)))
            place = next((number for number in reach if forms(tokens[number]) & word), None)
            if place is None or (gap and any(tokens[number].text in ";.!?" for number in range(at, place))):
                return None
            places.append(place)
            at = place + 1
        return tuple(places)


def forms(token: Any) -> frozenset[str]:
    """The ways in which a table may name a token."""
    return _forms(token.lower_, token.lemma_.lower())


@lru_cache(maxsize=100_000)
def _forms(word: str, lemma: str) -> frozenset[str]:
    negations = ("not",) if word in ("n't", "nt", "not") else ()
    return frozenset((word, lemma, *negations))


@lru_cache(maxsize=10_000)
def read_phrase(text: str) -> Phrase:
    """Read a phrase of the table."""
    words, gaps, gap = [], [], False
    for part in text.split():
        if part == "..":
            gap = True
            continue
        words.append(frozenset(part.split("|")))
        gaps.append(gap)
        gap = False
    return Phrase(tuple(words), tuple(gaps))
