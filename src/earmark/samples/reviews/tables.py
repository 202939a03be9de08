"""Sample reviews as a file that a shop owner might have: one review a row."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from earmark.errors import InvalidInput
from earmark.runs.files import whole_file
from earmark.samples.reviews.products import make_products
from earmark.samples.reviews.records import SampleProduct

COLUMNS = ("product", "product_name", "category", "text", "stars", "date", "author")


def write_reviews(path: Path, products: int, seed: int) -> int:
    """Write the reviews of so many sample products, by the ending of the file: ``.csv``, ``.tsv`` or ``.jsonl``.

    Returns:
        How many reviews were written.

    Raises:
        InvalidInput: another ending, or a folder that cannot be written.
    """
    endings = {".csv": ",", ".tsv": "\t", ".jsonl": None}
    if path.suffix not in endings:
        raise InvalidInput(f"sample reviews are written as .csv, .tsv or .jsonl, not as {path.name!r}.")
    rows = review_rows(make_products(products, seed))
    count = 0
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        delimiter = endings[path.suffix]
        table = csv.DictWriter(file, COLUMNS, delimiter=delimiter) if delimiter else None
        if table:
            table.writeheader()
        for row in rows:
            count += 1
            if table:
                table.writerow(row)
            else:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def review_rows(products: Iterable[SampleProduct]) -> Iterable[dict[str, str | int]]:
    """One row a review, as a review table has them: nothing of the truth."""
    for product in products:
        for review in product.reviews:
            yield {
                "product": product.id,
                "product_name": product.name,
                "category": product.category,
                "text": review.text,
                "stars": review.stars,
                "date": review.date,
                "author": review.author,
            }
