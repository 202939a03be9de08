"""Which data set is this folder? Each layout lists its clips in its own way.

ESC-50 and ESC-10: Piczak, ACM Multimedia 2015. UrbanSound8K: Salamon et al., ACM Multimedia 2014. GTZAN: Tzanetakis and
Cook, IEEE TSAP 2002.
"""

import re
from collections.abc import Callable
from pathlib import Path

from earmark.dissection.clips.listing import Listed, Listing, audio_files, words
from earmark.dissection.clips.manifests import ENDINGS, NAMES, read_data_set_table, read_manifest
from earmark.errors import InvalidInput
from earmark.runs import Skipped

# "001 - Dog bark", the class folders of ESC-10 and ESC-50 as first published, and "1-30226-A.ogg" in them.
_OLD_ESC_FOLDER = re.compile(r"\d{3} - (?P<name>.+)")
_OLD_ESC_FILE = re.compile(r"(?P<fold>\d)-(?P<source>\d+)-[A-Z]")
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
        if path.name == "esc50.csv":
            return _esc50(clip_root(path), esc10_only=esc10_only)
        if path.suffix.lower() in ENDINGS:
            return read_manifest(path)
        raise InvalidInput(f"{path} is one file: give a folder of audio, or a manifest ({', '.join(sorted(ENDINGS))}).")
    if not path.is_dir():
        raise InvalidInput(f"there are no clips at {path}: it does not exist.")
    if (path / "meta" / "esc50.csv").is_file():
        return _esc50(path, esc10_only=esc10_only)
    if (path / "metadata" / "UrbanSound8K.csv").is_file():
        return _urbansound8k(path)
    for name in NAMES:
        if (path / name).is_file():
            return read_manifest(path / name)
    return _plain_folder(path, follow_links=follow_links)


def clip_root(path: Path) -> Path:
    """Where the paths of a clip set start, as :func:`list_clips` has it: the folder, or the manifest's own."""
    if path.is_dir():
        return path
    return path.parent.parent if path.name == "esc50.csv" else path.parent


def _esc50(root: Path, *, esc10_only: bool) -> Listing:
    def listed(row: dict[str, str | None], where: str) -> Listed | None:
        if esc10_only and (row.get("esc10") or "").lower() != "true":
            return None
        label = (row["category"] or "").replace("_", " ")
        return Listed(
            path=f"audio/{row['filename']}", where=where, group=row["src_file"], label=label or None, fold=row["fold"]
        )

    return _table(root, "meta/esc50.csv", ("filename", "fold", "category", "src_file"), listed)


def _urbansound8k(root: Path) -> Listing:
    # Its columns "start" and "end" count in the source recording; the files are already cut.
    def listed(row: dict[str, str | None], where: str) -> Listed:
        return Listed(
            path=f"audio/fold{row['fold']}/{row['slice_file_name']}",
            where=where,
            group=row["fsID"],
            label=(row["class"] or "").replace("_", " ") or None,
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
    clips: list[Listed] = []
    skipped: list[Skipped] = []
    for found in audio_files(inside, follow_links=follow_links):
        if isinstance(found, Skipped):
            skipped.append(found)
            continue
        path = found.relative_to(root).as_posix()
        label = found.parent.name if found.parent != inside else None
        clips.append(_of_old_esc(path, found) or Listed(path=path, where=path, label=words(label)))
    return Listing(root, tuple(clips), tuple(skipped))


def _of_old_esc(path: str, file: Path) -> Listed | None:
    folder, name = _OLD_ESC_FOLDER.fullmatch(file.parent.name), _OLD_ESC_FILE.fullmatch(file.stem)
    if folder is None or name is None:
        return None
    return Listed(path=path, where=path, label=words(folder["name"]), fold=name["fold"], group=name["source"])
