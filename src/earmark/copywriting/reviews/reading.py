"""A file of reviews to products, one at a time, in memory that does not grow with the number of products."""

import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from earmark.copywriting.reviews.cleaning import clean_text
from earmark.copywriting.reviews.columns import Columns
from earmark.copywriting.reviews.dates import read_date
from earmark.copywriting.reviews.gathering import gather
from earmark.copywriting.reviews.guessing import guess_columns
from earmark.copywriting.reviews.headlines import with_headline
from earmark.copywriting.reviews.ratings import RatingScale
from earmark.copywriting.reviews.records import Product, Review, ReviewedProduct, Sentence
from earmark.copywriting.reviews.sentences import split_sentences
from earmark.copywriting.reviews.sifting import fold_duplicates, is_blank, reason_to_set_aside
from earmark.errors import UnknownName
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
    product at a time. What is wrong with the file itself, line by line, is told with the first product.

    Args:
        path: CSV, TSV, JSONL, JSON or Parquet.
        columns: where the table keeps what; guessed where ``None`` or where a field is empty.
        product: yield only the product with this id or name.
        config: limits.

    Raises:
        InvalidInput: the table cannot be read, or its columns cannot be told.
        UnknownName: no product has this id or name.
    """
    config = config or ReadingConfig()
    columns = guess_columns(path, columns)
    with tempfile.TemporaryDirectory(prefix="earmark-") as folder:
        rows, scale, complaints = gather(path, columns, Path(folder) / "rows.sqlite", config.review_characters)
        with closing(rows):
            for number, found in enumerate(_products(path, columns, rows, scale, product, config)):
                yield found if number else replace(found, set_aside=(*found.set_aside, *complaints.all()))


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


def _products(
    path: Path,
    columns: Columns,
    rows: sqlite3.Connection,
    scale: RatingScale,
    wanted: str | None,
    config: ReadingConfig,
) -> Iterator[ReviewedProduct]:
    found = False
    names: list[str] = []
    for (product_id,) in rows.execute("select product from rows group by product order by min(number)"):
        name, category = _said_of(rows, product_id, "name"), _said_of(rows, product_id, "category")
        names = [*names, product_id][-1000:] if wanted else names
        if wanted is not None and wanted not in (product_id, name):
            continue
        found = True
        product = Product(id=product_id, name=name or columns.one_product or None, category=category)
        yield _one_product(path, columns, rows, scale, product, config)
    if wanted is not None and not found:
        raise UnknownName("product", wanted, names)


def _said_of(rows: sqlite3.Connection, product_id: str, column: str) -> str | None:
    """What most rows of a product have in a column; nothing where they do not agree."""
    told = rows.execute(
        f"select {column}, count(*) from rows where product = ? and {column} != '' group by 1 order by 2 desc, 1 desc",  # noqa: S608
        (product_id,),
    ).fetchall()
    if not told or told[0][1] * 2 <= sum(count for _, count in told):
        return None
    return clean_text(told[0][0], 200) or None


def _one_product(
    path: Path,
    columns: Columns,
    rows: sqlite3.Connection,
    scale: RatingScale,
    product: Product,
    config: ReadingConfig,
) -> ReviewedProduct:
    reviews: list[Review] = []
    notes: list[Skipped] = []
    languages: dict[str, str] = {}
    seen: Counter[str] = Counter()
    cursor = rows.execute(
        "select column, place, title, text, stars, date, author, language from rows where product = ?"
        " order by number limit ?",
        (product.id, config.product_reviews),
    )
    for column, place, title, raw, stars, day, author, language in cursor:
        body = clean_text(raw, config.review_characters)
        headline = clean_text(title, 300)
        if headline and headline != product.name:
            text = with_headline(headline, "" if is_blank(body) else body)
        else:
            text = body
        uri = f"{path.name}:{place}" + (f":{column}" if len(columns.text) > 1 else "")
        if len(raw) > config.review_characters and len(body) > config.review_characters // 2:
            notes.append(Skipped(uri=uri, reason=f"only the first {len(body)} characters are read"))
        digest = content_id(text)
        seen[digest] += 1
        # Two reviews with the same words have two ids; one of them is folded later.
        review_id = f"{product.id}:{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else "")
        languages[review_id] = language
        reviews.append(
            Review(
                id=review_id, product_id=product.id, uri=uri, text=text, stars=scale.stars(stars) if stars else None,
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
