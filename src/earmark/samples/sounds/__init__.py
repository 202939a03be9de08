"""Sounds made by formula: randomised, mixed with noise, seeded, and true to the parameters they were drawn with."""

from earmark.samples.sounds.catalogue import SOUND_CLASSES, Sound, make_sound, sound_rng
from earmark.samples.sounds.writing import write_sounds

__all__ = ["SOUND_CLASSES", "Sound", "make_sound", "sound_rng", "write_sounds"]
