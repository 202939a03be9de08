"""What a folder or a manifest says of a clip, before anybody has looked inside the file."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earmark.dissection.clips.clip import Split
from earmark.dissection.clips.contents import READ_ENDINGS, UNREAD_ENDINGS
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

CAPTION_LIMIT = 2000
_SIDES: tuple[tuple[Split, str], ...] = (
    ("shown", "shown train training development"),
    ("held_out", "held_out held-out heldout test testing valid validation val dev eval evaluation"),
)
SPLITS = {word: side for side, words in _SIDES for word in words.split()}
"""The words for either side; what others keep to validate with is held out as well."""


@dataclass(frozen=True)
class Stretch:
    """Which part of a file is meant; all of it by default."""

    start: float = 0.0
    end: float | None = None
    """Absent where the file's end is meant."""
    unit: Literal["seconds", "samples"] = "seconds"
    perhaps_cut: bool = False
    """The file may hold this stretch alone, cut from a longer one: so it does where it is too short to hold more."""

    def frames(self, rate_hz: int) -> tuple[int, int | None]:
        """From which frame to which it goes at a rate."""
        rate = rate_hz if self.unit == "seconds" else 1
        return round(self.start * rate), None if self.end is None else round(self.end * rate)


@dataclass(frozen=True)
class Listed:
    """One clip as its layout lists it. Words are cleaned, nothing else is checked yet."""

    path: str
    where: str
    """What to call it when it is skipped: its path, or a manifest's name and line."""
    other_paths: tuple[str, ...] = ()
    """Names that the file may have instead."""
    stretch: Stretch = Stretch()
    groups: tuple[str, ...] = ()
    """What ties it to other clips: its recording, its speaker; the first is the group's name."""
    split: Split | None = None
    labels: tuple[str, ...] = ()
    """The first is its class."""
    caption: str | None = None
    fold: str | None = None
    author: str | None = None
    licence: str | None = None
    source_url: str | None = None

    def skipped(self, root: Path, reason: str) -> Skipped:
        """The clip as one that is left out."""
        name = shown_path(Path(self.path), root)
        return Skipped(uri=name if self.where == self.path else f"{name} ({self.where})", reason=reason)


@dataclass(frozen=True)
class Listing:
    """A whole probing set as listed: where paths start, the clips, and rows that could not be read."""

    root: Path
    clips: tuple[Listed, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    """How the tables were read: what a user must know to see a misreading."""


def words(value: object, limit: int = 200) -> str | None:
    """A cell of a table as clean text, ``None`` where it is empty or no text at all."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clean_text(str(value), limit) or None


def sentences(said: Sequence[str]) -> str | None:
    """Several captions as one text."""
    if len(said) < 2:
        return said[0] if said else None
    return clean_text(". ".join(text.rstrip(" .") for text in said), CAPTION_LIMIT)


def audio_files(root: Path, *, follow_links: bool) -> Iterator[Path | Skipped]:
    """Every file below a folder whose ending says audio, in a fixed order; folders that are links come as skipped.

    Args:
        root: where to start.
        follow_links: go into linked folders, each real folder once.
    """
    seen: set[Path] = set()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        real = folder.resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            yield Skipped(uri=shown_path(folder, root), reason=f"the folder cannot be read: {error.strerror}")
            continue
        for entry in entries:
            if entry.is_dir():
                if entry.suffix.lower() in READ_ENDINGS:
                    yield Skipped(uri=shown_path(entry, root), reason="a folder, not a file; what lies in it is listed")
                if entry.is_symlink() and not follow_links:
                    yield Skipped(
                        uri=shown_path(entry, root), reason="a link to a folder is followed with --allow-outside only"
                    )
                else:
                    waiting.append(entry)
            elif entry.suffix.lower() in READ_ENDINGS | UNREAD_ENDINGS:
                yield entry


def shown_path(path: Path, root: Path) -> str:
    """A path relative to the root where it lies inside, as text that can always be written and printed."""
    with suppress(ValueError):
        path = path.relative_to(root)
    return clean_text(path.as_posix().encode("utf-8", "backslashreplace").decode(), 300)
