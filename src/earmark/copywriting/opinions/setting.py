"""How a clause stands to the facts: now or then, here or elsewhere, told or imagined, meant or mocked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from earmark.copywriting.lexicon.judging import pattern
from earmark.copywriting.opinions.late_denials import ends_in_denial
from earmark.copywriting.opinions.words import Token, was_never_seen

Denial = Literal["", "gone", "wanted", "untrue"]

_USED_TO = re.compile(
    r"(?<!\bbe )(?<!\bis )(?<!\bwas )(?<!\bam )(?<!\bare )(?<!\bget )(?<!\bgetting )(?<!\bgot )(?<!'m )(?<!'re )"
    r"\bused? to\b"
)
# "more than anything", "expected better than the cold soup" compare with nothing else.
_THAN = r"(?<!expected better )(?<!expected more )(?<!hoped for better )than(?! anything\b| ever\b)"
_AGAINST = re.compile(
    rf"\b(?:{_THAN}|unlike|compared (?:to|with)|versus|vs\.?|instead of|rather than|not like)\b[^,;.!?]*"
)
# "not as good as years ago" is about today.
_THAN_BEFORE = re.compile(r"\b(?:like|as|than)\b[^,;.]*\b(?:ago|before|past|year)\b")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d]{2,300})[\"\u201d]")
# "But", semicolons and the like, and not every comma.
_CLAUSE_ENDS = re.compile(
    r"[;:)]|\bbut\b|\bhowever\b|\balthough\b|\bthough\b| - |\.\.+|, and (?=(?:the|we|i|it|our|my|they) )",
    re.IGNORECASE,
)
# "used to be hot, and hosts were kind": the second has a subject of its own, where "hot, crisp, and good" goes on.
_ANOTHER_CLAUSE = re.compile(r",\s(?:and|plus)\s(?=(?:\w+\s){1,4}(?:is|are|was|were)\b)|, plus ")
_NAME = r"((?:the )?[A-Z][\w'&-]+(?: (?:[A-Z][\w'&-]+|of|the|and|&))*)"
# "the soup at Copper Kettle"; "when we tried Copper Kettle, the soup there".
_AT_A_NAME = re.compile(rf"\b(?:[Aa]t|[Gg]o to) {_NAME}|\b(?:tried|visited|(?:went|been) to) {_NAME}.*\bthere\b")
_DAYS = (
    "Christmas Easter Thanksgiving Halloween Monday Tuesday Wednesday Thursday Friday Saturday Sunday I Noon Midnight"
    " Night Lunch Dinner Breakfast First Last"
)
TIMES = frozenset(_DAYS.split())


@dataclass(frozen=True)
class Setting:
    """How a clause stands to the facts."""

    past: bool
    denial: Denial
    """``gone`` where what was said held once and not now, ``wanted`` where it is missed, ``untrue`` where denied."""
    flags: tuple[str, ...]
    mocked: bool
    """Whether praise here is mockery; blame in the same words is still blame."""


def setting_of(
    tokens: Sequence[Token], text: str, offset: int, target: tuple[int, int], at: int, own: frozenset[str] | None
) -> Setting:
    """How the word at ``at`` stands to the facts, in its sentence.

    Args:
        tokens: the words of the sentence.
        text: the sentence.
        offset: where the sentence begins in its review.
        target: span of the target in the review.
        at: index of the judging word.
        own: words of the product's own name, in small letters; ``None`` where it has no name, and then a name in the
            text says nothing.
    """
    place = tokens[at].start - offset
    begins, ends = clause_around(text, place, _CLAUSE_ENDS)
    clause = text[begins:ends]
    low = clause.lower().replace("\u2019", "'")
    before = low[: place - begins]
    inviting = pattern("inviting").search(text.lower().replace("\u2019", "'")) is not None
    denial = _denial(before, low[place - begins :])
    imagined = denial != "wanted" and not inviting and _is_imagined(low, place - begins)
    flags = [
        *_comparison(low, place - begins, target[0] - offset - begins),
        *(["elsewhere"] if own is not None and (_is_at_another(clause, own) or _another_has(tokens, own)) else []),
        *(["hypothetical"] if imagined else []),
        *(["question"] if text.rstrip("\"') ").endswith("?") and "?" not in text[:place] else []),
        *_quotation(text, place),
    ]
    past = bool(pattern("past").search(low)) and not pattern("still").search(low) and not _THAN_BEFORE.search(low)
    mocked = bool(pattern("mocking").search(low) or ends_in_denial(text)) and not inviting
    return Setting(past and denial != "gone", denial, tuple(dict.fromkeys(flags)), mocked)


def _denial(before: str, behind: str) -> Denial:
    """Whether the clause says something to deny it for today, by what stands before and right behind the word."""
    told = _ANOTHER_CLAUSE.split(before)[-1]
    if _USED_TO.search(told) or pattern("gone_before").search(told) or pattern("gone").search(behind[:40]):
        return "gone"
    if pattern("missed").match(behind):
        return "wanted"
    if pattern("denied_behind").search(behind[:60]) or (
        pattern("says_so").search(before) and pattern("untrue").search(behind[:40])
    ):
        return "untrue"
    ended = before.rstrip()
    for name in ("wished", "owed"):
        if any(match.end() == len(ended) for match in pattern(name).finditer(ended)):
            return "wanted"
    return ""


def clause_around(text: str, place: int, cut: re.Pattern[str]) -> tuple[int, int]:
    """Where the clause around a place begins and ends: behind the last cut up to it, and behind the first after it."""
    cuts = [0, *(match.end() for match in cut.finditer(text))]
    begins = max(found for found in cuts if found <= place)
    return begins, min((found for found in cuts if found > place), default=len(text))


def _comparison(low: str, place: int, target: int) -> list[str]:
    """Whether the word is said of another place: "the one next door has better tacos"."""
    for match in _AGAINST.finditer(low):
        # Only what stands behind "than" is about the others.
        if match.start() <= place < match.end() and match.start() <= max(target, 0):
            return ["elsewhere"]
    other = pattern("elsewhere").search(low)
    if other is None:
        return []
    compared = any(match.start() <= other.start() < match.end() for match in _AGAINST.finditer(low))
    # "the hotel next door", "noise from across the street" tell where it is; a rival has something or is better.
    located = other.group().startswith(("down the", "across the", "next door", "around the corner", "at home"))
    return [] if compared or (located and pattern("rival").search(low) is None) else ["elsewhere"]


def _is_at_another(clause: str, own: frozenset[str]) -> bool:
    """``The soup at the Blue Heron was thin``: a place with a name that is not the product's own."""
    words = clause.split()
    if sum(word[:1].isupper() for word in words) * 2 > len(words):
        return False
    for match in _AT_A_NAME.finditer(clause):
        names = [word for word in (match[1] or match[2]).split() if word[:1].isupper() and word not in TIMES]
        if names and not own & {word.lower().rstrip("'s") for word in names} and not own & {n.lower() for n in names}:
            return True
    return False


