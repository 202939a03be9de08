"""Pitch and harmonicity by autocorrelation.

After Boersma (1993), "Accurate short-term analysis of the fundamental frequency": the autocorrelation of a windowed
stretch, divided by that of the window, so that a perfectly periodic sound reaches 1 at its period.
"""

from dataclasses import dataclass

import numpy as np

from earmark.dissection.acoustics.spectrum import Floats, frame

LOWEST_PITCH_HZ = 50.0
HIGHEST_PITCH_HZ = 6000.0
_WINDOW_S = 0.064
_HOP_S = 0.016
_VOICED = 0.45
"""Normalised autocorrelation from which a stretch counts as periodic; white noise stays below 0.35."""


@dataclass(frozen=True)
class PitchTrack:
    """Pitch over time, on the stretches that are loud enough to matter."""

    time_s: Floats
    """(stretch,), the middle of each."""
    pitch_hz: Floats
    """(stretch,)."""
    strength: Floats
    """(stretch,): power of the periodic part over the whole, 0 to 1."""
    power: Floats
    """(stretch,)."""

    @property
    def voiced(self) -> "PitchTrack":
        """The periodic stretches alone."""
        keep = self.strength >= _VOICED
        return PitchTrack(self.time_s[keep], self.pitch_hz[keep], self.strength[keep], self.power[keep])


def track_pitch(wave: Floats, rate_hz: int) -> PitchTrack:
    """Find the period of every stretch within 25 dB of the loudest."""
    size, hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    frames = frame(wave, size, hop)
    power = frames.var(axis=1)
    kept = np.flatnonzero(power > power.max() * 10**-2.5) if power.max() > 0 else np.zeros(0, dtype=np.intp)
    if len(kept) == 0:
        return PitchTrack(*(np.zeros(0) for _ in range(4)))
    window = np.hanning(size + 2)[1:-1]
    finer = max(1, round(64000 / rate_hz))
    ratio = _autocorrelation((frames[kept] - frames[kept].mean(axis=1, keepdims=True)) * window, finer)
    ratio /= _autocorrelation(window[np.newaxis], finer)
    lags = np.arange(max(2, int(finer * rate_hz / HIGHEST_PITCH_HZ)), int(finer * rate_hz / LOWEST_PITCH_HZ))
    lag, strength = _first_high_peak(ratio, lags)
    return PitchTrack(
        time_s=kept * hop / rate_hz + _WINDOW_S / 2,
        pitch_hz=finer * rate_hz / lag,
        strength=np.clip(strength, 0.0, 1.0),
        power=power[kept],
    )


def _autocorrelation(frames: Floats, finer: int) -> Floats:
    """(stretch, lag): normalised to 1 at lag 0, lags refined by zero-padding the spectrum."""
    size = 1 << (2 * frames.shape[1] - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(frames, size, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum, finer * size, axis=1)[:, : finer * frames.shape[1] // 2]
    return np.asarray(correlation / np.maximum(correlation[:, :1], 1e-30))


def _first_high_peak(ratio: Floats, lags: np.ndarray[tuple[int], np.dtype[np.intp]]) -> tuple[Floats, Floats]:
    """Lag and height of the first local maximum within 7% of the highest, refined by a parabola.

    The first, because every multiple of a period is a period too.
    """
    here, before, after = ratio[:, lags], ratio[:, lags - 1], ratio[:, lags + 1]
    curve = np.minimum(before - 2 * here + after, -1e-12)
    shift = np.clip(0.5 * (before - after) / curve, -0.5, 0.5)
    height = here - 0.25 * (before - after) * shift
    # Near lag 0 everything is like itself: a ripple there, before the curve has ever fallen, is no period.
    fallen = np.minimum.accumulate(ratio[:, : lags[-1] + 1], axis=1)[:, lags] < height - 0.2
    height = np.where((here >= before) & (here > after) & fallen, height, -1.0)
    best = height.max(axis=1, keepdims=True)
    first = np.argmax(height >= best - 0.07 * np.abs(best), axis=1)
    # Noise cuts a broad maximum into ripples: take the highest of those around the first.
    start = lags[first][:, np.newaxis]
    first = np.where((lags >= 0.85 * start) & (lags <= 1.15 * start), height, -1.0).argmax(axis=1)
    rows = np.arange(len(ratio))
    return lags[first] + shift[rows, first], np.maximum(height[rows, first], 0.0)
