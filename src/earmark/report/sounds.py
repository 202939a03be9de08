"""The clips of a page, made small enough to travel in it: an MP3 and a picture each, within a budget."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips import Clip, read_waveform
from earmark.errors import InvalidInput, RunConflict
from earmark.report.pictures import spectrogram_png
from earmark.workers import Threads, Workers

RATE_HZ = 24_000
_LONGEST_S = 30.0
# About 50 kbit/s at this rate: every browser plays it, and a clip of five seconds takes 30 kB.
_COMPRESSION = 0.75


@dataclass(frozen=True)
class Carried:
    """What a page carries of its clips, by the clip's place on the page."""

    sounds: dict[int, bytes]
    """MP3."""
    pictures: dict[int, bytes]
    """PNG."""
    reasons: dict[int, str]
    """Why a clip cannot be heard."""


@dataclass(frozen=True)
class _Made:
    sound: bytes | None
    picture: bytes | None
    reason: str | None = None


def carry(
    root: Path,
    clips: Sequence[Clip],
    order: Iterable[int],
    max_bytes: int,
    workers: Workers | None = None,
    window_s: float | None = None,
) -> Carried:
    """Make as many clips audible as fit.

    Args:
        root: the folder of the clip set.
        clips: the clips of the page.
        order: their places, the most wanted first.
        max_bytes: of all sounds and pictures together.
        workers: who encodes; threads of this machine by default.
        window_s: what the network hears of a clip; the rest is not played.
    """
    carried = Carried({}, {}, {})
    left = max_bytes
    wanted = list(order)
    most_s = min(_LONGEST_S, window_s or _LONGEST_S)
    made = (workers or Threads(4)).map(lambda place: _make(root, clips[place], most_s), wanted)
    for place, item in zip(wanted, made, strict=True):
        size = len(item.sound or b"") + len(item.picture or b"")
        if item.sound is None or item.picture is None:
            carried.reasons[place] = item.reason or "it cannot be read"
        elif size > left:
            left = 0
            break
        else:
            left -= size
            carried.sounds[place], carried.pictures[place] = item.sound, item.picture
    silent = set(wanted) - carried.sounds.keys() - carried.reasons.keys()
    carried.reasons.update(dict.fromkeys(sorted(silent), "left out to keep the page small"))
    return carried


def _make(root: Path, clip: Clip, most_s: float) -> _Made:
    try:
        wave = read_waveform(root, clip, RATE_HZ, most_s)
    except (InvalidInput, RunConflict):
        return _Made(None, None, "the file is not where it was, or has changed")
    return _Made(_mp3(wave), spectrogram_png(wave, RATE_HZ))


def _mp3(wave: npt.NDArray[np.float32]) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(
        buffer,
        wave,
        RATE_HZ,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_COMPRESSION,
        bitrate_mode="CONSTANT",
    )
    return buffer.getvalue()
