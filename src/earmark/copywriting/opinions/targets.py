"""What a judging word is said of: the noun it qualifies, the subject of its verb, or what a pronoun stands for.

A parser would know more; these few rules read the clauses that reviews are made of, and say nothing elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.copywriting.opinions.words import Token

COPULAS = frozenset(
    {"be", "feel", "look", "taste", "seem", "smell", "sound", "get", "become", "appear", "stay", "remain"}
)
ARRIVING = frozenset({"come", "turn", "arrive", "go", "run"})
SERVED = frozenset(
    {"serve", "cook", "make", "prepare", "season", "price", "bring", "deliver", "present", "decorate", "keep"}
)
_CAUSING = frozenset({"find", "make", "keep", "get", "leave", "consider", "have", "like", "serve"})
_HOLDING = (
    "amount number bunch lot kind sort type piece bowl cup plate bottle pair slice order glass side bit couple helping"
    " basket pile mix pitcher pint plateful bite"
)
_CONTAINERS = frozenset(_HOLDING.split())
_VAGUE = frozenset(
    {
        "alternative",
        "thing",
        "choice",
        "option",
        "bet",
        "touch",
        "addition",
        "surprise",
        "find",
        "idea",
        "one",
        "part",
        "plus",
    }
)
_JOINERS = frozenset({"and", ",", "&", "but", "yet", "/", "or"})
_CUT = frozenset(
    {";", ":", "(", ")", ".", "!", "?", "but", "because", "although", "though", "while", "--", "-", "...", "\u2026"}
)
PERSONS = frozenset({"i", "we", "you", "me", "us", "he", "she", "they", "it", "this", "that", "these", "those", "them"})


@dataclass(frozen=True, slots=True)
class Target:
    """What is judged."""

    lemma: str
    surface: str
    start: int
    end: int
    pronoun: bool = False
    """Still to be resolved: ``it``, ``they``, ``everything``."""


def phrase(tokens: Sequence[Token], first: int, last: int) -> Target:
    """The nouns from ``first`` to ``last`` as one target; the last word in its dictionary form."""
    words = [token.lower for token in tokens[first:last]]
    return Target(
        " ".join([*words, tokens[last].lemma]),
        " ".join([*words, tokens[last].lower]),
        tokens[first].start,
        tokens[last].end,
    )


def noun_phrase_from(tokens: Sequence[Token], index: int) -> tuple[Target, int] | None:
    """The noun phrase that begins at ``index`` with articles, adjectives and adverbs, and the index behind it."""
    at = index
    while at < len(tokens) and not tokens[at].is_noun:
        token = tokens[at]
        skippable = (
            token.is_adjective or token.tag[:2] in ("AT", "DP", "DT", "AV", "CR", "OR") or token.tag in ("VVN", "POS")
        )
        if not skippable or token.tag in ("AVQ", "DTQ"):
            return None
        at += 1
    return _compound(tokens, at) if at < len(tokens) else None


def _compound(tokens: Sequence[Token], first: int) -> tuple[Target, int]:
    last = first
    while last + 1 < len(tokens) and tokens[last + 1].is_noun and last - first < 3:
        last += 1
    after = last + 1
    if tokens[last].lemma in _CONTAINERS and after + 1 < len(tokens) and tokens[after].lower == "of":
        inner = noun_phrase_from(tokens, after + 1)
        if inner is not None:
            return inner
    # "the owner's attitude": the judged noun is the last one.
    if after + 1 < len(tokens) and tokens[after].tag == "POS":
        inner = noun_phrase_from(tokens, after + 1)
        if inner is not None:
            return inner
    return phrase(tokens, first, _without_name(tokens, first, last)), after


def _without_name(tokens: Sequence[Token], first: int, last: int) -> int:
    """``manager John``: what a person is stays, who a person is never becomes a target."""
    staff = load_lexicon().classes["staff"]
    while last > first and tokens[last].tag[:2] == "NP" and tokens[last - 1].lemma in staff:
        last -= 1
    return last


def attributive(tokens: Sequence[Token], index: int) -> list[Target]:
    """The noun that an adjective stands before: "friendly, helpful staff"."""
    at = index + 1
    crossed = False
    while at < len(tokens) and not tokens[at].is_noun:
        token = tokens[at]
        if token.is_adjective or token.tag in ("ORD", "CRD", "VVN") or (token.tag == "VVG" and not crossed):
            at += 1
        elif (
            token.lower in _JOINERS
            and at + 1 < len(tokens)
            and (tokens[at + 1].is_adjective or tokens[at + 1].tag == "AV0")
        ):
            crossed = True
            at += 1
        elif token.tag == "AV0" and at + 1 < len(tokens) and tokens[at + 1].is_adjective:
            at += 1
        else:
            return []
    if at >= len(tokens) or (crossed and _is_predicate(tokens, index)):
        return []
    found, after = _compound(tokens, at)
    if found.lemma.rsplit(" ", 1)[-1] in _VAGUE:
        verb = _copula_before(tokens, index)
        subjects = subjects_of(tokens, verb) if verb is not None else []
        if subjects and not subjects[0].pronoun:
            return subjects
    return [found, *_joined_nouns(tokens, after)]


def _joined_nouns(tokens: Sequence[Token], at: int) -> list[Target]:
    """Further nouns under the same adjective: "great food and service", never past a verb."""
    if at + 1 < len(tokens) and tokens[at].lower in ("and", "&", "/") and tokens[at + 1].is_noun:
        found, after = _compound(tokens, at + 1)
        follows = tokens[after] if after < len(tokens) else None
        if follows is None or not (follows.is_verb or follows.tag == "XX0" or follows.is_adjective):
            return [found]
    if at + 2 < len(tokens) and tokens[at].lower == "," and tokens[at + 1].is_noun:
        found, after = _compound(tokens, at + 1)
        if after < len(tokens) and tokens[after].lower in (",", "and", "&"):
            return [found, *_joined_nouns(tokens, after)]
    return []


def _is_predicate(tokens: Sequence[Token], index: int) -> bool:
    at = index - 1
    while at >= 0 and (tokens[at].tag[:2] in ("AV", "XX") or tokens[at].is_adjective or tokens[at].lower in _JOINERS):
        at -= 1
    return at >= 0 and _is_copula(tokens, at) and not (at and tokens[at - 1].tag == "EX0")


def _copula_before(tokens: Sequence[Token], index: int) -> int | None:
    """The verb that makes a noun phrase a predicate: "the soup was a great choice"."""
    at = index - 1
    while at >= 0 and (tokens[at].tag[:2] in ("AV", "XX", "AT", "DP", "DT") or tokens[at].is_adjective):
        at -= 1
    return at if at >= 0 and tokens[at].lemma in ("be", "make", "remain") and tokens[at].is_verb else None


def predicative(tokens: Sequence[Token], index: int) -> list[Target] | None:
    """The subject of the verb that a word completes: "the crust was thin and crisp"; ``None`` without such a verb."""
    at = index - 1
    while at >= 0:
        token = tokens[at]
        if _is_copula(tokens, at):
            if at and tokens[at - 1].tag == "EX0":
                return None
            return subjects_of(tokens, at)
        inside = (
            token.tag[:2] in ("AV", "XX", "DT", "OR")
            or token.is_adjective
            or (
                token.tag == "AT0"
                and at + 1 < len(tokens)
                and tokens[at + 1].lower in ("bit", "little", "tad", "lot", "touch")
            )
            or token.lower in ("bit", "tad", "lot", "touch", "kind", "sort", "of", "all", "both", "so", "super", "as")
            or (token.tag in ("VVN", "VVD") and token.lemma in SERVED)
            # "was not the best", "is something special"
            or (token.tag == "AT0" and tokens[index].tag == "AJS")
            or token.lower in ("something", "nothing", "anything", "none")
            or (token.lower == "no" and tokens[at + 1].lower == "longer")
        )
        if token.lower in _JOINERS and at and not token.is_adjective:
            before = tokens[at - 1]
            inside = before.is_adjective or before.tag in ("AV0", "VVN", "XX0") or before.role == "adjective"
        if not inside:
            return None
        at -= 1
    return None


def _is_copula(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.lower in ("'s", "'re", "'m", "s") and token.tag[:2] == "VB":
        return True
    if token.lemma == "be" and token.tag[:2] == "VB":
        return True
    if token.lemma in COPULAS and token.tag[:2] == "VV":
        return True
    return token.lemma in ARRIVING and token.tag[:2] == "VV"


def subjects_of(tokens: Sequence[Token], verb: int) -> list[Target]:
    """The nouns, or the pronoun, that a verb is said of; empty where the subject is left out."""
    at = verb - 1
    while at >= 0 and (
        tokens[at].tag[:2] in ("AV", "XX", "VM", "VH", "VB", "TO")
        or tokens[at].lower in ("used", "use", "both", "all", "'ve", "'d", "'ll")
        or tokens[at].lower in COPULAS
        or tokens[at].tag == "PNX"
    ):
        at -= 1
    if at < 0:
        return []
    token = tokens[at]
    if token.lower in _CUT:
        return []
    if token.lower == "," and at and tokens[at - 1].is_noun and verb - at == 1:
        return []
    if token.is_noun:
        return _noun_subject(tokens, at)
    if token.tag in ("DTQ", "CJT", "PNQ", "AVQ") or token.lower in ("which", "that", "who"):
        return _antecedent(tokens, at) or ([_pronoun(token)] if token.lower == "that" else [])
    if token.lower in PERSONS or token.tag[:2] in ("PN", "DT"):
        return [_pronoun(token)]
    if token.is_verb:
        return _reduced_relative(tokens, at)
    # "the food here was": adverbs of place and prepositions of their own.
    return _noun_subject(tokens, at - 1) if at and tokens[at - 1].is_noun else []


def _pronoun(token: Token) -> Target:
    return Target(token.lower, token.lower, token.start, token.end, pronoun=True)


def _noun_subject(tokens: Sequence[Token], last: int) -> list[Target]:
    first = last
    while first and tokens[first - 1].is_noun and last - first < 3:
        first -= 1
    at = first - 1
    while at >= 0 and (
        tokens[at].is_adjective
        or tokens[at].tag[:2] in ("AT", "DP", "DT", "CR", "OR")
        or tokens[at].tag in ("VVN", "AV0")
    ):
        at -= 1
    if at > 0 and tokens[at].tag in ("PRP", "PRF") and tokens[at].lower not in ("like", "than"):
        before = at - 1
        if tokens[before].is_noun:
            # "the crust of the pizza": the head stands before the preposition; of containers, behind it.
            if tokens[before].lemma in _CONTAINERS and tokens[at].lower == "of":
                return [phrase(tokens, first, last)]
            return _noun_subject(tokens, before)
        if (
            tokens[before].lower in ("all", "most", "some", "none", "both", "everything", "each", "one")
            and tokens[at].lower == "of"
        ):
            return [phrase(tokens, first, last)]
    found = [phrase(tokens, first, _without_name(tokens, first, last))]
    if (
        at > 0
        and tokens[at].lower in ("and", "&", ",", "/")
        and tokens[at - 1].is_noun
        and not _verb_before(tokens, at)
    ):
        found = [*_noun_subject(tokens, at - 1), *found]
    return found


def _verb_before(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb stands between the start of the clause and here: then the noun before "and" is its object."""
    for at in range(index - 1, -1, -1):
        if tokens[at].lower in _CUT:
            return False
        if tokens[at].is_verb and tokens[at].tag != "VVN":
            return True
    return False


