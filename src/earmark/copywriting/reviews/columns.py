"""Which column holds what: guessed from names and contents, told, and overridable."""

import re
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from earmark.copywriting.reviews.tables import Row, read_rows
from earmark.errors import InvalidInput, UnknownName

_LOOKED_AT = 200
"""Rows that a guess looks at."""


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


_NAMES: dict[str, tuple[str, ...]] = {
    "product": _words(
        "product product_id productid asin parent_asin sku item item_id itemid business business_id group_id"
        " group listing listing_id hotel hotel_id hotel_name restaurant restaurant_id restaurant_name place"
        " place_id entity entity_id shop store venue"
    ),
    "text": _words(
        "text review review_text reviewtext review_body body content comment comments review_content rev"
        " review_comment reviews opinion feedback"
    ),
    "stars": _words("stars star rating rate star_rating overall score review_rating review_stars overall_rating"),
    "date": _words(
        "date review_date reviewdate time timestamp created created_at reviewtime review_time date_posted published"
    ),
    "author": _words(
        "author user user_id userid reviewer reviewer_id reviewerid reviewer_name reviewername customer"
        " customer_id username user_name"
    ),
    "language": _words("language lang locale review_language"),
    "category": _words("category cat categories product_category main_category type domain"),
    "name": _words("name title product_title product_name productname business_name item_name"),
}


@dataclass(frozen=True)
class Columns:
    """Where a table keeps what. A field that is empty has no column, or was left to be guessed."""

    product: str | None = None
    """The column whose value tells products apart."""
    text: tuple[str, ...] = ()
    """The column of the review, or the several columns where a row holds several reviews."""
    stars: str | None = None
    """The column of the rating, as a number."""
    date: str | None = None
    """The column of the day."""
    author: str | None = None
    """The column of the customer; used to fold what one customer wrote twice."""
    language: str | None = None
    """The column of the language (``en``, ``en-GB``, ``English``)."""
    category: str | None = None
    """The column of what kind of product it is."""
    name: str | None = None
    """The column of the product's name, where it differs from its id."""
    one_product: str | None = None
    """Set instead of ``product`` where the whole file is about one product: its name."""
    found: tuple[str, ...] = ()
    """Every column of the table."""

    def told(self) -> str:
        """What was found, in one line, for people."""
        parts = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value and field.name != "found":
                parts.append(f"{field.name}: {_listed(value) if isinstance(value, tuple) else value}")
        return "; ".join(parts)


def guess_columns(path: Path, given: Columns | None = None) -> Columns:
    """Say which column holds what, from names and from the first rows; what is given is taken as it is.

    Args:
        path: the table.
        given: columns that the user named; they must exist.

    Raises:
        InvalidInput: no column, or more than one, could be the text or the product; the sentence says what was found.
        UnknownName: a given column does not exist.
    """
    sample = [row for _, row in islice(read_rows(path), _LOOKED_AT)]
    if not sample:
        raise InvalidInput(f"{path} has a header and no rows.")
    found = tuple(dict.fromkeys(key for row in sample for key in row))
    given = given or Columns()
    _check_given(given, found)
    text = given.text or _guess_text(path, found, sample, taken=_given_names(given))
    columns = replace(given, text=text, found=found)
    for kind in ("stars", "date", "author", "language", "category", "product", "name"):
        if getattr(columns, kind) is None and not (kind == "product" and columns.one_product):
            columns = _with(columns, kind, _guess_by_name(kind, columns, sample))
    return _with_product(path, columns)


def _with(columns: Columns, kind: str, name: str | None) -> Columns:
    changed: dict[str, Any] = {kind: name}
    return replace(columns, **changed)


def _with_product(path: Path, columns: Columns) -> Columns:
    if columns.product or columns.one_product:
        return columns
    if columns.name:
        return replace(columns, product=columns.name, name=None)
    raise InvalidInput(
        f"no column of {path} tells which product a review is about (found: {_listed(columns.found)}): name it with"
        " --column product=NAME, or give --one-product NAME where all reviews are about one."
    )


