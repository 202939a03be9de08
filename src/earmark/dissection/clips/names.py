"""Find files by names that were written elsewhere: on Windows, on a Mac, as a web address, without an ending."""

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from earmark.dissection.clips.contents import READ_ENDINGS, UNREAD_ENDINGS
from earmark.dissection.clips.listing import Listed, Listing, sentences, shown_path
from earmark.dissection.clips.opening import UnusableAudio
from earmark.runs import Skipped

# Where tables keep their audio when it does not lie beside them.
_USUAL_FOLDERS = ("audio", "clips", "wavs", "wav", "sounds")
_ADDRESS = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.ark(:\d+)?$")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class Names:
    """The files below a folder, found by their names as they are or as somebody else wrote them."""

    def __init__(self, root: Path) -> None:
        """Nothing is read before it is asked for."""
        self._root = root
        self._inside: dict[Path, dict[str, list[str]]] = {}

    def find(self, listed: Listed) -> str:
        """The path of a listed file as it is on this disk, as it was written where nothing fits.

        Raises:
            UnusableAudio: it is no name of a file here, or several files could be meant.
        """
        for written in (listed.path, *listed.other_paths):
            if _ARCHIVE.search(written):
                raise UnusableAudio("in an archive of Kaldi (ark), which is not read: extract it as wav")
            if _ADDRESS.match(written):
                raise UnusableAudio("an address on the network: download it first, nothing is fetched here")
            if written.rstrip().endswith("|"):
                raise UnusableAudio("a command, not a file: it is never run")
            if (found := self._find(written)) is not None:
                return found
        return listed.path

    def _find(self, written: str) -> str | None:
        if _is_there(self._root / written):
            return written
        for folder in ("", *_USUAL_FOLDERS):
            for spelled in _spellings(written):
                if (found := self._below(folder, spelled)) is not None:
                    return found
        return None

    def _below(self, folder: str, spelled: str) -> str | None:
        """Follow a path name by name, each as it stands or as the only one that reads the same."""
        path = Path(spelled)
        if path.is_absolute() or ".." in path.parts:
            return spelled if not folder and _is_there(self._root / path) else None
        found, parts = Path(folder), path.parts
        for place, name in enumerate(parts):
            if not _is_there(self._root / found / name):
                fitting = self._fitting(found, name, last=place == len(parts) - 1)
                if len(fitting) > 1:
                    names = ", ".join(shown_path(Path(one), Path()) for one in fitting[:3])
                    raise UnusableAudio(f"missing: there is no such file, and several could be meant ({names})")
                if not fitting:
                    return None
                name = fitting[0]
            found = found / name
        return found.as_posix()

    def _fitting(self, folder: Path, name: str, *, last: bool) -> list[str]:
        inside = self._names_in(self._root / folder)
        return inside.get(_key(name), []) or (inside.get(_key(name) + ".*", []) if last else [])

    def _names_in(self, folder: Path) -> dict[str, list[str]]:
        """The names in a folder by how they read, audio files also without their ending."""
        if folder not in self._inside:
            names: dict[str, list[str]] = {}
            try:
                entries = sorted(folder.iterdir())
            except OSError:
                entries = []
            for entry in entries:
                names.setdefault(_key(entry.name), []).append(entry.name)
                if entry.suffix.lower() in READ_ENDINGS | UNREAD_ENDINGS:
                    names.setdefault(_key(entry.stem) + ".*", []).append(entry.name)
            self._inside[folder] = names
        return self._inside[folder]


def by_file(listing: Listing) -> tuple[dict[str, list[Listed]], list[Skipped], list[str]]:
    """Find the file of every listed clip.

    Returns:
        The clips by the path of their file, those without one, and what was done to names and rows.
    """
    names = Names(listing.root)
    found: dict[tuple[str, ...], str] = {}
    files: dict[str, list[Listed]] = defaultdict(list)
    skipped: list[Skipped] = []
    for clip in listing.clips:
        written = (clip.path, *clip.other_paths)
        try:
            if written not in found:
                found[written] = names.find(clip)
            files[found[written]].append(clip)
        except UnusableAudio as error:
            skipped.append(clip.skipped(listing.root, str(error)))
    joined = {path: _joined(clips) for path, clips in files.items()}
    return joined, skipped, [*_told(found), *_told_joined(files, joined)]


def _joined(clips: list[Listed]) -> list[Listed]:
    """Rows that say something else of the same stretch (a label a row, a caption a row) are one clip."""
    same: dict[object, list[Listed]] = defaultdict(list)
    for clip in clips:
        same[clip.stretch, clip.split, clip.groups].append(clip)
    return [
        replace(
            rows[0],
            labels=tuple(dict.fromkeys(label for row in rows for label in row.labels)),
            caption=sentences(list(dict.fromkeys(row.caption for row in rows if row.caption))),
        )
        for rows in same.values()
    ]


def _told_joined(before: Mapping[str, list[Listed]], after: Mapping[str, list[Listed]]) -> Iterator[str]:
    rows = sum(len(clips) for clips in before.values()) - sum(len(clips) for clips in after.values())
    if rows:
        yield f"Rows that name the stretch of an earlier row: {rows}; their labels and captions are joined to one clip."


def _told(found: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    """How many names were written otherwise than they are on this disk, with an example."""
    changed = [(written[0], real) for written, real in found.items() if Path(written[0]) != Path(real)]
    if changed:
        written, real = (shown_path(Path(path), Path()) for path in changed[0])
        yield f"Files named otherwise in the table than on disk: {len(changed)}, as {written} for {real}."


def _spellings(written: str) -> Iterator[str]:
    """A path as it is, and as it may be meant on this machine."""
    yield written
    plain = written
    if written.lower().startswith("file:"):
        plain = re.sub(r"^file:(//(localhost)?(?=/))?", "", written, flags=re.IGNORECASE)
        # file:///C:/sounds/a.wav
        plain = re.sub(r"^/(?=[A-Za-z]:[\\/])", "", plain)
        yield plain
    for one in dict.fromkeys((plain, unquote(plain))):
        yield one
        slashed = one.replace("\\", "/")
        if not _DRIVE.match(one):
            yield slashed
            continue
        # A drive of another machine: what lies below this folder by the same names, the longest first.
        parts = [part for part in slashed.split("/") if part][1:]
        yield from ("/".join(parts[start:]) for start in range(len(parts)))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False
