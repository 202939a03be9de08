"""Weigh the three rewards: each normalised on its own first, allure counted only where veracity lets it.

Summing raw rewards lets the one with the widest spread, or the easiest one, take over. So each reward is brought to
zero mean and unit variance by its own running statistics before the weights are applied. A sentence that is not
true must not gain from being pretty: below the gate, allure counts as nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earmark.copywriting.rewards import RewardScores

REWARDS = ("allure", "veracity", "information")
"""The fields of :class:`RewardScores`."""


@dataclass(frozen=True)
class WeighConfig:
    """How much each reward counts."""

    allure: float = 1.0
    """Weight of allure."""
    veracity: float = 1.0
    """Weight of veracity."""
    information: float = 1.0
    """Weight of information."""
    gate: float = 0.5
    """Veracity under which allure counts as 0."""
    memory: float = 0.95
    """How much of the running mean and variance survives a batch."""
    least_spread: float = 0.05
    """A reward that hardly varies is not blown up: its standard deviation counts as at least this."""

    def weight(self, reward: str) -> float:
        """The weight of a reward by name; 0 leaves it out."""
        return float(getattr(self, reward))


@dataclass(frozen=True)
class Spread:
    """Running mean and variance of one reward."""

    mean: float
    variance: float

    def after(self, values: Sequence[float], memory: float) -> "Spread":
        """The statistics once a batch has been seen."""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        return Spread(memory * self.mean + (1 - memory) * mean, memory * self.variance + (1 - memory) * variance)


Spreads = Mapping[str, Spread]


def gated(scores: RewardScores, gate: float) -> dict[str, float | None]:
    """The three rewards with allure at 0 where veracity is under the gate, or where there is no veracity to trust."""
    allure = scores.allure
    if allure is not None and (scores.veracity is None or scores.veracity < gate):
        allure = 0.0
    return {"allure": allure, "veracity": scores.veracity, "information": scores.information}


def gated_sum(scores: RewardScores, config: WeighConfig) -> float | None:
    """The weighted mean of raw rewards after the gate, in [0, 1]: what evaluation reports, never what is trained on.

    ``None`` where no weighted reward applies.
    """
    present = [(config.weight(name), value) for name, value in gated(scores, config.gate).items() if value is not None]
    total = sum(weight for weight, _ in present)
    return sum(weight * value for weight, value in present) / total if total else None


def weigh(scores: Sequence[RewardScores], spreads: Spreads, config: WeighConfig) -> tuple[list[float], Spreads]:
    """One number a draft for the policy gradient, and the statistics to carry on with.

    A missing score counts as that reward's mean: it neither helps nor harms.

    Args:
        scores: the batch.
        spreads: running statistics so far; empty before the first batch.
        config: weights, gate and memory.
    """
    columns = [gated(score, config.gate) for score in scores]
    totals = [0.0] * len(scores)
    updated: dict[str, Spread] = dict(spreads)
    for name in REWARDS:
        present = [value for column in columns if (value := column[name]) is not None]
        if not present or not config.weight(name):
            continue
        known = updated.get(name)
        updated[name] = known.after(present, config.memory) if known else Spread(0.0, 0.0).after(present, 0.0)
        mean, deviation = updated[name].mean, max(updated[name].variance ** 0.5, config.least_spread)
        for index, column in enumerate(columns):
            value = column[name]
            if value is not None:
                totals[index] += config.weight(name) * (value - mean) / deviation
    return totals, updated
