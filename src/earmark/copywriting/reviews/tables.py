"""A file of reviews as a table: CSV, TSV, JSONL, JSON and Parquet, whatever the encoding and the dialect."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from earmark.errors import InvalidInput
from earmark.tables import MOST_COLUMNS, Table, read_delimited, read_json
from earmark.tables.files import check_file
from earmark.tables.parquet import read_parquet

_SAMPLE_BYTES = 1 << 20
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
        with path.open(encoding=sniff_encoding(path), newline="") as file:
            yield from file
    except UnicodeError as error:
        raise InvalidInput(f"{path} cannot be read: {error}.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def sniff_encoding(path: Path) -> str:
    """The encoding of a text file: a byte-order mark, else UTF-8 where it decodes, else UTF-16 or Windows-1252.

    Raises:
        InvalidInput: none of them reads it.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _decodes_as_utf8(path):
        # Latin text in UTF-16 without a mark is valid UTF-8 full of NULs.
        if head.count(0) > len(head) // 4:
            return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        return "utf-8"
    if head.count(0) > len(head) // 8:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    if not any(byte in head for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)) and 0 not in head:
        return "cp1252"
    raise InvalidInput(f"{path} is in an encoding that cannot be told: save it as UTF-8.")


def _decodes_as_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_SAMPLE_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


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
