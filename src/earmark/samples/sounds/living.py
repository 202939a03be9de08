"""Sounds of people and animals."""

import numpy as np

from earmark.samples.sounds.draw import Draw, Wave
from earmark.samples.sounds.signals import add, arch, band, dying, noise, resonate, tone

_VOWELS = (
    ((730.0, 90.0, 1.0), (1090.0, 110.0, 0.6), (2440.0, 160.0, 0.3)),
    ((270.0, 70.0, 1.0), (2290.0, 130.0, 0.4), (3010.0, 180.0, 0.3)),
    ((300.0, 70.0, 1.0), (870.0, 90.0, 0.4), (2240.0, 160.0, 0.1)),
    ((530.0, 80.0, 1.0), (1840.0, 120.0, 0.5), (2480.0, 160.0, 0.3)),
    ((570.0, 80.0, 1.0), (840.0, 100.0, 0.6), (2410.0, 160.0, 0.1)),
)
"""Centre, width and gain of three formants of five vowels; centres after Peterson and Barney (1952), men."""


def voice(draw: Draw) -> Wave:
    """Syllables: a buzzing source through the formants of changing vowels."""
    pitch, rate = draw.between("pitch_hz", 90, 250), draw.between("onset_rate_hz", 2.5, 5.5)
    size = 1.0 + 0.15 * (pitch > 160) + draw.detail(-0.05, 0.05)
    wave = np.zeros(draw.samples)
    for start in np.arange(draw.detail(0, 0.2), draw.seconds, 1 / rate):
        count = round(draw.detail(0.6, 0.95) / rate * draw.rate_hz)
        contour = pitch * draw.detail(0.85, 1.2) * (1 + draw.detail(-0.15, 0.1) * np.linspace(0, 1, count))
        source = tone(contour, tuple(1 / k for k in range(1, 41)), draw, count) + 0.02 * noise(draw, 0.0, count)
        vowel = _VOWELS[int(draw.rng.integers(len(_VOWELS)))]
        shaped = resonate(source, [(size * hz, width, gain) for hz, width, gain in vowel], draw.rate_hz)
        add(wave, shaped * arch(count, 0.5) * draw.detail(0.6, 1.0), float(start), draw.rate_hz)
    return wave


def bird(draw: Draw) -> Wave:
    """Short quick chirps, high up."""
    pitch, bend = draw.between("pitch_hz", 2200, 4800), draw.detail(-0.35, 0.35)
    length_s = draw.between("chirp_s", 0.04, 0.1)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 4, 9, 0.12):
        if draw.rng.random() < 0.2:
            continue
        count = round(length_s * draw.rate_hz)
        contour = pitch * draw.detail(0.9, 1.1) * (1 + bend * np.linspace(-1, 1, count))
        add(wave, tone(contour, (1.0, 0.1), draw, count) * arch(count), moment, draw.rate_hz)
    return wave


def crickets(draw: Draw) -> Wave:
    """A high carrier in trains of fast pulses."""
    carrier = draw.between("pitch_hz", 3600, 5600)
    pulses = 0.5 - 0.5 * np.cos(2 * np.pi * draw.between("modulation_hz", 24, 45) * draw.time_s)
    chirping = (draw.between("onset_rate_hz", 1.2, 3.0) * draw.time_s + draw.detail(0, 1)) % 1 < draw.detail(0.45, 0.7)
    gate = np.convolve(chirping, np.ones(160) / 160, mode="same")
    return tone(carrier, (1.0, 0.05), draw) * pulses * gate


def bark(draw: Draw) -> Wave:
    """Short rough bursts that fall in pitch."""
    pitch = draw.between("pitch_hz", 220, 550)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 0.9, 3.0, 0.15):
        count = round(draw.detail(0.1, 0.2) * draw.rate_hz)
        way = np.linspace(0, 1, count)
        contour = pitch * draw.detail(0.9, 1.1) * (1 + 0.35 * np.sin(np.pi * way) - 0.35 * way)
        source = tone(contour, tuple(1 / np.sqrt(k) for k in range(1, 16)), draw, count)
        rough = source * (1 + 0.5 * noise(draw, 1.0, count)) + 0.7 * noise(draw, 0.5, count)
        throat = [(2.2 * pitch, 500.0, 1.0), (1900.0, 700.0, 0.5)]
        add(wave, resonate(rough, throat, draw.rate_hz) * dying(count, 0.07, draw.rate_hz, 0.01), moment, draw.rate_hz)
    return wave


def baby_cry(draw: Draw) -> Wave:
    """Long wails, each rising and falling, with breaths between."""
    pitch, rate = draw.between("pitch_hz", 330, 560), draw.between("onset_rate_hz", 0.8, 1.5)
    wave = np.zeros(draw.samples)
    for start in np.arange(draw.detail(-0.5, 0.1) / rate, draw.seconds, 1 / rate):
        count = round(draw.detail(0.7, 0.85) / rate * draw.rate_hz)
        time_s, way = np.arange(count) / draw.rate_hz, np.linspace(0, 1, count)
        shake = 1 + 0.02 * np.sin(2 * np.pi * 9 * time_s)
        contour = pitch * draw.detail(0.95, 1.05) * (0.8 + 0.35 * np.sin(np.pi * way**0.7)) * shake
        source = tone(contour, tuple(1 / k**0.7 for k in range(1, 16)), draw, count)
        throat = [(1100.0, 300.0, 1.0), (2800.0, 500.0, 0.7), (3900.0, 600.0, 0.3)]
        wail = resonate(source + 0.05 * noise(draw, 0.0, count), throat, draw.rate_hz) * arch(count, 0.6)
        skipped = round(max(0.0, -float(start)) * draw.rate_hz)
        add(wave, wail[skipped:], max(0.0, float(start)), draw.rate_hz)
    return wave


def whistle(draw: Draw) -> Wave:
    """A nearly pure tone that glides from note to note without stopping."""
    pitch = draw.between("pitch_hz", 1100, 2400)
    knots = max(3, round(draw.seconds * draw.between("glide_rate_hz", 1.5, 3.5)) + 1)
    notes = pitch * 2 ** (np.round(draw.rng.uniform(-5, 5, knots)) / 12)
    place = np.linspace(0, knots - 1, draw.samples)
    whole = np.minimum(place.astype(int), knots - 2)
    glide = np.clip((place - whole - 0.55) / 0.45, 0, 1) ** 2
    contour = notes[whole] * (1 - glide) + notes[whole + 1] * glide
    vibrato = 1 + 0.006 * np.sin(2 * np.pi * 5.5 * draw.time_s)
    breath = band(noise(draw), 0.7 * pitch, 2.5 * pitch, draw.rate_hz)
    return tone(contour * vibrato, (1.0, 0.06), draw) + 0.08 * breath
