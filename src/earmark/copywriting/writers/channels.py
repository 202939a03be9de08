"""Where copy stands, and the limits that hold there.

Search ad: 30 characters a headline and 90 a description, as Google's responsive search ads have it. Social post: 280
characters, X's limit, the shortest of the large networks. E-mail: a subject of 60 characters, which phones still show
whole, and a body that fits a screen. Shop page: a title of 60 and a description of 160 characters, which search
results show whole; 600 for a paragraph; five bullets of 120.
"""

from dataclasses import dataclass

from earmark.copywriting.writers.drafts import Channel, Length, Style
from earmark.errors import InvalidInput


@dataclass(frozen=True)
class Limits:
    """What fits.

    Attributes:
        characters: for the whole text.
        line: for each line, ``None`` where lines may be as long as the whole.
        lines: lines at most.
        first: for the first line, where it is a subject or a headline of its own kind.
    """

    characters: int
    line: int | None = None
    lines: int | None = None
    first: int | None = None


AD_HEADLINE, AD_DESCRIPTION, AD_HEADLINES, AD_DESCRIPTIONS = 30, 90, 3, 2
SUBJECT = 60

_SHOP: dict[Length, Limits] = {
    "headline": Limits(characters=60, lines=1),
    "short": Limits(characters=160, lines=1),
    "paragraph": Limits(characters=600, lines=1),
    "bullets": Limits(characters=605, line=120, lines=5),
}
_SOCIAL: dict[Length, Limits] = {
    "headline": Limits(characters=60, lines=1),
    "short": Limits(characters=160),
    "paragraph": Limits(characters=280),
    "bullets": Limits(characters=280, line=90, lines=5),
}


def limits(style: Style) -> Limits:
    """The limits of a style."""
    if style.channel == "ad":
        return Limits(characters=300, line=AD_DESCRIPTION, lines=AD_HEADLINES + AD_DESCRIPTIONS + 1, first=AD_HEADLINE)
    if style.channel == "email":
        return Limits(characters=1_200, first=SUBJECT + len("Subject: "))
    return (_SOCIAL if style.channel == "social" else _SHOP)[style.length]


def broken_limit(text: str, style: Style) -> str | None:
    """Which limit a text breaks, in a sentence without a full stop, or ``None``."""
    held = limits(style)
    if len(text) > held.characters:
        return f"{len(text)} characters where {held.characters} fit"
    lines = text.split("\n")
    if held.lines is not None and len(lines) > held.lines:
        return f"{len(lines)} lines where {held.lines} fit"
    if style.channel == "ad":
        headlines, _, descriptions = text.partition("\n\n")
        for line in headlines.split("\n"):
            if len(line) > AD_HEADLINE:
                return f"an ad headline of {len(line)} characters where {AD_HEADLINE} fit"
        for line in descriptions.split("\n") if descriptions else []:
            if len(line) > AD_DESCRIPTION:
                return f"an ad description of {len(line)} characters where {AD_DESCRIPTION} fit"
        return None
    if held.first is not None and len(lines[0]) > held.first:
        return f"a first line of {len(lines[0])} characters where {held.first} fit"
    if held.line is not None:
        long = next((line for line in lines if len(line) > held.line), None)
        if long is not None:
            return f"a line of {len(long)} characters where {held.line} fit"
    return None


def check_must(must: tuple[str, ...], style: Style) -> None:
    """Make sure that what must be said can be said within the limits.

    Raises:
        InvalidInput: it cannot.
    """
    longest = AD_DESCRIPTION if style.channel == "ad" else (limits(style).line or limits(style).characters)
    for phrase in must:
        if len(phrase) + 1 > longest:
            raise InvalidInput(
                f"--must {phrase[:40]!r} takes {len(phrase) + 1} characters and {where(style)} has room for {longest}: "
                "shorten it, or choose another --channel or --length."
            )
    total = sum(len(phrase) + 2 for phrase in must)
    room = AD_DESCRIPTION * AD_DESCRIPTIONS if style.channel == "ad" else limits(style).characters
    if total > room:
        raise InvalidInput(
            f"the --must phrases take {total} characters and {where(style)} has room for {room}: drop some."
        )


def where(style: Style) -> str:
    """The place in words."""
    names: dict[Channel, str] = {"shop": "a shop page", "ad": "a search ad", "social": "a post", "email": "an e-mail"}
    return names[style.channel] if style.channel in ("ad", "email") else f"{names[style.channel]} ({style.length})"
