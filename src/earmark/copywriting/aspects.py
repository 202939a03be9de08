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
    text = files("earmark.copywriting").joinpath("aspect_sets", f"{name}.toml").read_text(encoding="utf-8")
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
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{path} is not TOML: {error}.") from error
    return _parsed(table, str(path))


def choose_aspect_set(product: Product, sentences: Sequence[Sentence]) -> AspectSet:
    """The ready set whose words the reviews use most, helped by the product's category; ``goods`` where none shows."""
    words: dict[str, int] = {}
    for sentence in sentences[:2000]:
        for word in set(re.findall(r"[a-z]+(?:-[a-z]+)?", sentence.text.lower())):
            for form in {word, word.removesuffix("s")}:
                words[form] = words.get(form, 0) + 1
    category = (product.category or "").lower()
    best, most = ready_set("goods"), 0.0
    for name in READY_SETS:
        ready = ready_set(name)
        named = (
            any(sign in category for sign in (name, name.removesuffix("s"), *ready.signs[:6])) if category else False
        )
        score = sum(words.get(sign, 0) for sign in ready.signs) / len(ready.signs) + (1e6 if named else 0.0)
        if score > most:
            best, most = ready, score
    return best


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
        return tuple(value.split())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(item.strip().lower().replace(" ", "-") for item in value if item.strip())
    raise InvalidInput(f"{where}: {field} must be a list of words.")
