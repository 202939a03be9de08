"""Aspects: the sides of a product that buyers ask about. Ready sets, a choice among them, and a user's own in TOML."""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.copywriting.reviews import Product, Sentence
from earmark.errors import InvalidInput, UnknownName
from earmark.evidence import Record
from earmark.language.spelling import as_meant
from earmark.language.text_files import read_text

READY_SETS = ("restaurants", "hotels", "goods", "services", "shops")


class Aspect(Record):
    """A side of a product, the questions a buyer asks about it, and the words that name it."""

    name: str
    queries: tuple[str, ...]
    """The questions behind the information reward."""
    words: tuple[str, ...] = ()
    """Lemmas that point to the aspect; the first names it where a reviewer only implies it ("Delicious!")."""
    descriptors: tuple[str, ...] = ()
    """Descriptors that imply the aspect whatever they are said of: ``delicious``, ``overpriced``."""


class AspectSet(Record):
    """Aspects that belong together, and how to tell that they suit a product."""

    name: str
    aspects: tuple[Aspect, ...]
    signs: tuple[str, ...] = ()
    """Words that reviews of such products use."""
    product: str = "product"
    """What one calls such a product: ``place``, ``hotel``."""
    weight: float = 1.0
    """How much the words of the set tell: shops are spoken of in the words of what they sell."""

    def aspect(self, name: str) -> Aspect:
        """One aspect by its name.

        Raises:
            UnknownName: there is none.
        """
        for aspect in self.aspects:
            if aspect.name == name:
                return aspect
        raise UnknownName("aspect", name, (aspect.name for aspect in self.aspects))


@lru_cache(maxsize=len(READY_SETS))
def ready_set(name: str) -> AspectSet:
    """One of the sets that come with earmark.

    Raises:
        UnknownName: there is no such set.
    """
    if name not in READY_SETS:
        raise UnknownName("aspect set", name, READY_SETS)
    text = files(__package__).joinpath("aspect_sets", f"{name}.toml").read_text(encoding="utf-8")
    return _parsed(tomllib.loads(text), name)


def read_aspect_set(path: Path) -> AspectSet:
    """Read a user's own aspects.

    ::

        [[aspect]]
        name = "grip"
        queries = ["Does it hold when wet?"]
        words = ["grip", "handle"]          # or one line: "grip handle"
        descriptors = ["grippy"]            # optional
        classes = ["build"]                 # optional: lists of earmark's own lexicon

    Raises:
        InvalidInput: the file cannot be read, or an aspect in it lacks something; the sentence says which.
    """
    try:
        table = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is not TOML: {error}.") from error
    return _parsed(table, str(path))


def choose_aspect_set(product: Product, sentences: Sequence[Sentence]) -> AspectSet:
    """The ready set whose words the reviews use most, helped by the product's category; ``goods`` where none shows."""
    category = {word.removesuffix("s") for word in re.findall(r"[a-z]+", (product.category or "").lower())}
    for name in READY_SETS:
        if category & {name.removesuffix("s"), *ready_set(name).signs[:6]}:
            return ready_set(name)
    scores = dict.fromkeys(READY_SETS, 0.0)
    for sentence in sentences[:2000]:
        words = set(re.findall(r"[a-z]+(?:-[a-z]+)?", sentence.text.lower()))
        for word in words | {word.removesuffix("s") for word in words}:
            for name, weight in _telling_words().get(word, ()):
                scores[name] += weight
    best = max(READY_SETS, key=lambda name: scores[name])
    return ready_set(best if scores[best] > 0 else "goods")


@lru_cache(maxsize=1)
def _telling_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word to the sets that use it, each with its weight: a word that many sets share tells little."""
    told: dict[str, dict[str, float]] = {}
    for part in (_signs, _aspect_words):
        words = {name: part(ready_set(name)) for name in READY_SETS}
        for name, mine in words.items():
            for word in mine:
                sharing = sum(word in others for others in words.values())
                weights = told.setdefault(word, {})
                weights[name] = weights.get(name, 0.0) + ready_set(name).weight / sharing
    return {word: tuple(weights.items()) for word, weights in told.items()}


def _signs(ready: AspectSet) -> frozenset[str]:
    return frozenset(ready.signs)


def _aspect_words(ready: AspectSet) -> frozenset[str]:
    return frozenset(word for aspect in ready.aspects[:-1] for word in aspect.words)


def _parsed(table: dict[str, Any], where: str) -> AspectSet:
    rows = table.get("aspect")
    if not isinstance(rows, list) or not rows:
        raise InvalidInput(f"{where} has no [[aspect]]: give each a name, queries and words.")
    aspects = tuple(_aspect(row, where, number) for number, row in enumerate(rows, start=1))
    names = [aspect.name for aspect in aspects]
    if doubled := next((name for name in names if names.count(name) > 1), None):
        raise InvalidInput(f"{where} has two aspects named {doubled!r}.")
    return AspectSet(
        name=str(table.get("name", Path(where).stem)),
        aspects=aspects,
        signs=_words(table.get("signs", ""), where, "signs"),
        product=str(table.get("product", "product")),
        weight=_number(table.get("weight", 1.0), where),
    )


def _aspect(row: Any, where: str, number: int) -> Aspect:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
        raise InvalidInput(f"{where}: aspect {number} has no name.")
    told = f"{where}: aspect {row['name']!r}"
    unknown = sorted(set(row) - {"name", "queries", "words", "classes", "descriptors"})
    if unknown:
        raise InvalidInput(f"{told} has {unknown[0]!r}, which is none of name, queries, words, descriptors, classes.")
    queries = row.get("queries")
    if not isinstance(queries, list) or not queries or not all(isinstance(query, str) and query for query in queries):
        raise InvalidInput(f"{told} needs queries: a list of the questions that a buyer asks.")
    words = list(_words(row.get("words", ""), told, "words"))
    classes = load_lexicon().classes
    for name in _words(row.get("classes", ""), told, "classes"):
        if name not in classes:
            raise UnknownName("class of words", name, classes)
        words.extend(sorted(classes[name]))
    if not words:
        raise InvalidInput(f"{told} needs words that name it.")
    # A lemma of several words is written with a hyphen in the files and with a space everywhere else.
    return Aspect(
        name=row["name"].strip(),
        queries=tuple(queries),
        words=tuple(dict.fromkeys(words)),
        descriptors=_words(row.get("descriptors", ""), told, "descriptors"),
    )


def _words(value: Any, where: str, field: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(as_meant(value).split())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(as_meant(item).strip().lower().replace(" ", "-") for item in value if item.strip())
    raise InvalidInput(f"{where}: {field} must be a list of words.")


def _number(value: Any, where: str) -> float:
    if isinstance(value, (int, float)) and 0 < value < 100:
        return float(value)
    raise InvalidInput(f"{where}: weight must be a number above 0, not {value!r}.")
