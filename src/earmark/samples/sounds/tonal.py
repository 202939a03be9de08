"""Sounds that have a pitch: instruments, signals and sweeps."""

import numpy as np

from earmark.samples.sounds.draw import Draw, Wave
from earmark.samples.sounds.signals import add, arch, band, dying, noise, partials, throb, tone


def bell(draw: Draw) -> Wave:
    """Strikes of uneven partials that ring on."""
    pitch, decay = draw.between("pitch_hz", 250, 1200), draw.between("decay_s", 0.4, 1.6)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 0.5, 1.6, 0.05):
        strike = partials(pitch, (0.5, 1.0, 1.19, 1.56, 2.0, 2.51, 2.66, 3.01, 4.1), decay, draw, draw.seconds)
        add(wave, strike * dying(len(strike), 10.0, draw.rate_hz, 0.003), moment, draw.rate_hz)
    return wave


def siren(draw: Draw) -> Wave:
    """A tone that swings up and down without a pause."""
    pitch, swing = draw.between("pitch_hz", 500, 1100), draw.share("swing_share", 0.25, 0.5)
    turns = 2 * np.pi * draw.between("swing_rate_hz", 0.5, 2.5) * draw.time_s + draw.detail(0, 6.28)
    return tone(pitch * (1 + swing * np.sin(turns)), (1.0, 0.5, 0.35, 0.2, 0.1), draw)


def alarm(draw: Draw) -> Wave:
    """Hard beeps of one pitch, on and off."""
    pitch, rate = draw.between("pitch_hz", 900, 3000), draw.between("onset_rate_hz", 2.5, 7)
    phase = (rate * draw.time_s + draw.detail(0, 1)) % 1
    gate = np.convolve(phase < draw.detail(0.4, 0.6), np.ones(32) / 32, mode="same")
    return tone(pitch, (1.0, 0.0, 0.33, 0.0, 0.2), draw) * gate


def telephone(draw: Draw) -> Wave:
    """Two tones that alternate many times a second, in rings with pauses."""
    pitch = draw.between("pitch_hz", 800, 1600)
    warble = np.sign(np.sin(2 * np.pi * draw.between("warble_hz", 14, 24) * draw.time_s))
    ring = (draw.between("onset_rate_hz", 0.7, 1.4) * draw.time_s + draw.detail(0, 1)) % 1 < draw.detail(0.55, 0.7)
    gate = np.convolve(ring, np.ones(64) / 64, mode="same")
    return tone(np.where(warble > 0, pitch, 1.25 * pitch), (1.0, 0.4, 0.25), draw) * gate


def flute(draw: Draw) -> Wave:
    """Soft held notes with vibrato and breath."""
    pitch, vibrato_hz = draw.between("pitch_hz", 300, 1000), draw.between("vibrato_hz", 4, 6.5)
    note_s = 1 / draw.between("onset_rate_hz", 0.8, 2.5)
    wave = np.zeros(draw.samples)
    for number in range(int(np.ceil(draw.seconds / note_s))):
        count = round(0.95 * note_s * draw.rate_hz)
        time_s = np.arange(count) / draw.rate_hz
        step = 1.0 if number == 0 else 2 ** (float(draw.rng.choice((-5, -3, -2, 0, 2, 4, 5))) / 12)
        contour = pitch * step * (1 + 0.008 * np.sin(2 * np.pi * vibrato_hz * time_s))
        breath = band(noise(draw, 0.0, count), pitch, 4 * pitch, draw.rate_hz)
        note = tone(contour, (1.0, 0.35, 0.12, 0.04), draw, count) * (1 + 0.1 * np.sin(2 * np.pi * vibrato_hz * time_s))
        add(wave, (note + 0.1 * breath) * arch(count, 0.4), number * note_s, draw.rate_hz)
    return wave


def plucked_string(draw: Draw) -> Wave:
    """Plucked notes with many harmonics that die away."""
    pitch, decay = draw.between("pitch_hz", 90, 400), draw.between("decay_s", 0.2, 0.7)
    wave = np.zeros(draw.samples)
    for moment in draw.onsets("onset_rate_hz", 1.5, 4.5, 0.03):
        note_hz = pitch * 2 ** (float(draw.rng.choice((0, 2, 4, 5, 7, 9, 12))) / 12)
        note = partials(note_hz, tuple(range(1, 15)), 2.5 * decay, draw, min(draw.seconds, 4 * decay))
        add(wave, note * dying(len(note), 3 * decay, draw.rate_hz, 0.002), moment, draw.rate_hz)
    return wave


def organ(draw: Draw) -> Wave:
    """A held chord of three notes, each with octaves on top."""
    pitch = draw.between("pitch_hz", 120, 420)
    third = float(draw.rng.choice((3, 4)))
    wave = np.zeros(draw.samples)
    for semitones in (0.0, third, 7.0):
        wave += tone(pitch * 2 ** (semitones / 12), (1.0, 0.8, 0.3, 0.6, 0.1, 0.2, 0.1, 0.4), draw)
    return wave * np.minimum(1.0, draw.time_s / draw.between("attack_s", 0.03, 0.2))


def tremolo_tone(draw: Draw) -> Wave:
    """A pure tone whose loudness waves smoothly."""
    pitch = draw.between("pitch_hz", 200, 1800)
    wave = throb(draw, draw.between("modulation_hz", 2, 11), draw.share("modulation_depth", 0.6, 0.95))
    return tone(pitch, (1.0,), draw) * wave


def rising_sweep(draw: Draw) -> Wave:
    """A tone that climbs from start to end."""
    return _sweep(draw, upward=True)


def falling_sweep(draw: Draw) -> Wave:
    """A tone that drops from start to end."""
    return _sweep(draw, upward=False)


def _sweep(draw: Draw, *, upward: bool) -> Wave:
    """A tone that moves evenly in octaves; its pitch parameter is the geometric middle."""
    middle, octaves = draw.between("pitch_hz", 350, 1500), draw.between("sweep_octaves", 1.2, 3.0)
    way = np.linspace(-0.5, 0.5, draw.samples) * (1 if upward else -1)
    fade = np.minimum(1.0, np.minimum(draw.time_s, draw.seconds - draw.time_s) / 0.02)
    draw.parameters["pitch_movement_octaves_per_s"] = (octaves if upward else -octaves) / draw.seconds
    return tone(middle * 2 ** (octaves * way), (1.0, draw.detail(0, 0.4), draw.detail(0, 0.2)), draw) * fade
