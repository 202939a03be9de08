"""The headline of a review, which is what its customer wrote as much as the text below it."""

import re

_WORD = re.compile(r"\w+")
_STARS_ALONE = re.compile(r"(?:one|two|three|four|five|\d)\s+stars?\W*", re.IGNORECASE)
_CLOSED = (".", "!", "?", "\u2026", ":", ";")


def with_headline(title: str, text: str) -> str:
    """Headline and text as one review, the headline a sentence of its own.

    A headline that repeats how the text begins (cut off or not), or that shops fill in themselves ("Five Stars"), adds
    nothing.
    """
    words, others = _words(title), _words(text)
    cut = title.rstrip().endswith(("...", "\u2026"))
    begins = words == others[: len(words)] or (cut and words[:-1] == others[: len(words) - 1])
    if not words or _STARS_ALONE.fullmatch(title.strip()) or (begins and others):
        return text
    title = title.strip()
    return f"{title}{'' if title.endswith(_CLOSED) else '.'}\n{text}".strip()


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
