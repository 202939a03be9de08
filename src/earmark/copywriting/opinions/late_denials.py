"""Praise that is taken back when it has been said: "The bread was fresh... NOT!", "So friendly. As if."."""

import re
from collections.abc import Sequence

from earmark.copywriting.lexicon.judging import pattern

Span = tuple[int, int]

# Where a sentence may be done before its last words; "not!" and "NOT" need no mark before them.
_BREAKS = re.compile(r"[.,;:!*\u2026\u2013\u2014(\[]\s*|\s-+\s*|--+\s*|\s(?=not!|NOT[\W\d]*$)")
# "like it or not!", "why not!", "slow it was not!"
_GOES_ON = re.compile(r"\b(?:or|if|and|why|but|sure|hope|think|thought|was|were|is|are|did|does|do)$", re.IGNORECASE)
_SIGNS = re.compile(
    r"(?:^|\s)/s(?:arcasm)?\b|#(?:not|sarcas\w+|irony)\b|[(\[](?:not|sarcas\w+|irony)\W*[)\]]"
    r"|[\U0001F644\U0001F643\U0001F44E\U0001F6AB\u274c]"
)
# "Not. One. Complaint.": words, each with a full stop of its own.
_STACCATO = re.compile(r"\s*\w+[.!]")


def ends_in_denial(sentence: str) -> bool:
    """Whether a sentence takes back at its end what it said, or is marked as mockery."""
    low = sentence.lower()
    if _SIGNS.search(low):
        return True
    breaks = (match.span() for match in _BREAKS.finditer(sentence))
    return any(_is_denial(sentence[end:]) and _may_be_done(sentence[:start].rstrip()) for start, end in breaks)


def _may_be_done(said: str) -> bool:
    return bool(said) and not said.endswith("?") and not _GOES_ON.search(said)


def mocked_stretches(text: str, sentences: Sequence[Span]) -> list[Span]:
    """The stretches of a text that a sentence of its own takes back, from where its line begins.

    A denial that answers a question ("Any complaints? Nope.") takes nothing back.
    """
    found = []
    for number, (start, end) in enumerate(sentences):
        before = text[:start].rstrip()
        if number and not before.endswith("?") and _is_denial(text[start:end]) and not _STACCATO.match(text, end):
            found.append((before.rfind("\n") + 1, start))
    return found


def _is_denial(piece: str) -> bool:
    words = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", piece.lower().replace("\u2019", "'"))
    return bool(words) and pattern("late").fullmatch(words) is not None
