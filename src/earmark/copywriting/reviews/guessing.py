"""Guess which column holds what, from the names that other people's tables use and from the first rows."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from earmark.copywriting.reviews.columns import Columns, listed
from earmark.copywriting.reviews.dates import read_date
from earmark.copywriting.reviews.ratings import read_rating, scale_of
from earmark.copywriting.reviews.sifting import is_blank
from earmark.copywriting.reviews.tables import open_table
from earmark.errors import InvalidInput, UnknownName
from earmark.language.privacy import mask
from earmark.tables import MOST_COLUMNS, Fault, Row

Sample = list[dict[str, str]]

_LOOKED_AT = 200
"""Rows that a guess looks at."""
_ANSWERS = frozenset(("yes", "no", "true", "false", "y", "n"))
_RATED = re.compile(r"[\d★⭐☆]")
_LONGEST_TITLE = 20
"""Words of a headline, on average."""


def guess_columns(path: Path, given: Columns | None = None) -> Columns:
    """Say which column holds what, from names and from the first rows; what is given is taken as it is.

    Args:
        path: the table.
        given: columns that the user named; they must exist.

    Raises:
        InvalidInput: no column, or more than one, could be the text or the product; the sentence says what was found.
        UnknownName: a given column does not exist.
    """
    sample = _first_rows(path)
    found = tuple(dict.fromkeys(key for row in sample for key in row))
    if len(found) > MOST_COLUMNS:
        raise InvalidInput(
            f"{path} has {len(found):,} columns, more than the {MOST_COLUMNS:,} that are read: keep those that matter."
        )
    given = given or Columns()
    for name in given.used - set(found):
        raise UnknownName("column", name, found)
    columns = replace(given, found=found)
    columns = replace(columns, text=given.text or _text(path, columns, sample))
    columns = replace(columns, numbered=tuple(_numbered(columns)))
    for kind in ("stars", "date", "author", "language", "category", "product", "name", "title"):
        if getattr(columns, kind) is None and not (kind == "product" and columns.one_product):
            columns = _with(columns, kind, _by_name(kind, columns, sample))
    return _with_product(path, _with_reviewer(columns, sample), sample)


def _first_rows(path: Path) -> Sample:
    """The first rows of a table.

    Raises:
        InvalidInput: there are none.
    """
    items = list(islice(open_table(path).rows, 2 * _LOOKED_AT))
    sample = [item.cells for item in items if isinstance(item, Row)][:_LOOKED_AT]
    if not sample:
        if faults := [item for item in items if isinstance(item, Fault)]:
            raise InvalidInput(f"{path} has no row that can be read; line {faults[0].line}: {faults[0].reason}.")
        raise InvalidInput(f"{path} has no rows.")
    return sample


def _with(columns: Columns, kind: str, name: str | None) -> Columns:
    changed: dict[str, Any] = {kind: name}
    return replace(columns, **changed)


def _text(path: Path, columns: Columns, sample: Sample) -> tuple[str, ...]:
    known = set(_names()["text"])
    free = [name for name in columns.found if name not in columns.used]
    series: dict[str, list[str]] = {}
    for name in free:
        series.setdefault(_stem(name)[0], []).append(name)
    several = [tuple(names) for stem, names in series.items() if stem in known and len(names) > 1]
    by_name: list[tuple[str, ...]] = [
        (name,) for name in free if plain(name) in known and not _is_numbers(name, sample)
    ]
    # Of two that the names allow ("review" beside "comment"), the one in which people really wrote at length.
    candidates: list[tuple[str, ...]] = several or _wordy(by_name, sample)
    if not candidates:
        candidates = [(name,) for name in free if _mean_words(name, sample) >= 8]
    if len(candidates) == 1:
        return candidates[0]
    problem = (
        f"{listed([names[0] for names in candidates])} could each be the text of the review"
        if candidates
        else "no column looks like the text of a review"
    )
    raise InvalidInput(
        f"{path}: {problem} (found: {listed(columns.found)}): name it with --column text=NAME{_near('text', free)}."
    )


def _numbered(columns: Columns) -> Iterable[tuple[str, str, str]]:
    """What stands beside each of several texts under its number: ``rating2`` of ``rev2``."""
    if len(columns.text) < 2:
        return
    free = {_stem(name): name for name in columns.found if name not in columns.used}
    for text in columns.text:
        number = _stem(text)[1]
        for kind in ("title", "stars", "date", "author"):
            own = next((free[stem, number] for stem in _names()[kind] if (stem, number) in free), None)
            if own:
                yield text, kind, own


def _by_name(kind: str, columns: Columns, sample: Sample) -> str | None:
    known = {plain(name): name for name in reversed(columns.found) if name not in columns.used}
    for candidate in _names()[kind]:
        name = known.get(candidate)
        if name and _suits(kind, name, columns, sample):
            return name
    if kind == "product":
        # One that is blank in every row: each row is told.
        return next((known[name] for name in _names()["product"] if name in known), None)
    if kind == "stars":
        weak = (known[name] for name in _names()["weak_stars"] if name in known)
        scaled = (name for name in known.values() if _stem_of_scale(name) in _names()["stars"])
        return next((name for name in (*scaled, *weak) if _says_its_scale(name, sample)), None)
    return None


def _suits(kind: str, name: str, columns: Columns, sample: Sample) -> bool:
    if kind == "stars":
        return _is_rating(name, sample)
    if kind == "product":
        return any(not is_blank(row.get(name, "")) for row in sample)
    if kind == "name" and plain(name) in ("name", "title"):
        return _names_products(name, columns, sample)
    if kind == "title":
        return len(columns.text) == 1 and 0 < _mean_words(name, sample) <= _LONGEST_TITLE
    return True


def _names_products(name: str, columns: Columns, sample: Sample) -> bool:
    """Whether a column called name or title holds the product's, not the reviewer's or a headline of each review."""
    bare_name = plain(name) == "name"
    if len(columns.text) > 1:
        return True
    if columns.product is None:
        several = len({row.get(name) for row in sample}) * 2 <= len(sample)
        # One row tells nothing: "name" is then the product's, unless the reviewer's id stands beside it.
        alone = bare_name and columns.author is None and not _differ(name, sample)
        return (several or alone) and not (bare_name and _are_people(name, sample))
    names: dict[str, list[str]] = {}
    for row in sample:
        names.setdefault(row.get(columns.product, ""), []).append(row.get(name, "").casefold())
    repeated = [mine for mine in names.values() if len(mine) > 1]
    if not repeated:
        return bare_name and not _are_people(name, sample)
    # A shop may have changed a name here and there.
    return sum(len(set(mine)) > 1 for mine in repeated) * 10 <= len(repeated)


def _are_people(name: str, sample: Sample) -> bool:
    """Whether at least half of the values are names of people."""
    values = set(_filled(name, sample))
    return sum(mask(value).text != value for value in values) * 2 >= len(values) > 0


def _with_reviewer(columns: Columns, sample: Sample) -> Columns:
    """A ``name`` that is no product's is the reviewer's; beside a reviewer's id it adds nothing."""
    own = next((name for name in columns.found if plain(name) == "name" and name not in columns.used), None)
    if own and columns.author is None and _differ(own, sample):
        return replace(columns, author=own)
    return columns


