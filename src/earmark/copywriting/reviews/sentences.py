"""Sentences of a review, by character offsets.

Reviews are typed in haste: no space after a stop, lower case at the start, shouting, dots for pauses, emoji for full
stops. A cut too many costs a subject; a cut too few lets a word of one sentence judge the target of the next.
"""

import re
from collections.abc import Iterator

_ABBREVIATIONS_WORDS = (
    "mr mrs ms dr st ave blvd rd mt ft vs etc e.g i.e eg ie approx min mins hr hrs lb lbs oz tbsp tsp dept no inc ltd"
    " co corp jr sr a.m p.m u.s u.k d.c b.y.o.b misc est max tel ext pkg pc pcs appt temp reg"
)
_MAY_CLOSE_WORDS = "etc a.m p.m inc ltd co corp jr sr min mins hr hrs lb lbs oz tbsp tsp ave blvd rd"
_MAY_CLOSE = frozenset(_MAY_CLOSE_WORDS.split())
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_WORDS.split())
_LONGEST = 600
"""Characters; a run without a stop is cut at the last comma or space before this, so that no step is unbounded."""

_STOP = re.compile(
    r"""
    (?P<stop>[.!?\u2026\u3002\uff01\uff1f]+[)\]"'\u201d\u2019]*)     # one or more stops, closing brackets and quotes
    (?P<after>\s*)
  | (?P<line>\s*\n\s*)
  | (?P<emoji>(?:[\U0001F300-\U0001FAFF\u2600-\u27bf]\ufe0f?\u200d?)+)(?P<gap>\s*)
    """,
    re.VERBOSE,
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of a text, in order, without the white space around them; half open."""
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in _cuts(text):
        spans.extend(_trimmed(text, start, cut))
        start = cut
    spans.extend(_trimmed(text, start, len(text)))
    return spans


def _cuts(text: str) -> Iterator[int]:
    """Where a sentence ends: the offset behind its last character."""
    for match in _STOP.finditer(text):
        end = match.end()
        if match["line"] is not None:
            if _line_ends_here(text, match.start(), end):
                yield end
        elif match["emoji"] is not None:
            # An emoji closes a sentence only where a new one visibly begins behind it.
            if end < len(text) and match["gap"] and (text[end].isupper() or text[end].isdigit()):
                yield end
        elif _stop_ends_here(text, match):
            yield end


def _stop_ends_here(text: str, match: "re.Match[str]") -> bool:
    stop, end = match["stop"], match.end()
    if end >= len(text):
        return False
    following = text[end]
    pause = stop.startswith(("..", "\u2026"))
    if not match["after"]:
        # "good.The", "nice!!but": a full stop between a small and a capital letter, or a shout before any letter.
        before = text[match.start() - 1] if match.start() else " "
        if set(stop) & set("!?") or pause:
            return following.isalpha() and (following.isupper() or not pause)
        # Two letters at least on both sides, so that "U.S.A" and "St.John" are left alone but "ok.We" is cut.
        return before.islower() and following.isupper() and text[end + 1 : end + 2].islower() and stop == "."
    if pause:
        return following.isupper() or following in "\"'(\u201c"
    if stop[0] == ".":
        word = re.search(r"[\w.]*$", text[max(0, match.start() - 12) : match.start()])
        before = word.group().lower() if word else ""
        if before in _ABBREVIATIONS:
            # "at 5 p.m. The waiter": an abbreviation may still close a sentence; "No. 5" and "No. The waiter" differ.
            return not following.isdigit() if before == "no" else before in _MAY_CLOSE and following.isupper()
        if re.fullmatch(r"(?:[a-z]\.)+[a-z]", before) and following.islower():
            return False
        if len(before) == 1 and before.isalpha() and before != "i" and following.isupper():
            return False
    return True


def _line_ends_here(text: str, start: int, end: int) -> bool:
    if start == 0 or end >= len(text):
        return False
    before, following = text[start - 1], text[end]
    # Text that was wrapped at a fixed width goes on in small letters.
    return before in ".!?\u2026:;)" or not following.islower() or following in "-*\u2022"


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and (text[start].isspace() or text[start] in "*\u2022"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _LONGEST:
        window = text[start : start + _LONGEST]
        cut = max(window.rfind(", "), window.rfind("; "), window.rfind(" - "))
        cut = cut if cut > _LONGEST // 3 else window.rfind(" ")
        cut = start + (cut + 1 if cut > 0 else _LONGEST)
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    # A span without a letter or a digit says nothing, except that its emoji may.
    if end > start:
        yield start, end