def _antecedent(tokens: Sequence[Token], at: int) -> list[Target]:
    before = at - 1
    if before >= 0 and tokens[before].lower in (",", "-", "--", "("):
        before -= 1
    while before >= 0 and tokens[before].tag in ("PRP", "AV0"):
        before -= 1
    return _noun_subject(tokens, before)[-1:] if before >= 0 and tokens[before].is_noun else []


def _reduced_relative(tokens: Sequence[Token], verb: int) -> list[Target]:
    """``the pizza we ordered was cold``, ``the food served is great``."""
    at = verb
    while at >= 0 and (tokens[at].is_verb or tokens[at].tag[:2] in ("AV", "XX", "AV")):
        at -= 1
    if at >= 0 and tokens[at].lower in ("i", "we", "you", "they", "he", "she"):
        at -= 1
        if at >= 0 and tokens[at].lower in ("that", "which"):
            at -= 1
    return _noun_subject(tokens, at) if at >= 0 and tokens[at].is_noun else []


def after_noun(tokens: Sequence[Token], index: int) -> list[Target]:
    """The noun right before: "found the staff rude", "Food: great", "Service slow"."""
    at = index - 1
    while at >= 0 and (
        tokens[at].tag[:2] in ("AV", "XX")
        or tokens[at].is_adjective
        or (tokens[at].lower in ("and", ",") and at and tokens[at - 1].is_adjective)
    ):
        at -= 1
    if at < 0:
        return []
    separated = tokens[at].lower in (":", "-", "--", "=", "\u2013", "\u2014") and at > 0 and tokens[at - 1].is_noun
    last = at - 1 if separated else at
    if not tokens[last].is_noun:
        return []
    first = last
    while first and tokens[first - 1].is_noun:
        first -= 1
    before = first - 1
    while before >= 0 and (tokens[before].tag[:2] in ("AT", "DP", "DT") or tokens[before].is_adjective):
        before -= 1
    # "What stood out was the crust: crisp every time".
    told = separated and before >= 0 and tokens[before].lemma == "be"
    opens = before < 0 or told or tokens[before].lower in _CUT or tokens[before].lower in (",", "and", "&")
    ends = index + 1 >= len(tokens) or not (tokens[index + 1].is_noun or tokens[index + 1].is_verb)
    caused = before >= 0 and tokens[before].is_verb and tokens[before].lemma in _CAUSING
    asked = before >= 0 and tokens[before].lemma == "be" and (not before or tokens[before - 1].lower in _CUT)
    if ends and (caused or asked or (opens and (separated or before < 0 or tokens[before].lower != "and"))):
        return [phrase(tokens, first, last)]
    return []


