"""Words that rank a product above others, which no set of its own reviews can carry."""

import re

from earmark.copywriting.summaries.voices import SPEAKERS

_SUPERLATIVES = (
    r"best|finest|greatest|ultimate|unbeatable|unrivalled|unrivaled|unmatched|unsurpassed|world[- ]class|number one|"
    r"no\.? ?1|#1|second to none|top[- ]notch|top[- ]rated|leading|most (?!(?:of )?(?:the )?(?:"
    + SPEAKERS
    + r"|welcome))\w+|(?:in|around) town|in the (?:city|world|country)|"
    r"favou?rites?|perfect(?:ly|ion)?|award[- ]winning|legendary|incomparable|the only|one and only"
)
# Words that end in -est and rank nothing.
_NOT_RANKS = (
    "guest|honest|modest|rest|test|west|forest|harvest|interest|request|chest|nest|vest|dishonest|breakfast|digest|"
    "invest|suggest|contest|quest|crest|arrest|protest|earnest|midwest|northwest|southwest|zest|pest|best|latest"
)
_EST = rf"(?!(?:{_NOT_RANKS})s?\b)[a-z]{{3,}}est"
_PATTERN = re.compile(rf"\b(?:{_SUPERLATIVES}|{_EST})(?!\w)", re.IGNORECASE)


def superlative_in(text: str) -> str | None:
    """The first ranking word of a text, or ``None``."""
    found = _PATTERN.search(text)
    return found[0] if found else None


def superlatives_in(text: str) -> tuple[str, ...]:
    """All ranking words of a text, in order."""
    return tuple(found[0] for found in _PATTERN.finditer(text))
