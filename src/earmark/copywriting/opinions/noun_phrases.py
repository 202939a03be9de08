"""Noun phrases: the nouns of a sentence as targets, without their articles, containers and private names."""

from collections.abc import Sequence
from dataclasses import dataclass

from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.copywriting.opinions.words import Token

_HOLDING = (
    "amount number bunch lot kind sort type piece bowl cup plate bottle pair slice order glass side bit couple helping"
    " basket pile mix pitcher pint plateful bite"
)
CONTAINERS = frozenset(_HOLDING.split())
# Where a clause ends.
CUT = frozenset(
    {";", ":", "(", ")", ".", "!", "?", "but", "because", "although", "though", "while", "--", "-", "...", "\u2026"}
)
# What joins adjectives.
JOINERS = frozenset({"and", ",", "&", "but", "yet", "/", "or"})
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
    return compound(tokens, at) if at < len(tokens) else None


def compound(tokens: Sequence[Token], first: int) -> tuple[Target, int]:
    """The nouns that begin at ``first`` as one target, and the index behind them; of containers, what they hold."""
    last = first
    while last + 1 < len(tokens) and tokens[last + 1].is_noun and last - first < 3:
        last += 1
    after = last + 1
    if tokens[last].lemma in CONTAINERS and after + 1 < len(tokens) and tokens[after].lower == "of":
        inner = noun_phrase_from(tokens, after + 1)
        if inner is not None:
            return inner
    # "the owner's attitude": the judged noun is the last one.
    if after + 1 < len(tokens) and tokens[after].tag == "POS":
        inner = noun_phrase_from(tokens, after + 1)
        if inner is not None:
            return inner
    return phrase(tokens, first, without_name(tokens, first, last)), after


def without_name(tokens: Sequence[Token], first: int, last: int) -> int:
    """``manager John``: what a person is stays, who a person is never becomes a target."""
    staff = load_lexicon().classes["staff"]
    while last > first and tokens[last].tag[:2] == "NP" and tokens[last - 1].lemma in staff:
        last -= 1
    return last