def appended(tokens: Sequence[Token], index: int) -> list[Target]:
    """The noun before a comma that closing adjectives are said of: "I liked the waiters, so attentive"."""
    at = index - 1
    while at >= 0 and (tokens[at].tag[:2] in ("AV", "XX") or tokens[at].is_adjective or tokens[at].lower == "and"):
        at -= 1
    if at < 1 or tokens[at].lower != "," or not tokens[at - 1].is_noun:
        return []
    behind = index + 1
    while behind < len(tokens) and (
        tokens[behind].is_adjective or tokens[behind].lower in ("and", "but", "very", "so")
    ):
        behind += 1
    if behind < len(tokens) and tokens[behind].lower not in _CUT:
        return []
    first = at - 1
    while first and tokens[first - 1].is_noun:
        first -= 1
    return [phrase(tokens, first, _without_name(tokens, first, at - 1))]


def behind_preposition(tokens: Sequence[Token], index: int) -> list[Target]:
    """What a feeling is about: "impressed with the staff and the food"."""
    for at in range(index + 1, min(index + 4, len(tokens))):
        if tokens[at].lower in ("with", "by", "at", "in", "about", "of"):
            return objects_of(tokens, at)
        if tokens[at].tag[:2] not in ("AV", "AJ"):
            return []
    return []


def objects_of(tokens: Sequence[Token], index: int) -> list[Target]:
    """The nouns right behind a verb or a preposition, or the pronoun there."""
    if index + 1 < len(tokens) and tokens[index + 1].lower in ("it", "this", "them", "that", "everything", "these"):
        following = tokens[index + 2] if index + 2 < len(tokens) else None
        if following is None or not (following.is_noun or following.is_adjective):
            return [_pronoun(tokens[index + 1])]
    found = noun_phrase_from(tokens, index + 1)
    if found is None:
        return []
    targets, after = [found[0]], found[1]
    while after < len(tokens) and tokens[after].lower in ("and", ",", "&"):
        more = noun_phrase_from(tokens, after + 1)
        if more is None or (
            more[1] < len(tokens) and (tokens[more[1]].is_verb or tokens[more[1]].tag[:2] in ("VM", "XX"))
        ):
            break
        targets.append(more[0])
        after = more[1]
    return targets
