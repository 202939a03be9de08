"""What stands around a judging word and turns it: negation, "too", the past, elsewhere, the imagined, mockery."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from earmark.copywriting.lexicon.judging import pattern
from earmark.copywriting.opinions.words import Token

_NEGATING = (
    "not n't never no hardly barely neither nor none nothing nobody without cannot cant dont didnt doesnt wasnt werent"
    " isnt arent wont couldnt lack lacks lacked lacking zero rarely seldom scarcely"
)
NEGATIONS = frozenset(_NEGATING.split())
_SPENT_ON_A_NOUN = frozenset("no without zero lack lacks lacked lacking nothing nobody none".split())  # noqa: SIM905
# Behind these a negation denies nothing: "not only", "no doubt".
_NOT_DENYING = {
    "not": frozenset({"only", "just", "to", "sure", "surprisingly", "miss", "forget", "mention"}),
    "no": frozenset({"doubt", "question", "wonder", "matter", "less", "longer"}),
    "n't": frozenset(
        {"wait", "miss", "let", "forget", "only", "just", "mind", "believe", "know", "remember", "beat", "sure"}
    ),
    "nothing": frozenset({"but"}),
    "never": frozenset({"mind"}),
    "cannot": frozenset({"beat"}),
}
_STOPPING = "but although though while whereas because however yet except since which unless until -- - ... \u2026"
_STOPS = frozenset(';:()[]\u2013\u2014"') | frozenset(_STOPPING.split())
_USED_TO = re.compile(
    r"(?<!\bbe )(?<!\bis )(?<!\bwas )(?<!\bam )(?<!\bare )(?<!\bget )(?<!\bgetting )(?<!\bgot )(?<!'m )(?<!'re )"
    r"\bused? to\b"
)
_AGAINST = re.compile(r"\b(?:than|unlike|compared (?:to|with)|versus|vs\.?|instead of|rather than|not like)\b[^,;.!?]*")
_SIGNS_OF_MOCKERY = re.compile(r"\bnot!+\s*$|(?:^|\s)/s\b|\U0001F644|\((?:not|sarcasm)\)")
# "not as good as years ago" is about today.
_THAN_BEFORE = re.compile(r"\b(?:like|as|than)\b[^,;.]*\b(?:ago|before|past|year)\b")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d]{2,300})[\"\u201d]")


def is_negated(tokens: Sequence[Token], index: int) -> bool:
    """Whether a negation reaches the word at ``index`` from its left.

    A comma stops it, unless what lies between is one list of adjectives closed by "or" or "nor" ("not clean, quiet or
    comfortable"); "and" stops it unless adjectives alone follow ("not clean and quiet").
    """
    at = index - 1
    steps = 0
    while at >= 0 and steps < 9:
        token = tokens[at]
        if token.lower in NEGATIONS:
            return not _denies_nothing(tokens, at) and not _is_spent(tokens, at, index)
        if token.lower in _STOPS or token.role == "clause":
            return False
        if token.lower == "," and not _is_list(tokens, at, index):
            return False
        if token.lower in ("and", "&", "or", "so") and not _only_adjectives(tokens, at + 1, index):
            return False
        # A clause of its own subject ends the reach: "not busy the service was great".
        if token.lower in ("i", "we", "they", "he", "she", "it") and not _raises(tokens, at):
            return False
        at -= 1
        steps += 1
    return False


def _is_spent(tokens: Sequence[Token], at: int, index: int) -> bool:
    """``no complaints made it great``: "no" denies its own noun and nothing behind it."""
    if tokens[at].lower not in (
        "no",
        "without",
        "zero",
        "lack",
        "lacks",
        "lacked",
        "lacking",
        "nothing",
        "nobody",
        "none",
    ):
        return False
    return any(token.is_noun or token.tag == "PNI" for token in tokens[at + 1 : index]) or (
        tokens[at].lower in ("lack", "lacks", "lacked", "lacking")
        and any(token.lower == "," for token in tokens[at:index])
    )


def _denies_nothing(tokens: Sequence[Token], at: int) -> bool:
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if following == "believe" and at + 2 < len(tokens) and tokens[at + 2].lower == "in":
        return False
    return following in _NOT_DENYING.get(tokens[at].lower, ())


def _raises(tokens: Sequence[Token], at: int) -> bool:
    """``I don't think it is good``: a negated verb of opinion before the pronoun."""
    before = [token.lemma for token in tokens[max(0, at - 3) : at]]
    return bool({"think", "believe", "say", "feel", "find", "consider"} & set(before))


def _is_list(tokens: Sequence[Token], comma: int, index: int) -> bool:
    if not _only_adjectives(tokens, comma + 1, index):
        return False
    closing = index + 1
    while closing < len(tokens) and (tokens[closing].is_adjective or tokens[closing].lower in (",", "very")):
        closing += 1
    joined = closing < len(tokens) and tokens[closing].lower in ("or", "nor")
    return joined or any(token.lower in ("or", "nor") for token in tokens[comma:index])


def _only_adjectives(tokens: Sequence[Token], start: int, end: int) -> bool:
    return all(
        token.is_adjective or token.tag[:2] in ("AV", "XX") or token.lower in (",", "or", "nor", "and", "a", "too")
        for token in tokens[start:end]
    )


def degree_before(tokens: Sequence[Token], index: int) -> str:
    """``too`` where the word at ``index`` is more than it should be, ``enough`` where it suffices, else nothing."""
    before = [token.lower for token in tokens[max(0, index - 2) : index]]
    if before and (
        before[-1] in ("too", "overly", "excessively") or before == ["far", "too"] or before == ["way", "too"]
    ):
        return "too"
    return "enough" if index + 1 < len(tokens) and tokens[index + 1].lower == "enough" else ""


@dataclass(frozen=True)
class Setting:
    """How a sentence stands to the facts."""

    past: bool = False
    flags: tuple[str, ...] = ()


def setting_of(tokens: Sequence[Token], text: str, offset: int, target: tuple[int, int], at: int) -> Setting:
    """How the word at ``at`` stands to the facts, in its sentence.

    Args:
        tokens: the words of the sentence.
        text: the sentence.
        offset: where the sentence begins in its review.
        target: span of the target in the review.
        at: index of the judging word.
    """
    place = tokens[at].start - offset
    clause, begins = _clause(text, place)
    low = clause.lower().replace("\u2019", "'")
    flags = [
        *_comparison(low, place - begins, target[0] - offset - begins),
        *(["hypothetical"] if _is_imagined(low, place - begins) else []),
        *(["question"] if text.rstrip("\"') ").endswith("?") and "?" not in text[:place] else []),
        *_quotation(text, place),
        *(["sarcasm"] if _is_mockery(text) else []),
    ]
    before = low[: place - begins]
    past = bool(pattern("past").search(low)) and not pattern("still").search(low) and not _THAN_BEFORE.search(low)
    return Setting(past or bool(_USED_TO.search(before)), tuple(dict.fromkeys(flags)))


def _is_mockery(text: str) -> bool:
    low = text.lower().replace("\u2019", "'")
    return bool(pattern("mocking").search(low) or _SIGNS_OF_MOCKERY.search(low))


def used_to(tokens: Sequence[Token], text: str, offset: int, at: int) -> bool:
    """Whether the judging word is denied for today: "used to be good", "no longer clean", "isn't fresh anymore"."""
    place = tokens[at].start - offset
    clause, begins = _clause(text, place)
    low = clause.lower().replace("\u2019", "'")
    return bool(_USED_TO.search(low[: place - begins]) or re.search(r"\bno longer\b", low[: place - begins]))


def _clause(text: str, place: int) -> tuple[str, int]:
    """The clause around a place and where it begins: cut at "but", semicolons and the like, not at every comma."""
    cuts = [
        0,
        *(
            match.end()
            for match in re.finditer(r"[;:]|\bbut\b|\bhowever\b|\balthough\b|\bthough\b| - |\.\.+", text, re.I)
        ),
    ]
    begins = max(cut for cut in cuts if cut <= place)
    ends = min((cut for cut in cuts if cut > place), default=len(text))
    return text[begins:ends], begins


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
    located = other.group().startswith(
        ("down the", "across the", "next door", "around the corner", "at home", "target")
    )
    rival = pattern("rival").search(low)
    return [] if compared or (located and rival is None) else ["elsewhere"]


def _is_imagined(low: str, place: int) -> bool:
    for match in pattern("imagined").finditer(low):
        if match.start() < place and not pattern("meant").search(low[max(0, match.start() - 12) : match.end() + 12]):
            between = low[match.end() : place]
            # The reach ends with the clause: "expected little, and the soup was superb".
            if not pattern("ends").search(between):
                return True
    return False


def _quotation(text: str, place: int) -> list[str]:
    for match in _QUOTED.finditer(text):
        if match.start() < place < match.end():
            return ["sarcasm"] if len(match[1].split()) <= 2 else ["quoted"]
    return []
