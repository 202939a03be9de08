"""Finding (ii): does supervised training narrow, and does self-supervised training stay polysemantic?"""

from collections.abc import Sequence

import numpy as np

from earmark.dissection.findings.layers import LayerNeurons, Yardstick, measure_layers, summarise_layers
from earmark.dissection.findings.material import NO_TWIN, Material
from earmark.dissection.findings.records import (
    Comparison,
    Decision,
    Figure,
    LayerDifference,
    PolysemanticityFinding,
    Trend,
)
from earmark.dissection.findings.resampling import false_discoveries, from_normal, holm, student, welch

FEWEST_NETWORKS = 3
_ALPHA = 0.05
_SUPERVISED, _FROZEN = "supervised", "frozen"


def study(material: Material, yardstick: Yardstick) -> PolysemanticityFinding:
    """Measure the blocks of one network and of its twin, with differences and trends."""
    trained = measure_layers(material.trained, yardstick)
    twin = measure_layers(material.untrained, yardstick) if material.untrained else []
    reason = None
    if len(trained) < 2:
        reason = "it has fewer than two layers to compare."
    elif not twin:
        reason = NO_TWIN
    elif [one.layer for one in twin] != [one.layer for one in trained]:
        reason = "a layer of it or of its twin has no living neuron."
    return PolysemanticityFinding(
        network=material.network,
        strategy=material.strategy,
        layers=summarise_layers(trained, yardstick),
        untrained=summarise_layers(twin, yardstick),
        differences=_differences(trained, twin),
        trends=_trends(trained, twin),
        reason=reason,
    )


def compare(found: Sequence[PolysemanticityFinding]) -> tuple[Comparison, ...]:
    """The four decisive tests, over networks; every value has its twin's subtracted."""
    by_strategy = {
        name: [one for one in found if one.strategy == name and one.reason is None] for name in (_SUPERVISED, _FROZEN)
    }
    few = [f"{len(some)} {name}" for name, some in by_strategy.items() if len(some) < FEWEST_NETWORKS]
    reason = f"only {' and '.join(few)} networks with twins; {FEWEST_NETWORKS} of each are needed." if few else None
    asked = (
        ("trend of the spread in supervised networks", "below 0", "spread", False),
        ("trend of the interpretable share in supervised networks", "above 0", "interpretable share", False),
        ("spread in the last block, frozen minus supervised", "above 0", "spread", True),
        ("interpretable share in the last block, frozen minus supervised", "below 0", "interpretable share", True),
    )
    figures = {
        question: Figure(reason=reason) if reason else _test(by_strategy, measure, last)
        for question, _, measure, last in asked
    }
    corrected = holm(figures)
    return tuple(
        Comparison(question=question, expected=expected, figure=corrected[question])  # type: ignore[arg-type]
        for question, expected, _, _ in asked
    )


def decide(comparisons: Sequence[Comparison]) -> tuple[Decision, str]:
    """The rule of docs/design/findings.md."""
    missing = next((one.figure.reason for one in comparisons if one.figure.reason), None)
    agree: list[str] = []
    oppose: list[str] = []
    for one in comparisons:
        figure = one.figure
        if figure.value is not None and figure.adjusted is not None and figure.adjusted < _ALPHA:
            (agree if (figure.value > 0) == (one.expected == "above 0") else oppose).append(one.question)
    if oppose:
        return "fails", f"against the finding: {'; '.join(oppose)}."
    if missing:
        return "undecided", missing
    if len(agree) == len(comparisons):
        return "holds", "all four tests differ from 0 as expected."
    return "undecided", f"{len(agree)} of {len(comparisons)} tests differ from 0 as expected, none the other way."


def _test(by_strategy: dict[str, list[PolysemanticityFinding]], measure: str, last: bool) -> Figure:
    if not last:
        return student([_trend_of(one, measure) for one in by_strategy[_SUPERVISED]])
    frozen, supervised = ([_last_of(one, measure) for one in by_strategy[name]] for name in (_FROZEN, _SUPERVISED))
    return welch(frozen, supervised)


def _trend_of(found: PolysemanticityFinding, measure: str) -> float:
    return next(one.slope.value or 0.0 for one in found.trends if one.measure == measure)


def _last_of(found: PolysemanticityFinding, measure: str) -> float:
    last = found.layers[-1].layer
    return next(one.difference.value or 0.0 for one in found.differences if (one.layer, one.measure) == (last, measure))


def _differences(trained: Sequence[LayerNeurons], twin: Sequence[LayerNeurons]) -> tuple[LayerDifference, ...]:
    """Every measure of every block beside its twin's, corrected over all of them."""
    figures = {}
    twins = {layer.layer: layer for layer in twin}
    for one in trained:
        if one.layer not in twins:
            continue
        other = twins[one.layer]
        for measure in one.values:
            value = one.values[measure].mean() - other.values[measure].mean()
            error = np.sqrt(_error(one, measure) + _error(other, measure))
            figures[f"{one.layer} {measure}"] = from_normal(float(value), float(error))
    return tuple(
        LayerDifference(layer=int(key.split(" ", 1)[0]), measure=key.split(" ", 1)[1], difference=figure)
        for key, figure in false_discoveries(figures).items()
    )


def _trends(trained: Sequence[LayerNeurons], twin: Sequence[LayerNeurons]) -> tuple[Trend, ...]:
    if len(trained) < 2:
        return ()
    figures = {}
    for measure in trained[0].values:
        value, error = _slope(trained, measure)
        if twin:
            other, other_error = _slope(twin, measure)
            value, error = value - other, error + other_error
        figures[measure] = from_normal(value, float(np.sqrt(error)))
    return tuple(
        Trend(measure=measure, slope=figure, beside_twin=bool(twin)) for measure, figure in holm(figures).items()
    )


def _slope(layers: Sequence[LayerNeurons], measure: str) -> tuple[float, float]:
    """Least-squares slope of block means over depth (0 to 1), and its variance over neurons."""
    depth = np.linspace(0, 1, len(layers)) - 0.5
    weights = depth / (depth**2).sum()
    means = np.array([layer.values[measure].mean() for layer in layers])
    errors = np.array([_error(layer, measure) for layer in layers])
    return float(weights @ means), float(weights**2 @ errors)


def _error(layer: LayerNeurons, measure: str) -> float:
    """The variance of a block's mean over its neurons."""
    values = layer.values[measure]
    return float(values.var(ddof=1) / len(values)) if len(values) > 1 else 0.0
