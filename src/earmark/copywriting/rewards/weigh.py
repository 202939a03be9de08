"""Weigh the three rewards: each normalised on its own first, allure counted only where veracity lets it.

Summing raw rewards lets the one with the widest spread, or the easiest one, take over. So each reward is brought to
zero mean and unit spread by its own running statistics before the weights are applied. The spread is that of the
samples of one prompt: how far prompts differ is no merit of what was written, and a reward that mostly depends on the
prompt would otherwise hardly count. A sentence that is not true must not gain from being pretty: below the gate, allure
counts as nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earmark.copywriting.rewards import REWARDS, RewardScores


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
    """Running mean of one reward, and its variance among the samples of a prompt."""

    mean: float
    variance: float

    def after(self, other: "Spread", memory: float) -> "Spread":
        """The statistics once those of a batch have been seen."""
        return Spread(
            memory * self.mean + (1 - memory) * other.mean, memory * self.variance + (1 - memory) * other.variance
        )


def spread_of(groups: Sequence[Sequence[float]]) -> Spread:
    """The statistics of a batch, one group a prompt; of the whole batch where every prompt has one sample."""
    if max(map(len, groups)) < 2:
        groups = [[value for group in groups for value in group]]
    values = [value for group in groups for value in group]
    away = [(value - sum(group) / len(group)) ** 2 for group in groups for value in group]
    return Spread(sum(values) / len(values), sum(away) / len(values))


Spreads = Mapping[str, Spread]


def gated(scores: RewardScores, gate: float) -> dict[str, float | None]:
    """The three rewards with allure at 0 where veracity is under the gate, or where there is no veracity to trust.

    A gate of 0 is no gate: for measuring what veracity is worth.
    """
    allure = scores.allure
    if gate and allure is not None and (scores.veracity is None or scores.veracity < gate):
        allure = 0.0
    return {"allure": allure, "veracity": scores.veracity, "information": scores.information}


def gated_sum(scores: RewardScores, config: WeighConfig) -> float | None:
    """The plain mean of raw rewards after the gate, in [0, 1]: what evaluation reports, never what is trained on.

    Weights steer a training and not its measure: a reward counts here as any other, or not at all where its weight is
    0. ``None`` where no reward applies.
    """
    rewards = gated(scores, config.gate)
    present = [value for name, value in rewards.items() if value is not None and config.weight(name)]
    return sum(present) / len(present) if present else None


def weigh(
    scores: Sequence[RewardScores], spreads: Spreads, config: WeighConfig, samples: int = 1
) -> tuple[list[float], Spreads]:
    """One number a draft for the policy gradient, and the statistics to carry on with.

    A missing score counts as that reward's mean: it neither helps nor harms.

    Args:
        scores: the batch.
        spreads: running statistics so far; empty before the first batch.
        config: weights, gate and memory.
        samples: scores of one prompt, which stand together.
    """
    columns = [gated(score, config.gate) for score in scores]
    totals = [0.0] * len(scores)
    updated: dict[str, Spread] = dict(spreads)
    for name in REWARDS:
        values = [column[name] for column in columns]
        groups = [
            [value for value in values[at : at + samples] if value is not None] for at in range(0, len(values), samples)
        ]
        groups = [group for group in groups if group]
        if not groups or not config.weight(name):
            continue
        known, seen = updated.get(name), spread_of(groups)
        updated[name] = known.after(seen, config.memory) if known else seen
        mean, deviation = updated[name].mean, max(updated[name].variance ** 0.5, config.least_spread)
        for index, value in enumerate(values):
            if value is not None:
                totals[index] += config.weight(name) * (value - mean) / deviation
    return totals, updated
