"""The numbers above the table of a dissection's page: the run's figures, and how each layer scored against chance."""

import math
from collections.abc import Iterable, Sequence

from earmark.report.dissection_records import BINS, Figure, PageNeuron


def chance(sources: int) -> tuple[float, ...]:
    """How Pearson falls when there is nothing to find: the exact density for that many independent recordings.

    The density of r between independent normal samples of size n is proportional to (1 - r^2)^((n - 4) / 2). Clips of
    one recording are alike, so recordings are counted and not clips, which can only make chance look wider.
    """
    if sources < 5:
        return (1.0,) * BINS
    middles = [-0.4 + 1.4 * (place + 0.5) / BINS for place in range(BINS)]
    densities = [math.exp((sources - 4) / 2 * math.log1p(-(r * r))) for r in middles]
    return tuple(round(density / max(densities), 4) for density in densities)


def shares(values: Sequence[float]) -> tuple[float, ...]:
    """(bin,): a smooth histogram of Pearson over -0.4 to 1; what lies below counts in the first bin."""
    counts = [0.0] * BINS
    for value in values:
        counts[min(BINS - 1, max(0, int((value + 0.4) / 1.4 * BINS)))] += 1
    kernel = (0.05, 0.24, 0.42, 0.24, 0.05)
    padded = [0.0, 0.0, *counts, 0.0, 0.0]
    return tuple(
        round(sum(weight * padded[place + offset] for offset, weight in enumerate(kernel)) / len(values), 5)
        for place in range(BINS)
    )


def figures_of(scored: Sequence[PageNeuron]) -> Iterable[Figure]:
    """The numbers on top of the page."""
    described = [neuron for neuron in scored if neuron.text is not None]
    yield Figure(value=f"{len(described):,}", meaning=f"of {len(scored):,} neurons have a description")
    judged = [neuron for neuron in described if neuron.pearson is not None]
    if not judged:
        yield Figure(value="none", meaning="could be judged on held-out clips")
        return
    supported = sum(neuron.outcome == "supported" for neuron in judged)
    yield Figure(value=percent(supported, len(judged)), meaning="of the descriptions beat chance on held-out clips")
    yield Figure(value=_mean([neuron.pearson for neuron in judged]), meaning="mean Pearson on held-out clips")
    yield Figure(value=_mean([neuron.auprc for neuron in judged]), meaning="mean AUPRC on held-out clips")
    asked = [neuron for neuron in judged if neuron.specific is not None]
    if asked:
        specific = sum(bool(neuron.specific) for neuron in asked)
        yield Figure(value=percent(specific, len(asked)), meaning="are specific: they beat the words of other neurons")
    found = [neuron.informativeness for neuron in judged if neuron.informativeness is not None]
    if found:
        yield Figure(
            value=f"{100 * sum(found) / len(found):.0f}%", meaning="found among 20 by the words alone; chance is 5%"
        )


def percent(part: int, whole: int) -> str:
    """A share in whole percent that says 0% of nothing and 100% of everything only."""
    rounded = round(100 * part / whole)
    if part and not rounded:
        return "under 1%"
    return "over 99%" if part < whole and rounded == 100 else f"{rounded}%"


def _mean(values: Sequence[float | None]) -> str:
    found = [value for value in values if value is not None]
    return f"{sum(found) / len(found):.2f}" if found else "none"
