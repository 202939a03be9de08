"""Sounds of made things: machines, footsteps, drums, clocks and glass."""

import numpy as np

from earmark.samples.sounds.draw import Draw, Wave
from earmark.samples.sounds.signals import add, band, dying, noise, partials, resonate, throb, tone, unit


def engine(draw: Draw) -> Wave:
    """A low rough hum that throbs."""
    pitch, rate = draw.between("pitch_hz", 45, 110), draw.between("modulation_hz", 3.5, 10)
    hum = tone(pitch, tuple(1 / k**0.8 for k in range(1, 25)), draw)
    rumble = band(noise(draw, 1.5), 40, 900, draw.rate_hz)
    return (unit(hum) + 0.5 * unit(rumble)) * throb(draw, rate, draw.share("modulation_depth", 0.5, 0.85))


def electric_hum(draw: Draw) -> Wave:
    """A low tone with a few harmonics that never moves."""
    pitch = draw.between("pitch_hz", 95, 200)
    weights = (1.0, 0.6 * draw.detail(0.5, 1), 0.5 * draw.detail(0.2, 1), 0.2, 0.25 * draw.detail(0, 1), 0.1)
    return tone(pitch, weights, draw)


def helicopter(draw: Draw) -> Wave:
    """Blades that chop the air many times a second over a turbine's noise."""
    rate = draw.between("onset_rate_hz", 11, 20)
    phase = (rate * draw.time_s + draw.detail(0, 1)) % 1
    chop = np.exp(-phase / draw.detail(0.15, 0.25))
    thud = band(noise(draw, 1.2), 40, draw.between("high_cut_hz", 900, 2200), draw.rate_hz)
    return unit(thud) * (0.12 + chop) + 0.12 * band(noise(draw), 800, 4000, draw.rate_hz)


def saw(draw: Draw) -> Wave:
    """A harsh bright buzz that revs up and down."""
    pitch, revs_hz = draw.between("pitch_hz", 110, 260), draw.between("rev_rate_hz", 0.4, 1.3)
    contour = pitch * (1 + 0.2 * np.sin(2 * np.pi * revs_hz * draw.time_s + draw.detail(0, 6.28)))
    buzz = tone(contour, tuple(1 / k**0.5 for k in range(1, 60)), draw)
    grit = band(noise(draw), 1500, 6500, draw.rate_hz)
    return unit(buzz * (1 + 0.3 * noise(draw, 1.0))) + 0.35 * unit(grit)


def clock(draw: Draw) -> Wave:
    """Tick, tock: two small resonances in turn, evenly spaced."""
    pitch = draw.between("brightness_hz", 2200, 4500)
    wave = np.zeros(draw.samples)
    for number, moment in enumerate(draw.onsets("onset_rate_hz", 1.5, 3.5, 0.005)):
        tick = partials(pitch * (1.0 if number % 2 else 0.78), (1.0, 1.47, 2.09), 0.008, draw, 0.06)
        add(wave, tick, moment, draw.rate_hz)
        add(wave, 0.3 * tick, moment + 0.035, draw.rate_hz)
    return wave


def clicks(draw: Draw) -> Wave:
    """A quick even train of tiny clicks."""
    width_s = draw.between("click_s", 0.0004, 0.0015)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 8, 22, 0.01):
        count = max(3, round(4 * width_s * draw.rate_hz))
        add(wave, noise(draw, 0.0, count) * dying(count, width_s, draw.rate_hz, 0.0001), moment, draw.rate_hz)
    return wave


def drum(draw: Draw) -> Wave:
    """Low beats that drop in pitch and die at once."""
    pitch, decay = draw.between("pitch_hz", 60, 150), draw.between("decay_s", 0.08, 0.2)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 2.0, 6.0, 0.02):
        count = round(5 * decay * draw.rate_hz)
        time_s = np.arange(count) / draw.rate_hz
        skin = tone(pitch * (1 + 0.8 * np.exp(-time_s / 0.03)), (1.0, 0.25), draw, count)
        stick = 0.25 * noise(draw, 0.0, count) * np.exp(-time_s / 0.006)
        add(wave, (skin + stick) * dying(count, decay, draw.rate_hz) * draw.detail(0.6, 1.0), moment, draw.rate_hz)
    return wave


def footsteps(draw: Draw) -> Wave:
    """A dull thud and a scrape, in walking time."""
    heel_hz = draw.between("brightness_hz", 180, 450)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 1.4, 2.8, 0.05):
        count = round(0.12 * draw.rate_hz)
        heel = band(noise(draw, 1.0, count), 60, heel_hz, draw.rate_hz)
        add(wave, unit(heel) * dying(count, 0.02, draw.rate_hz), moment, draw.rate_hz)
        scrape = band(noise(draw, 0.5, 2 * count), 700, 4000, draw.rate_hz)
        add(wave, 0.35 * unit(scrape) * dying(2 * count, 0.05, draw.rate_hz, 0.03), moment + 0.06, draw.rate_hz)
    return wave


def breaking_glass(draw: Draw) -> Wave:
    """A burst, then shards that ring high and scatter."""
    wave = np.zeros(draw.samples)
    moment, spread = draw.detail(0.05, 0.3 * draw.seconds), draw.between("spread_s", 0.15, 0.5)
    burst = band(noise(draw), 1500, 7500, draw.rate_hz)
    add(wave, 0.6 * burst * dying(len(burst), 0.05, draw.rate_hz), moment, draw.rate_hz)
    lowest = draw.between("pitch_hz", 1800, 3200)
    for _ in range(int(draw.rng.integers(15, 35))):
        shard = partials(lowest * draw.detail(1.0, 2.2), (1.0, 1.31, 1.72), draw.detail(0.02, 0.12), draw, 0.3)
        add(wave, draw.detail(0.2, 1.0) * shard, moment + float(draw.rng.exponential(spread)), draw.rate_hz)
    return wave


def knocking(draw: Draw) -> Wave:
    """Knuckles on wood: groups of short hollow knocks."""
    body_hz = draw.between("pitch_hz", 220, 480)
    wave = np.zeros(draw.samples)
    for number, moment in enumerate(draw.onsets("onset_rate_hz", 5.0, 8.0, 0.04)):
        if number % 6 < 4:
            count = round(0.1 * draw.rate_hz)
            hit = resonate(noise(draw, 0.5, count), [(body_hz, 60.0, 1.0), (2.3 * body_hz, 150.0, 0.5)], draw.rate_hz)
            add(wave, unit(hit) * dying(count, 0.018, draw.rate_hz, 0.001), moment, draw.rate_hz)
    return wave