def _differ(name: str, sample: Sample) -> bool:
    return len({row.get(name) for row in sample}) > 1


def _with_product(path: Path, columns: Columns, sample: Sample) -> Columns:
    if columns.product or columns.one_product:
        return columns
    if columns.name:
        return replace(columns, product=columns.name, name=None)
    over = [name for name in columns.found if name not in columns.used]
    near = _near("product", over)
    names_reviewers = columns.author and (plain(columns.author) != "name" or _are_people(columns.author, sample))
    if names_reviewers and not near and all(_tells_no_products(name, sample) for name in over):
        return replace(columns, from_file=path.stem)
    raise InvalidInput(
        f"no column of {path} tells which product a review is about (found: {listed(columns.found)}): name it with"
        f" --column product=NAME{near}, or give --one-product NAME where all reviews are about one."
    )


def _tells_no_products(name: str, sample: Sample) -> bool:
    """Whether a column that is passed over cannot be the one that tells products apart."""
    told = (*_names()["beside"], "name", *(known for kind in ("title", "date", "author") for known in _names()[kind]))
    if plain(name) in told or plain(name.split(".")[0]) in told:
        return True
    values = {value.strip().casefold() for value in _filled(name, sample)}
    same = len(values) < 2 < len(sample)
    return same or values <= _ANSWERS or all("@" in value or read_date(value) for value in values)


