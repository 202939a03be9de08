"""The few signals that every sound is built from."""

from collections.abc import Sequence

import numpy as np

from earmark.samples.sounds.draw import Draw, Wave


def noise(draw: Draw, slope: float = 0.0, samples: int | None = None) -> Wave:
    """Noise whose power falls with frequency to the given exponent: 0 white, 1 pink, 2 brown; unit RMS."""
    count = draw.samples if samples is None else samples
    spectrum = np.fft.rfft(draw.rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / draw.rate_hz)
    spectrum *= np.maximum(hz, 20.0) ** (-slope / 2)
    spectrum[0] = 0.0
    return unit(np.fft.irfft(spectrum, count))


def band(wave: Wave, low_hz: float, high_hz: float, rate_hz: int) -> Wave:
    """Keep a band of frequencies; the edges fall off over a third of an octave, so nothing rings."""
    hz = np.maximum(np.fft.rfftfreq(len(wave), 1 / rate_hz), 1e-3)
    octaves_in = np.minimum(np.log2(hz / max(low_hz, 1e-3)), np.log2(high_hz / hz))
    gain = 1 / (1 + np.exp(np.clip(-12 * octaves_in, -60.0, 60.0)))
    return np.asarray(np.fft.irfft(np.fft.rfft(wave) * gain, len(wave)))


def resonate(wave: Wave, formants: Sequence[tuple[float, float, float]], rate_hz: int) -> Wave:
    """Shape a spectrum by resonances, each a centre in Hz, a width in Hz and a gain."""
    hz = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    gain = np.full_like(hz, 0.02)
    for centre, width, height in formants:
        gain += height / (1 + ((hz - centre) / (width / 2)) ** 2)
    return np.asarray(np.fft.irfft(np.fft.rfft(wave) * gain, len(wave)))


def tone(pitch_hz: Wave | float, amplitudes: Sequence[float], draw: Draw, samples: int | None = None) -> Wave:
    """A harmonic tone: partial k at k times the pitch (a number or a contour), nothing above 0.45 of the rate."""
    count = draw.samples if samples is None else samples
    contour = np.broadcast_to(np.asarray(pitch_hz, dtype=np.float64), (count,))
    phase = 2 * np.pi * np.cumsum(contour) / draw.rate_hz + draw.detail(0, 2 * np.pi)
    wave = np.zeros(count)
    for number, amplitude in enumerate(amplitudes, start=1):
        audible = number * contour < 0.45 * draw.rate_hz
        if not audible.any():
            break
        wave += amplitude * np.sin(number * phase) * audible
    return wave


def partials(pitch_hz: float, ratios: Sequence[float], decay_s: float, draw: Draw, seconds: float) -> Wave:
    """A struck body: partials at uneven ratios that die away, the high ones sooner."""
    time_s = np.arange(max(1, round(seconds * draw.rate_hz))) / draw.rate_hz
    wave = np.zeros_like(time_s)
    for order, ratio in enumerate(ratios):
        hz = pitch_hz * ratio
        if hz < 0.45 * draw.rate_hz:
            fade = np.exp(-time_s * (1 + 0.6 * order) / decay_s)
            wave += fade * np.sin(2 * np.pi * hz * time_s + draw.detail(0, 6.28)) / (1 + 0.35 * order)
    return wave


def dying(samples: int, decay_s: float, rate_hz: int, attack_s: float = 0.002) -> Wave:
    """An envelope that rises at once and dies away."""
    time_s = np.arange(samples) / rate_hz
    return np.minimum(time_s / max(attack_s, 1e-4), 1.0) * np.exp(-time_s / decay_s)


def arch(samples: int, steepness: float = 1.0) -> Wave:
    """An envelope that rises and falls once."""
    return np.asarray(np.sin(np.pi * (np.arange(samples) + 0.5) / samples) ** steepness)


def throb(draw: Draw, rate_hz: float, depth: float) -> Wave:
    """Sinusoidal amplitude modulation between 1 - depth and 1, from a random phase."""
    phase = 2 * np.pi * rate_hz * draw.time_s + draw.detail(0, 6.28)
    return np.asarray(1 - depth * (0.5 + 0.5 * np.sin(phase)))


def add(wave: Wave, piece: Wave, moment_s: float, rate_hz: int) -> None:
    """Add a piece into a longer wave from a moment on, cut where the wave ends."""
    start = round(moment_s * rate_hz)
    stop = min(len(wave), start + len(piece))
    if start < stop:
        wave[start:stop] += piece[: stop - start]


def unit(wave: Wave) -> Wave:
    """Scale to RMS 1; silence stays silence."""
    level = float(np.sqrt(np.mean(wave**2)))
    return wave / level if level > 1e-12 else wave
