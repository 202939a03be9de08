"""Where the power of a sound lies over frequency, and how much that changes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOWEST_HZ = 30.0
"""What lies below is not heard as sound: offsets, handling, rumble of the recorder."""


@dataclass(frozen=True)
class Spectrogram:
    """Power over time and frequency."""

    power: Floats
    """(frame, frequency)."""
    hz: Floats
    """(frequency,)."""
    hop_s: float


@dataclass(frozen=True)
class Balance:
    """How the power is spread over frequency."""

    brightness_hz: float
    bandwidth_hz: float
    low_share: float
    high_share: float
    noisiness: float


def spectrogram(wave: Floats, rate_hz: int, window_s: float, hop_s: float) -> Spectrogram:
    """Power in Hann windows, each without its mean; a clip shorter than a window is padded to one.

    Args:
        wave: (sample,).
        rate_hz: sampling rate.
        window_s: length of a window.
        hop_s: time from window to window.
    """
    hop = round(hop_s * rate_hz)
    frames = frame(wave, round(window_s * rate_hz), hop)
    window = np.hanning(frames.shape[1] + 2)[1:-1]
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    power = np.abs(np.fft.rfft(centred, axis=1)) ** 2 / np.sum(window**2)
    hz = np.asarray(np.fft.rfftfreq(frames.shape[1], 1 / rate_hz), dtype=np.float64)
    return Spectrogram(np.asarray(power, dtype=np.float64), hz, hop / rate_hz)


def frame(wave: Floats, size: int, hop: int) -> Floats:
    """(frame, size): overlapping stretches of a wave, at least one."""
    if len(wave) < size:
        wave = np.pad(wave, (0, size - len(wave)))
    return np.lib.stride_tricks.sliding_window_view(wave, size)[::hop]


def bands(view: Spectrogram) -> Floats:
    """(frame, band): power in thirds of octaves from 60 Hz up; bands without a bin are left out."""
    edges = 60.0 * 2 ** (np.arange(0, 3 * np.log2(max(view.hz[-1], 120.0) / 60.0) + 1) / 3)
    starts = np.unique(np.searchsorted(view.hz, edges))
    starts = starts[starts < len(view.hz)]
    return np.asarray(np.add.reduceat(view.power, starts, axis=1))


def balance(view: Spectrogram) -> Balance | None:
    """Measure the mean spectrum; ``None`` where nothing lies above 30 Hz.

    Brightness is the power-weighted mean frequency, bandwidth the power-weighted standard deviation around it,
    noisiness the spectral flatness (geometric over arithmetic mean: 1 for white noise, 0 for a tone).
    """
    heard = view.hz >= LOWEST_HZ
    hz, power = view.hz[heard], view.power[:, heard].mean(axis=0)
    total = float(power.sum())
    if not total > 0:
        return None
    weight = power / total
    centre = float(weight @ hz)
    return Balance(
        brightness_hz=centre,
        bandwidth_hz=float(np.sqrt(weight @ (hz - centre) ** 2)),
        low_share=float(weight[hz < 250].sum()),
        high_share=float(weight[hz > 3000].sum()),
        noisiness=float(min(1.0, np.exp(np.mean(np.log(weight + 1e-12))) * len(weight))),
    )


def unrest(view: Spectrogram, loud: npt.NDArray[np.bool_]) -> float | None:
    """How much the shape of the spectrum changes within a tenth of a second: 0 not at all, 1 entirely.

    Half the summed difference between the normalised band magnitudes of frames 0.1 s apart, averaged over the pairs of
    loud frames; ``None`` where there is no such pair.
    """
    step = max(1, round(0.1 / view.hop_s))
    pairs = np.flatnonzero(loud[step:] & loud[:-step])
    if len(pairs) == 0:
        return None
    magnitude = np.sqrt(bands(view))
    shape = magnitude / np.maximum(magnitude.sum(axis=1, keepdims=True), 1e-30)
    return float(np.mean(0.5 * np.abs(shape[pairs + step] - shape[pairs]).sum(axis=1)))
