"""Copies of a clip with a stretch of silence in them, to hear what its loss costs a neuron."""

import numpy as np

from earmark.dissection.networks import Waveform

_FADE_S = 0.005
_OVERLAPPING = 16


def window_starts(samples: int, length: int) -> list[int]:
    """Where stretches begin: a quarter of their length apart, or side by side in a long clip; the last ends with it."""
    room = samples - length
    if room <= 0:
        return [0]
    count = 1 + max(-(-room // length), min(_OVERLAPPING - 1, -(-4 * room // length)))
    return [round(index * room / (count - 1)) for index in range(count)]


def silenced(waveform: Waveform, start: int, length: int, rate_hz: int) -> Waveform:
    """The clip with one stretch silenced, faded so that no click is heard."""
    end = min(len(waveform), start + length)
    fade = min(round(_FADE_S * rate_hz), (end - start) // 2)
    gain = np.zeros(end - start, dtype=np.float32)
    ramp = np.linspace(1, 0, fade, endpoint=False, dtype=np.float32)
    gain[:fade], gain[len(gain) - fade :] = ramp, ramp[::-1]
    copy = waveform.copy()
    copy[start:end] *= gain
    return copy
