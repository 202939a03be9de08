"""What a word says of a thing: polarity and dimension, from our own lexicon first and from VADER where it is silent.

VADER: Hutto and Gilbert, ICWSM 2014.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, Literal

from earmark.errors import MissingExtra

Sign = Literal[-1, 0, 1]
VADER_AT_LEAST = 1.2
"""Valence, of 4, from which a word outside our lexicon judges."""


@dataclass(frozen=True)
class Judgement:
    """What a word says: a sign and the dimension that it measures."""

    sign: Sign
    dimension: str
    known: bool = True
    """Whether the word stands in a lexicon at all; an unknown adjective judges nothing."""


def signed(number: float) -> Sign:
    """The sign of a number."""
    return 1 if number > 0 else -1 if number < 0 else 0


UNKNOWN = Judgement(0, "quality", known=False)


@dataclass(frozen=True)
class Lexicon:
    """The words that judge."""

    words: dict[str, Judgement]
    depends: dict[str, tuple[dict[str, Any], ...]]
    classes: dict[str, frozenset[str]]
    """Class to the lemmas in it."""
    memberships: dict[str, frozenset[str]]
    """Lemma to the classes that hold it."""

    def classes_of(self, target: str) -> frozenset[str]:
        """The classes of a target, by the whole phrase, else by its last word."""
        joined = target.replace(" ", "-")
        for key in (joined, joined.rstrip("s"), target.rsplit(" ", 1)[-1].rsplit("-", 1)[-1]):
            if key in self.memberships:
                return self.memberships[key] | {key}
        # "pork skewers": what the head is, its modifiers may tell.
        known = [self.memberships[word] for word in target.split(" ") if word in self.memberships]
        return frozenset({joined, target.rsplit(" ", 1)[-1]}).union(*known[-1:])

    def judge(self, word: str, lemma: str, target_classes: frozenset[str]) -> Judgement:
        """What a word says of a target of these classes."""
        for form in (word, lemma):
            if form in self.depends:
                return self._depending(form, target_classes)
        for form in (word, lemma):
            if form in self.words:
                return self.words[form]
        return _by_its_build(word, self) or _by_vader(word)

    def _depending(self, word: str, target_classes: frozenset[str]) -> Judgement:
        (entry,) = self.depends[word][:1]
        # A complaint outranks: a target may stand in two classes, and praise must be sure.
        if target_classes & entry["complaint"]:
            return Judgement(-1, entry["dimension"])
        if target_classes & entry["praise"]:
            return Judgement(1, entry["dimension"])
        sign: Sign = {"praise": 1, "complaint": -1}.get(entry["otherwise"], 0)  # type: ignore[assignment]
        return Judgement(sign, entry["dimension"])


_BUILT = re.compile(r"(over|under|un|non)-?(\w{4,})$")


def _by_its_build(word: str, lexicon: Lexicon) -> Judgement | None:
    """Words that say by their parts what they mean: ``overbreaded``, ``unappealing``, ``flavor-packed``."""
    if match := _BUILT.match(word):
        stem = lexicon.words.get(match[2])
        if match[1] in ("over", "under") and word.endswith("ed"):
            return Judgement(-1, "quality")
        if stem is not None and match[1] in ("un", "non"):
            return Judgement(-stem.sign, stem.dimension)
    if word.endswith("est") and word[:-3] in lexicon.words:
        return lexicon.words[word[:-3]]
    return None


def _by_vader(word: str) -> Judgement:
    valence = vader_lexicon().get(word, 0.0)
    if abs(valence) < VADER_AT_LEAST:
        return UNKNOWN
    return Judgement(1 if valence > 0 else -1, "quality")


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Read the lexicon's data files, once."""
    descriptors, depends, classes = (_table(name) for name in ("descriptors", "depends", "classes"))
    words = {word: Judgement(0, "quality") for word in descriptors["neutral"]["words"].split()}
    signs: tuple[tuple[Sign, str], ...] = ((1, "praise"), (-1, "complaint"))
    for sign, side in signs:
        for dimension, line in descriptors[side].items():
            words.update({word: Judgement(sign, dimension) for word in line.split()})
    by_word: dict[str, tuple[dict[str, Any], ...]] = {}
    for entry in depends["word"]:
        read = {**entry, **{side: frozenset(entry[side].split()) for side in ("praise", "complaint")}}
        for word in entry["words"].split():
            by_word[word] = (*by_word.get(word, ()), read)
    members = {name: frozenset(line.split()) for name, line in classes.items()}
    belongs: dict[str, set[str]] = {}
    for name, lemmas in members.items():
        for lemma in lemmas:
            belongs.setdefault(lemma, set()).add(name)
    return Lexicon(words, by_word, members, {lemma: frozenset(names) for lemma, names in belongs.items()})


def _table(name: str) -> dict[str, Any]:
    text = files("earmark.copywriting.lexicon").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def load_phrases() -> dict[str, Any]:
    """Read the phrases that belong together, once."""
    return _table("phrases")


@lru_cache(maxsize=32)
def pattern(name: str) -> re.Pattern[str]:
    """One list of patterns.toml as one expression."""
    edges = name != "ends"
    joined = "|".join(f"(?:{item})" for item in _table("patterns")[name])
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if edges else joined)


@lru_cache(maxsize=1)
def vader() -> Any:
    """VADER's analyser, loaded once.

    Raises:
        MissingExtra: it is not installed.
    """
    if find_spec("vaderSentiment") is None:
        raise MissingExtra("vaderSentiment", "write")
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


@lru_cache(maxsize=1)
def vader_lexicon() -> dict[str, float]:
    """VADER's word valences, from -4 to 4."""
    return dict(vader().lexicon)
