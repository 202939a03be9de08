"""Sounds of weather, water and fire, and noise itself."""

import numpy as np

from earmark.samples.sounds.draw import Draw, Wave
from earmark.samples.sounds.signals import add, band, dying, noise, tone, unit


def rain(draw: Draw) -> Wave:
    """Drops beyond counting over a fine hiss."""
    drops = np.zeros(draw.samples)
    for moment in draw.scattered("drop_rate_hz", 120, 400):
        count = round(draw.detail(0.002, 0.006) * draw.rate_hz) + 2
        add(drops, draw.detail(0.2, 1.0) ** 2 * noise(draw, 0.0, count) * dying(count, 0.0015, draw.rate_hz),
            moment, draw.rate_hz)  # fmt: skip
    bright = band(unit(drops), draw.between("low_cut_hz", 900, 2200), 0.5 * draw.rate_hz, draw.rate_hz)
    return unit(bright) + draw.detail(0.15, 0.35) * band(noise(draw), 1500, 0.5 * draw.rate_hz, draw.rate_hz)


def wind(draw: Draw) -> Wave:
    """Noise in a narrow band low down that wanders and gusts."""
    centre, rate = draw.between("brightness_hz", 250, 700), draw.between("modulation_hz", 0.4, 1.2)
    turns = 2 * np.pi * rate * draw.time_s + draw.detail(0, 6.28)
    low, high = (band(noise(draw), at / 1.35, at * 1.35, draw.rate_hz) for at in (0.75 * centre, 1.4 * centre))
    gust = 0.5 + 0.5 * np.sin(turns)
    howl = unit(low) * (1 - gust) + unit(high) * gust
    return howl * (0.35 + 0.65 * gust) + 0.15 * band(noise(draw, 1.0), 50, 300, draw.rate_hz)


def sea_waves(draw: Draw) -> Wave:
    """Broad noise that swells slowly, breaks and draws back."""
    phase = (draw.between("modulation_hz", 0.35, 0.9) * draw.time_s + draw.detail(0, 1)) % 1
    swell = np.where(phase < 0.6, (phase / 0.6) ** 2, ((1 - phase) / 0.4) ** 1.2)
    deep = band(noise(draw, 1.0), 80, 900, draw.rate_hz)
    foam = band(noise(draw, 0.3), 500, draw.between("high_cut_hz", 3500, 7000), draw.rate_hz)
    return deep * (0.15 + 0.6 * swell) + foam * (0.04 + swell**1.5)


def thunder(draw: Draw) -> Wave:
    """A crack and a long low rumble that rolls away."""
    rumble = band(noise(draw, 2.0), 25, draw.between("high_cut_hz", 120, 350), draw.rate_hz)
    wave, decay = 0.05 * unit(rumble), draw.between("decay_s", 0.3, 0.9)
    for number in range(int(draw.rng.integers(2, 5))):
        moment = draw.detail(0.0, 0.3) if number == 0 else draw.detail(min(0.2, 0.3 * draw.seconds), 0.6 * draw.seconds)
        count = draw.samples - round(moment * draw.rate_hz)
        if count > 0:
            roll = unit(np.roll(rumble, int(draw.rng.integers(draw.samples))))[:count]
            add(wave, roll * dying(count, decay, draw.rate_hz, 0.03), moment, draw.rate_hz)
        if number == 0:
            crack = band(noise(draw, 1.0), 100, 2500, draw.rate_hz)
            add(wave, 0.7 * crack * dying(len(crack), 0.08, draw.rate_hz, 0.005), moment, draw.rate_hz)
    return wave


def crackling_fire(draw: Draw) -> Wave:
    """Sharp snaps without rhythm over a dull roar."""
    wave = np.zeros(draw.samples)
    for moment in draw.scattered("onset_rate_hz", 9, 28):
        count = round(draw.detail(0.003, 0.02) * draw.rate_hz)
        centre = draw.detail(900, 4500)
        snap = band(noise(draw, 0.0, max(count, 48)), 0.6 * centre, 1.7 * centre, draw.rate_hz)
        loud = draw.detail(0.15, 1.0) ** 2
        add(wave, 6 * loud * unit(snap) * dying(len(snap), 0.004, draw.rate_hz, 0.0005), moment, draw.rate_hz)
    roar = band(noise(draw, 1.5), 50, draw.between("high_cut_hz", 250, 600), draw.rate_hz)
    return wave + draw.detail(0.1, 0.3) * unit(roar)


def dripping_water(draw: Draw) -> Wave:
    """Round plops, each a short tone that slides up."""
    pitch = draw.between("pitch_hz", 500, 1300)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 1.8, 5.0, 0.35):
        count = round(draw.detail(0.05, 0.09) * draw.rate_hz)
        rise = draw.detail(0.5, 0.9)
        contour = pitch * draw.detail(0.75, 1.35) * (1 + rise * np.linspace(0, 1, count) ** 2)
        plop = tone(contour, (1.0, 0.1), draw, count) * dying(count, 0.022, draw.rate_hz, 0.003)
        add(wave, draw.detail(0.6, 1.0) * plop, moment, draw.rate_hz)
    return wave


def static(draw: Draw) -> Wave:
    """Steady noise over a wide band."""
    slope = draw.share("slope_share", 0.0, 0.6)
    return band(noise(draw, slope), draw.between("low_cut_hz", 40, 250), draw.between("high_cut_hz", 5000, 7800),
                draw.rate_hz)  # fmt: skip
