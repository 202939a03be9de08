"""Measures to words: what counts as high or low is relative to the clips that may be shown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from earmark.dissection.acoustics.measures import Measures
from earmark.errors import NotEnoughEvidence
from earmark.evidence import Record


@dataclass(frozen=True)
class Attribute:
    """One end of one measure, and how it is said."""

    name: str
    """The word by which runs remember it, as it stands before "sound"."""
    measure: str
    """A field of :class:`Measures`."""
    direction: Literal[1, -1]
    noun: str
    """As it stands after "with"."""


ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("loud", "loudness_db", 1, "a high level"),
    Attribute("quiet", "loudness_db", -1, "a low level"),
    Attribute("high-pitched", "pitch_hz", 1, "a high pitch"),
    Attribute("low-pitched", "pitch_hz", -1, "a low pitch"),
    Attribute("tonal", "harmonicity", 1, "a clear pitch"),
    Attribute("unpitched", "harmonicity", -1, "no clear pitch"),
    Attribute("noisy", "noisiness", 1, "a lot of noise"),
    Attribute("pure", "noisiness", -1, "hardly any noise"),
    Attribute("bright", "brightness_hz", 1, "much treble"),
    Attribute("dark", "brightness_hz", -1, "little treble"),
    Attribute("broadband", "bandwidth_hz", 1, "a wide range of frequencies"),
    Attribute("narrowband", "bandwidth_hz", -1, "a narrow range of frequencies"),
    Attribute("bass-heavy", "low_share", 1, "strong bass"),
    Attribute("thin", "low_share", -1, "no bass"),
    Attribute("hissing", "high_share", 1, "strong high frequencies"),
    Attribute("muffled", "high_share", -1, "no high frequencies"),
    Attribute("changing", "unrest", 1, "a changing timbre"),
    Attribute("unchanging", "unrest", -1, "an unchanging timbre"),
    Attribute("rapidly repeating", "onset_rate_hz", 1, "many onsets"),
    Attribute("continuous", "onset_rate_hz", -1, "few onsets"),
    Attribute("rhythmic", "regularity", 1, "a regular rhythm"),
    Attribute("irregular", "regularity", -1, "an irregular rhythm"),
    Attribute("quickly pulsing", "modulation_hz", 1, "quick pulsing"),
    Attribute("slowly pulsing", "modulation_hz", -1, "slow pulsing"),
    Attribute("throbbing", "modulation_depth", 1, "deep pulsing"),
    Attribute("even", "modulation_depth", -1, "an even level"),
    Attribute("rough", "roughness", 1, "a rough flutter"),
    Attribute("smooth", "roughness", -1, "a smooth tone"),
    Attribute("gradual", "attack_s", 1, "a gradual start"),
    Attribute("abrupt", "attack_s", -1, "an abrupt start"),
    Attribute("impulsive", "peakiness_db", 1, "short bursts"),
    Attribute("steady", "peakiness_db", -1, "a steady level"),
    Attribute("broken by silence", "silent_share", 1, "silent gaps"),
    Attribute("unbroken", "silent_share", -1, "no gaps"),
    Attribute("swelling", "loudness_trend_db_per_s", 1, "growing loudness"),
    Attribute("fading", "loudness_trend_db_per_s", -1, "fading loudness"),
    Attribute("rising", "pitch_movement_octaves_per_s", 1, "rising pitch"),
    Attribute("falling", "pitch_movement_octaves_per_s", -1, "falling pitch"),
    Attribute("wide-ranging", "pitch_range_octaves", 1, "a wide range of pitches"),
    Attribute("held", "pitch_range_octaves", -1, "one held pitch"),
)

_NOTICEABLE: Mapping[str, float] = {
    "loudness_db": 2.0,
    "harmonicity": 0.05,
    "noisiness": 0.01,
    "bandwidth_hz": 50.0,
    "low_share": 0.02,
    "high_share": 0.02,
    "unrest": 0.02,
    "onset_rate_hz": 0.5,
    "regularity": 0.05,
    "modulation_hz": 0.3,
    "modulation_depth": 0.05,
    "roughness": 0.03,
    "attack_s": 0.01,
    "peakiness_db": 1.0,
    "silent_share": 0.02,
    "loudness_trend_db_per_s": 0.5,
    "pitch_movement_octaves_per_s": 0.05,
    "pitch_range_octaves": 0.05,
    "pitch_hz": 10.0,
    "brightness_hz": 50.0,
}
"""What separates the middle 80% of the shown clips must be at least this, or the measure gets no words."""

_LEVELS = 401
_OUTER_SHARE = 0.25
_FEWEST = 8
_IN_CAPTION = 4


class AcousticScale(Record):
    """Where each measure stands among the shown clips."""

    quantiles: dict[str, tuple[float, ...]]
    """Per measure that varies enough to be spoken of: evenly spaced quantiles, ascending."""

    @classmethod
    def fit(cls, measures: Sequence[Measures]) -> "AcousticScale":
        """Learn what is high and low from the shown clips.

        A measure that fewer than eight clips have, or that hardly differs between them, gets no words.

        Raises:
            NotEnoughEvidence: no clip was measured.
        """
        if not measures:
            raise NotEnoughEvidence("acoustic words need measured clips to compare with, and there are none.")
        quantiles = {}
        for name, least in _NOTICEABLE.items():
            values = [value for value in (getattr(clip, name) for clip in measures) if value is not None]
            if len(values) < _FEWEST:
                continue
            levels = np.quantile(np.array(values), np.linspace(0, 1, _LEVELS))
            if levels[round(0.9 * (_LEVELS - 1))] - levels[round(0.1 * (_LEVELS - 1))] >= least:
                quantiles[name] = tuple(float(level) for level in levels)
        return cls(quantiles=quantiles)

    def rank(self, measures: Measures, measure: str) -> float | None:
        """The share of the shown clips that lie below, ties counted half; ``None`` where there is nothing to rank."""
        value = getattr(measures, measure)
        levels = self.quantiles.get(measure)
        if value is None or levels is None:
            return None
        grid = np.array(levels)
        below, upto = np.searchsorted(grid, value, side="left"), np.searchsorted(grid, value, side="right")
        return float((below + upto) / (2 * len(grid)))

    def scores(self, measures: Sequence[Measures]) -> npt.NDArray[np.float64]:
        """(clip, attribute): how far each attribute applies, -1 to 1, in the order of :data:`ATTRIBUTES`.

        The rank among the shown clips, as a standard normal deviate z, squashed by tanh(z); 0 where nothing was
        measured. The two ends of one measure are each other's negative.
        """
        scores = np.zeros((len(measures), len(ATTRIBUTES)))
        for row, clip in enumerate(measures):
            ranks = {name: self.rank(clip, name) for name in self.quantiles}
            for column, attribute in enumerate(ATTRIBUTES):
                rank = ranks.get(attribute.measure)
                if rank is not None:
                    deviate = NormalDist().inv_cdf(min(max(rank, 1e-3), 1 - 1e-3))
                    scores[row, column] = attribute.direction * np.tanh(deviate)
        return scores

    def deviates(self, measures: Sequence[Measures]) -> npt.NDArray[np.float64]:
        """(clip, measure): the rank of each measure among the shown clips as a standard normal deviate.

        In the order of the measures that are spoken of; 0, the median, where nothing was measured.
        """
        found = np.zeros((len(measures), len(self.quantiles)))
        for row, clip in enumerate(measures):
            for column, name in enumerate(self.quantiles):
                rank = self.rank(clip, name)
                if rank is not None:
                    found[row, column] = NormalDist().inv_cdf(min(max(rank, 1e-3), 1 - 1e-3))
        return found

    def words(self, measures: Measures) -> tuple[str, ...]:
        """The attributes that apply, those that set the clip apart most first.

        An attribute applies to the outer quarter of the shown clips on its side.
        """
        found = []
        for attribute in ATTRIBUTES:
            rank = self.rank(measures, attribute.measure)
            if rank is not None:
                strength = attribute.direction * (rank - 0.5)
                if strength >= 0.5 - _OUTER_SHARE:
                    found.append((-strength, attribute.name))
        return tuple(name for _, name in sorted(found, key=lambda pair: pair[0]))

    def caption(self, measures: Measures) -> str:
        """Say in one phrase what sets the clip apart; "silence" for a silent one."""
        if measures.loudness_db is None:
            return "silence"
        chosen = [_BY_NAME[name] for name in self.words(measures)[:_IN_CAPTION]]
        if not chosen:
            return "a sound with nothing out of the ordinary"
        before, after = chosen[:2], chosen[2:]
        text = f"a {', '.join(attribute.name for attribute in before)} sound"
        if after:
            text += f" with {' and '.join(attribute.noun for attribute in after)}"
        return re.sub(r"^a (?=[aeiou])", "an ", text)


_BY_NAME = {attribute.name: attribute for attribute in ATTRIBUTES}
