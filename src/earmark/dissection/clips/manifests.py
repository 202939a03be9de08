"""Tables that list clips: CSV, TSV, JSONL or JSON, one clip a row."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from earmark.dissection.clips.clip import Split
from earmark.dissection.clips.columns import Columns, find_columns, json_list, split_labels
from earmark.dissection.clips.contents import READ_ENDINGS
from earmark.dissection.clips.listing import SPLITS, Listed, Listing, words
from earmark.errors import InvalidInput
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

ENDINGS = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json"})

_MAX_BYTES = 512 * 2**20
_CAPTION_LIMIT = 2000
# Tables without a heading: pairs, and those of DCASE (a scene and where it was, or events in a scene).
_HEADINGS = {
    1: ("filename",),
    2: ("filename", "label"),
    3: ("filename", "scene_label", "identifier"),
    6: ("filename", "scene", "onset", "offset", "event_label", "identifier"),
}
Row = Mapping[str, object]


@dataclass(frozen=True)
class Rows:
    """The rows of a table with their line numbers, and the lines that are no rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    broken: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of clips, and what is known of it from where it lies and what it is called."""

    file: Path
    root: Path
    """Where the clip set starts."""
    folder: str = ""
    """Below the root, where the table's paths start."""
    split: Split | None = None
    """Of rows that give none."""


def read_manifest(table: Table) -> Listing:
    """List the clips of a manifest.

    Columns are known by their names (see :mod:`earmark.dissection.clips.columns`), and which were used and which were
    passed over stands in the listing's notes. Where there is no group, clips with one source_url come from one
    recording.

    Raises:
        InvalidInput: the table cannot be read, or has no column of paths.
    """
    read = _with_heading(table.file, read_rows(table.file))
    columns = find_columns(read.columns, [row for _, row in read.rows])
    called = table.file.relative_to(table.root).as_posix() if table.file.is_relative_to(table.root) else table.file.name
    if "path" not in columns.known:
        found = clean_text(", ".join(read.columns), 300) or "none"
        raise InvalidInput(
            f"{table.file} has no column 'path' (or 'filename') that names each clip's file; it has: {found}."
        )
    clips: list[Listed] = []
    skipped = [Skipped(uri=f"{called}:{line}", reason=reason) for line, reason in read.broken]
    for line, row in read.rows:
        try:
            clips.append(_listed(columns, row, f"{called}:{line}", table))
        except ValueError as error:
            skipped.append(Skipped(uri=f"{called}:{line}", reason=str(error)))
    notes = [f"columns of {clean_text(called, 200)}: {columns.told()}."]
    if several := sum(len(clip.labels) > 1 for clip in clips):
        notes.append(f"{several} rows of {called} have several labels: the first is the class, all are kept as words.")
    return Listing(table.root, tuple(clips), tuple(skipped), tuple(notes))


def read_rows(file: Path) -> Rows:
    """Read a CSV, TSV, JSONL or JSON table.

    Raises:
        InvalidInput: it is missing, too large, not UTF-8, or no table.
    """
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"{file} is larger than {_MAX_BYTES // 2**20} MB: split it into several manifests.")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8 text: save it as UTF-8 and try again.") from error
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    # Not splitlines(): a caption may hold a form feed or a line separator, and JSON keeps those inside a line.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if file.suffix.lower() == ".json" and (whole := _json_document(text)) is not None:
        return whole
    return _json_rows(lines) if file.suffix.lower() in (".jsonl", ".ndjson", ".json") else _csv_rows(file, lines)


