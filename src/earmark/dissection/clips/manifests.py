"""Tables that list clips: CSV, TSV or JSONL, one clip a row."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from earmark.dissection.clips.listing import SPLITS, Listed, Listing, seconds, words
from earmark.errors import InvalidInput
from earmark.language.text_files import read_text
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

ENDINGS = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
# A folder with one of these, and no layout of its own, is read through it.
NAMES = ("manifest.csv", "manifest.jsonl", "manifest.tsv", "meta.csv", "metadata.csv", "metadata.jsonl")

_MAX_BYTES = 512 * 2**20
# Our name for a column, then the names that other people's tables use for the same thing.
_COLUMNS = {
    "path": ("path", "filename", "file_name", "file", "audio"),
    "label": ("label", "category", "class", "class_name"),
    "caption": ("caption", "title", "text", "description"),
    "group": ("group", "src_file", "source_file", "recording"),
    "split": ("split",),
    "fold": ("fold",),
    "author": ("author", "uploader"),
    "licence": ("licence", "license"),
    "source_url": ("source_url", "url"),
    "start_s": ("start_s",),
    "end_s": ("end_s",),
}
Row = Mapping[str, object]


@dataclass(frozen=True)
class Rows:
    """The rows of a table with their line numbers, and the lines that are no rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    broken: tuple[tuple[int, str], ...] = ()


def read_manifest(file: Path, folder: Path | None = None) -> Listing:
    """List the clips of a manifest.

    Columns: path (or filename); label, caption, group, split, start_s, end_s, fold, author, licence, source_url where
    they are known. Where there is no group, clips with one source_url come from one recording.

    Args:
        file: the manifest.
        folder: where its paths start; beside the manifest by default.

    Raises:
        InvalidInput: the table cannot be read, or has no column of paths.
    """
    table = read_rows(file)
    names = _known_columns(table.columns)
    if "path" not in names:
        found = clean_text(", ".join(table.columns), 300) or "none"
        raise InvalidInput(f"{file} has no column 'path' (or 'filename') that names each clip's file; it has: {found}.")
    clips: list[Listed] = []
    skipped = [Skipped(uri=f"{file.name}:{line}", reason=reason) for line, reason in table.broken]
    for line, row in table.rows:
        try:
            clips.append(_listed({ours: row.get(theirs) for ours, theirs in names.items()}, f"{file.name}:{line}"))
        except ValueError as error:
            skipped.append(Skipped(uri=f"{file.name}:{line}", reason=str(error)))
    return Listing(root=folder or file.parent, clips=tuple(clips), skipped=tuple(skipped))


def read_rows(file: Path) -> Rows:
    """Read a CSV, TSV or JSONL table.

    Raises:
        InvalidInput: it is missing, too large, not UTF-8, or no table.
    """
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"{file} is larger than {_MAX_BYTES // 2**20} MB: split it into several manifests.")
        text = read_text(file)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    # Not splitlines(): a caption may hold a form feed or a line separator, and JSON keeps those inside a line.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _json_rows(lines) if file.suffix.lower() in (".jsonl", ".ndjson") else _csv_rows(file, lines)


def _csv_rows(file: Path, lines: list[str]) -> Rows:
    heading = lines[0]
    delimiter = max((",", ";", "\t"), key=heading.count)
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    rows: list[tuple[int, Row]] = []
    broken: list[tuple[int, str]] = []
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                broken.append((line, f"the row has {len(cells)} cells where the heading has {len(columns)}"))
            elif any(cell.strip() for cell in cells):
                rows.append((line, dict(zip(columns, (cell.strip() for cell in cells), strict=False))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"{file} cannot be read as a table near line {reader.line_num}: {error}.") from error
    return Rows(columns, tuple(rows), tuple(broken))


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


def _known_columns(columns: Iterable[str]) -> dict[str, str]:
    """Our column names to the table's own, whatever their case."""
    theirs = {name.lower(): name for name in columns}
    found = {ours: next((theirs[name] for name in names if name in theirs), None) for ours, names in _COLUMNS.items()}
    return {ours: name for ours, name in found.items() if name is not None}


def _listed(row: Row, where: str) -> Listed:
    """One row.

    Raises:
        ValueError: what is wrong with it.
    """
    path = row.get("path")
    if not isinstance(path, str) or not path.strip():
        raise ValueError("the row names no file")
    start_s, end_s = seconds(row.get("start_s"), "start_s"), seconds(row.get("end_s"), "end_s")
    if end_s is not None and end_s <= (start_s or 0.0):
        raise ValueError(f"end_s is {end_s:g}, not after start_s, {start_s or 0.0:g}")
    split = words(row.get("split"))
    if split is not None and split.lower() not in SPLITS:
        raise ValueError(f"split is {split!r}, not one of {', '.join(SPLITS)}")
    source_url = words(row.get("source_url"), 500)
    return Listed(
        path=path.strip(),
        where=where,
        start_s=start_s,
        end_s=end_s,
        group=words(row.get("group")) or source_url,
        split=SPLITS[split.lower()] if split else None,
        label=words(row.get("label")),
        caption=words(row.get("caption"), 2000),
        fold=words(row.get("fold")),
        author=words(row.get("author")),
        licence=words(row.get("licence")),
        source_url=source_url,
    )


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
