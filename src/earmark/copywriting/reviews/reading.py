"""A file of reviews to products, one at a time, in memory that does not grow with the number of products."""

import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from earmark.copywriting.reviews.cleaning import clean_text
from earmark.copywriting.reviews.columns import Columns, guess_columns, read_stars
from earmark.copywriting.reviews.records import Product, Review, ReviewedProduct, Sentence
from earmark.copywriting.reviews.sentences import split_sentences
from earmark.copywriting.reviews.sifting import fold_duplicates, reason_to_set_aside
from earmark.copywriting.reviews.tables import Row, read_rows
from earmark.errors import InvalidInput, UnknownName
from earmark.evidence import content_id
from earmark.language.orders import find_orders, without_orders
from earmark.language.untrusted import clean_text as shown_text
from earmark.runs import Skipped

_LONGEST_NAME = 80
# Markup, links and cells that run, and what ends like a sentence in the middle or after many words.
_NO_NAME = re.compile(r"[<>{}\[\]|\\`$=]|://|www\.|\.\./|^[+@-]|\w{5,}[.!?]\s|(?:\S+\s+){5}.*[.!?]$")


@dataclass(frozen=True)
class ReadingConfig:
    """How much of a file is read."""

    review_characters: int = 20_000
    """A longer review is cut here, and the cut is told."""
    product_reviews: int = 5_000
    """Reviews of one product that are used, in the order of the file; more are counted and told."""


def read_products(
    path: Path, columns: Columns | None = None, product: str | None = None, config: ReadingConfig | None = None
) -> Iterator[ReviewedProduct]:
    """Stream products with their usable reviews, in the order in which the file first names them.

    The rows of a product may lie anywhere: they are gathered in a temporary database on disk, so memory holds one
    product at a time.

    Args:
        path: CSV, TSV, JSONL or Parquet.
        columns: where the table keeps what; guessed where ``None`` or where a field is empty.
        product: yield only the product with this id or name.
        config: limits.

    Raises:
        InvalidInput: the table cannot be read, or its columns cannot be told.
        UnknownName: no product has this id or name.
    """
    config = config or ReadingConfig()
    columns = guess_columns(path, columns)
    with (
        tempfile.TemporaryDirectory(prefix="earmark-") as folder,
        closing(_gathered(path, columns, Path(folder) / "rows.sqlite", config)) as rows,
    ):
        yield from _products(path, columns, rows, product, config)


def sift_product(product: Product, reviews: list[Review], languages: dict[str, str] | None = None) -> ReviewedProduct:
    """Fold duplicates, set aside what may not be used or speaks to a machine, and split the rest into sentences.

    Args:
        product: what is reviewed.
        reviews: what was written of it, cleaned.
        languages: review id to the language that its own column tells.
    """
    set_aside: list[Skipped] = []
    silenced = 0
    usable: list[Review] = []
    product, orders = _named_soberly(product)
    for given in reviews:
        text, found = without_orders(given.text)
        orders += [Skipped(uri=given.uri, reason=order.told()) for order in found]
        review = given.model_copy(update={"text": text}) if found else given
        reason = reason_to_set_aside(review, (languages or {}).get(review.id))
        if found and not text:
            silenced += 1
        elif reason:
            set_aside.append(Skipped(uri=review.uri, reason=reason))
        else:
            usable.append(review)
    kept, folded = fold_duplicates(usable)
    sentences = tuple(
        Sentence(review_id=review.id, start=start, end=end, text=review.text[start:end])
        for review in kept
        for start, end in split_sentences(review.text)
    )
    return ReviewedProduct(product, tuple(kept), sentences, tuple(set_aside), folded, tuple(orders), silenced)


def _named_soberly(product: Product) -> tuple[Product, list[Skipped]]:
    """A product without a name that is no name, or that speaks to a machine: copy would say it aloud."""
    found = [order.told() for order in find_orders(product.name or "")]
    if product.name and not found and (len(product.name) > _LONGEST_NAME or _NO_NAME.search(product.name)):
        found = [f"it is no name that copy could say: \u201c{shown_text(product.name, 90)}\u201d"]
    told = [Skipped(uri=f"the name of {product.id}", reason=reason) for reason in found]
    return (product.model_copy(update={"name": None}) if found else product), told


def _gathered(path: Path, columns: Columns, database: Path, config: ReadingConfig) -> sqlite3.Connection:
    """Every review of the file in a temporary database, indexed by product."""
    connection = sqlite3.connect(database)
    connection.executescript(
        "pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-16000;"
        "create table rows (number integer primary key, product text, name text, category text, column text,"
        " place integer, text text, stars text, date text, author text, language text)"
    )
    with connection:
        connection.executemany(
            "insert into rows (product, name, category, column, place, text, stars, date, author, language)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _cells(path, columns, config),
        )
    connection.execute("create index by_product on rows (product, number)")
    return connection


