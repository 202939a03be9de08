"""One damaged or odd audio file by chance, made by formula: what the benchmark ``damaged`` puts before the program."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.float32]

# Ending, container, coding, and the rate at which the coding works.
_FORMATS = (
    ("wav", "WAV", "PCM_16", 16000),
    ("wav", "WAV", "PCM_U8", 8000),
    ("wav", "WAV", "PCM_24", 44100),
    ("wav", "WAV", "FLOAT", 16000),
    ("wav", "WAV", "DOUBLE", 48000),
    ("wav", "WAV", "ULAW", 8000),
    ("wav", "WAV", "IMA_ADPCM", 22050),
    ("wav", "WAV", "MS_ADPCM", 22050),
    ("wav", "WAV", "GSM610", 8000),
    ("wav", "RF64", "PCM_16", 16000),
    ("w64", "W64", "PCM_16", 16000),
    ("aiff", "AIFF", "PCM_16", 16000),
    ("aifc", "AIFF", "FLOAT", 16000),
    ("au", "AU", "PCM_16", 16000),
    ("caf", "CAF", "PCM_16", 16000),
    ("voc", "VOC", "PCM_U8", 11025),
    ("flac", "FLAC", "PCM_16", 16000),
    ("ogg", "OGG", "VORBIS", 44100),
    ("opus", "OGG", "OPUS", 48000),
    ("mp3", "MP3", "MPEG_LAYER_III", 22050),
)
_ENDINGS = ("wav", "flac", "ogg", "mp3", "aiff", "m4a")


def damage(folder: Path, seed: int) -> tuple[Path, str]:
    """Write one file, and say what is wrong with it.

    Args:
        folder: where to.
        seed: the same seed writes the same bytes.

    Returns:
        The file, and what was done in words.
    """
    rng = np.random.default_rng(seed)
    deed = _DEEDS[int(rng.integers(len(_DEEDS)))]
    ending, raw, words = deed(rng)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"sound-{seed}.{ending}"
    file.write_bytes(raw)
    return file, words


def _sound(rng: np.random.Generator, rate: int, seconds: float = 0.0) -> Samples:
    time_s = np.arange(round((seconds or rng.uniform(0.3, 2.0)) * rate)) / rate
    wave = 0.4 * np.sin(2 * np.pi * rng.uniform(100, 0.4 * rate) * time_s) + 0.05 * rng.standard_normal(len(time_s))
    return wave.astype(np.float32)


def _whole(rng: np.random.Generator) -> tuple[str, bytes, str]:
    """A good file of any format, with one or two channels."""
    from io import BytesIO

    ending, form, coding, rate = _FORMATS[int(rng.integers(len(_FORMATS)))]
    wave = _sound(rng, rate)
    if rng.random() < 0.3 and coding not in ("GSM610",):
        wave = np.stack([wave, _sound(rng, rate, len(wave) / rate)[: len(wave)]], axis=1)
    buffer = BytesIO()
    soundfile.write(buffer, wave, rate, format=form, subtype=coding)
    return ending, buffer.getvalue(), f"{form} {coding} at {rate} Hz"


def _cut(rng: np.random.Generator) -> tuple[str, bytes, str]:
    ending, raw, words = _whole(rng)
    length = int(rng.integers(1, len(raw)))
    return ending, raw[:length], f"{words}, cut off after {length} of {len(raw)} bytes"


def _flipped(rng: np.random.Generator) -> tuple[str, bytes, str]:
    ending, raw, words = _whole(rng)
    changed = bytearray(raw)
    head = rng.random() < 0.5
    places = rng.integers(0, min(len(raw), 128) if head else len(raw), int(rng.integers(1, 30)))
    for place in places:
        changed[place] ^= 1 << int(rng.integers(8))
    return ending, bytes(changed), f"{words}, {len(places)} bits turned {'in its head' if head else 'anywhere'}"


def _lying_size(rng: np.random.Generator) -> tuple[str, bytes, str]:
    """A size in the head of a file is replaced: by nothing, a little, the most there can be."""
    ending, raw, words = _whole(rng)
    changed = bytearray(raw)
    marks = [mark for mark in (b"RIFF", b"data", b"SSND", b"COMM", b"FORM", b"fmt ", b"ds64", b".snd") if mark in raw]
    size = int(rng.choice([0, 1, 7, 2**20, 2**31 - 1, 2**31, 2**32 - 1]))
    at = raw.index(marks[int(rng.integers(len(marks)))]) + 4 if marks else int(rng.integers(4, 40))
    changed[at : at + 4] = struct.pack("<I" if raw[:4] == b"RIFF" else ">I", size)
    return ending, bytes(changed), f"{words}, with a size of {size} at byte {at}"


def _strange_form(rng: np.random.Generator) -> tuple[str, bytes, str]:
    """A WAV whose rate, channels or bits are what no recording has."""
    rate = int(rng.choice([0, 1, 100, 16000, 768000, 10_000_000, 2**32 - 1]))
    channels = int(rng.choice([0, 1, 2, 33, 64, 1024, 65535]))
    bits = int(rng.choice([0, 1, 4, 12, 16, 20, 33, 64, 128]))
    data = (20000 * _sound(rng, 16000)).astype("<i2").tobytes()
    block = max(1, channels * bits // 8) % 65536
    form = struct.pack("<HHIIHH", int(rng.choice([0, 1, 3, 7, 0x55, 0xFFFE])), channels, rate, 0, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    words = f"a WAV of {rate} Hz, {channels} channels and {bits} bits"
    return "wav", b"RIFF" + struct.pack("<I", len(body)) + body, words


def _unknown_length(rng: np.random.Generator) -> tuple[str, bytes, str]:
    """A FLAC that says it has no, or far too many, samples."""
    from io import BytesIO

    buffer = BytesIO()
    soundfile.write(buffer, _sound(rng, 16000), 16000, format="FLAC")
    raw = bytearray(buffer.getvalue())
    top, rest = (0, 0) if rng.random() < 0.5 else (int(rng.integers(16)), int(rng.integers(2**32)))
    raw[21] = raw[21] & 0xF0 | top
    raw[22:26] = struct.pack(">I", rest)
    return "flac", bytes(raw), f"a FLAC that claims {(top << 32) + rest} samples"


def _strange_samples(rng: np.random.Generator) -> tuple[str, bytes, str]:
    """Float samples that are no sound in [-1, 1], or hardly one."""
    from io import BytesIO

    wave = _sound(rng, 16000)
    kind = int(rng.integers(8))
    words, wave = (
        ("not a number", np.where(np.arange(len(wave)) == 99, np.nan, wave)),
        ("infinite", np.where(np.arange(len(wave)) == 99, np.inf, wave)),
        ("three times full scale", 3 * wave / np.abs(wave).max()),
        ("in whole numbers of 16 bits", 32768 * wave),
        ("in opposite phase", np.stack([wave, -wave], axis=1)),
        ("a constant", np.full(16000, 0.5)),
        ("a single one", wave[:1]),
        ("below the least float", 1e-41 * wave),
    )[kind]
    buffer = BytesIO()
    soundfile.write(buffer, wave.astype(np.float32), 16000, format="WAV", subtype="FLOAT")
    return "wav", buffer.getvalue(), f"a WAV whose samples are {words}"


def _no_audio(rng: np.random.Generator) -> tuple[str, bytes, str]:
    """Something else under the name of a sound."""
    others: tuple[tuple[bytes, str], ...] = (
        (b"", "no bytes"),
        (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "a web page"),
        (b"The recording was lost.\n" * 30, "text"),
        (b"\0\0\0\x20ftypM4A " + rng.bytes(800), "an MP4 container"),
        (b"\x1a\x45\xdf\xa3" + rng.bytes(800), "a Matroska container"),
        (bytes(1000), "zeros"),
        (rng.bytes(3000), "noise without a head"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + rng.bytes(500), "an ID3 tag of 256 MB and noise"),
        (b"\xff\xfb\x90\x44" * 400, "heads of MP3 frames and nothing in them"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"),
        (b"OggS" + rng.bytes(600), "the head of an Ogg page and noise"),
        (b"RIFF\xff\xff\xff\xffWAVE" + rng.bytes(600), "the head of a WAV and noise"),
    )
    raw, words = others[int(rng.integers(len(others)))]
    ending = _ENDINGS[int(rng.integers(len(_ENDINGS)))]
    return ending, raw, f"{words} named .{ending}"


def _under_another_name(rng: np.random.Generator) -> tuple[str, bytes, str]:
    _, raw, words = _whole(rng)
    ending = _ENDINGS[int(rng.integers(len(_ENDINGS)))]
    return ending, raw, f"{words} named .{ending}"


def _behind_junk(rng: np.random.Generator) -> tuple[str, bytes, str]:
    ending, raw, words = _whole(rng)
    before, after = rng.bytes(int(rng.integers(0, 2000))), rng.bytes(int(rng.integers(0, 2000)))
    return ending, before + raw + after, f"{words}, {len(before)} bytes of junk before and {len(after)} behind it"


_DEEDS: tuple[Callable[[np.random.Generator], tuple[str, bytes, str]], ...] = (
    _whole,
    _cut,
    _cut,
    _flipped,
    _flipped,
    _flipped,
    _lying_size,
    _lying_size,
    _strange_form,
    _unknown_length,
    _strange_samples,
    _no_audio,
    _under_another_name,
    _behind_junk,
)
