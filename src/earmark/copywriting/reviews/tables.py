"""A file of reviews as a table: CSV, TSV, JSONL, JSON and Parquet, whatever the encoding and the dialect."""

import re
from collections.abc import Iterator
from pathlib import Path

from earmark.errors import InvalidInput
from earmark.language.text_files import open_text
from earmark.tables import MOST_COLUMNS, Table, read_delimited, read_json
from earmark.tables.files import check_file
from earmark.tables.parquet import read_parquet

_DELIMITERS = {".tsv": "\t", ".tab": "\t"}
_JSON = (".jsonl", ".ndjson", ".json")
FORMATS = (".csv", ".tsv", ".tab", ".txt", *_JSON, ".parquet")
_BEGINS_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]\s*[{\"]")
# What a file is by its first bytes, whatever its name says, and what to do about it.
_OTHERS = {
    b"\x1f\x8b": "is compressed (gzip): unpack it first",
    b"PK\x03\x04": "is a workbook or a zip archive: save its table as CSV",
    b"\xd0\xcf\x11\xe0": "is a workbook of Excel: save its table as CSV",
    b"BZh": "is compressed (bzip2): unpack it first",
    b"\xfd7zXZ": "is compressed (xz): unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed (zstd): unpack it first",
    b"SQLite format 3": "is an SQLite database: export its table as CSV",
    b"%PDF": "is a PDF: save its table as CSV",
    b"<html": "is a web page: save its table as CSV",
    b"<!DOCTYPE html": "is a web page: save its table as CSV",
}


def open_table(path: Path) -> Table:
    """Open a file of reviews; its rows are read as they are gone through.

    Raises:
        InvalidInput: no such file, an unknown format, an unreadable encoding, or a header that names no columns; also
            on the way, where the file turns out to be damaged beyond reading.
    """
    ending = _checked(path)
    if ending == ".parquet":
        return Table((), read_parquet(path, MOST_COLUMNS))
    if ending in _JSON:
        return read_json(_lines(path), str(path))
    return read_delimited(_lines(path), str(path), _DELIMITERS.get(ending))


def _lines(path: Path) -> Iterator[str]:
    try:
        with open_text(path, newline="") as file:
            yield from file
    except UnicodeError as error:
        raise InvalidInput(f"{path} cannot be read: {error}.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def _checked(path: Path) -> str:
    """The ending of a file that can be a table.

    Raises:
        InvalidInput: it cannot.
    """
    check_file(path, f"give a table of reviews ({', '.join(FORMATS)})")
    ending = path.suffix.lower()
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not head:
        raise InvalidInput(f"{path} is empty.")
    if told := next((told for mark, told in _OTHERS.items() if head.startswith(mark)), None):
        raise InvalidInput(f"{path} {told}.")
    if ending not in FORMATS:
        raise InvalidInput(f"{path} ends in {ending or 'nothing'!r}: reviews are read from {', '.join(FORMATS)}.")
    if head.startswith(b"PAR1"):
        return ".parquet"
    return ".json" if _BEGINS_JSON.match(head) else ending
