"""How likely bytes were decoded as they were meant, by where characters beyond ASCII stand in the text."""

import re
import unicodedata

_APOSTROPHES = "\u2019\u2018"
_PAUSES = "\u2013\u2014\u2026\u00a0"
_OTHER_MARKS = (
    "\u201c\u201d\u2022\u20ac\u00a3\u00b0\u00bd\u00bc\u00be\u00ae\u2122\u00a9\u00ab\u00bb\u00a1\u00bf\u00b2\u00b3\u00b9"
)
_COMMON_MARKS = _APOSTROPHES + _PAUSES + _OTHER_MARKS + "\u00b7\u00d7\u00a7\u00a5\u00a2\u00b1\u00ba\u00aa\u00b4"
# What UTF-8 leaves at the head of a character where it was read as something else.
_LEFT_BEHIND = "\u00c2\u00c3\u00e2"
_COMMON_LETTERS = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœßšž"
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_RUSSIAN = re.compile("[\u0410-\u044f\u0401\u0451\u0404\u0406\u0407\u0454\u0456\u0457]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef\u3000-\u303f]")


def plausibility(text: str) -> float:
    """The mean, over the characters beyond ASCII, of how well each stands where it stands: from -4 to 3."""
    padded = f" {text} "
    scores = [
        _stands(padded[at - 1], character, padded[at + 1])
        for at, character in enumerate(padded)
        if character > "\x7f" and 0 < at < len(padded) - 1
    ]
    return sum(scores) / len(scores) if scores else 0.0


def _stands(before: str, character: str, behind: str) -> float:
    for script in (_CYRILLIC, _EAST_ASIAN):
        if script.match(character):
            return _among_its_own(script, before, character, behind)
    if character in _APOSTROPHES and before.isalpha() and behind.isalpha():
        return 3.0
    if character in _COMMON_MARKS:
        # A mark inside a word is somebody's letter.
        inside = before.isalpha() and behind.isalpha()
        return 2.0 if not inside else 0.5 if character in _PAUSES else -1.0
    if character in _LEFT_BEHIND and behind > "\x7f" and not behind.isalpha():
        return -4.0
    kind = unicodedata.category(character)
    if kind == "Lu":
        return -3.0 if before.islower() else 1.5
    if kind == "Ll":
        alone = not (before.isalpha() or behind.isalpha())
        return -1.0 if alone else 2.0 if character in _COMMON_LETTERS else 1.2
    return -2.0


def _among_its_own(script: "re.Pattern[str]", before: str, character: str, behind: str) -> float:
    """A letter of another script beside letters of its own stands well, between Latin ones it does not."""
    if script is _CYRILLIC and not _RUSSIAN.match(character):
        return -2.0
    if any(neighbour.isascii() and neighbour.isalpha() for neighbour in (before, behind)):
        return -3.0
    return 2.0 if script.match(before) or script.match(behind) else -1.0
