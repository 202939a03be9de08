"""Words that look like a misspelt denial: ``wans't``, ``dosent``, ``nto``. What they deny, no rule can say."""

import re
from difflib import get_close_matches
from functools import lru_cache

from earmark.copywriting.opinions.scope import NEGATIONS
from earmark.copywriting.opinions.words import was_never_seen

_DENIALS = tuple(
    re.findall(
        r"\w+",
        "not cannot wasnt werent isnt arent doesnt dont didnt hasnt havent hadnt cant couldnt wouldnt shouldnt wont"
        " neednt mustnt aint mightnt never",
    )
)
_LONG = [word for word in _DENIALS if len(word) > 4]
_SAME_LETTERS = frozenset("".join(sorted(word)) for word in _DENIALS)
_NEAR = 0.8
"""Share of letters, by difflib, from which a word is a denial with a letter too many, too few or in a wrong place."""
# Cut short, with a vowel in its middle, by its sound, in Scots.
_LIKELY = re.compile(
    r"(?:was|were|is|are|does|did|has|had|could|would|should|must)n|is[aei]nt|s?nt|na[wh]t|nott|nowt|\w*[^aeiouyn\W]nt|\w{2,}nae"
)
_INNOCENT = frozenset({"donut", "donuts"}) | NEGATIONS
_WORD = re.compile(r"[^\W_]+(?:['\u2019*][^\W_]+)*")
_ENDING = re.compile(r"(?:'(?:s|re|ve|ll|d|m))+$")


def misspelt_denials(sentence: str) -> list[tuple[int, int]]:
    """Where words stand that look like a denial and are spelt like none.

    Args:
        sentence: in small letters.
    """
    return [match.span() for match in _WORD.finditer(sentence) if _looks_like_a_denial(match[0])]


@lru_cache(maxsize=100_000)
def _looks_like_a_denial(word: str) -> bool:
    word = _ENDING.sub("", word.replace("\u2019", "'"))
    if not 3 <= len(word) <= 12 or word in _INNOCENT or word.endswith("n't"):
        return False
    letters = re.sub(r"[\W\d]+", "", word)
    marked = letters != word
    if _LIKELY.fullmatch(letters) or (marked and re.search(r"['*\d]t$", word)):
        return True
    if not marked and not was_never_seen(word):
        return False
    letters = re.sub(r"(.)\1+", r"\1", letters)
    return "".join(sorted(letters)) in _SAME_LETTERS or bool(get_close_matches(letters, _LONG, 1, _NEAR))
