"""The rows of a table of clips: CSV, TSV, JSONL or JSON, with and without a heading."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from earmark.dissection.clips.contents import READ_ENDINGS
from earmark.errors import InvalidInput
from earmark.language.text_files import read_text
from earmark.language.untrusted import clean_text
from earmark.tables import Fault, read_delimited, read_json
from earmark.tables.files import check_file

_JSON = frozenset({".jsonl", ".ndjson", ".json"})
ENDINGS = frozenset({".csv", ".tsv", *_JSON})

_MAX_BYTES = 512 * 2**20
_DELIMITERS = {".tsv": "\t"}
# Tables without a heading: lists, pairs, and those of DCASE (a scene and where it was, or events in a scene).
_HEADINGS = {
    1: ("filename",),
    2: ("filename", "label"),
    3: ("filename", "scene_label", "identifier"),
    6: ("filename", "scene", "onset", "offset", "event_label", "identifier"),
}
Row = Mapping[str, object]


@dataclass(frozen=True)
class Rows:
    """The rows of a table with their line numbers, and the lines that are no rows or were mended."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    broken: tuple[tuple[int, str], ...] = ()
    mended: tuple[tuple[int, str], ...] = ()


def read_rows(file: Path) -> Rows:
    """Read a table.

    Raises:
        InvalidInput: it is missing, too large, not UTF-8, or no table.
    """
    lines = _lines(file)
    ending = file.suffix.lower()
    where = str(file)
    table = read_json(lines, where) if ending in _JSON else read_delimited(lines, where, _DELIMITERS.get(ending))
    rows: list[tuple[int, Row]] = []
    faults: list[Fault] = []
    for item in table.rows:
        if isinstance(item, Fault):
            faults.append(item)
        else:
            rows.append((item.line, {name: cell.strip() for name, cell in item.cells.items()}))
    return Rows(
        table.columns or tuple(dict.fromkeys(name for _, row in rows for name in row)),
        tuple(rows),
        tuple((fault.line, fault.reason) for fault in faults if fault.row_lost),
        tuple((fault.line, fault.reason) for fault in faults if not fault.row_lost),
    )


def with_heading(file: Path, read: Rows) -> Rows:
    """A table whose first line already names a file gets the heading that such tables leave out.

    Raises:
        InvalidInput: nobody can know what its columns are.
    """
    if not read.columns or not read.columns[0].lower().endswith(tuple(READ_ENDINGS)):
        return read
    names = _HEADINGS.get(len(read.columns))
    if names is None or file.suffix.lower() in _JSON:
        raise InvalidInput(f"{file} has no heading: put a first line above it that names its columns (filename,...).")
    first: dict[str, object] = dict(zip(read.columns, read.columns, strict=True))
    rows = [(1, first), *read.rows]
    headed = tuple(
        (line, {name: row.get(theirs, "") for name, theirs in zip(names, read.columns, strict=True)})
        for line, row in rows
    )
    return Rows(names, headed, read.broken, read.mended)


def read_data_set_table(file: Path, needed: Iterable[str]) -> Rows:
    """Read a data set's own table, which must have these columns.

    Raises:
        InvalidInput: it cannot be read, or a column is missing.
    """
    table = read_rows(file)
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise InvalidInput(
            f"{file} lacks the columns {', '.join(missing)} of its data set; it has: "
            f"{clean_text(', '.join(table.columns), 300) or 'none'}."
        )
    return table


def _lines(file: Path) -> Iterator[str]:
    """The lines of a table with their ends.

    Raises:
        InvalidInput: it cannot be read.
    """
    check_file(file, "give a table of clips")
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"{file} is larger than {_MAX_BYTES // 2**20} MB: split it into several manifests.")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    return _without_comments(StringIO(read_text(file)))


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    """AudioSet writes its heading as the last of several lines of comment: those above it become blank."""
    source = iter(lines)
    heading = ""
    for line in source:
        if not line.startswith("#"):
            yield from (heading.removeprefix("#").lstrip(), line) if heading else (line,)
            break
        if heading:
            yield "\n"
        heading = line
    yield from source
