"""Stretches of audio files to waveforms, in bounded memory, and what is wrong with those that cannot be used."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips.clip import Clip, clip_id
from earmark.dissection.clips.listing import Stretch
from earmark.dissection.clips.opening import Audio, Frames, UnusableAudio, open_audio
from earmark.errors import InvalidInput, MissingExtra, RunConflict
from earmark.runs.files import content_hash

Waveform = npt.NDArray[np.float32]
"""(sample,), mono, in [-1, 1]."""

# The mix counts as silent below -80 dB of full scale from peak to peak, which a constant offset does not raise.
_SILENT_PEAK_TO_PEAK = 2e-4
# A float file that reaches this far beyond full scale holds something else than sound in [-1, 1].
_IMPLAUSIBLE_PEAK = 8.0
_END_TOLERANCE_S = 0.1
# Channels cancel each other where their mix has less than this share of the power that unrelated channels would leave.
_CANCELLED = 0.01


@dataclass(frozen=True)
class Bounds:
    """What may be decoded at all."""

    min_s: float
    max_s: float
    max_bytes: int
    """Of one stretch, decoded, all channels in float32."""


@dataclass(frozen=True)
class Sound:
    """A stretch that was decoded and can be used."""

    start_s: float
    end_s: float
    rate_hz: int
    content: str
    """Hash of the mixed-down samples: the same sound under another name or with other tags has the same."""
    peak: float
    """Highest sample before anything is scaled; above 1 the waveform is scaled down to fit."""
    cancels: bool
    """Its channels cancel each other, and the loudest of them stands for all."""


def read_waveform(root: Path, clip: Clip, rate_hz: int, most_s: float | None = None) -> Waveform:
    """Decode a clip, mixed down to mono and resampled; what reaches beyond full scale is scaled down, never clipped.

    Args:
        root: the folder of its clip set.
        clip: the stretch.
        rate_hz: what the network wants.
        most_s: decode no more than so many seconds from its start.

    Returns:
        (sample,), float32, in [-1, 1].

    Raises:
        RunConflict: the file has changed since the clips were listed: its id and label would be another sound's.
        InvalidInput: the file has gone, or cannot be read any more.
        MissingExtra: soundfile or soxr is not installed.
    """
    try:
        import soxr
    except ImportError as error:
        raise MissingExtra("soxr", "dissect") from error
    try:
        _refuse_changed(root / clip.path, clip)
        mono = _read_as_listed(root / clip.path, clip, most_s)
    except UnusableAudio as error:
        raise InvalidInput(
            f"the clip {clip.path} cannot be read as it was listed ({error}): put the file back, or start a new run."
        ) from error
    if clip.rate_hz != rate_hz:
        mono = soxr.resample(mono, clip.rate_hz, rate_hz)
    peak = float(np.abs(mono).max(initial=0.0))
    return np.asarray(mono / peak if peak > 1 else mono, dtype=np.float32)


def _read_as_listed(path: Path, clip: Clip, most_s: float | None) -> Waveform:
    with open_audio(path) as audio:
        if audio.rate_hz != clip.rate_hz:
            raise UnusableAudio(f"its rate is {audio.rate_hz} Hz now")
        start, end = (round(at * clip.rate_hz) for at in (clip.start_s, clip.beginning(most_s).end_s))
        mono, _ = mix_down(audio.read(start, end))
    if len(mono) < end - start:
        raise UnusableAudio(f"it ends after {(start + len(mono)) / clip.rate_hz:.2f} s now")
    return mono


def mix_down(frames: Frames) -> tuple[Waveform, bool]:
    """The mean of all channels; where they cancel each other (opposite phase), the loudest of them.

    Args:
        frames: (frame, channel).

    Returns:
        (frame,) the mix, and whether the channels cancel.
    """
    channels = frames.shape[1]
    mono: Waveform = frames.mean(axis=1, dtype=np.float32)
    if channels == 1 or len(frames) == 0:
        return mono, False
    powers = frames.var(axis=0, dtype=np.float64)
    if mono.var(dtype=np.float64) >= _CANCELLED * powers.mean() / channels:
        return mono, False
    return np.ascontiguousarray(frames[:, int(powers.argmax())]), True


def examine(audio: Audio, stretch: Stretch, bounds: Bounds) -> Sound:
    """Decode a stretch once, to know that it can be used.

    Args:
        audio: an open file.
        stretch: which part of it.
        bounds: what may be decoded.

    Raises:
        UnusableAudio: it is too short, too long, broken or silent.
    """
    start, end = _frames_of(audio, stretch)
    _check_length((end - start) / audio.rate_hz, bounds)
    if (end - start) * audio.channels * 4 > bounds.max_bytes:
        raise UnusableAudio(
            f"it decodes to {(end - start) * audio.channels * 4 / 2**20:.0f} MB, "
            f"more than the {bounds.max_bytes / 2**20:.0f} MB allowed"
        )
    mono, cancels = mix_down(audio.read(start, end))
    if len(mono) < end - start:
        there, promised = (start + len(mono)) / audio.rate_hz, end / audio.rate_hz
        raise UnusableAudio(f"broken off: it ends after {there:.2f} s, where its header promises {promised:.2f} s")
    low, high = float(mono.min()), float(mono.max())
    peak = max(-low, high)
    if peak > _IMPLAUSIBLE_PEAK:
        raise UnusableAudio(f"broken: its samples reach {peak:.4g}, where 1 is full scale: scale them to [-1, 1]")
    if high - low < _SILENT_PEAK_TO_PEAK:
        raise UnusableAudio("silent: nothing in it is louder than -80 dB of full scale")
    digest = hashlib.blake2b(np.ascontiguousarray(mono, dtype="<f4").data, digest_size=8)
    digest.update(audio.rate_hz.to_bytes(8, "little"))
    rate_hz = audio.rate_hz
    return Sound(start / rate_hz, end / rate_hz, rate_hz, digest.hexdigest(), peak=peak, cancels=cancels)


def pieces(audio: Audio, stretch: Stretch, clip_s: float | None) -> Iterator[Stretch]:
    """Cut a stretch that is longer than this into pieces; a rest of less than half a piece is left out.

    Raises:
        UnusableAudio: it reaches beyond the file's end.
    """
    if clip_s is None:
        yield stretch
        return
    start, end = _frames_of(audio, stretch)
    piece = max(1, round(clip_s * audio.rate_hz))
    if end - start <= piece:
        yield stretch
        return
    for first in range(start, end - (piece - 1) // 2, piece):
        yield Stretch(first, min(first + piece, end), "samples")


def file_hash(path: Path) -> str:
    """Name a file by its bytes, read piece by piece.

    Raises:
        UnusableAudio: it cannot be read.
    """
    try:
        return content_hash(path)
    except InvalidInput as error:
        raise UnusableAudio(f"unreadable: {error}") from error


def _frames_of(audio: Audio, stretch: Stretch) -> tuple[int, int]:
    """From which frame to which a stretch goes.

    Raises:
        UnusableAudio: it reaches beyond the file's end.
    """
    start, end = stretch.frames(audio.rate_hz)
    tolerance = round(_END_TOLERANCE_S * audio.rate_hz)
    if stretch.perhaps_cut and end is not None and end > audio.frames + tolerance:
        start, end = 0, None
    if end is None and audio.promised_s is not None and audio.promised_s - audio.seconds > _END_TOLERANCE_S:
        raise UnusableAudio(
            f"broken off: it ends after {audio.seconds:.2f} s, where its header promises {audio.promised_s:.2f} s"
        )
    for name, frame in (("start", start), ("end", end or 0)):
        if frame > audio.frames + tolerance:
            raise UnusableAudio(
                f"its {name} at {frame / audio.rate_hz:.2f} s lies after the file's end at {audio.seconds:.2f} s"
            )
    return start, audio.frames if end is None else min(end, audio.frames)


def _refuse_changed(path: Path, clip: Clip) -> None:
    try:
        status = path.stat()
    except OSError:
        return  # Whoever opens it says why it cannot be read.
    written = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if clip_id(_hash_as_written(path, written), clip.start_s, clip.end_s) != clip.id:
        raise RunConflict(
            f"the clip {clip.path} has changed since it was listed: put the file back, or start a new run."
        )


@lru_cache(maxsize=1024)
def _hash_as_written(path: Path, written: tuple[int, ...]) -> str:
    """The hash of a file, computed once for all its stretches and again when it is written again."""
    del written
    return file_hash(path)


def _check_length(length_s: float, bounds: Bounds) -> None:
    if length_s <= 0:
        raise UnusableAudio("empty: it holds no sound")
    if length_s < bounds.min_s:
        raise UnusableAudio(f"too short: {length_s:.3f} s, where {bounds.min_s:g} s are needed")
    if length_s > bounds.max_s:
        raise UnusableAudio(
            f"too long: {length_s:.1f} s, where {bounds.max_s:g} s are allowed; cut it with --clip-seconds, or list "
            "stretches of it in a manifest with start_s and end_s"
        )
