"""Which phrases go with which neurons, more than chance allows: a whole layer against all candidates at once.

Two questions are asked of every pair on shown clips alone. Over the uniform sample: does the activation rise with the
fit (correlation of normal scores, so that one wild clip cannot decide)? Over the extremes: do the strong clips fit
better than the sample (mean fit, with a gamma tail because fits are skewed)? Sources count, not clips. The better of
the two p-values, doubled, goes into a procedure in two steps (Benjamini and Bogomolov, 2014): first over the layer's
neurons, each with Simes' p-value of all its phrases, then over the phrases of the neurons that passed, at a level
lowered by their share. One procedure over all pairs would let the phrases of good neurons buy false ones for others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.features import ClipFeatures, Floats, Indices
from earmark.dissection.recording.activations import Activations
from earmark.dissection.verification.nulls import benjamini_hochberg, benjamini_hochberg_bound

Values = npt.NDArray[np.float64]

_BLOCK = 1024
"""Neurons treated at a time, so that memory does not grow with the width of the layer."""
_RANKED = 128
"""How many of a neuron's smallest p-values are kept for the procedure; more could only let more phrases pass."""
_SKEW_MATTERS = 0.05


@dataclass(frozen=True)
class Associations:
    """The candidates that go with each neuron of a layer, best first; unused places hold -1."""

    neurons: Indices
    """(neuron,): index in the tap; dead neurons are not here."""
    candidates: Indices
    """(neuron, place): column in ``ClipFeatures.candidates``."""
    p_values: Values
    """(neuron, place)."""
    strong: Floats
    """(neuron, place): mean fit of the strong clips, sources counted once."""
    weak: Floats
    """(neuron, place)."""


def associate(activations: Activations, features: ClipFeatures, places: int, false_discovery: float) -> Associations:
    """Find the candidates that go with each living neuron of a layer.

    Args:
        activations: one tap's recording.
        features: the fits of all clips.
        places: how many candidates are kept for each neuron.
        false_discovery: the rate allowed over all pairs of the layer.
    """
    neurons = np.flatnonzero(~activations.dead)
    if not len(neurons) or not features.candidates:
        none = np.zeros((len(neurons), places))
        return Associations(
            neurons, none.astype(np.int64) - 1, none + 1, none.astype(np.float32), none.astype(np.float32)
        )
    blocks = [_associate_block(activations, features, block, places) for block in _blocks(neurons)]
    candidates, p_values, strong, weak, ranked = (
        np.concatenate([block[part] for block in blocks]) for part in range(5)
    )
    tests = len(features.candidates)
    simes = (ranked * tests / np.arange(1, ranked.shape[1] + 1)).min(1)
    passed = benjamini_hochberg(np.minimum(1, simes)) <= false_discovery
    level = false_discovery * passed.mean()
    bounds = np.array([benjamini_hochberg_bound(row, tests, level) for row in ranked])
    candidates = np.where(p_values <= bounds[:, None], candidates, -1)
    return Associations(neurons, candidates, p_values, strong, weak)


_Block = tuple[Indices, Values, Floats, Floats, Values]


def _associate_block(activations: Activations, features: ClipFeatures, block: Indices, places: int) -> _Block:
    sample = activations.shown_clips
    fits = features.fits[sample]
    fits = fits - fits.mean(0)
    deviation = fits.std(0)
    fits = np.divide(fits, deviation, out=np.zeros_like(fits), where=deviation > 1e-6)
    values = activations.shown[:, block]
    plain = fits.T @ _unit_columns(values)
    normal = fits.T @ _unit_columns(normal_scores(values)) / len(sample)
    sources = len(np.unique(features.groups[sample]))
    strong, strong_sources = extreme_fits(activations.high_clips[block], features)
    weak, _ = extreme_fits(activations.low_clips[block], features)
    p = np.minimum(
        1, 2 * np.minimum(_correlation_tail(normal.T, sources), _mean_tail(strong, strong_sources, features))
    )
    p[(plain.T <= 0) | (strong <= 0)] = 1
    order = np.argsort(np.where(p <= 0.05, -plain.T, p), axis=1, kind="stable")[:, :places]
    if order.shape[1] < places:
        order = np.pad(order, ((0, 0), (0, places - order.shape[1])), mode="edge")
    best_p, best_strong, best_weak = (np.take_along_axis(table, order, axis=1) for table in (p, strong, weak))
    return order, best_p, best_strong, best_weak, np.sort(p, axis=1)[:, :_RANKED]


def extreme_fits(clips: Indices, features: ClipFeatures) -> tuple[Floats, Values]:
    """The mean fit of each neuron's extreme clips, every source counted once.

    Args:
        clips: (neuron, K).
        features: the fits of all clips.

    Returns:
        (neuron, candidate) and the number of sources (neuron,).
    """
    from scipy.sparse import csr_array

    groups = features.groups[clips]
    repeats = (groups[:, :, None] == groups[:, None, :]).sum(2)
    sources = (1 / repeats).sum(1)
    weights = 1 / repeats / sources[:, None]
    starts = np.arange(0, clips.size + 1, clips.shape[1])
    selection = csr_array((weights.ravel(), clips.ravel(), starts), shape=(len(clips), len(features.clip_ids)))
    return (selection @ features.fits).astype(np.float32), sources


def normal_scores(values: Floats) -> Floats:
    """Each column's ranks as normal quantiles; ties share their mean rank. (clip, neuron)."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=0)
    return ndtri((ranks - 0.5) / len(values)).astype(np.float32)


def _correlation_tail(r: Floats, sources: int) -> Values:
    from scipy.special import stdtr

    freedom = max(1, sources - 2)
    t = r * np.sqrt(freedom / np.clip(1 - r.astype(float) ** 2, 1e-12, None))
    tail: Values = stdtr(freedom, -t)
    return tail


def _mean_tail(means: Floats, sources: Values, features: ClipFeatures) -> Values:
    """P(mean fit of so many random sources >= mean): Pearson III, which minds the skewness of rare phrases."""
    from scipy.special import gammaincc, ndtr

    skewness = (features.fits[features.is_shown].astype(float) ** 3).mean(0)
    z = means * np.sqrt(sources)[:, None]
    skew = skewness[None, :] / np.sqrt(sources)[:, None]
    tail: Values = ndtr(-z.astype(float))
    rows, columns = np.nonzero((z > 1) & (skew > _SKEW_MATTERS))
    shape = 4 / skew[rows, columns] ** 2
    tail[rows, columns] = gammaincc(shape, np.clip(shape + z[rows, columns] * np.sqrt(shape), 0, None))
    return tail


def _unit_columns(values: Floats) -> Floats:
    centred = values - values.mean(0)
    lengths = np.linalg.norm(centred, axis=0)
    unit: Floats = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
    scaled: Floats = unit * np.sqrt(len(values), dtype=np.float32)
    return scaled


def _blocks(neurons: Indices) -> Iterator[Indices]:
    for start in range(0, len(neurons), _BLOCK):
        yield neurons[start : start + _BLOCK]
