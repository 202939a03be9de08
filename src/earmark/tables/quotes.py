"""Readings of a record whose quotation marks are not as the csv module has them."""

import csv
import re
from io import StringIO

from earmark.tables.dialect import Dialect

_ESCAPED = re.compile(r'\\([\\"])')


def backslashed(text: str, dialect: Dialect) -> list[str] | None:
    r"""The cells of a record in which ``\"`` stands for a quotation mark, as MySQL, Spark and PHP write it."""
    if '\\"' not in text:
        return None
    escaped = _ESCAPED.sub(lambda match: '""' if match[1] == '"' else "\\", text)
    try:
        rows = list(csv.reader(StringIO(escaped, newline=""), strict=True, **dialect.options))
    except csv.Error:
        return None
    return [_typographic(cell) for cell in rows[0]] if len(rows) == 1 else None


def _typographic(cell: str) -> str:
    """A mark that ends a text as its own, so that nobody takes it for the cell's: ``was “fresh”``."""
    return re.sub(r'"([^"]*)"$', "\u201c\\1\u201d", cell)


def loosely(text: str, dialect: Dialect) -> list[str] | None:
    """The cells of a record whose quoted cells end only where a delimiter or the record ends."""
    apart = re.escape(dialect.delimiter)
    tight = apart if dialect.spaced or dialect.delimiter == "\t" else apart + r"(?! )"
    quoted = re.compile(rf'\s*"(?P<cell>.*?)"\s*(?:(?P<more>{tight})|$)', re.DOTALL)
    plain = re.compile(rf"(?P<cell>[^{apart}\r\n]*)(?:(?P<more>{apart})|$)")
    cells: list[str] = []
    rest, at = text.rstrip("\r\n"), 0
    while True:
        opened = re.compile(r'[ \t]*"' if dialect.delimiter != "\t" else '"').match(rest, at)
        match = (quoted if opened else plain).match(rest, at)
        if match is None:
            return None
        cells.append(match["cell"].replace('""', '"'))
        at = match.end()
        if not match["more"]:
            return cells