def _csv_rows(file: Path, lines: list[str]) -> Rows:
    # AudioSet writes its heading as the last of several lines of comment.
    comments = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    heading = lines[max(comments - 1, 0)].removeprefix("#")
    delimiter = max((",", ";", "\t"), key=heading.count)
    body = [heading, *lines[max(comments, 1) :]]
    reader = csv.reader((line + "\n" for line in body), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[int, Row]] = []
    broken: list[tuple[int, str]] = []
    before = max(comments - 1, 0)
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                broken.append((before + line, f"the row has {len(cells)} cells where the heading has {len(columns)}"))
            elif any(cell.strip() for cell in cells):
                rows.append((before + line, dict(zip(columns, (cell.strip() for cell in cells), strict=False))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"{file} cannot be read as a table near line {reader.line_num}: {error}.") from error
    return Rows(columns, tuple(rows), tuple(broken))


def _json_document(text: str) -> Rows | None:
    """One JSON document: a list of objects, an object that holds one such list, or an object of objects by file name.

    ``None`` where the text is no single document, as a manifest of one object a line.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and value]
        objects = [value for value in document.values() if isinstance(value, dict)]
        if len(lists) == 1 and all(isinstance(item, dict) for item in lists[0]):
            document = lists[0]
        elif objects and len(objects) == len(document):
            document = [{"path": name, **value} for name, value in document.items()]
        else:
            document = [document]
    if not isinstance(document, list):
        return None
    columns: dict[str, None] = {}
    rows: list[tuple[int, Row]] = []
    broken: list[tuple[int, str]] = []
    for number, row in enumerate(document, start=1):
        if isinstance(row, dict):
            rows.append((number, row))
            columns.update(dict.fromkeys(row))
        else:
            broken.append((number, "the item is not a JSON object"))
    return Rows(tuple(columns), tuple(rows), tuple(broken))


def _json_rows(lines: Iterable[str]) -> Rows:
    rows: list[tuple[int, Row]] = []
    broken: list[tuple[int, str]] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.append((number, row))
            columns.update(dict.fromkeys(row))
        else:
            broken.append((number, "the line is not a JSON object"))
    return Rows(tuple(columns), tuple(rows), tuple(broken))


def _listed(columns: Columns, row: Row, where: str, table: Table) -> Listed:
    """One row.

    Raises:
        ValueError: what is wrong with it.
    """
    cells = columns.cells(row, "path")
    path = cells[0][1] if cells else None
    if isinstance(path, Mapping):
        path = path.get("path")
    if not isinstance(path, str) or not path.strip():
        raise ValueError("the row names no file")
    split = columns.word(row, "split")
    if split is not None and split.lower() not in SPLITS:
        raise ValueError(f"split is {split!r}, not one of {', '.join(SPLITS)}")
    stretch = columns.stretch(row)
    is_video = cells[0][0].lower() == "ytid"
    if is_video:
        # AudioSet counts in the video; most who have it keep the stretch alone, under one of these names.
        stretch = replace(stretch, perhaps_cut=True)
    source_url = columns.word(row, "source_url", 500)
    names = [path.strip(), *_names_of_videos(path.strip(), row)] if is_video else [path.strip()]
    names = [f"{table.folder}/{name}" if table.folder else name for name in names]
    return Listed(
        path=names[0],
        other_paths=tuple(names[1:]),
        where=where,
        stretch=stretch,
        groups=_groups(columns, row) or ((source_url,) if source_url else ()),
        split=SPLITS[split.lower()] if split else table.split,
        labels=next((labels for name, cell in columns.cells(row, "label") if (labels := split_labels(name, cell))), ()),
        caption=_caption(columns, row),
        fold=columns.word(row, "fold"),
        author=columns.word(row, "author"),
        licence=columns.word(row, "licence"),
        source_url=source_url,
    )


def _with_heading(file: Path, read: Rows) -> Rows:
    """A table whose first line already names a file gets the heading that such tables leave out.

    Raises:
        InvalidInput: nobody can know what its columns are.
    """
    if not read.columns or not read.columns[0].lower().endswith(tuple(READ_ENDINGS)):
        return read
    names = _HEADINGS.get(len(read.columns))
    if names is None or len(set(read.columns)) < len(names):
        raise InvalidInput(f"{file} has no heading: put a first line above it that names its columns (filename,...).")
    rows = ((line, [row.get(name) for name in read.columns]) for line, row in read.rows)
    first = (1, dict(zip(names, read.columns, strict=True)))
    return Rows(names, (first, *((line, dict(zip(names, row, strict=True))) for line, row in rows)), read.broken)


def _names_of_videos(video: str, row: Row) -> list[str]:
    start, end = (str(row.get(name, "")) for name in ("start_seconds", "end_seconds"))
    return [f"Y{video}", f"{video}_{start}", f"{video}_{start}_{end}", f"Y{video}_{start}_{end}"]


def _groups(columns: Columns, row: Row) -> tuple[str, ...]:
    """What ties a row to others: the first column's value as it is, those of further columns with the column's name."""
    first = columns.known.get("group", ("",))[0]
    found = ((name, words(cell)) for name, cell in columns.cells(row, "group"))
    return tuple(value if name == first else f"{name} {value}" for name, value in found if value)


def _caption(columns: Columns, row: Row) -> str | None:
    """What a row says of its sound; several captions become several sentences, each once."""
    said: list[str] = []
    for _, cell in columns.cells(row, "caption"):
        said += [text for piece in json_list(cell) or [cell] if (text := words(piece, _CAPTION_LIMIT))]
    if len(said) < 2:
        return said[0] if said else None
    return words(". ".join(text.rstrip(" .") for text in dict.fromkeys(said)), _CAPTION_LIMIT)


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
