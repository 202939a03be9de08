"""Which data set is this folder? Each layout lists its clips in its own way.

ESC-50 and ESC-10: Piczak, ACM Multimedia 2015. UrbanSound8K: Salamon et al., ACM Multimedia 2014. GTZAN: Tzanetakis and
Cook, IEEE TSAP 2002.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from earmark.dissection.clips.given_splits import (
    METADATA,
    FolderSides,
    split_folders,
    split_tables,
    table_of,
    with_folder_sides,
    with_named_classes,
)
from earmark.dissection.clips.kaldi import INDEX as KALDI
from earmark.dissection.clips.kaldi import read_kaldi
from earmark.dissection.clips.label_tracks import read_track, track_beside
from earmark.dissection.clips.listing import Listed, Listing, audio_files, words
from earmark.dissection.clips.manifests import Table, read_manifest
from earmark.dissection.clips.rows import ENDINGS, read_data_set_table
from earmark.errors import InvalidInput
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

DCASE = "meta.txt"
# "001 - Dog bark", the class folders of ESC-10 and ESC-50 as first published, and "1-30226-A.ogg" in them.
_OLD_ESC_FOLDER = re.compile(r"\d{3} - (?P<name>.+)")
_OLD_ESC_FILE = re.compile(r"(?P<fold>\d)-(?P<source>\d+)-[A-Z]")
# A folder with one of these, and no layout of its own, is read through it.
NAMES = ("manifest.csv", "manifest.jsonl", "manifest.tsv", "manifest.json", "meta.csv", DCASE, *METADATA)
_TABLES = frozenset({".csv", ".tsv", ".jsonl"})
_GTZAN_FOLDERS = ("genres_original", "genres")


def list_clips(path: Path, *, esc10_only: bool = False, follow_links: bool = False) -> Listing:
    """List the clips of a manifest, of a known data set, or of any folder.

    Args:
        path: a manifest or a folder.
        esc10_only: of ESC-50, the ten classes of ESC-10.
        follow_links: go into folders that are links.

    Raises:
        InvalidInput: there is nothing there, or nothing that lists clips.
    """
    if path.is_file():
        return _of_file(path, esc10_only=esc10_only)
    if not path.is_dir():
        raise InvalidInput(f"there are no clips at {path}: it does not exist.")
    if (path / "meta" / "esc50.csv").is_file():
        return _esc50(path, esc10_only=esc10_only)
    if (path / "metadata" / "UrbanSound8K.csv").is_file():
        return _urbansound8k(path)
    if (path / KALDI).is_file():
        return read_kaldi(path)
    listing = _of_folder(path, follow_links=follow_links)
    unread = [entry.name for entry in sorted(path.iterdir()) if entry.suffix.lower() in _TABLES and entry.is_file()]
    unread = [name for name in unread if not any(note.startswith(f"columns of {name}:") for note in listing.notes)]
    if not unread:
        return listing
    note = f"Tables that are not read: {clean_text(', '.join(unread), 300)}; name one to read its clips."
    return replace(listing, notes=(*listing.notes, note))


def _of_folder(path: Path, *, follow_links: bool) -> Listing:
    """A folder that is no data set by name: through its tables, by its split, or by its folders."""
    try:
        tables = split_tables(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not tables:
        tables = [Table(path / name, path) for name in NAMES if (path / name).is_file()][:1]
    if tables:
        return _joined([read_manifest(table) for table in tables])
    listing = _plain_folder(path, follow_links=follow_links)
    folders = split_folders(path)
    described = [Table(path / folder / name, path, folder) for folder in folders for name in METADATA]
    described = [table for table in described if table.file.is_file()]
    if described:
        read = {table.folder for table in described}
        rest = tuple(clip for clip in listing.clips if clip.path.split("/")[0] not in read)
        return _joined([*(read_manifest(table) for table in described), replace(listing, clips=rest)])
    classes = {label for clip in listing.clips for label in clip.labels}
    if len(classes) < 2 and (alone := _only_table(path)) is not None:
        return _joined([alone])
    return with_folder_sides(listing)


def _only_table(path: Path) -> Listing | None:
    """What the one table of a folder without classes lists; ``None`` where there are several, or it lists no clips."""
    tables = [entry for entry in path.iterdir() if entry.suffix.lower() in _TABLES and entry.is_file()]
    if len(tables) != 1:
        return None
    try:
        listing = read_manifest(table_of(tables[0]))
    except InvalidInput:
        return None
    return listing if listing.clips and listing.root == path else None


def _of_file(path: Path, *, esc10_only: bool) -> Listing:
    if path.name == "esc50.csv":
        return _esc50(clip_root(path), esc10_only=esc10_only)
    if path.name == KALDI:
        return read_kaldi(path.parent)
    if path.suffix.lower() in ENDINGS or path.name == DCASE:
        return _joined([read_manifest(table_of(path))])
    raise InvalidInput(f"{path} is one file: give a folder of audio, or a manifest ({', '.join(sorted(ENDINGS))}).")


def clip_root(path: Path) -> Path:
    """Where the paths of a clip set start, as :func:`list_clips` has it: the folder, or the manifest's own."""
    if path.is_dir():
        return path
    return path.parent.parent if path.name == "esc50.csv" else table_of(path).root


