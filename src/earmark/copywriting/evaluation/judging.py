"""Which of two pieces of copy is better: pairs asked in both orders, Bradley-Terry strengths, bootstrap intervals.

A judge of either kind has a position bias, so each pair is asked twice, swapped; what it says once only is a tie.
Longer copy tends to win whatever it says, so a fit may carry the difference in length as a covariate: strengths are
then what is left. Paper for the strengths: Bradley and Terry (1952), by choix (Maystre and Grossglauser, 2015).
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

import numpy as np
import numpy.typing as npt

from earmark.errors import MissingExtra, NotEnoughEvidence
from earmark.evidence import Record

Floats = npt.NDArray[np.float64]


class PairJudge(Protocol):
    """Anything that prefers one of two texts."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    def prefer(self, first: str, second: str, about: str) -> float | None:
        """1 for the first, 0 for the second, 0.5 for a tie; ``None`` where there is no answer."""


class Comparison(Record):
    """One pair, asked in both orders."""

    first: int
    """Index of an item."""
    second: int
    score: float
    """1 if the first won both times, 0 if the second did, 0.5 where the orders disagree or both tie."""
    agreed: bool
    """Whether both orders gave the same answer."""


def compare(
    judge: PairJudge, texts: Sequence[str], pairs: Sequence[tuple[int, int]], about: str = ""
) -> list[Comparison]:
    """Ask each pair in both orders; a pair without two answers is left out."""
    found = []
    for first, second in pairs:
        straight = judge.prefer(texts[first], texts[second], about)
        swapped = judge.prefer(texts[second], texts[first], about)
        if straight is None or swapped is None:
            continue
        agreed = straight == 1 - swapped
        found.append(Comparison(first=first, second=second, score=straight if agreed else 0.5, agreed=agreed))
    return found


def draw_pairs(items: int, each: int, seed: int) -> list[tuple[int, int]]:
    """Pairs in which every item stands about ``2 * each`` times, connected in a ring, so that all can be ranked.

    Raises:
        NotEnoughEvidence: fewer than two items.
    """
    if items < 2:
        raise NotEnoughEvidence("a comparison needs at least two texts.")
    random = Random(seed)
    pairs: dict[tuple[int, int], None] = {}
    for _ in range(each):
        order = random.sample(range(items), items)
        for first, second in zip(order, order[1:] + order[:1], strict=True):
            pairs.setdefault((min(first, second), max(first, second)), None)
    return list(pairs)


def bradley_terry(items: int, comparisons: Sequence[Comparison], alpha: float = 0.1) -> Floats:
    """Strengths (item,), mean 0: the log-odds of winning; a tie is half a win each.

    Args:
        items: how many.
        comparisons: in which they met.
        alpha: regularisation, without which an item that never lost would be infinitely strong.
    """
    try:
        import choix
    except ImportError as error:
        raise MissingExtra("choix", "judge") from error
    wins: list[tuple[int, int]] = []
    for met in comparisons:
        # Every comparison is two games, so that a tie is one win each.
        wins += [(met.first, met.second)] * round(2 * met.score) + [(met.second, met.first)] * round(2 - 2 * met.score)
    strengths: Floats = np.asarray(choix.ilsr_pairwise(items, wins, alpha=alpha, max_iter=1000), dtype=np.float64)
    centred: Floats = strengths - strengths.mean()
    return centred


def win_rates(items: int, comparisons: Sequence[Comparison]) -> Floats:
    """Share of comparisons won (item,), ties as half, as published; 0.5 for an item that met nobody."""
    won, met = np.zeros(items), np.zeros(items)
    for pair in comparisons:
        won[pair.first] += pair.score
        won[pair.second] += 1 - pair.score
        met[[pair.first, pair.second]] += 1
    return np.where(met > 0, won / np.maximum(met, 1), 0.5)


