"""Subjects: what a verb is said of.

A parser would know more; these few rules read the clauses that reviews are made of, and say nothing elsewhere.
"""

from collections.abc import Sequence

from earmark.copywriting.opinions.noun_phrases import (
    CONTAINERS,
    CUT,
    JOINERS,
    PERSONS,
    Target,
    phrase,
    without_name,
)
from earmark.copywriting.opinions.words import Token

COPULAS = frozenset(
    {"be", "feel", "look", "taste", "seem", "smell", "sound", "get", "become", "appear", "stay", "remain"}
)
ARRIVING = frozenset({"come", "turn", "arrive", "go", "run"})
SERVED = frozenset(
    {"serve", "cook", "make", "prepare", "season", "price", "bring", "deliver", "present", "decorate", "keep"}
)


def predicative(tokens: Sequence[Token], index: int) -> list[Target] | None:
    """The subject of the verb that a word completes: "the crust was thin and crisp"; ``None`` without such a verb."""
    at = index - 1
    while at >= 0:
        token = tokens[at]
        if is_copula(tokens, at):
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
        if token.lower in JOINERS and at and not token.is_adjective:
            before = tokens[at - 1]
            inside = before.is_adjective or before.tag in ("AV0", "VVN", "XX0") or before.role == "adjective"
        if not inside:
            return None
        at -= 1
    return None


def is_copula(tokens: Sequence[Token], at: int) -> bool:
    """Whether the verb there joins a subject to what it is: was, tastes, came out."""
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
    if token.lower in CUT:
        return []
    if token.lower == "," and verb - at == 1 and (opened := _aside_before(tokens, at)) is not None:
        return _noun_subject(tokens, opened)
    if token.lower == "," and at and tokens[at - 1].is_noun and verb - at == 1:
        return []
    if token.is_noun:
        return _noun_subject(tokens, at)
    if token.tag in ("DTQ", "CJT", "PNQ", "AVQ") or token.lower in ("which", "that", "who"):
        return _antecedent(tokens, at) or ([pronoun_target(token)] if token.lower == "that" else [])
    if token.lower in PERSONS or token.tag[:2] in ("PN", "DT"):
        return [pronoun_target(token)]
    if token.is_verb:
        return _reduced_relative(tokens, at)
    # "the food here was": adverbs of place and prepositions of their own.
    return _noun_subject(tokens, at - 1) if at and tokens[at - 1].is_noun else []


def _aside_before(tokens: Sequence[Token], comma: int) -> int | None:
    """The noun before words between commas that hold a verb: "the soup, my brother told me, was cold"."""
    opening = next((at for at in range(comma - 1, max(0, comma - 9), -1) if tokens[at].lower == ","), None)
    if opening is None or not tokens[opening - 1].is_noun:
        return None
    return opening - 1 if any(token.is_verb for token in tokens[opening + 1 : comma]) else None


def pronoun_target(token: Token) -> Target:
    """A target that is still to be resolved."""
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
            if tokens[before].lemma in CONTAINERS and tokens[at].lower == "of":
                return [phrase(tokens, first, last)]
            return _noun_subject(tokens, before)
        if (
            tokens[before].lower in ("all", "most", "some", "none", "both", "everything", "each", "one")
            and tokens[at].lower == "of"
        ):
            return [phrase(tokens, first, last)]
    found = [phrase(tokens, first, without_name(tokens, first, last))]
    if (
        at > 0
        and tokens[at].lower in ("and", "&", ",", "/")
        and tokens[at - 1].is_noun
        and not _verb_before(tokens, at)
        and not (tokens[at].lower == "," and _is_governed(tokens, at - 1))
    ):
        found = [*_noun_subject(tokens, at - 1), *found]
    return found


def _is_governed(tokens: Sequence[Token], noun: int) -> bool:
    """``by design, the view was grand``: what stands behind a preposition opens no list of subjects."""
    at = noun
    while at >= 0 and (tokens[at].is_noun or tokens[at].is_adjective or tokens[at].tag[:2] in ("AT", "DP", "DT")):
        at -= 1
    return at >= 0 and tokens[at].tag in ("PRP", "PRF")


def _verb_before(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb stands between the start of the clause and here: then the noun before "and" is its object."""
    for at in range(index - 1, -1, -1):
        if tokens[at].lower in CUT:
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
