"""What a sound does over time: onsets, their regularity, loudness modulation, attack, silence, trend."""

import numpy as np

from earmark.dissection.acoustics.spectrum import Floats, Spectrogram, bands, frame

ENVELOPE_HOP_S = 0.005
_ENVELOPE_WINDOW_S = 0.02
_SLOWEST_HZ = 0.5
_FASTEST_HZ = 30.0
_ONSET_RISE_DB = 3.0
"""Rise of the mean band level above its usual flicker that counts as an onset."""
_BAND_RANGE_DB = 45.0
"""A band is heard down to so far below the loudest band of the clip."""
_LEVEL_RANGE_DB = 30.0


def envelope(wave: Floats, rate_hz: int) -> Floats:
    """(step,): RMS amplitude in windows of 20 ms, every 5 ms."""
    squares = frame(wave**2, max(1, round(_ENVELOPE_WINDOW_S * rate_hz)), max(1, round(ENVELOPE_HOP_S * rate_hz)))
    return np.asarray(np.sqrt(np.maximum(squares.mean(axis=1), 0.0)))


def find_onsets(view: Spectrogram) -> tuple[Floats, Floats]:
    """Moments at which the sound starts anew, and the curve of rises that they are the peaks of.

    Args:
        view: a spectrogram with short hops.

    Returns:
        (onset,) in seconds and (frame,) in dB.
    """
    power = bands(view)
    by_band = _rise_db(power, view.hop_s, _BAND_RANGE_DB).mean(axis=1)
    # A beep stands in one band only, and is an onset all the same.
    as_whole = _rise_db(power.sum(axis=1, keepdims=True), view.hop_s, _LEVEL_RANGE_DB)[:, 0]
    rise = np.maximum(by_band, 0.5 * as_whole)
    threshold = float(np.median(rise)) + _ONSET_RISE_DB
    reach = max(1, round(0.03 / view.hop_s))
    padded = np.pad(rise, reach, constant_values=-1.0)
    highest_near = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    peaks = np.flatnonzero((rise >= threshold) & (rise == highest_near))
    peaks = peaks[np.diff(peaks, prepend=-reach - 1) > reach] if len(peaks) else peaks
    return np.asarray(peaks * view.hop_s, dtype=np.float64), rise


def _rise_db(power: Floats, hop_s: float, range_db: float) -> Floats:
    """(frame, band): how much louder each band is than 20 ms before, quiet levels cut off."""
    level_db = 10 * np.log10(np.maximum(power, 1e-30))
    heard = np.maximum(level_db, level_db.max() - range_db)
    step = max(1, round(0.02 / hop_s))
    before = np.vstack([np.repeat(heard[:1], step, axis=0), heard])[: len(heard)]
    return np.asarray(np.maximum(heard - before, 0.0))


