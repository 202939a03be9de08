"""The seller's own record of products: name, brand, attributes, from JSON, TOML, JSONL or CSV."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput
from earmark.language.untrusted import clean_text
from earmark.tables import Fault, read_delimited
from earmark.tables.files import read_text_file

_PRODUCT_KEYS = ("product", "product_id", "id", "sku")


@dataclass(frozen=True)
class Facts:
    """What the seller says of products.

    Attributes:
        by_product: facts by product id or name.
        of_the_one: facts that name no product, for a file about one product.
    """

    by_product: Mapping[str, Mapping[str, str]]
    of_the_one: Mapping[str, str]

    def of(self, product_id: str, name: str | None) -> dict[str, str]:
        """The facts of a product, by its id or its name."""
        found = self.by_product.get(product_id) or self.by_product.get(name or "") or {}
        return {**self.of_the_one, **found}


def read_facts(path: Path) -> Facts:
    """Read a record of one product, or of many.

    One product: ``{"name": "...", "brand": "...", "warranty": "3 years"}``. Many: an object of such objects by product
    id, or a table or list with a ``product`` in each row.

    Raises:
        InvalidInput: the file cannot be read as such a record.
    """
    text = read_text_file(path, 'give the seller\'s own record, such as {"name": "...", "brand": "..."}')
    ending = path.suffix.lower()
    try:
        return _sorted_out(_held(text, ending, path), path)
    except RecursionError as error:
        raise InvalidInput(f"{path} is nested too deeply: a fact is a plain value.") from error
    except ValueError as error:
        raise InvalidInput(f"{path} cannot be read as {ending.lstrip('.') or 'JSON'}: {error}.") from error


def _held(text: str, ending: str, path: Path) -> Any:
    if ending == ".toml":
        return tomllib.loads(text)
    if ending == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if ending in (".csv", ".tsv"):
        return list(_rows(text, "\t" if ending == ".tsv" else None, path))
    return json.loads(text)


def _rows(text: str, delimiter: str | None, path: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a table; the seller mends a broken one, since a fact that is cut off is another fact."""
    for item in read_delimited(StringIO(text, newline=""), str(path), delimiter).rows:
        if isinstance(item, Fault):
            raise InvalidInput(f"{path}, line {item.line}: {item.reason}.")
        yield item.cells


def _sorted_out(held: Any, path: Path) -> Facts:
    if isinstance(held, list):
        by_product: dict[str, dict[str, str]] = {}
        for number, row in enumerate(held, start=1):
            key = next((key for key in _PRODUCT_KEYS if isinstance(row, dict) and row.get(key)), None)
            if key is None:
                raise InvalidInput(f"{path}, row {number}, names no product: give it a column 'product'.")
            product = str(row[key])
            by_product[product] = _plain({name: value for name, value in row.items() if name != key}, path)
        return Facts(by_product, {})
    if not isinstance(held, dict):
        raise InvalidInput(f'{path} holds no facts: write an object such as {{"name": "...", "brand": "..."}}.')
    if held and all(isinstance(value, dict) for value in held.values()):
        return Facts({str(key): _plain(value, path) for key, value in held.items()}, {})
    return Facts({}, _plain(held, path))


def _plain(row: Mapping[Any, Any], path: Path) -> dict[str, str]:
    facts = {}
    for key, value in row.items():
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, (list, dict)) for one in value)):
            raise InvalidInput(f"{path}: {key!r} is not a plain value; write it as text or a number.")
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        if value is not None and (text := clean_text(str(value), 300)):
            facts[clean_text(str(key), 60)] = text
    return facts
