"""Choose the few phrases that together predict a neuron best, and only as many as earn their place.

Forward selection, cross-validated over source recordings inside the shown sample, for a whole layer at once: with
the Gram matrix of the fits in each fold, a trial of one more phrase is a system of at most three equations.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.association import Associations
from earmark.dissection.describing.features import ClipFeatures, Floats, Indices
from earmark.dissection.recording.activations import Activations

Values = npt.NDArray[np.float64]

_BLOCK = 512
"""Neurons treated at a time."""
_SAME_SOUND = 0.95
"""Two measured attributes whose values correlate more than this say the same."""


@dataclass(frozen=True)
class ChoosingConfig:
    """How many phrases, and what each must add."""

    max_phrases: int = 3
    """At most so many phrases for one neuron."""
    folds: int = 5
    """Parts of the shown sample, by source, that take turns in testing a choice."""
    least_gain: float = 0.01
    """The least share of the activation's variance, cross-validated, that a further phrase must add."""
    ridge: float = 0.05
    """Shrinks the weights towards zero: added to each fit's variance of one."""
    same_meaning: float = 0.75
    """Two phrases whose sentence vectors are nearer than this are not both said."""


@dataclass(frozen=True)
class Choices:
    """The phrases chosen for each neuron, in the order chosen; unused places hold -1."""

    neurons: Indices
    columns: Indices
    """(neuron, place): column in ``ClipFeatures.candidates``."""
    weights: Floats
    """(neuron, place): deviations of activation per deviation of fit, all chosen phrases together."""
    p_values: Values
    """(neuron, place)."""


@dataclass(frozen=True)
class _Folds:
    """Sums of products over each fold of the shown sample."""

    fits: Floats
    """(fold, candidate, candidate)."""
    cross: Floats
    """(fold, candidate, neuron)."""
    energy: Floats
    """(fold, neuron)."""


def choose(
    activations: Activations, features: ClipFeatures, associations: Associations, config: ChoosingConfig, seed: int
) -> Choices:
    """Choose up to ``config.max_phrases`` of the associated candidates for every living neuron of a layer."""
    exclusive = exclusive_phrases(features, config)
    sample = activations.shown_clips
    fits = features.fits[sample] - features.fits[sample].mean(0)
    fold = fold_of(features.groups[sample], config.folds, seed)
    grams = np.stack([fits[fold == part].T @ fits[fold == part] for part in range(config.folds)])
    sources = len(np.unique(features.groups[sample]))
    count = len(associations.neurons)
    columns = np.full((count, config.max_phrases), -1, dtype=np.int64)
    weights = np.zeros((count, config.max_phrases), dtype=np.float32)
    for start in range(0, count, _BLOCK):
        block = slice(start, start + _BLOCK)
        values = activations.shown[:, associations.neurons[block]]
        values = (values - values.mean(0)) / np.maximum(values.std(0), 1e-12)
        cross = np.stack([fits[fold == part].T @ values[fold == part] for part in range(config.folds)])
        energy = np.stack([(values[fold == part] ** 2).sum(0) for part in range(config.folds)])
        folds = _Folds(grams, cross.astype(np.float32), energy.astype(np.float32))
        options = associations.candidates[block]
        columns[block], weights[block] = _choose_block(folds, options, exclusive, sources, len(sample), config)
    return Choices(associations.neurons, columns, weights, _p_values_of(columns, associations))


def fold_of(groups: Indices, folds: int, seed: int) -> Indices:
    """Deal sources to folds, biggest first to the fold with the fewest clips; (clip,)."""
    names, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    filled, fold = np.zeros(folds, dtype=np.int64), np.zeros(len(names), dtype=np.int64)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    for source in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold[source] = filled.argmin()
        filled[fold[source]] += sizes[source]
    return fold[members]


def exclusive_phrases(features: ClipFeatures, config: ChoosingConfig) -> npt.NDArray[np.bool_]:
    """Which candidates say too much the same to stand in one description; (candidate, candidate).

    They share a word, or mean the same by their sentence vectors, or are measures that move together.
    """
    vocabulary = {lemma: at for at, lemma in enumerate(sorted({w for c in features.candidates for w in c.lemmas}))}
    words = np.zeros((len(features.candidates), len(vocabulary)), dtype=np.float32)
    for row, candidate in enumerate(features.candidates):
        words[row, [vocabulary[lemma] for lemma in candidate.lemmas]] = 1
    vectors = features.vectors([candidate.text for candidate in features.candidates])
    spoken = np.array([candidate.kind != "acoustic" for candidate in features.candidates], dtype=bool)
    measures = np.array([candidate.measure or "" for candidate in features.candidates])
    shown = features.fits[features.is_shown]
    together = np.abs(shown.T @ shown / max(1, len(shown))) > _SAME_SOUND
    alike = (vectors @ vectors.T > config.same_meaning) & spoken[:, None] & spoken[None, :]
    same = (together | (measures[:, None] == measures[None, :])) & ~spoken[:, None] & ~spoken[None, :]
    exclusive: npt.NDArray[np.bool_] = (words @ words.T > 0) | alike | same
    return exclusive


