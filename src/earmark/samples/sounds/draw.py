"""One draw of a sound's parameters, remembered by name so that whoever made the sound knows the truth about it."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]
"""(sample,), of any level."""


@dataclass
class Draw:
    """Draws numbers for one sound and keeps those that matter.

    Harder draws fall outside the ranges that a network was trained on, on either side.
    """

    rng: np.random.Generator
    seconds: float
    rate_hz: int
    harder: bool = False
    parameters: dict[str, float] = field(default_factory=dict)
    """What was drawn, by name with its unit."""

    @property
    def samples(self) -> int:
        """Length of the sound in samples."""
        return max(1, round(self.seconds * self.rate_hz))

    @property
    def time_s(self) -> Wave:
        """(sample,), the moment of each sample."""
        return np.arange(self.samples) / self.rate_hz

    def between(self, name: str, low: float, high: float) -> float:
        """Draw a positive number, uniform in its logarithm, and remember it."""
        first, last = math.log(low), math.log(high)
        if self.harder:
            beyond = self.rng.uniform(0.1, 0.4)
            value = math.exp(first - beyond if self.rng.random() < 0.5 else last + beyond)
        else:
            value = math.exp(self.rng.uniform(first, last))
        self.parameters[name] = value
        return value

    def share(self, name: str, low: float, high: float) -> float:
        """Draw a share between 0 and 1 and remember it."""
        if self.harder:
            value = self.rng.uniform(0.75 * low, low) if self.rng.random() < 0.5 else self.rng.uniform(high, 1.0)
        else:
            value = self.rng.uniform(low, high)
        self.parameters[name] = float(value)
        return float(value)

    def detail(self, low: float, high: float) -> float:
        """Draw a number that nobody will ask for."""
        return float(self.rng.uniform(low, high))

    def onsets(self, rate_name: str, low_hz: float, high_hz: float, jitter: float) -> list[float]:
        """Draw a rate and lay out moments in seconds at it, each moved by a share of the period."""
        period = 1 / self.between(rate_name, low_hz, high_hz)
        first = self.detail(0.0, min(period, 0.4 * self.seconds))
        count = max(1, math.ceil((self.seconds - first) / period))
        moments = first + period * (np.arange(count) + self.rng.uniform(-jitter, jitter, count))
        return [float(moment) for moment in np.clip(moments, 0.0, None) if moment < self.seconds - 0.02] or [0.0]

    def scattered(self, rate_name: str, low_hz: float, high_hz: float) -> list[float]:
        """Draw a rate and scatter moments at it without any rhythm (a Poisson process, at least one moment)."""
        count = max(1, int(self.rng.poisson(self.between(rate_name, low_hz, high_hz) * self.seconds)))
        return sorted(float(moment) for moment in self.rng.uniform(0.0, self.seconds, count))