def _cells(path: Path, columns: Columns, config: ReadingConfig) -> Iterator[tuple[str | int, ...]]:
    def cell(row: Row, column: str | None) -> str:
        return row.get(column, "")[:500].encode("utf-8", "replace").decode() if column else ""

    for number, row in read_rows(path):
        product = columns.one_product or clean_text(cell(row, columns.product), 200)
        if not product:
            raise InvalidInput(f"{path}, row {number}, has no product in the column {columns.product!r}.")
        details = [cell(row, column) for column in (columns.stars, columns.date, columns.author, columns.language)]
        for text in columns.text:
            # Four times the limit is what cleaning looks at; the true length is kept for the sentence about the cut.
            raw = row.get(text, "")
            kept = raw[: 4 * config.review_characters].encode("utf-8", "replace").decode()
            if len(columns.text) > 1 and not kept.strip():
                continue
            yield product, cell(row, columns.name), cell(row, columns.category), text, number, kept, *details


def _products(
    path: Path, columns: Columns, rows: sqlite3.Connection, wanted: str | None, config: ReadingConfig
) -> Iterator[ReviewedProduct]:
    found = False
    names: list[str] = []
    for (product_id,) in rows.execute("select product from rows group by product order by min(number)"):
        name, category = rows.execute(
            "select max(name), max(category) from rows where product = ?", (product_id,)
        ).fetchone()
        names = [*names, product_id][-1000:] if wanted else names
        if wanted is not None and wanted not in (product_id, name):
            continue
        found = True
        product = Product(
            id=product_id,
            name=clean_text(name, 200) or columns.one_product or None,
            category=clean_text(category, 200) or None,
        )
        yield _one_product(path, columns, rows, product, config)
    if wanted is not None and not found:
        raise UnknownName("product", wanted, names)


def _one_product(
    path: Path, columns: Columns, rows: sqlite3.Connection, product: Product, config: ReadingConfig
) -> ReviewedProduct:
    reviews: list[Review] = []
    notes: list[Skipped] = []
    languages: dict[str, str] = {}
    seen: Counter[str] = Counter()
    cursor = rows.execute(
        "select column, place, text, stars, date, author, language from rows where product = ? order by number limit ?",
        (product.id, config.product_reviews),
    )
    for column, place, raw, stars, day, author, language in cursor:
        text = clean_text(raw, config.review_characters)
        uri = f"{path.name}:{place}" + (f":{column}" if len(columns.text) > 1 else "")
        if len(raw) > config.review_characters and len(text) > config.review_characters // 2:
            notes.append(Skipped(uri=uri, reason=f"only the first {len(text)} characters are read"))
        digest = content_id(text)
        seen[digest] += 1
        # Two reviews with the same words have two ids; one of them is folded later.
        review_id = f"{product.id}:{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else "")
        languages[review_id] = language
        reviews.append(
            Review(
                id=review_id, product_id=product.id, uri=uri, text=text, stars=read_stars(stars) if stars else None,
                date=read_date(day), author=clean_text(author, 100) or None,
            )
        )  # fmt: skip
    (total,) = rows.execute("select count(*) from rows where product = ?", (product.id,)).fetchone()
    if total > len(reviews):
        notes.append(
            Skipped(
                uri=f"{path.name}:{product.id}",
                reason=f"{total - len(reviews)} reviews beyond the first {len(reviews)}",
            )
        )
    sifted = sift_product(product, reviews, languages)
    return replace(sifted, set_aside=(*sifted.set_aside, *notes))


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


def read_date(value: str) -> str | None:
    """A day as ISO 8601 where it can be read without guessing; a day that could be two days is ``None``.

    Read are ``2024-05-01``, ``2024/5/1``, ``2024-05``, Unix seconds and milliseconds, ``May 1, 2024``, ``1 May 2024``,
    and ``13/05/2024`` or ``05/13/2024``, where only one reading is a day.
    """
    text = value.strip()
    if match := re.match(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)", text):
        year, month, day = int(match[1]), int(match[2]), int(match[3] or 0)
        return _iso(year, month, day) if day else (f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None)
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
    if match := re.search(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text):
        return _iso(int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2]))
    if match := re.search(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3})[a-z]*\.?,? (\d{4})", text):
        return _iso(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
    if match := re.match(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first > 12 or first == second:
            return _iso(year, second, first)
        return _iso(year, first, second) if second > 12 else None
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