def _guess_by_name(kind: str, columns: Columns, sample: list[Row]) -> str | None:
    taken = _given_names(columns)
    known = {_plain(name): name for name in columns.found if name not in taken}
    for candidate in _NAMES[kind]:
        fits = candidate in known and (
            (kind != "stars" or _is_numeric(known[candidate], sample))
            and (candidate != "title" or _names_products(known[candidate], columns, sample))
        )
        if fits:
            return known[candidate]
    return None


def _names_products(name: str, columns: Columns, sample: list[Row]) -> bool:
    """Whether a column called title holds the product's name, and not the headline of each review."""
    if len(columns.text) > 1:
        return True
    if columns.product is None:
        return len({row.get(name) for row in sample}) * 2 <= len(sample)
    titles: dict[str, set[str]] = {}
    for row in sample:
        titles.setdefault(row.get(columns.product, ""), set()).add(row.get(name, ""))
    return len(titles) < len(sample) and all(len(mine) == 1 for mine in titles.values())


def _guess_text(path: Path, found: tuple[str, ...], sample: list[Row], taken: set[str]) -> tuple[str, ...]:
    free = [name for name in found if name not in taken]
    series: dict[str, list[str]] = {}
    for name in free:
        if match := re.fullmatch(r"(.*?)[ _\-.]?(\d+)", name):
            series.setdefault(_plain(match[1]), []).append(name)
    several = [names for stem, names in series.items() if stem in _NAMES["text"] and len(names) > 1]
    by_name: list[tuple[str, ...]] = [(name,) for name in free if _plain(name) in _NAMES["text"]]
    # Of two that the names allow ("review" beside "comment"), the one in which people really wrote at length.
    candidates: list[tuple[str, ...]] = [tuple(names) for names in several] or _wordy(by_name, sample)
    if not candidates:
        candidates = [(name,) for name in free if _mean_words(name, sample) >= 8]
    if len(candidates) == 1:
        return candidates[0]
    problem = (
        "no column looks like the text of a review"
        if not candidates
        else (f"{_listed([names[0] for names in candidates])} could each be the text of the review")
    )
    raise InvalidInput(f"{path}: {problem} (found: {_listed(found)}): name it with --column text=NAME.")


def _wordy(candidates: list[tuple[str, ...]], sample: list[Row]) -> list[tuple[str, ...]]:
    if len(candidates) < 2:
        return candidates
    words = {names: _mean_words(names[0], sample) for names in candidates}
    most = max(words.values())
    return [names for names in candidates if words[names] * 3 > most]


def _mean_words(name: str, sample: list[Row]) -> float:
    return sum(len(row.get(name, "").split()) for row in sample) / len(sample)


def _is_numeric(name: str, sample: list[Row]) -> bool:
    values = [row[name] for row in sample if row.get(name, "").strip()]
    return bool(values) and sum(read_stars(value) is not None for value in values) * 10 >= len(values) * 9


def read_stars(value: str) -> float | None:
    """A rating as a number: ``4``, ``4.5``, ``4,5``, ``4/5``, ``4 stars``; ``None`` where there is none."""
    match = re.match(r"\s*(\d{1,3}(?:[.,]\d+)?)\s*(?:/\s*\d+|stars?|out of \d+(?:\.\d+)?.*)?\s*$", value, re.IGNORECASE)
    return float(match[1].replace(",", ".")) if match else None


def _check_given(given: Columns, found: tuple[str, ...]) -> None:
    for name in _given_names(given):
        if name not in found:
            raise UnknownName("column", name, found)


def _given_names(columns: Columns) -> set[str]:
    single = (
        columns.product,
        columns.stars,
        columns.date,
        columns.author,
        columns.language,
        columns.category,
        columns.name,
    )
    return {name for name in (*columns.text, *single) if name}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = [str(name) for name in names[:12]]
    return ", ".join(shown) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
