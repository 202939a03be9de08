"""Every class of sound, and how one sound of it is made."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.errors import InvalidInput, UnknownName
from earmark.samples.sounds import living, made, natural, tonal
from earmark.samples.sounds.draw import Draw, Wave
from earmark.samples.sounds.signals import noise, unit
from earmark.samples.sounds.wording import write_caption

_FORMULAS: Mapping[str, Callable[[Draw], Wave]] = {
    "alarm": tonal.alarm,
    "baby cry": living.baby_cry,
    "bell": tonal.bell,
    "bird": living.bird,
    "breaking glass": made.breaking_glass,
    "clicks": made.clicks,
    "clock": made.clock,
    "crackling fire": natural.crackling_fire,
    "crickets": living.crickets,
    "dog bark": living.bark,
    "dripping water": natural.dripping_water,
    "drum": made.drum,
    "electric hum": made.electric_hum,
    "engine": made.engine,
    "falling sweep": tonal.falling_sweep,
    "flute": tonal.flute,
    "footsteps": made.footsteps,
    "helicopter": made.helicopter,
    "knocking": made.knocking,
    "organ": tonal.organ,
    "plucked string": tonal.plucked_string,
    "rain": natural.rain,
    "rising sweep": tonal.rising_sweep,
    "saw": made.saw,
    "sea waves": natural.sea_waves,
    "siren": tonal.siren,
    "static": natural.static,
    "telephone": tonal.telephone,
    "thunder": natural.thunder,
    "tremolo tone": tonal.tremolo_tone,
    "voice": living.voice,
    "whistle": living.whistle,
    "wind": natural.wind,
}

SOUND_CLASSES: tuple[str, ...] = tuple(_FORMULAS)
SECONDS = (0.25, 60.0)
_RATES_HZ = (8_000, 96_000)


@dataclass(frozen=True)
class Sound:
    """A sound made by formula, and everything that is true of it."""

    waveform: npt.NDArray[np.float32]
    """(sample,), mono, in [-1, 1]."""
    rate_hz: int
    label: str
    """One of :data:`SOUND_CLASSES`."""
    caption: str
    """A phrase written from the parameters."""
    parameters: dict[str, float]
    """What was drawn, units in the names. Every sound has ``level_db`` (RMS, relative to full scale) and
    ``noise_db`` (level of the mixed noise relative to the sound); ``pitch_hz``, ``onset_rate_hz``, ``modulation_hz``
    and others are there where the class has such a thing."""


def make_sound(
    kind: str,
    rng: np.random.Generator,
    *,
    seconds: float = 2.0,
    rate_hz: int = 16000,
    snr_db: tuple[float, float] = (5.0, 35.0),
    harder: bool = False,
) -> Sound:
    """Draw one sound of a class.

    Args:
        kind: one of :data:`SOUND_CLASSES`.
        rng: all randomness comes from here.
        seconds: length.
        rate_hz: sampling rate.
        snr_db: range of the sound's level over the mixed noise (RMS over the whole clip).
        harder: draw every parameter outside its usual range, and mix noise as loud as the sound.

    Raises:
        UnknownName: no such class.
        InvalidInput: a length or rate that no sound can have.
    """
    if kind not in _FORMULAS:
        raise UnknownName("sound class", kind, SOUND_CLASSES)
    check_size(seconds, rate_hz)
    draw = Draw(rng, seconds, rate_hz, harder)
    clean = unit(_FORMULAS[kind](draw))
    noise_db = 0.0 if harder else -float(rng.uniform(*snr_db))
    mixed = unit(clean + 10 ** (noise_db / 20) * noise(draw, draw.detail(0.0, 2.0)))
    loudest_db = -20 * float(np.log10(np.max(np.abs(mixed)))) - 0.1
    level_db = min(float(rng.uniform(-34.0, -12.0)), loudest_db)
    draw.parameters |= {"level_db": level_db, "noise_db": noise_db}
    return Sound(
        waveform=(10 ** (level_db / 20) * mixed).astype(np.float32),
        rate_hz=rate_hz,
        label=kind,
        caption=write_caption(kind, draw.parameters, rng),
        parameters=draw.parameters,
    )


def check_size(seconds: float, rate_hz: int) -> None:
    """Insist on a length and a rate at which every class can be made.

    Raises:
        InvalidInput: they are too small or too large.
    """
    if not SECONDS[0] <= seconds <= SECONDS[1] or not _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1]:
        raise InvalidInput(
            f"a sample sound lasts {SECONDS[0]:g} to {SECONDS[1]:g} s at {_RATES_HZ[0]} to {_RATES_HZ[1]} Hz, not "
            f"{seconds} s at {rate_hz} Hz."
        )


def sound_rng(seed: int, kind: str, number: int) -> np.random.Generator:
    """The generator of one numbered sound: the same whatever other classes or numbers are made."""
    return np.random.default_rng((seed, zlib.crc32(kind.encode()), number))
