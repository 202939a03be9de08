"""Whether a word says well or ill of a thing."""

from functools import lru_cache

from earmark.copywriting.claims.tables import words
from earmark.copywriting.lexicon.judging import vader_lexicon

_VADER_AT_LEAST = 0.9
_SUFFIXES = {"proof": 1, "free": 1, "less": 1}
_BAD_STEMS = frozenset(
    [
        "odor",
        "smell",
        "wrinkle",
        "stain",
        "leak",
        "noise",
        "pain",
        "hassle",
        "rust",
        "scratch",
        "care",
        "effort",
        "mess",
        "lint",
        "spill",
    ]
)


@lru_cache(maxsize=50_000)
def valence(word: str, lemma: str) -> int:
    """1 for praise, -1 for blame, 0 for neither; our lists first, then VADER's (Hutto and Gilbert, ICWSM 2014)."""
    for form in (word, lemma):
        if form in words("valence", "neither"):
            return 0
        if form in words("valence", "positive") | words("general", "positive"):
            return 1
        if form in words("valence", "negative") | words("general", "negative"):
            return -1
    for suffix, sign in _SUFFIXES.items():
        if word.endswith(suffix) and word.removesuffix(suffix).rstrip("-") in _BAD_STEMS:
            return sign
    value = vader_lexicon().get(word, 0.0)
    return 0 if abs(value) < _VADER_AT_LEAST else 1 if value > 0 else -1


def is_general(lemma: str) -> bool:
    """Whether a word praises or blames without saying what for."""
    return lemma in words("general", "positive") | words("general", "negative")