def regularity(onsets_s: Floats, rise: Floats, hop_s: float) -> float | None:
    """How evenly the onsets follow each other: 1 like a clock, near 0 without rhythm; ``None`` below three onsets.

    The highest peak of the autocorrelation of the rises, at lags from the shortest gap to half the clip.
    """
    if len(onsets_s) < 3:
        return None
    width = max(1, round(0.02 / hop_s))
    marks = np.zeros(len(rise))
    marks[np.minimum(np.round(onsets_s / hop_s).astype(int), len(rise) - 1)] = 1.0
    bump = 1 - np.abs(np.arange(-width, width + 1)) / (width + 1)
    smooth = np.convolve(marks, bump, mode="same")
    centred = smooth - smooth.mean()
    size = 2 * len(centred)
    correlation = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2)[: len(centred)]
    correlation /= np.arange(len(centred), 0, -1)
    shortest = max(width + 2, int(0.7 * float(np.diff(onsets_s).min()) / hop_s))
    lags = correlation[shortest : max(len(centred) // 2, int(np.median(np.diff(onsets_s)) / hop_s) + width)]
    if len(lags) == 0 or correlation[0] <= 0:
        return None
    return float(np.clip(lags.max() / correlation[0], 0.0, 1.0))


def modulation(amplitude: Floats) -> tuple[float | None, float | None]:
    """The strongest regular waving of loudness between 0.5 and 30 a second: its rate in Hz and its depth, 0 to 1.

    Depth m is that of 1 + m sin, so a tone that fades to nothing and back has 1. The rate is ``None`` where no waving
    stands out; both are where the clip is too short to tell.
    """
    if len(amplitude) * ENVELOPE_HOP_S < 0.5 or not amplitude.mean() > 0:
        return None, None
    steps = np.arange(len(amplitude))
    trend = np.polyval(np.polyfit(steps, amplitude, 1), steps)
    window = np.hanning(len(amplitude))
    size = 1 << (4 * len(amplitude) - 1).bit_length()
    hz = np.fft.rfftfreq(size, ENVELOPE_HOP_S)
    depth = 2 * np.abs(np.fft.rfft((amplitude - trend) * window, size)) / window.sum() / amplitude.mean()
    depth /= np.maximum(np.sinc(hz * _ENVELOPE_WINDOW_S), 0.3)  # the averaging window flattens fast waving
    slowest = max(_SLOWEST_HZ, 1.25 / (len(amplitude) * ENVELOPE_HOP_S))
    place = np.flatnonzero((hz >= slowest) & (hz <= _FASTEST_HZ))
    here = depth[place]
    is_peak = (here >= depth[place - 1]) & (here > depth[place + 1])
    if not is_peak.any():
        return None, float(min(1.0, here.max()))
    highest = float(here[is_peak].max())
    # A pulse train has harmonics as strong as its rate: take the slowest of the strong ones.
    chosen = int(np.argmax(is_peak & (here >= 0.75 * highest)))
    stands_out = highest >= 0.12 and highest >= 3.5 * float(np.median(here))
    return (float(hz[place[chosen]]) if stands_out else None), float(min(1.0, highest))


def roughness(wave: Floats, rate_hz: int) -> float | None:
    """How strongly loudness flutters 30 to 150 times a second, RMS relative to the mean; ``None`` when too short."""
    amplitude = np.sqrt(frame(wave**2, max(1, round(0.003 * rate_hz)), max(1, round(0.0015 * rate_hz))).mean(axis=1))
    if len(amplitude) < 100 or not amplitude.mean() > 0:
        return None
    spectrum = np.abs(np.fft.rfft(amplitude / amplitude.mean())) / len(amplitude)
    hz = np.fft.rfftfreq(len(amplitude), round(0.0015 * rate_hz) / rate_hz)
    spectrum /= np.sinc(np.minimum(hz, 150.0) * 0.003)  # what the averaging window takes away
    return float(np.sqrt(2 * np.sum(spectrum[(hz >= 30) & (hz <= 150)] ** 2)))


def attack(amplitude: Floats) -> float | None:
    """Seconds from 10% to 90% of the rise to the loudest level; ``None`` where no such rise is in the clip."""
    floor, top = float(amplitude.min()), float(amplitude.max())
    if not floor < 0.5 * top:
        return None
    high = int(np.argmax(amplitude >= floor + 0.9 * (top - floor)))
    low = np.flatnonzero(amplitude[:high] <= floor + 0.1 * (top - floor))
    return float((high - low[-1]) * ENVELOPE_HOP_S) if len(low) else None


def silent_share(amplitude: Floats) -> float:
    """Share of the clip more than 30 dB below its loudest moment, or below -80 dB of full scale."""
    return float(np.mean(amplitude < max(amplitude.max() * 10**-1.5, 1e-4)))


def trend(amplitude: Floats) -> float | None:
    """How loudness moves from start to end, in dB a second; levels are cut off 40 dB below the loudest."""
    if len(amplitude) * ENVELOPE_HOP_S < 0.25 or not amplitude.max() > 0:
        return None
    level_db = 20 * np.log10(np.maximum(amplitude, 0.01 * amplitude.max()))
    return float(np.polyfit(np.arange(len(level_db)) * ENVELOPE_HOP_S, level_db, 1)[0])
