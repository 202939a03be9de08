"""Label tracks of Audacity: foo.txt beside foo.wav, each line a start, an end and a label, parted by tabs."""

import re
from pathlib import Path

from earmark.dissection.clips.listing import Listed, Stretch, words
from earmark.errors import InvalidInput
from earmark.language.text_files import read_text
from earmark.runs import Skipped

_MAX_BYTES = 16 * 2**20
_LINE = re.compile(r"(?P<start>\d+(?:[.,]\d+)?)\t(?P<end>\d+(?:[.,]\d+)?)(?:\t(?P<label>.*))?")
# A second line of a label, with the frequencies that were selected.
_FREQUENCIES = re.compile(r"\\\t")


def track_beside(audio: Path) -> Path | None:
    """The label track of a sound, ``None`` where there is none or the text beside it is something else."""
    track = audio.with_suffix(".txt")
    return track if _lines(track) is not None else None


def read_track(track: Path, path: str, called: str) -> tuple[list[Listed], list[Skipped]]:
    """List the labelled stretches of one sound.

    Args:
        track: the label track.
        path: the sound, as it is listed.
        called: what to call the track.
    """
    clips: list[Listed] = []
    skipped: list[Skipped] = []
    for number, found in _lines(track) or []:
        where = f"{called}:{number}"
        start, end = (float(found[name].replace(",", ".")) for name in ("start", "end"))
        if end > start:
            label = words(found["label"])
            clips.append(Listed(path, where, stretch=Stretch(start, end), labels=(label,) if label else ()))
        else:
            reason = "it labels a moment and no stretch" if start == end else "its end is not after its start"
            skipped.append(Skipped(uri=where, reason=reason))
    return clips, skipped


def _lines(track: Path) -> list[tuple[int, re.Match[str]]] | None:
    try:
        if not track.is_file() or track.stat().st_size > _MAX_BYTES:
            return None
        text = read_text(track)
    except (OSError, InvalidInput):
        return None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    found = [(number, _LINE.fullmatch(line)) for number, line in lines if not _FREQUENCIES.match(line)]
    matches = [(number, match) for number, match in found if match]
    return matches if matches and len(matches) == len(found) else None
