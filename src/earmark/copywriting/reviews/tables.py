"""Rows out of CSV, TSV, JSONL and Parquet, one at a time, whatever the encoding and the dialect."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput
from earmark.language.text_files import Encoding, detect_encoding, open_text

Row = dict[str, str]

_SAMPLE_BYTES = 1 << 20
_WIDEST_CELL = 64 << 20
_DELIMITERS = {".tsv": "\t", ".tab": "\t"}
FORMATS = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".parquet")


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Stream the rows of a table with their numbers, the first row of data being 1; every value is text.

    Raises:
        InvalidInput: no such file, an unknown format, an unreadable encoding, or a row that does not parse.
    """
    ending = _checked(path)
    if ending == ".parquet":
        yield from _parquet_rows(path)
    elif ending in (".jsonl", ".ndjson"):
        yield from _json_rows(path)
    else:
        yield from _delimited_rows(path, ending)


def _checked(path: Path) -> str:
    if not path.is_file():
        raise InvalidInput(f"{path} is not a file: give a table of reviews ({', '.join(FORMATS)}).")
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InvalidInput(f"{path} ends in {ending or 'nothing'!r}: reviews are read from {', '.join(FORMATS)}.")
    if path.stat().st_size == 0:
        raise InvalidInput(f"{path} is empty.")
    return ending


def _delimited_rows(path: Path, ending: str) -> Iterator[tuple[int, Row]]:
    encoding = detect_encoding(path)
    dialect = _dialect(path, encoding, ending)
    # A review may be longer than the 128 KiB at which the csv module gives up.
    csv.field_size_limit(_WIDEST_CELL)
    with open_text(path, encoding, newline="") as file:
        lines = csv.reader((line.replace("\0", "") for line in file), **dialect)
        try:
            header = _header(path, next(lines, []))
            for number, cells in enumerate(lines, start=1):
                if len(cells) > len(header):
                    raise InvalidInput(
                        f"{path}, row {number}, has {len(cells)} cells under {len(header)} columns:"
                        " quote the text that contains the delimiter."
                    )
                if any(cells):
                    yield number, dict(zip(header, cells, strict=False))
        except (csv.Error, UnicodeError) as error:
            raise InvalidInput(f"{path}, near line {lines.line_num}, cannot be read: {error}.") from error


def _header(path: Path, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not any(header):
        raise InvalidInput(f"{path} has no header: its first row must name the columns.")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise InvalidInput(f"{path} has two columns named {doubled[0]!r}: rename one.")
    return [name or f"column {index + 1}" for index, name in enumerate(header)]


def _dialect(path: Path, encoding: Encoding, ending: str) -> dict[str, Any]:
    """The delimiter that splits the first line best, and whether quotes quote here."""
    with open_text(path, encoding, newline="") as file:
        sample = file.read(_SAMPLE_BYTES // 4)
    first = next(csv.reader(io.StringIO(sample)), []) and sample.split("\n", 1)[0]
    delimiter = _DELIMITERS.get(ending) or max(",;\t|", key=first.count)
    if not first.count(delimiter):
        delimiter = ","
    # Tab-separated files are often written without any quoting, and then a text may begin with a quotation mark.
    if delimiter == "\t" and not _quotes_are_paired(sample, delimiter):
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": delimiter, "quoting": csv.QUOTE_MINIMAL, "doublequote": True}


def _quotes_are_paired(sample: str, delimiter: str) -> bool:
    opened = [cell for line in sample.splitlines()[1:] for cell in line.split(delimiter) if cell.startswith('"')]
    return bool(opened) and all(
        len(cell) > 1 and cell.endswith('"') and cell[1:-1].count('"') % 2 == 0 for cell in opened
    )


def _json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    encoding = detect_encoding(path)
    with open_text(path, encoding) as file:
        number = 0
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _row(json.loads(line), path, number)
        except json.JSONDecodeError as error:
            raise InvalidInput(
                f"{path}, line {number}, cannot be read as JSON ({error.msg}): one object a line is expected."
            ) from error
        except (UnicodeError, RecursionError) as error:
            raise InvalidInput(f"{path} cannot be read as JSON after line {number} ({error}).") from error


def _row(value: object, path: Path, number: int) -> Row:
    if not isinstance(value, dict):
        raise InvalidInput(f"{path}, line {number}, is not a JSON object.")
    return {str(key): _text(cell) for key, cell in value.items()}


def _text(cell: object) -> str:
    """Plain values as text; a list of texts becomes numbered paragraphs nowhere: it is not a cell we can cite."""
    if cell is None:
        return ""
    return (
        cell
        if isinstance(cell, str)
        else json.dumps(cell, ensure_ascii=False)
        if isinstance(cell, (list, dict))
        else str(cell)
    )


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=256):
            for cells in batch.to_pylist():
                number += 1
                yield number, {str(key): _text(cell) for key, cell in cells.items()}
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput(f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}") from error
