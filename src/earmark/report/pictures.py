"""A waveform to a small picture of its spectrogram: log-spaced bands, decibels, sixteen colours, PNG bytes."""

import struct
import zlib

import numpy as np
import numpy.typing as npt

Waveform = npt.NDArray[np.float32]

_LEVELS = 16
_RANGE_DB = 65.0
_LOWEST_HZ = 60.0
_WINDOW_S = 0.04
# Dark blue over violet and orange to pale yellow: even steps of lightness, legible without colour vision.
_ANCHORS = (
    (8, 10, 32),
    (59, 22, 106),
    (129, 37, 129),
    (196, 66, 104),
    (243, 124, 73),
    (253, 195, 108),
    (252, 250, 200),
)


def spectrogram_png(wave: Waveform, rate_hz: int, width: int = 240, height: int = 72) -> bytes:
    """Draw a waveform's power over time (left to right) and frequency (bottom to top, log-spaced).

    Args:
        wave: (sample,).
        rate_hz: its rate.
        width: pixels of time.
        height: pixels of frequency.

    Returns:
        A PNG of sixteen colours, the loudest bin of the clip the brightest.
    """
    return _png(_levels(_bands(wave, rate_hz, width, height)))


def _bands(wave: Waveform, rate_hz: int, width: int, height: int) -> npt.NDArray[np.float64]:
    """(band, frame): mean power of each band, the lowest band first."""
    size = max(64, round(_WINDOW_S * rate_hz))
    padded = np.pad(wave.astype(np.float64), (size // 2, size - size // 2))
    starts = np.linspace(0, len(padded) - size, width).round().astype(np.int64)
    frames = padded[starts[:, None] + np.arange(size)] * np.hanning(size)
    # Zero-padded, so that even the narrow low bands find a bin of their own.
    power = np.abs(np.fft.rfft(frames, n=4 * size, axis=1)) ** 2
    edges_hz = np.geomspace(_LOWEST_HZ, rate_hz / 2, height + 1)
    edges = np.clip(np.round(edges_hz * 4 * size / rate_hz).astype(np.int64), 1, power.shape[1] - 1)
    sums = np.concatenate([np.zeros((width, 1)), power.cumsum(axis=1)], axis=1)
    widths = np.maximum(edges[1:] - edges[:-1], 1)
    bands: npt.NDArray[np.float64] = ((sums[:, edges[:-1] + widths] - sums[:, edges[:-1]]) / widths).T
    return bands


def _levels(bands: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """(row, column): colour numbers, the highest band in the first row."""
    decibels = 10 * np.log10(np.maximum(bands, 1e-12))
    above = np.clip((decibels - decibels.max()) / _RANGE_DB + 1, 0, 1)
    levels: npt.NDArray[np.uint8] = np.minimum(above[::-1] * _LEVELS, _LEVELS - 1).astype(np.uint8)
    return levels


def _palette() -> bytes:
    places = np.linspace(0, len(_ANCHORS) - 1, _LEVELS)
    channels = [np.interp(places, np.arange(len(_ANCHORS)), channel) for channel in zip(*_ANCHORS, strict=True)]
    return np.stack(channels, axis=1).round().astype(np.uint8).tobytes()


def _png(levels: npt.NDArray[np.uint8]) -> bytes:
    """An indexed PNG with four bits a pixel (PNG specification, sections 5, 7.2 and 11.2)."""
    height, width = levels.shape
    even = np.pad(levels, ((0, 0), (0, width % 2)))
    packed = (even[:, 0::2] << 4) | even[:, 1::2]
    # Each row begins with its filter: 2 stores the difference from the row above, which suits spectrograms.
    above = np.vstack([np.zeros_like(packed[:1]), packed[:-1]])
    rows = np.concatenate([np.full((height, 1), 2, np.uint8), (packed - above).astype(np.uint8)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
