"""The tables of the claim reader, read once: concepts, contexts, words."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from earmark.copywriting.claims.phrases import Phrase, read_phrase

About = Literal["product", "part", "any", "maker"]
Where = Literal["governs", "marks", "helps", "before", "sentence"]


@dataclass(frozen=True)
class Concept:
    """What buyers may say of goods, whatever their words."""

    name: str
    kind: str
    positive: str
    """How the fact is worded; empty where that side is not counted."""
    negative: str
    purpose: str
    """What it says that the product is used for, where it is a use."""
    of: About
    """Whom a mention may be about: the product, a part of it, also the buyer and what is theirs, or who sells it."""
    worn: bool
    """Whether it is said of what one wears only."""
    phrases: tuple[tuple[int | None, Phrase], ...]
    """A sign, ``None`` where the words around judge, 0 where it means something else; the phrase."""
    states: tuple[str, ...]
    """Sentences that say so."""
    other: tuple[str, ...]
    """Sentences that do not."""


@dataclass(frozen=True)
class ContextRow:
    """What may keep a mention from being a statement about the product here and now."""

    category: str
    cues: frozenset[str]
    where: Where
    unless: frozenset[str]
    negated: bool
    """Whether the cue itself must be denied: "I do not think"."""
    then: frozenset[str]
    """Words of which one must follow the cue; any may where there is none."""
    above: frozenset[str]
    """Words above the cue that take it back: "I recommend it to anyone who looks for ..."."""
    fulfilled: tuple[str, ...]
    """What takes it back later on: "..., and this is it"."""
    states: str
    other: str


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """The concept table, in its order."""
    signs: tuple[tuple[str, int | None], ...] = (("good", 1), ("bad", -1), ("judged", None), ("other", 0))
    return tuple(
        Concept(
            name=row["name"],
            kind=row["kind"],
            positive=row["positive"],
            negative=row["negative"],
            purpose=row.get("purpose", ""),
            of=row.get("of", "product"),
            worn=row.get("worn", False),
            phrases=tuple((sign, read_phrase(text)) for key, sign in signs for text in row.get(key, ())),
            states=tuple(row["for"]),
            other=tuple(row["against"]),
        )
        for row in _toml("concepts")["concept"]
    )


@lru_cache(maxsize=1)
def phrase_index() -> dict[str, tuple[tuple[Concept, int | None, Phrase], ...]]:
    """First words of phrases to the phrases that may begin there."""
    index: dict[str, list[tuple[Concept, int | None, Phrase]]] = {}
    for concept in concepts():
        for sign, phrase in concept.phrases:
            for word in phrase.words[0]:
                index.setdefault(word, []).append((concept, sign, phrase))
    return {word: tuple(rows) for word, rows in index.items()}


@lru_cache(maxsize=1)
def context_rows() -> tuple[ContextRow, ...]:
    """The context table."""
    return tuple(
        ContextRow(
            category=row["category"],
            cues=frozenset(row["cues"].split()),
            where=row["where"],
            unless=frozenset(row.get("unless", "").split()),
            negated=row.get("negated", False),
            then=frozenset(row.get("then", "").split()),
            above=frozenset(row.get("above", "").split()),
            fulfilled=tuple(row.get("fulfilled", ())),
            states=row["for"],
            other=row["against"],
        )
        for row in _toml("contexts")["row"]
    )


@lru_cache(maxsize=64)
def words(section: str, name: str) -> frozenset[str]:
    """One closed list."""
    return frozenset(_toml("words")[section][name].split())


@lru_cache(maxsize=4)
def _toml(name: str) -> dict[str, Any]:
    text = files("earmark.copywriting.claims").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def alike() -> dict[str, str]:
    """Nouns to the noun that stands for them."""
    return {noun: first for first, line in _toml("words")["alike"].items() for noun in line.split()}


@lru_cache(maxsize=1)
def judged_nouns() -> dict[str, str]:
    """Nouns that a row of the table lets the words around judge, to the name of the row."""
    return {
        word: concept.name
        for concept in concepts()
        for sign, phrase in concept.phrases
        if sign is None and len(phrase.words) == 1
        for word in phrase.words[0]
    }


@lru_cache(maxsize=1)
def purposes() -> dict[str, str]:
    """Concepts that are uses, and how these are named."""
    return {concept.name: concept.purpose for concept in concepts() if concept.purpose}
