"""Sounds made by formula in which one property moves and the rest stays: what tuning curves are measured on.

Every sweep is played on several carriers, so that what a neuron follows is the property and not one sound.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import Waveform

Property = Literal["pitch", "loudness", "bandwidth", "modulation", "noise"]
Wave = npt.NDArray[np.float64]
Maker = Callable[[float, np.random.Generator], Wave]
_LEVEL_DB = -22.0
_FADE_S = 0.01


@dataclass(frozen=True)
class Sweep:
    """One property from low to high, on several carriers."""

    property: Property
    unit: str
    values: tuple[float, ...]
    """Ascending."""
    carriers: tuple[tuple[Waveform, ...], ...]
    """(carrier, value): the sounds."""


def make_sweeps(rate_hz: int, length_s: float = 2.0, seed: int = 0) -> list[Sweep]:
    """Make all five sweeps.

    Pitch, bandwidth, modulation and noise at one RMS level, -22 dB; sounds are faded in and out over 10 ms.

    Args:
        rate_hz: sampling rate, at least 4000.
        length_s: length of each sound.
        seed: draws phases and noise.
    """
    tools = _Tools(rate_hz, round(length_s * rate_hz))
    sweeps = []
    for number, (name, unit, values, carriers) in enumerate(_makers(tools)):
        levels = values if name == "loudness" else [_LEVEL_DB] * len(values)
        played = []
        for place, make in enumerate(carriers):
            # One draw of phases and noise a carrier: only the property moves along it.
            sounds = [make(value, np.random.default_rng([seed, number, place])) for value in values]
            played.append(tuple(tools.finish(*pair) for pair in zip(sounds, levels, strict=True)))
        sweeps.append(Sweep(name, unit, tuple(values), tuple(played)))
    return sweeps


@dataclass(frozen=True)
class _Tools:
    """What sounds are made with."""

    rate_hz: int
    samples: int

    @property
    def highest_hz(self) -> float:
        return 0.45 * self.rate_hz

    def harmonic(self, pitch_hz: float, rng: np.random.Generator, count: int = 8, step: int = 1) -> Wave:
        """Harmonics in random phase, each as loud as its number makes it small; every second one with step 2."""
        time = np.arange(self.samples) / self.rate_hz
        wave = np.zeros(self.samples)
        for place in range(count):
            order, phase = 1 + place * step, rng.uniform(0, 2 * np.pi)
            if place == 0 or order * pitch_hz < self.highest_hz:
                wave += np.sin(2 * np.pi * order * pitch_hz * time + phase) / order
        return wave

    def white(self, rng: np.random.Generator) -> Wave:
        return rng.standard_normal(self.samples)

    def band(self, centre_hz: float, octaves: float, rng: np.random.Generator) -> Wave:
        """Noise between half of the octaves below the centre and half above."""
        low, high = centre_hz * 2 ** (-octaves / 2), min(self.highest_hz, centre_hz * 2 ** (octaves / 2))
        spectrum = np.fft.rfft(self.white(rng))
        frequency = np.fft.rfftfreq(self.samples, 1 / self.rate_hz)
        spectrum[(frequency < low) | (frequency > high)] = 0
        return np.fft.irfft(spectrum, self.samples).astype(np.float64)

    def pulsing(self, wave: Wave, times_hz: float) -> Wave:
        """The wave, louder and softer so many times a second."""
        time = np.arange(self.samples) / self.rate_hz
        return np.asarray(wave * (1 - 0.9 * np.cos(2 * np.pi * times_hz * time)))

    def finish(self, wave: Wave, level_db: float) -> Waveform:
        """Set the level and fade both ends."""
        fade = round(_FADE_S * self.rate_hz)
        gain = np.ones(self.samples)
        gain[:fade] = np.linspace(0, 1, fade)
        gain[-fade:] = gain[:fade][::-1]
        return (_unit(wave) * 10 ** (level_db / 20) * gain).astype(np.float32)


def _unit(wave: Wave) -> Wave:
    """The wave at an RMS of one."""
    return np.asarray(wave / np.sqrt(np.mean(wave**2)))


def _makers(tools: _Tools) -> list[tuple[Property, str, list[float], list[Maker]]]:
    """Per property: its unit, its values, and what plays a value on each carrier."""
    top_hz = min(3200.0, tools.highest_hz / 2)
    centres = [hz for hz in (600.0, 1200.0, 2400.0) if 2 * hz < tools.highest_hz]
    tones = (150.0, 400.0, 1000.0)
    return [
        (
            "pitch",
            "Hz",
            _log_steps(100, top_hz, 16),
            [_at_pitch(tools, *of) for of in ((1, 1), (4, 1), (12, 1), (5, 2))],
        ),
        (
            "loudness",
            "dB",
            np.linspace(-66, -18, 13).tolist(),
            [
                lambda _, rng: tools.harmonic(200, rng),
                lambda _, rng: tools.harmonic(700, rng, count=3),
                lambda _, rng: tools.white(rng),
                lambda _, rng: tools.pulsing(tools.white(rng), 4),
            ],
        ),
        ("bandwidth", "octaves", _log_steps(0.1, 4, 13), [_around(tools, hz) for hz in centres]),
        (
            "modulation",
            "Hz",
            _log_steps(1, 32, 13),
            [
                lambda hz, rng: tools.pulsing(tools.harmonic(440, rng, count=1), hz),
                lambda hz, rng: tools.pulsing(tools.harmonic(220, rng), hz),
                lambda hz, rng: tools.pulsing(tools.white(rng), hz),
            ],
        ),
        ("noise", "share", np.linspace(0, 1, 11).tolist(), [_drowned(tools, hz) for hz in tones]),
    ]


def _at_pitch(tools: _Tools, count: int, step: int) -> Maker:
    return lambda hz, rng: tools.harmonic(hz, rng, count, step)


def _around(tools: _Tools, centre_hz: float) -> Maker:
    return lambda octaves, rng: tools.band(centre_hz, octaves, rng)


def _drowned(tools: _Tools, pitch_hz: float) -> Maker:
    """A tone in which white noise has a share of the power."""

    def make(share: float, rng: np.random.Generator) -> Wave:
        tone, noise = _unit(tools.harmonic(pitch_hz, rng)), _unit(tools.white(rng))
        return np.asarray(np.sqrt(1 - share) * tone + np.sqrt(share) * noise)

    return make


def _log_steps(low: float, high: float, count: int) -> list[float]:
    steps: list[float] = np.geomspace(low, high, count).tolist()
    return steps
