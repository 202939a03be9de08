"""Open a file that claims to hold audio; count, skip and read its frames whatever its header says."""

import io
import os
import re
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips.contents import undecoded, unrecognised
from earmark.dissection.clips.quiet import quiet_decoders
from earmark.errors import MissingExtra

if TYPE_CHECKING:
    from soundfile import SoundFile

Frames = npt.NDArray[np.float32]
"""(frame, channel)."""

_BLOCK = 1 << 14
_RATES_HZ = (1_000, 768_000)
_MAX_CHANNELS = 32
# No codec packs more frames than this into a byte (FLAC, a block of silence); a header that claims more is wrong.
_MOST_FRAMES_A_BYTE = 8192
_LONGEST_COUNTED_S = 24 * 3600
_MOST_REPAIRED_BYTES = 512 * 2**20
# In libsndfile's log: what the header says of the sound's size in bytes, and what there is.
_BROKEN_OFF = re.compile(r"^ *(?:data|SSND|Data Size|riff|Riff size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)
# Sizes from here on stand in headers that were written before the end was known.
_PLACEHOLDER_BYTES = 0x7F00_0000


class UnusableAudio(Exception):
    """A file or a stretch of it cannot be used; the message is the reason that is listed."""


class Audio:
    """An open audio file, read forwards or from any place, with as many frames as can be decoded."""

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            UnusableAudio: no decoder takes it, or its format is impossible.
        """
        self._path = path
        self._file = self._opened(forwards=False)
        self.rate_hz: int = self._file.samplerate
        self.channels: int = self._file.channels
        self._check_format()
        self._at = 0
        self._unknown = self._file.frames > _MOST_FRAMES_A_BYTE * path.stat().st_size + _BLOCK
        self._forwards = self._unknown or not self._file.seekable()

    @cached_property
    def frames(self) -> int:
        """How many there are; counted where the header does not know.

        Raises:
            UnusableAudio: the decoder gives up.
        """
        if not self._unknown:
            return int(self._file.frames)
        self._go_to(0)
        return sum(len(block) for block in self._blocks(_LONGEST_COUNTED_S * self.rate_hz))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate_hz

    def read(self, start: int, end: int) -> Frames:
        """Decode a stretch; (frame, channel), shorter than asked where the file ends early.

        Raises:
            UnusableAudio: the decoder gives up, or a sample is no number.
        """
        self._go_to(start)
        blocks = [np.zeros((0, self.channels), dtype=np.float32), *self._blocks(end - start)]
        block = np.concatenate(blocks)
        if not np.isfinite(block).all():
            raise UnusableAudio("broken: some of its samples are not numbers")
        return block

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _opened(self, *, forwards: bool) -> "SoundFile":
        try:
            import soundfile
        except ImportError as error:
            raise MissingExtra("soundfile", "dissect") from error

        class Forwards(soundfile.SoundFile):  # type: ignore[misc]
            """soundfile seeks after every read, which fails where the header does not know the length."""

            def seekable(self) -> bool:
                return False

        with self._path.open("rb") as raw:
            beginning = raw.read(512)
        if reason := undecoded(beginning):
            raise UnusableAudio(reason)
        try:
            file = soundfile.SoundFile(str(self._path))
            if file.frames == 0 and (repaired := _with_open_end(self._path)):
                file.close()
                file = soundfile.SoundFile(repaired)
            elif forwards:
                file.close()
                file = Forwards(str(self._path))
        except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
            raise UnusableAudio(unrecognised(beginning, self._path.suffix.lower())) from error
        return file

    def _check_format(self) -> None:
        reason = None
        if not _RATES_HZ[0] <= self.rate_hz <= _RATES_HZ[1]:
            reason = f"its rate is {self.rate_hz} Hz, where {_RATES_HZ[0]} to {_RATES_HZ[1]} Hz can be used"
        elif not 1 <= self.channels <= _MAX_CHANNELS:
            reason = f"it has {self.channels} channels, more than the {_MAX_CHANNELS} that are mixed down"
        if reason:
            self._file.close()
            raise UnusableAudio(reason)

    def _go_to(self, frame: int) -> None:
        import soundfile

        if not self._forwards:
            try:
                self._file.seek(frame)
            except (soundfile.SoundFileError, RuntimeError) as error:
                raise UnusableAudio("broken: the decoder gives up in the middle") from error
            return
        if frame < self._at or self._file.seekable():
            self._file.close()
            self._file, self._at = self._opened(forwards=True), 0
        for _ in self._blocks(frame - self._at):
            pass

    def _blocks(self, frames: int) -> Iterator[Frames]:
        import soundfile

        left = frames
        try:
            while left > 0:
                block = self._file.read(min(left, _BLOCK), dtype="float32", always_2d=True)
                if len(block) == 0:
                    return
                left -= len(block)
                self._at += len(block)
                yield block
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise UnusableAudio("broken: the decoder gives up in the middle") from error

    @property
    def promised_s(self) -> float | None:
        """How long its header says it is, where that is more than there is; ``None`` where the header does not know."""
        found = _BROKEN_OFF.search(self._file.extra_info)
        if not found or not 0 < int(found[2]) < int(found[1]) < _PLACEHOLDER_BYTES:
            return None
        return self.seconds * int(found[1]) / int(found[2])


@contextmanager
def open_audio(path: Path) -> Iterator[Audio]:
    """Open a file that claims to hold audio.

    Raises:
        UnusableAudio: it is missing, empty, no plain file, not audio, or of an impossible format.
        MissingExtra: soundfile is not installed.
    """
    with quiet_decoders():
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise UnusableAudio("a folder, not a file" if stat.S_ISDIR(status.st_mode) else "not a plain file")
            if status.st_size == 0:
                raise UnusableAudio("empty: the file has no bytes")
            audio = Audio(path)
        except FileNotFoundError as error:
            raise UnusableAudio("missing: there is no such file") from error
        except OSError as error:
            raise UnusableAudio(f"unreadable: {error.strerror or os.strerror(error.errno or 0)}") from error
        try:
            yield audio
        finally:
            audio.close()


def _with_open_end(path: Path) -> io.BytesIO | None:
    """A WAV whose header says that it holds nothing, as a stream leaves it: the same with an open end."""
    if path.stat().st_size > _MOST_REPAIRED_BYTES:
        return None
    raw = bytearray(path.read_bytes())
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        return None
    at = 12
    while at + 8 <= len(raw):
        (size,) = struct.unpack_from("<I", raw, at + 4)
        if raw[at : at + 4] == b"data":
            if size or at + 8 == len(raw):
                return None
            struct.pack_into("<I", raw, at + 4, 0xFFFF_FFFF)
            return io.BytesIO(bytes(raw))
        at += 8 + size + size % 2
    return None
