"""Targets: what a judging word is said of, the noun it qualifies, follows or governs."""

from collections.abc import Sequence

from earmark.copywriting.lexicon.judging import Lexicon
from earmark.copywriting.opinions.noun_phrases import (
    CUT,
    JOINERS,
    Target,
    compound,
    noun_phrase_from,
    phrase,
    without_name,
)
from earmark.copywriting.opinions.pairs import NOT_THE_PRODUCT
from earmark.copywriting.opinions.scope import CALLING
from earmark.copywriting.opinions.subjects import is_copula, pronoun_target, subjects_of
from earmark.copywriting.opinions.words import Token

_CAUSING = CALLING | {"make", "keep", "get", "leave", "have", "like", "serve"}
# What stands before a thing that the product has: "a heads-up", "my better half" are none.
NAMING = frozenset({"the", "their", "its", "these", "those"})
# Words for the product itself, whatever it is.
_ANY = frozenset({"item", "product", "place", "stuff"})
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


def attributive(tokens: Sequence[Token], index: int) -> list[Target]:
    """The noun that an adjective stands before: "friendly, helpful staff"."""
    at = index + 1
    crossed = False
    while at < len(tokens) and not tokens[at].is_noun:
        token = tokens[at]
        if token.is_adjective or token.tag in ("ORD", "CRD", "VVN") or (token.tag == "VVG" and not crossed):
            at += 1
        elif (
            token.lower in JOINERS
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
    found, after = compound(tokens, at)
    if found.lemma.rsplit(" ", 1)[-1] in _VAGUE:
        verb = _copula_before(tokens, index)
        subjects = subjects_of(tokens, verb) if verb is not None else []
        if subjects and not subjects[0].pronoun:
            return subjects
    return [found, *_joined_nouns(tokens, after)]


def _joined_nouns(tokens: Sequence[Token], at: int) -> list[Target]:
    """Further nouns under the same adjective: "great food and service", never past a verb."""
    if at + 1 < len(tokens) and tokens[at].lower in ("and", "&", "/") and tokens[at + 1].is_noun:
        found, after = compound(tokens, at + 1)
        follows = tokens[after] if after < len(tokens) else None
        if follows is None or not (follows.is_verb or follows.tag == "XX0" or follows.is_adjective):
            return [found]
    if at + 2 < len(tokens) and tokens[at].lower == "," and tokens[at + 1].is_noun:
        found, after = compound(tokens, at + 1)
        if after < len(tokens) and tokens[after].lower in (",", "and", "&"):
            return [found, *_joined_nouns(tokens, after)]
    return []


def _is_predicate(tokens: Sequence[Token], index: int) -> bool:
    at = index - 1
    while at >= 0 and (tokens[at].tag[:2] in ("AV", "XX") or tokens[at].is_adjective or tokens[at].lower in JOINERS):
        at -= 1
    return at >= 0 and is_copula(tokens, at) and not (at and tokens[at - 1].tag == "EX0")


def _copula_before(tokens: Sequence[Token], index: int) -> int | None:
    """The verb that makes a noun phrase a predicate: "the soup was a great choice"."""
    at = index - 1
    while at >= 0 and (tokens[at].tag[:2] in ("AV", "XX", "AT", "DP", "DT") or tokens[at].is_adjective):
        at -= 1
    return at if at >= 0 and tokens[at].lemma in ("be", "make", "remain") and tokens[at].is_verb else None


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
    # "A word on the service: slow".
    told = separated and before >= 0 and (tokens[before].lemma == "be" or tokens[before].lower in ("on", "about"))
    opens = before < 0 or told or tokens[before].lower in CUT or tokens[before].lower in (",", "and", "&")
    ends = index + 1 >= len(tokens) or not (tokens[index + 1].is_noun or tokens[index + 1].is_verb)
    caused = before >= 0 and tokens[before].is_verb and tokens[before].lemma in _CAUSING
    ends = ends or (caused and tokens[before].tag == "VVG")  # "calling the soup hot would be a lie"
    # "Is the soup hot?", "By no means was the soup hot".
    asked = (
        before >= 0
        and tokens[before].lemma == "be"
        and (not before or tokens[before - 1].lower in CUT or tokens[before - 1].tag == "XX0")
    )
    if ends and (caused or asked or (opens and (separated or before < 0 or tokens[before].lower != "and"))):
        return [phrase(tokens, first, last)]
    return []


def appended(tokens: Sequence[Token], index: int) -> list[Target]:
    """The noun before a comma that closing adjectives are said of: "I liked the waiters, so attentive"."""
    at = index - 1
    while at >= 0 and (
        tokens[at].tag[:2] in ("AV", "XX") or tokens[at].is_adjective or tokens[at].lower in ("and", "but", "nothing")
    ):
        at -= 1
    if at < 1 or tokens[at].lower != "," or not tokens[at - 1].is_noun:
        return []
    behind = index + 1
    while behind < len(tokens) and (
        tokens[behind].is_adjective or tokens[behind].lower in ("and", "but", "very", "so")
    ):
        behind += 1
    if behind < len(tokens) and tokens[behind].lower not in CUT and tokens[behind].tag not in ("PRP", "AV0"):
        return []
    first = at - 1
    while first and tokens[first - 1].is_noun:
        first -= 1
    return [phrase(tokens, first, without_name(tokens, first, at - 1))]


def exclaimed(tokens: Sequence[Token], index: int) -> list[Target]:
    """The thing behind "how" and its adjective: "I could not get over how kind the waiters were"."""
    at = index - 1
    while (
        at >= 0
        and tokens[at].lower != "how"
        and (tokens[at].tag == "AV0" or tokens[at].is_adjective or tokens[at].lower == "and")
    ):
        at -= 1
    if at < 0 or tokens[at].lower != "how":
        return []
    found = noun_phrase_from(tokens, index + 1)
    told = found is not None and found[1] < len(tokens) and is_copula(tokens, found[1])
    return [found[0]] if found is not None and told else []


def dislocated(tokens: Sequence[Token], index: int) -> list[Target]:
    """The thing behind the comma that an opening adjective is said of: "Crisp as can be, the crust."."""
    at = index - 1
    while at >= 0 and tokens[at].tag[:2] == "AV":
        at -= 1
    if at >= 0 and tokens[at].lower not in CUT | {"\u2013", "\u2014"}:
        return []
    fronted = noun_phrase_from(tokens, index + 1) if index + 1 < len(tokens) else None
    if fronted is not None and tokens[index + 1].tag[:2] in ("AT", "DT", "DP") and tokens[index + 1].text.islower():
        # "Cheap the room was not."; a capital begins another sentence.
        return [fronted[0]] if fronted[1] < len(tokens) and is_copula(tokens, fronted[1]) else []
    comma = next((at for at in range(index + 1, min(index + 5, len(tokens))) if tokens[at].lower == ","), None)
    if comma is None or any(token.is_noun or token.is_adjective for token in tokens[index + 1 : comma]):
        return []
    if comma + 1 >= len(tokens) or tokens[comma + 1].tag[:2] not in ("AT", "DT", "DP"):
        return []
    found = noun_phrase_from(tokens, comma + 1)
    ends = found is not None and (found[1] >= len(tokens) or tokens[found[1]].lower in CUT)
    return [found[0]] if found is not None and ends else []


def things_named(tokens: Sequence[Token], lexicon: Lexicon) -> list[Target]:
    """Every thing that a sentence names: nouns that a list of ours knows, and others that it presents as things."""
    things: list[Target] = []
    at = 0
    while at < len(tokens):
        if not tokens[at].is_noun:
            at += 1
            continue
        found, at = compound(tokens, at)
        head = found.lemma.rsplit(" ", 1)[-1]
        if head not in NOT_THE_PRODUCT | _ANY and (head in lexicon.memberships or is_presented(tokens, found)):
            things.append(found)
    return things


def is_presented(tokens: Sequence[Token], target: Target) -> bool:
    """Whether an article or the like presents a thing as the product's: "the dinner", and not "family dinners"."""
    at = word_before(tokens, next(at for at, token in enumerate(tokens) if token.end > target.start))
    return at >= 0 and tokens[at].lower in NAMING


def word_before(tokens: Sequence[Token], noun: int) -> int:
    """Index of the word before a noun and its adjectives; -1 where there is none."""
    at = noun - 1
    while at >= 0 and (tokens[at].is_adjective or tokens[at].tag in ("AV0", "CRD", "ORD", "VVN")):
        at -= 1
    return at


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
            return [pronoun_target(tokens[index + 1])]
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
