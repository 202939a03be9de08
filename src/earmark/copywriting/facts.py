"""The seller's own record of products: name, brand, attributes, from JSON, TOML, JSONL or CSV."""

import csv
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput
from earmark.language.spelling import as_meant
from earmark.language.text_files import read_text
from earmark.language.untrusted import clean_text

_WRAPPED = re.compile('^["\'\u201c\u2018\u00ab]([^"\u201c\u201d\u00ab\u00bb]*)["\'\u201d\u2019\u00bb]$')
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
    text = read_text(path)
    ending = path.suffix.lower()
    try:
        if ending == ".toml":
            held: Any = tomllib.loads(text)
        elif ending == ".jsonl":
            held = [json.loads(line) for line in text.splitlines() if line.strip()]
        elif ending in (".csv", ".tsv"):
            held = list(csv.DictReader(text.splitlines(), delimiter="\t" if ending == ".tsv" else ","))
        else:
            held = json.loads(text)
    except (ValueError, csv.Error) as error:
        raise InvalidInput(f"{path} cannot be read as {ending.lstrip('.') or 'JSON'}: {error}.") from error
    return _sorted_out(held, path)


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
        if isinstance(value, dict) or key is None:
            raise InvalidInput(f"{path}: {key!r} is not a plain value; write it as text or a number.")
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        if value is not None and (text := _as_said(str(value))):
            facts[_as_said(str(key))[:60]] = text
    return facts


def _as_said(text: str) -> str:
    """A value without what a sentence around it has of its own: the stop behind it, quotation marks around it."""
    text = clean_text(as_meant(text), 300)
    while (bare := _WRAPPED.sub(r"\1", text.rstrip(" .,;:!?\u2026"))) != text:
        text = bare
    return text if any(character.isalnum() for character in text) else ""
