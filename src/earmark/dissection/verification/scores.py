"""The two scores of a prediction that pass both sanity tests of arXiv 2506.05774: Pearson's r and average precision.

Both with intervals from bootstrap draws of source recordings.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.features import Floats

Values = npt.NDArray[np.float64]

_BLOCK = 512
_FEWEST_POSITIVES = 10
_TIED_SHARE = 0.01
"""A cut that more than this share of the shown sample equals does not divide it."""


@dataclass(frozen=True)
class Positives:
    """Which held-out clips count as strong for a neuron, or why none can be told."""

    clips: npt.NDArray[np.bool_]
    """(clip,)."""
    reason: str | None


def pearson(predicted: Floats, actual: Floats) -> Values:
    """Pearson's r of every column pair, both (clip, neuron) with zero mean and unit length."""
    r: Values = np.einsum("cn,cn->n", predicted.astype(np.float64), actual.astype(np.float64))
    return r


def pearson_interval(predicted: Floats, actual: Floats, weights: Floats) -> tuple[Values, Values]:
    """The central 95% of r when sources are drawn again.

    Args:
        predicted: (clip, neuron), zero mean and unit length.
        actual: (clip, neuron), likewise.
        weights: (draw, clip), how often each clip is drawn.
    """
    low, high = np.zeros(predicted.shape[1]), np.zeros(predicted.shape[1])
    share = weights / weights.sum(1, keepdims=True)
    for start in range(0, predicted.shape[1], _BLOCK):
        block = slice(start, start + _BLOCK)
        p, a = predicted[:, block], actual[:, block]
        mean_p, mean_a = share @ p, share @ a
        spread_p = np.maximum(share @ p**2 - mean_p**2, 0)
        spread_a = np.maximum(share @ a**2 - mean_a**2, 0)
        scale = np.sqrt(spread_p * spread_a)
        together = share @ (p * a) - mean_p * mean_a
        r = np.divide(together, scale, out=np.zeros_like(scale), where=scale > 1e-12)
        low[block], high[block] = np.quantile(np.clip(r, -1, 1), [0.025, 0.975], axis=0)
    return low, high


def find_positives(shown: Floats, held_out: Floats) -> Positives:
    """Held-out clips above the shown sample's 95th percentile; with fewer than ten, its 90th; then none.

    Args:
        shown: (clip,), one neuron's activations on the shown sample.
        held_out: (clip,), the same neuron's on held-out clips.
    """
    above = np.zeros(len(held_out), dtype=bool)
    for share in (0.95, 0.90):
        cut = np.quantile(shown, share, method="lower")
        if np.mean(shown == cut) > max(_TIED_SHARE, 1.5 / len(shown)):
            return Positives(np.zeros_like(above), f"many shown clips tie at the {share:.0%} cut.")
        above = held_out > cut
        if above.sum() >= _FEWEST_POSITIVES:
            if above.all():
                return Positives(np.zeros_like(above), "every held-out clip lies above the cut.")
            return Positives(above, None)
    return Positives(
        np.zeros_like(above), f"only {above.sum()} held-out clips lie above the shown sample's 90th percentile."
    )


def average_precision(predicted: Floats, positives: npt.NDArray[np.bool_], weights: Floats) -> Values:
    """Area under the precision-recall curve, ties counted together.

    Args:
        predicted: (clip,), the higher the likelier.
        positives: (clip,), at least one.
        weights: (draw, clip), how often each clip counts.

    Returns:
        (draw,); a draw without a positive gives 0.
    """
    order = np.argsort(-predicted, kind="stable")
    ranked, hits = predicted[order], positives[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    end = np.flatnonzero(last)[np.cumsum(np.append(0, last[:-1]))]
    counted = weights[:, order].astype(np.float64)
    found = np.cumsum(counted * hits, axis=1)
    seen = np.cumsum(counted, axis=1)
    at_hits = np.flatnonzero(hits)
    found_there, seen_there = found[:, end[at_hits]], seen[:, end[at_hits]]
    precision = np.divide(found_there, seen_there, out=np.zeros_like(found_there), where=seen_there > 0)
    total = found[:, -1]
    area = (counted[:, at_hits] * precision).sum(1)
    precision_mean: Values = np.divide(area, total, out=np.zeros_like(area), where=total > 0)
    return precision_mean
