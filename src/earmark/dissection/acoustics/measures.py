"""What can be measured of a sound, in numbers with units."""

import numpy as np
import numpy.typing as npt

from earmark.dissection.acoustics import rhythm
from earmark.dissection.acoustics.pitch import PitchTrack, track_pitch
from earmark.dissection.acoustics.spectrum import Floats, balance, spectrogram, unrest
from earmark.errors import InvalidInput
from earmark.evidence import Record

_SILENT_DB = -90.0
_LONGEST_S = 600.0


class Measures(Record):
    """What was measured of one clip; ``None`` where the clip has no such thing or is too short to tell."""

    loudness_db: float | None = None
    """RMS level relative to full scale, without offset."""
    pitch_hz: float | None = None
    """Median of the periodic stretches, weighted by power."""
    harmonicity: float | None = None
    """Power of the periodic part over the whole, 0 to 1: s / (1 + s) for a tone at s times the power of the noise."""
    noisiness: float | None = None
    """Spectral flatness, 0 for a tone to 1 for white noise."""
    brightness_hz: float | None = None
    """Power-weighted mean frequency."""
    bandwidth_hz: float | None = None
    """Power-weighted standard deviation of frequency."""
    low_share: float | None = None
    """Share of the power below 250 Hz."""
    high_share: float | None = None
    """Share of the power above 3000 Hz."""
    unrest: float | None = None
    """How much the spectrum's shape changes within 0.1 s, 0 to 1."""
    onset_rate_hz: float | None = None
    """Onsets a second."""
    regularity: float | None = None
    """How evenly onsets follow each other, 0 to 1."""
    modulation_hz: float | None = None
    """Rate of the strongest regular waving of loudness."""
    modulation_depth: float | None = None
    """Its depth, 0 to 1."""
    roughness: float | None = None
    """Flutter of loudness 30 to 150 times a second, RMS relative to the mean."""
    attack_s: float | None = None
    """From 10% to 90% of the rise to the loudest level."""
    peakiness_db: float | None = None
    """Loudest 20 ms over the mean power: 0 for a steady sound, high for a few short bursts."""
    silent_share: float | None = None
    """Share of the clip more than 30 dB below its loudest moment."""
    loudness_trend_db_per_s: float | None = None
    """Positive where the sound swells, negative where it fades."""
    pitch_movement_octaves_per_s: float | None = None
    """Slope of pitch over time: positive where it climbs."""
    pitch_range_octaves: float | None = None
    """From the 10th to the 90th percentile of pitch."""


def measure(waveform: npt.NDArray[np.float32], rate_hz: int) -> Measures:
    """Measure a mono clip.

    Args:
        waveform: (sample,), at any level; values need not stay within [-1, 1].
        rate_hz: sampling rate, at least 4000.

    Raises:
        InvalidInput: not one channel of finite numbers, or a rate below 4000 Hz.
    """
    if waveform.ndim != 1 or rate_hz < 4000 or len(waveform) > _LONGEST_S * rate_hz:
        raise InvalidInput(
            f"only mono clips of up to {_LONGEST_S:.0f} s at 4000 Hz or more can be measured; convert it."
        )
    if not np.all(np.isfinite(waveform)):
        raise InvalidInput("the clip has samples that are not finite numbers; write it again.")
    wave = waveform.astype(np.float64)
    wave = wave - wave.mean() if len(wave) else np.zeros(1)
    level = float(np.sqrt(np.mean(wave**2)))
    loudness_db = 20 * float(np.log10(max(level, 1e-30)))
    if loudness_db < _SILENT_DB:
        return Measures(silent_share=1.0)
    wave = wave / level
    found = _of_spectrum(wave, rate_hz) | _of_time(wave, level, rate_hz) | _of_pitch(track_pitch(wave, rate_hz))
    return Measures(loudness_db=loudness_db, **found)


def _of_spectrum(wave: Floats, rate_hz: int) -> dict[str, float | None]:
    """Measure what needs frequencies but no pitch. The wave has RMS 1."""
    view = spectrogram(wave, rate_hz, 0.064, 0.016)
    spread = balance(view)
    if spread is None:
        return {}
    power = view.power.sum(axis=1)
    return {**vars(spread), "unrest": unrest(view, power > power.max() * 10**-2.5)}


def _of_time(wave: Floats, level: float, rate_hz: int) -> dict[str, float | None]:
    """Measure what happens over time. The wave has RMS 1; ``level`` is what it had."""
    amplitude = rhythm.envelope(wave, rate_hz)
    rate, depth = rhythm.modulation(amplitude)
    found: dict[str, float | None] = {
        "modulation_hz": rate,
        "modulation_depth": depth,
        "roughness": rhythm.roughness(wave, rate_hz),
        "attack_s": rhythm.attack(amplitude),
        "peakiness_db": max(0.0, 20 * float(np.log10(max(float(amplitude.max()), 1e-12)))),
        "silent_share": rhythm.silent_share(amplitude * level),
        "loudness_trend_db_per_s": rhythm.trend(amplitude),
    }
    seconds = len(wave) / rate_hz
    if seconds >= 0.25:
        view = spectrogram(wave, rate_hz, 0.025, 0.008)
        onsets, rise = rhythm.find_onsets(view)
        found["onset_rate_hz"] = len(onsets) / seconds
        found["regularity"] = rhythm.regularity(onsets, rise, view.hop_s)
    return found


def _of_pitch(track: PitchTrack) -> dict[str, float | None]:
    """Measure pitch, how strong it is and how it moves; no pitch below a fifth of the power being periodic."""
    if len(track.power) == 0:
        return {}
    found: dict[str, float | None] = {"harmonicity": float(np.average(track.strength, weights=track.power))}
    voiced = track.voiced
    if len(voiced.power) < 2 or voiced.power.sum() < 0.2 * track.power.sum():
        return found
    octaves = np.log2(voiced.pitch_hz)
    found["pitch_hz"] = float(2 ** _weighted_median(octaves, voiced.power))
    low, high = np.percentile(octaves, (10, 90))
    found["pitch_range_octaves"] = float(high - low)
    if voiced.time_s[-1] - voiced.time_s[0] >= 0.2 and len(octaves) >= 5:
        found["pitch_movement_octaves_per_s"] = _steady_slope(voiced.time_s, octaves)
    return found


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, 0.5 * total[-1])])


def _steady_slope(time_s: Floats, octaves: Floats) -> float:
    """Median of the slopes between pairs (Theil and Sen), so that a few octave errors do not tilt it."""
    gap = max(1, len(octaves) // 3)
    rise, run = octaves[gap:] - octaves[:-gap], time_s[gap:] - time_s[:-gap]
    return float(np.median(rise / run))
