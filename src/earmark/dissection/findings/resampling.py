"""Figures with an interval, and what many of them at once allow one to say."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.features import Indices
from earmark.dissection.findings.records import Figure
from earmark.dissection.verification.nulls import benjamini_hochberg, bootstrap_weights

Values = npt.NDArray[np.float64]

DECISIVE = 1 - 0.05 / 3
"""The level of an interval that takes part in a verdict of three tests."""
_DRAWS = 4000


def over_draws_and_sources(values: Values, groups: Indices, seed: int, level: float = DECISIVE) -> Figure:
    """The mean of a table, with a bootstrap over its draws and the source recordings of its clips together.

    Args:
        values: (draw, clip).
        groups: (clip,), the source recording of each.
        seed: of the bootstrap.
        level: of the interval.
    """
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=_DRAWS) / len(values)
    clips = bootstrap_weights(groups, _DRAWS, seed).astype(np.float64)
    means = ((draws @ values) * clips).sum(1) / np.maximum(clips.sum(1), 1)
    return from_bootstrap(float(values.mean()), means, level)


def from_bootstrap(value: float, means: Values, level: float = DECISIVE) -> Figure:
    """A figure from its bootstrap means; the p-value is two-sided, against 0."""
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    beyond = min((means <= 0).sum(), (means >= 0).sum())
    return Figure(
        value=value,
        low=float(low),
        high=float(high),
        level=level,
        p_value=min(1.0, 2 * (int(beyond) + 1) / (len(means) + 1)),
    )


def from_normal(value: float, error: float, level: float = 0.95) -> Figure:
    """A figure from its standard error."""
    from scipy.stats import norm

    if not error > 0:
        return Figure(reason="it does not vary, so it has no interval.")
    half = float(norm.ppf((1 + level) / 2)) * error
    p_value = float(2 * norm.sf(abs(value) / error))
    return Figure(value=value, low=value - half, high=value + half, level=level, p_value=p_value)


def student(values: Sequence[float], level: float = 0.95) -> Figure:
    """The mean of a few networks with Student's interval and p-value."""
    from scipy.stats import t

    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2 or not sample.std(ddof=1) > 0:
        return Figure(reason="networks that do not differ, or are too few, give no interval.")
    return _from_t(float(sample.mean()), float(sample.std(ddof=1) / np.sqrt(len(sample))), t(len(sample) - 1), level)


def welch(ones: Sequence[float], others: Sequence[float], level: float = 0.95) -> Figure:
    """The difference of two means with Welch's interval and p-value (Welch 1947)."""
    from scipy.stats import t

    first, second = np.asarray(ones, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if min(len(first), len(second)) < 2:
        return Figure(reason="too few networks give no interval.")
    parts = np.array([first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)])
    if not parts.sum() > 0:
        return Figure(reason="networks that do not differ give no interval.")
    freedom = parts.sum() ** 2 / (parts**2 / np.array([len(first) - 1, len(second) - 1])).sum()
    return _from_t(float(first.mean() - second.mean()), float(np.sqrt(parts.sum())), t(freedom), level)


def _from_t(value: float, error: float, law: Any, level: float) -> Figure:
    half = float(law.ppf((1 + level) / 2)) * error
    p_value = float(2 * law.sf(abs(value) / error))
    return Figure(value=value, low=value - half, high=value + half, level=level, p_value=p_value)


def holm(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """The same figures with p-values adjusted for their number (Holm 1979); those without one are left out."""
    known = sorted((figure.p_value, name) for name, figure in figures.items() if figure.p_value is not None)
    adjusted, highest = {}, 0.0
    for place, (p_value, name) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - place) * p_value))
        adjusted[name] = highest
    return {name: figure.model_copy(update={"adjusted": adjusted.get(name)}) for name, figure in figures.items()}


def false_discoveries(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """The same figures with q-values of Benjamini and Hochberg (1995)."""
    known = [name for name, figure in figures.items() if figure.p_value is not None]
    q_values = benjamini_hochberg(np.array([figures[name].p_value for name in known], dtype=np.float64))
    adjusted = dict(zip(known, q_values.tolist(), strict=True))
    return {name: figure.model_copy(update={"adjusted": adjusted.get(name)}) for name, figure in figures.items()}