def _near(kind: str, free: Iterable[str]) -> str:
    """A question after a column whose name is nearly one that is known."""
    for name in free:
        if get_close_matches(plain(name), _names()[kind], n=1, cutoff=0.8):
            return f" (did you mean --column {kind}={name}?)"
    return ""


def _wordy(candidates: list[tuple[str, ...]], sample: Sample) -> list[tuple[str, ...]]:
    if len(candidates) < 2:
        return candidates
    words = {names: _mean_words(names[0], sample) for names in candidates}
    most = max(words.values())
    return [names for names in candidates if words[names] * 3 > most]


def _mean_words(name: str, sample: Sample) -> float:
    return sum(len(row.get(name, "").split()) for row in sample) / len(sample)


def _filled(name: str, sample: Sample) -> list[str]:
    return [row[name] for row in sample if not is_blank(row.get(name, ""))]


def _is_rating(name: str, sample: Sample) -> bool:
    """Whether at least half of the cells hold a rating; the others are told when the file is read."""
    values = _filled(name, sample)
    return bool(values) and sum(read_rating(value) is not None for value in values) * 2 >= len(values)


def _is_numbers(name: str, sample: Sample) -> bool:
    """Whether a column that may hold texts ("Bewertung") holds ratings: a review may be the word "Excellent"."""
    values = _filled(name, sample)
    return bool(values) and all(
        len(value.split()) < 8 and _RATED.search(value) and read_rating(value) for value in values
    )


def _says_its_scale(name: str, sample: Sample) -> bool:
    """Whether every cell says what it is out of, or the column's name or labels do."""
    values = _filled(name, sample)
    read = [rating for value in values if (rating := read_rating(value))]
    if len(read) * 10 < len(values) * 9 or not read:
        return False
    scale = scale_of(name, dict.fromkeys(values, 1))
    return all(rating.out_of for rating in read) or _stem_of_scale(name) in _names()["stars"] or scale.of_labels


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    text = files("earmark.copywriting.reviews").joinpath("column_names.toml").read_text(encoding="utf-8")
    return {kind: tuple(names.split()) for kind, names in tomllib.loads(text).items()}


def plain(name: str) -> str:
    """A column's name without case, accents, spaces and signs."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in letters if character.isalnum())


def _stem(name: str) -> tuple[str, str]:
    """A column's name without its number, and the number: ``review2``, ``review_2_text``, ``review.2``."""
    match = re.fullmatch(r"(.*?)(\d*)(\D*)", plain(name))
    return (match[1] + match[3], match[2]) if match else (name, "")


def _stem_of_scale(name: str) -> str:
    """A rating's name without its scale: ``rating`` of ``rating_out_of_10`` and of ``Rating (1-10)``."""
    return plain(
        re.sub(r"[\s_\-(/]*(?:out[ _-]*of|von|sur|\bof\b|[01]\s*(?:-|to|\u2013)|/)[ _-]*\d+\)?\s*$", "", name.lower())
    )