def _another_has(tokens: Sequence[Token], own: frozenset[str]) -> bool:
    """``Brimblewick has softer beds``: a name that nobody knows, and not the product's own, has what is praised."""
    name = tokens[: next((at for at, token in enumerate(tokens) if not token.text[:1].isupper()), 0)]
    if not name or own & {token.lower for token in name} or not all(was_never_seen(token.lower) for token in name):
        return False
    at = len(name)
    if tokens[at].lower == ",":  # "Brimblewick, a few streets over, is known for its soft beds"
        at = next((place for place in range(at + 1, len(tokens) - 1) if tokens[place].lower == ","), at) + 1
    known_for = tokens[at].lemma == "be" and at + 1 < len(tokens) and tokens[at + 1].lower == "known"
    return known_for or tokens[at].lemma in ("have", "serve", "offer", "do")


def _is_imagined(low: str, place: int) -> bool:
    for match in pattern("imagined").finditer(low):
        if match.start() >= place or pattern("meant").search(low[max(0, match.start() - 12) : match.end() + 12]):
            continue
        # The reach ends with the clause: "expected little, and the soup was superb".
        if not pattern("ends").search(low[match.end() : place]):
            return True
    return False


def _quotation(text: str, place: int) -> list[str]:
    for match in _QUOTED.finditer(text):
        if match.start() < place < match.end():
            return ["sarcasm"] if len(match[1].split()) <= 2 else ["quoted"]
    return []