def _joined(parts: list[Listing]) -> Listing:
    """Several listings of one root as one."""
    clips = tuple(clip for part in parts for clip in part.clips)
    skipped = tuple(item for part in parts for item in part.skipped)
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    return with_named_classes(with_folder_sides(Listing(parts[0].root, clips, skipped, notes)))


def _esc50(root: Path, *, esc10_only: bool) -> Listing:
    def listed(row: dict[str, str | None], where: str) -> Listed | None:
        if esc10_only and (row.get("esc10") or "").lower() != "true":
            return None
        label = (row["category"] or "").replace("_", " ")
        return Listed(
            path=f"audio/{row['filename']}",
            where=where,
            groups=(row["src_file"] or "",),
            labels=(label,) if label else (),
            fold=row["fold"],
        )

    return _table(root, "meta/esc50.csv", ("filename", "fold", "category", "src_file"), listed)


def _urbansound8k(root: Path) -> Listing:
    # Its columns "start" and "end" count in the source recording; the files are already cut.
    def listed(row: dict[str, str | None], where: str) -> Listed:
        return Listed(
            path=f"audio/fold{row['fold']}/{row['slice_file_name']}",
            where=where,
            groups=(row["fsID"] or "",),
            labels=((row["class"] or "").replace("_", " "),),
            fold=row["fold"],
            source_url=f"https://freesound.org/s/{row['fsID']}/" if (row["fsID"] or "").isdecimal() else None,
        )

    return _table(root, "metadata/UrbanSound8K.csv", ("slice_file_name", "fsID", "fold", "class"), listed)


def _table(
    root: Path,
    table: str,
    needed: tuple[str, ...],
    listed: Callable[[dict[str, str | None], str], Listed | None],
) -> Listing:
    """List a data set by its own table; a row without a needed value is skipped aloud."""
    clips: list[Listed] = []
    read = read_data_set_table(root / table, needed)
    skipped = [Skipped(uri=f"{table}:{line}", reason=reason) for line, reason in read.broken]
    for line, raw in read.rows:
        row = {name: words(value) for name, value in raw.items()}
        if any(row.get(name) is None for name in needed):
            skipped.append(Skipped(uri=f"{table}:{line}", reason=f"the row lacks one of {', '.join(needed)}"))
            continue
        clip = listed(row, f"{table}:{line}")
        if clip is not None:
            clips.append(clip)
    return Listing(root, tuple(clips), tuple(skipped))


def _plain_folder(root: Path, *, follow_links: bool) -> Listing:
    """A folder of audio, or one with a folder per class: the folder that a file lies in is its label."""
    inside = next((root / name for name in _GTZAN_FOLDERS if (root / name).is_dir()), root)
    sides = FolderSides(inside)
    clips: list[Listed] = []
    skipped: list[Skipped] = []
    tracks = 0
    for found in audio_files(inside, follow_links=follow_links):
        if isinstance(found, Skipped):
            skipped.append(found)
            continue
        path = found.relative_to(root).as_posix()
        if track := track_beside(found):
            stretches, unused = read_track(track, path, track.relative_to(root).as_posix())
            clips += stretches
            skipped += unused
            tracks += 1
            continue
        _, folders = sides.of(found.relative_to(inside).as_posix())
        label = words(folders[-1]) if folders else None
        clips.append(_of_old_esc(path, found) or Listed(path=path, where=path, labels=(label,) if label else ()))
    notes = (f"Sounds cut by the label tracks beside them: {tracks}.",) if tracks else ()
    return Listing(root, tuple(clips), tuple(skipped), notes)


def _of_old_esc(path: str, file: Path) -> Listed | None:
    folder, name = _OLD_ESC_FOLDER.fullmatch(file.parent.name), _OLD_ESC_FILE.fullmatch(file.stem)
    if folder is None or name is None:
        return None
    label = words(folder["name"])
    return Listed(path, path, groups=(name["source"],), labels=(label,) if label else (), fold=name["fold"])