def _choose_block(
    folds: _Folds,
    options: Indices,
    exclusive: npt.NDArray[np.bool_],
    sources: int,
    clips: int,
    config: ChoosingConfig,
) -> tuple[Indices, Floats]:
    count = len(options)
    chosen = np.zeros((count, 0), dtype=np.int64)
    columns = np.full((count, config.max_phrases), -1, dtype=np.int64)
    weights = np.zeros((count, config.max_phrases), dtype=np.float32)
    total = folds.energy.sum(0)
    error, growing = total.copy(), np.ones(count, dtype=bool)
    allowed = options >= 0
    toll = 2 * np.log(np.maximum(2, allowed.sum(1))) / sources
    for place in range(config.max_phrases):
        trials = np.concatenate([np.broadcast_to(chosen[:, None], (*options.shape, place)), options[:, :, None]], 2)
        errors, least = _trial_errors(folds, np.maximum(trials, 0), clips, config.ridge)
        errors = np.where(allowed & (least > 0), errors, np.inf)
        best = errors.argmin(1)
        now = errors[np.arange(count), best]
        gained = (error - now) >= (config.least_gain * total if place else 0)
        growing &= np.isfinite(now) & gained & ((np.log(error) - np.log(np.maximum(now, 1e-9)) >= toll) | (place == 0))
        chosen = trials[np.arange(count), best]
        columns[growing, place] = chosen[growing, place]
        error = np.where(growing, now, error)
        allowed &= ~exclusive[np.maximum(options, 0), chosen[:, -1:]]
        if growing.any():
            weights[growing, : place + 1] = _weights(
                folds, np.maximum(chosen[growing], 0), growing, clips, config.ridge
            )
    return columns, weights


def _trial_errors(folds: _Folds, trials: Indices, clips: int, ridge: float) -> tuple[Values, Values]:
    """The cross-validated squared error of each trial set, and its least weight; (neuron, option) each."""
    neurons = np.arange(len(trials))[:, None, None]
    rows, columns = trials[..., :, None], trials[..., None, :]
    gram, cross = folds.fits.sum(0), folds.cross.sum(0)
    errors: Values = np.zeros(trials.shape[:2])
    least: Values = np.full(trials.shape[:2], np.inf)
    for part in range(len(folds.fits)):
        inside, outside = folds.fits[part][rows, columns], folds.cross[part][trials, neurons]
        weights = _solve(gram[rows, columns] - inside, cross[trials, neurons] - outside, clips, ridge)
        squared = np.einsum("nmi,nmij,nmj->nm", weights, inside, weights)
        errors = errors + folds.energy[part][:, None] + squared - 2 * (weights * outside).sum(-1)
        least = np.minimum(least, weights.min(-1))
    return errors, least


def _weights(folds: _Folds, chosen: Indices, neurons: npt.NDArray[np.bool_], clips: int, ridge: float) -> Floats:
    gram, cross = folds.fits.sum(0), folds.cross.sum(0)[:, neurons]
    own = cross[chosen, np.arange(len(chosen))[:, None]]
    return _solve(gram[chosen[:, :, None], chosen[:, None, :]], own, clips, ridge).astype(np.float32)


def _solve(gram: Floats, cross: Floats, clips: int, ridge: float) -> Values:
    damped = gram.astype(np.float64) + ridge * clips * np.eye(gram.shape[-1])
    return np.asarray(np.linalg.solve(damped, cross.astype(np.float64)[..., None])[..., 0], dtype=np.float64)


def _p_values_of(columns: Indices, associations: Associations) -> Values:
    same = associations.candidates[:, None, :] == columns[:, :, None]
    found = np.where(same & (columns[:, :, None] >= 0), associations.p_values[:, None, :], math.inf)
    p_values: Values = found.min(2)
    return p_values
