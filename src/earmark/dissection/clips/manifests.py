"""Tables that list clips: CSV, TSV, JSONL or JSON, one clip a row."""

from dataclasses import dataclass, replace
from pathlib import Path

from earmark.dissection.clips.clip import Split
from earmark.dissection.clips.columns import Columns, find_columns, json_list, split_labels
from earmark.dissection.clips.listing import CAPTION_LIMIT, SPLITS, Listed, Listing, sentences, words
from earmark.dissection.clips.rows import Row, read_rows, with_heading
from earmark.errors import InvalidInput
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

# Mended lines that are told one by one.
_TOLD = 3


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
    read = with_heading(table.file, read_rows(table.file))
    columns = find_columns(read.columns, [row for _, row in read.rows])
    called = table.file.relative_to(table.root).as_posix() if table.file.is_relative_to(table.root) else table.file.name
    if "path" not in columns.known:
        found = clean_text(", ".join(read.columns), 300) or "none"
        raise InvalidInput(
            f"{table.file} has no column 'path' (or 'filename') that names each clip's file; it has: {found}. "
            "A table without a heading needs one above it."
        )
    clips: list[Listed] = []
    skipped = [Skipped(uri=f"{called}:{line}", reason=reason) for line, reason in read.broken]
    for line, row in read.rows:
        try:
            clips.append(_listed(columns, row, f"{called}:{line}", table))
        except ValueError as error:
            skipped.append(Skipped(uri=f"{called}:{line}", reason=str(error)))
    notes = [f"columns of {clean_text(called, 200)}: {columns.told()}."]
    notes += [f"{called}:{line} is read, although {reason}." for line, reason in read.mended[:_TOLD]]
    if len(read.mended) > _TOLD:
        notes.append(f"{len(read.mended) - _TOLD} more lines of {called} are mended in such ways.")
    if several := sum(len(clip.labels) > 1 for clip in clips):
        notes.append(f"Rows of {called} with several labels: {several}; the first is the class, all are kept as words.")
    return Listing(table.root, tuple(clips), tuple(skipped), tuple(notes))


def _listed(columns: Columns, row: Row, where: str, table: Table) -> Listed:
    """One row.

    Raises:
        ValueError: what is wrong with it.
    """
    cells = columns.cells(row, "path")
    path = cells[0][1] if cells else None
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
    names = [*(f"{table.folder}/{name}" for name in names if table.folder), *names]
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
        listed = json_list(cell)
        said += [text for piece in ([cell] if listed is None else listed) if (text := words(piece, CAPTION_LIMIT))]
    return sentences(list(dict.fromkeys(said)))
