"""Text that somebody else wrote: make it safe to show, to store and to quote.

Captions, titles, labels, file names, reviews and model replies are data. What is here takes away what a reader cannot
see and what could disturb a terminal, a page or a prompt; it neither judges nor rewrites what the words say. Passages
that speak to a machine are found by :mod:`earmark.language.orders`, personal data is masked by
:mod:`earmark.language.privacy`.
"""

import re
import unicodedata

# Letters and marks that draw nothing, although Unicode does not call them format characters.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# What a terminal obeys or leaves out, line and paragraph separators among it.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
_BREAKS = frozenset("\n\t")
_MARKS_IN_A_ROW = 3
_ELLIPSIS = "\u2026"


def clean_text(text: str, limit: int = 500) -> str:
    """Keep what a reader sees of a text, on one line and of bounded length.

    Control, bidirectional, invisible, private and unassigned characters and lone surrogates go, line breaks and runs
    of white space become one space, piles of combining marks are cut, and a text longer than ``limit`` ends in an
    ellipsis at a word.

    Args:
        text: anything from outside.
        limit: characters kept at most.

    Returns:
        The text, empty where nothing visible is left. Cleaning twice changes nothing.
    """
    kept: list[str] = []
    marks = 0
    # Composed first, so that what is cut is cut once; bounded first, so that a megabyte costs no more than a page.
    for character in unicodedata.normalize("NFC", text[: 8 * limit + 64]):
        if character.isspace():
            character = " "
        category = unicodedata.category(character)
        if category in _HIDDEN or character in _INVISIBLE:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    line = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    return _shorten(line, limit)


def strip_hidden(text: str) -> str:
    """A text of any length without what a reader cannot see; line breaks and tabs stay."""
    if text.isascii() and (text.isprintable() or not _CONTROL.search(text)):
        return text
    return "".join(
        character
        for character in text
        if character in "\n\t" or (unicodedata.category(character) not in _HIDDEN and character not in _INVISIBLE)
    )


def without_lone_surrogates(text: str) -> str:
    """A text without halves of characters, which no file and no terminal can hold."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def escaped(text: str, *, one_line: bool = False) -> str:
    r"""A text whose control, bidirectional and invisible characters are written out, as in JSON: ``\u001b``.

    Joiners stay, which emoji and many scripts are written with; line breaks and tabs stay unless ``one_line``.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = _JOINERS if one_line else _JOINERS | _BREAKS
    return "".join(
        character if character in kept or unicodedata.category(character) not in _UNSEEN else _written_out(character)
        for character in text
    )


def _written_out(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _shorten(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    at_word = cut[: cut.rfind(" ")] if " " in cut[limit // 2 :] else cut
    return at_word.rstrip() + _ELLIPSIS
