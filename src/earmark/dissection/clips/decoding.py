"""Audio files to waveforms, in bounded memory, and what is wrong with those that cannot be used."""

import hashlib
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips.clip import Clip, clip_id
from earmark.errors import InvalidInput, MissingExtra, RunConflict

if TYPE_CHECKING:
    from soundfile import SoundFile

Waveform = npt.NDArray[np.float32]
"""(sample,), mono, in [-1, 1]."""

_BLOCK = 1 << 16
_RATES_HZ = (1_000, 768_000)
_MAX_CHANNELS = 32
# The mix counts as silent below -80 dB of full scale from peak to peak, which a constant offset does not raise.
_SILENT_PEAK_TO_PEAK = 2e-4
# Decoders overshoot full scale a little; a file this far beyond it holds something else than sound in [-1, 1].
_IMPLAUSIBLE_PEAK = 8.0
_END_TOLERANCE_S = 0.1


class UnusableAudio(Exception):
    """A file or a stretch of it cannot be used; the message is the reason that is listed."""


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


def read_waveform(root: Path, clip: Clip, rate_hz: int, most_s: float | None = None) -> Waveform:
    """Decode a clip, mixed down to mono and resampled.

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
    return np.clip(mono, -1.0, 1.0).astype(np.float32, copy=False)


def _read_as_listed(path: Path, clip: Clip, most_s: float | None) -> Waveform:
    with open_audio(path) as file:
        if file.samplerate != clip.rate_hz:
            raise UnusableAudio(f"its rate is {file.samplerate} Hz now")
        start, end = (round(at * clip.rate_hz) for at in (clip.start_s, clip.beginning(most_s).end_s))
        mono = _read_mono(file, start, end)
    if len(mono) < end - start:
        raise UnusableAudio(f"it ends after {(start + len(mono)) / clip.rate_hz:.2f} s now")
    return mono


def examine(file: "SoundFile", start_s: float | None, end_s: float | None, bounds: Bounds) -> Sound:
    """Decode a stretch once, to know that it can be used.

    Args:
        file: an open file.
        start_s: where the stretch begins; at the file's beginning by default.
        end_s: where it ends; at the file's end by default.
        bounds: what may be decoded.

    Raises:
        UnusableAudio: it is too short, too long, broken or silent.
    """
    rate_hz = file.samplerate
    start = round((start_s or 0.0) * rate_hz)
    if end_s is not None and end_s > file.frames / rate_hz + _END_TOLERANCE_S:
        raise UnusableAudio(f"end_s is {end_s:g}, after the file's end at {file.frames / rate_hz:.2f} s")
    end = file.frames if end_s is None else min(round(end_s * rate_hz), file.frames)
    _check_length((end - start) / rate_hz, bounds)
    if (end - start) * file.channels * 4 > bounds.max_bytes:
        raise UnusableAudio(
            f"it decodes to {(end - start) * file.channels * 4 / 2**20:.0f} MB, "
            f"more than the {bounds.max_bytes / 2**20:.0f} MB allowed"
        )
    mono = _read_mono(file, start, end)
    if len(mono) < end - start:
        raise UnusableAudio(
            f"broken: it breaks off after {(start + len(mono)) / rate_hz:.2f} s of {end / rate_hz:.2f} s"
        )
    low, high = float(mono.min()), float(mono.max())
    if max(-low, high) > _IMPLAUSIBLE_PEAK:
        raise UnusableAudio(f"broken: its samples reach {max(-low, high):.4g}, where 1 is full scale")
    if high - low < _SILENT_PEAK_TO_PEAK:
        raise UnusableAudio("silent: nothing in it is louder than -80 dB of full scale")
    digest = hashlib.blake2b(np.ascontiguousarray(mono, dtype="<f4").data, digest_size=8)
    digest.update(rate_hz.to_bytes(8, "little"))
    return Sound(start / rate_hz, end / rate_hz, rate_hz, digest.hexdigest())


def open_audio(path: Path) -> "SoundFile":
    """Open a file that claims to hold audio.

    Raises:
        UnusableAudio: it is missing, empty, no plain file, not audio, or of an impossible format.
        MissingExtra: soundfile is not installed.
    """
    try:
        import soundfile
    except ImportError as error:
        raise MissingExtra("soundfile", "dissect") from error
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnusableAudio("not a plain file")
        if status.st_size == 0:
            raise UnusableAudio("empty: the file has no bytes")
        file = soundfile.SoundFile(str(path))
    except FileNotFoundError as error:
        raise UnusableAudio("missing: there is no such file") from error
    except OSError as error:
        raise UnusableAudio(f"unreadable: {error.strerror}") from error
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise UnusableAudio("broken: no decoder recognises it") from error
    if not _RATES_HZ[0] <= file.samplerate <= _RATES_HZ[1]:
        file.close()
        raise UnusableAudio(f"broken: a rate of {file.samplerate} Hz")
    if not 1 <= file.channels <= _MAX_CHANNELS:
        file.close()
        raise UnusableAudio(f"it has {file.channels} channels, more than the {_MAX_CHANNELS} that are mixed down")
    return file


def file_hash(path: Path) -> str:
    """Name a file by its bytes, read piece by piece.

    Raises:
        UnusableAudio: it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=8)
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise UnusableAudio(f"unreadable: {error.strerror}") from error
    return digest.hexdigest()


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
            f"too long: {length_s:.1f} s, where {bounds.max_s:g} s are allowed; "
            "list stretches of it in a manifest with start_s and end_s"
        )


def _read_mono(file: "SoundFile", start: int, end: int) -> Waveform:
    """Mix frames down as they are decoded; (sample,), shorter than asked where the file ends early.

    Raises:
        UnusableAudio: the decoder gives up, or a sample is no number.
    """
    import soundfile

    pieces: list[Waveform] = []
    left = end - start
    try:
        file.seek(start)
        while left > 0:
            block = file.read(min(left, _BLOCK), dtype="float32", always_2d=True)
            if len(block) == 0:
                break
            pieces.append(block.mean(axis=1, dtype=np.float32) if block.shape[1] > 1 else block[:, 0])
            left -= len(block)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise UnusableAudio("broken: the decoder gives up in the middle") from error
    mono = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise UnusableAudio("broken: some of its samples are not numbers")
    return mono
