"""What a folder or a manifest says of a clip, before anybody has looked inside the file."""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from earmark.dissection.clips.clip import Split
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

SPLITS: dict[str, Split] = {
    "shown": "shown",
    "train": "shown",
    "held_out": "held_out",
    "held-out": "held_out",
    "test": "held_out",
    "valid": "held_out",
    "validation": "held_out",
    "dev": "held_out",
    "eval": "held_out",
}
READ_ENDINGS = frozenset(
    [
        ".wav",
        ".wave",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".aifc",
        ".au",
        ".snd",
        ".caf",
        ".w64",
        ".rf64",
        ".voc",
    ]
)
# Audio by name that nothing installed here decodes: listed as skipped, never passed over in silence.
UNREAD_ENDINGS = frozenset([".m4a", ".mp4", ".aac", ".wma", ".webm", ".mka", ".amr", ".3gp", ".ape", ".wv", ".dsf"])


@dataclass(frozen=True)
class Listed:
    """One clip as its layout lists it. Words are cleaned, nothing else is checked yet."""

    path: str
    where: str
    """What to call it when it is skipped: its path, or a manifest's name and line."""
    start_s: float | None = None
    end_s: float | None = None
    group: str | None = None
    split: Split | None = None
    label: str | None = None
    caption: str | None = None
    fold: str | None = None
    author: str | None = None
    licence: str | None = None
    source_url: str | None = None


@dataclass(frozen=True)
class Listing:
    """A whole probing set as listed: where paths start, the clips, and rows that could not be read."""

    root: Path
    clips: tuple[Listed, ...]
    skipped: tuple[Skipped, ...] = ()


def words(value: object, limit: int = 200) -> str | None:
    """A cell of a table as clean text, ``None`` where it is empty or no text at all."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clean_text(str(value), limit) or None


def seconds(value: object, column: str) -> float | None:
    """A cell of a table as a moment in a file, ``None`` where it is empty.

    Raises:
        ValueError: the cell is no finite number of seconds from zero on.
    """
    if value is None or value == "":
        return None
    number = math.nan
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            number = float(value)
    if not 0 <= number < math.inf:
        raise ValueError(f"{column} is {clean_text(str(value), 40)!r}, not a number of seconds")
    return number


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