@dataclass(frozen=True)
class Preference:
    """How much stronger A is than B, in log-odds, with a percentile bootstrap interval over the compared products."""

    log_odds: float
    low: float
    high: float
    length_log_odds: float
    """What one natural-log unit of extra length is worth to the judge."""
    win_rate: float
    ties: float
    disagreements: float
    """Share of pairs on which the judge changed its mind when they were swapped."""
    pairs: int

    @property
    def probability(self) -> float:
        """The chance that A is preferred to B of the same length."""
        return 1 / (1 + math.exp(-self.log_odds))


def preference(
    comparisons: Sequence[Comparison],
    length_ratios: Sequence[float],
    *,
    seed: int,
    draws: int = 1000,
    groups: Sequence[Hashable] | None = None,
) -> Preference:
    """Bradley-Terry for two writers with length as a covariate; A is the first of every comparison.

    Args:
        comparisons: one for each pair of texts about the same product.
        length_ratios: log(words of A / words of B) of each.
        seed: of the bootstrap.
        draws: bootstrap samples.
        groups: what is drawn together, such as products; each comparison alone where ``None``.

    Raises:
        NotEnoughEvidence: no comparisons.
    """
    if not comparisons:
        raise NotEnoughEvidence("no pair of texts could be compared: both files must speak of the same products.")
    scores = np.array([pair.score for pair in comparisons])
    lengths = np.array(length_ratios, dtype=np.float64)
    intercept, slope = _logistic(scores, lengths)
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(groups if groups is not None else range(len(scores))):
        members.setdefault(group, []).append(index)
    units = [np.array(rows) for rows in members.values()]
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        rows = np.concatenate([units[pick] for pick in generator.integers(0, len(units), len(units))])
        drawn.append(_logistic(scores[rows], lengths[rows])[0])
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Preference(
        log_odds=intercept,
        low=float(low),
        high=float(high),
        length_log_odds=slope,
        win_rate=float(scores.mean()),
        ties=float((scores == 0.5).mean()),
        disagreements=float(np.mean([not pair.agreed for pair in comparisons])),
        pairs=len(comparisons),
    )


def _logistic(scores: Floats, lengths: Floats, ridge: float = 0.05) -> tuple[float, float]:
    """Intercept and slope of a lightly held logistic regression."""
    held = ridge * len(scores) * np.array([0.2, 1.0]) + 0.1
    intercept, slope = _newton(np.stack([np.ones_like(lengths), lengths], axis=1), scores, held)
    return float(intercept), float(slope)


def strengths_without_length(items: int, comparisons: Sequence[Comparison], length_ratios: Sequence[float]) -> Floats:
    """Bradley-Terry strengths (item,), mean 0, with the log length ratio of each pair as a covariate.

    Args:
        items: how many.
        comparisons: in which they met.
        length_ratios: log(words of the first / words of the second) of each.
    """
    design = np.zeros((len(comparisons), items + 1))
    for row, pair in enumerate(comparisons):
        design[row, pair.first], design[row, pair.second] = 1.0, -1.0
    design[:, -1] = length_ratios
    held = np.full(items + 1, 0.1)
    strengths = _newton(design, np.array([pair.score for pair in comparisons]), held)[:-1]
    centred: Floats = strengths - strengths.mean()
    return centred


def _newton(design: Floats, scores: Floats, held: Floats) -> Floats:
    """Weights of a logistic regression held by a ridge, by Newton's method; finite whatever the data."""
    weights: Floats = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (scores - chance) - held * weights
        curvature = (design.T * (chance * (1 - chance))) @ design + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def bootstrap_mean(values: Sequence[float], seed: int, draws: int = 2000) -> tuple[float, float, float]:
    """Mean and its 95% percentile interval."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        raise NotEnoughEvidence("there is nothing to take a mean of.")
    generator = np.random.default_rng(seed)
    means = array[generator.integers(0, len(array), (draws, len(array)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(array.mean()), float(low), float(high)
