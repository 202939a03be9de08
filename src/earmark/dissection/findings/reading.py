"""Two readings of activations: can they tell the classes apart, and what explains them?

Both by ridge regression, cross-validated over source recordings, on clips from which no description was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.findings.material import Side
from earmark.dissection.findings.words import NeuronWords
from earmark.dissection.recording.activations import Activations
from earmark.dissection.verification.nulls import bootstrap_weights

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_FOLDS = 5
_RIDGE = 10.0
"""Penalty on standardised predictors, in units of clips."""
_MOST = 64
_FEWEST = 8
_BOOTSTRAP = 1000


@dataclass(frozen=True)
class Exam:
    """The held-out clips that judge, the same for every tap."""

    classes: Indices
    """(clip,), as numbers."""
    properties: Values
    """(clip, property)."""
    groups: Indices
    """(clip,), source recordings."""
    seed: int

    def folds(self) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
        """Which clips train and which test; a source's clips stay together."""
        names, member = np.unique(self.groups, return_inverse=True)
        fold = np.random.default_rng(self.seed).permutation(np.arange(len(names)) % _FOLDS)[member]
        for number in range(_FOLDS):
            yield fold != number, fold == number


def predict_out_of_fold(exam: Exam, predictors: Values, targets: Values) -> Values:
    """(clip, target): each clip's targets from the other folds, by ridge regression on standardised predictors."""
    found = np.empty_like(targets)
    for train, test in exam.folds():
        mean, deviation = predictors[train].mean(0), predictors[train].std(0)
        inside, outside = (
            (predictors[rows] - mean) / np.where(deviation > 1e-9, deviation, 1) for rows in (train, test)
        )
        centre = targets[train].mean(0)
        kernel = inside.T @ inside + _RIDGE * np.eye(inside.shape[1])
        found[test] = outside @ np.linalg.solve(kernel, inside.T @ (targets[train] - centre)) + centre
    return found


def acoustic_words_only(words: NeuronWords) -> bool:
    """Whether a neuron carries basic adjectives and nothing else."""
    return bool(words["basic adjectives"]) and not any(words[kind] for kind in words if kind != "basic adjectives")


def concept_words(words: NeuronWords) -> bool:
    """Whether a neuron carries nouns and no basic adjective."""
    return bool(words["nouns"]) and not words["basic adjectives"]


def class_predictions(exam: Exam, side: Side, draws: int) -> tuple[Values, Values, int] | None:
    """How often classes are read right from acoustic-word and from concept-word neurons, as many of each tap.

    Returns:
        (draw, clip) twice, 1 where the class was right, and the neurons of a draw; ``None`` with fewer than 8.
    """
    groups = {one.tap.name: _split(one, side.words) for one in side.recorded}
    places = [tap for tap, (ones, others) in groups.items() for _ in range(min(len(ones), len(others)))]
    if len(places) < _FEWEST:
        return None
    rng = np.random.default_rng(exam.seed)
    values = {one.tap.name: one.held_out.astype(np.float64) for one in side.recorded}
    right: tuple[list[Values], list[Values]] = ([], [])
    for _ in range(draws):
        taps = rng.permutation(places)[:_MOST].tolist()
        for which in (0, 1):
            columns = [
                values[tap][:, rng.choice(groups[tap][which], taps.count(tap), replace=False)]
                for tap in dict.fromkeys(taps)
            ]
            right[which].append(classify(exam, np.concatenate(columns, axis=1)))
    return np.stack(right[0]), np.stack(right[1]), min(_MOST, len(places))


def classify(exam: Exam, predictors: Values) -> Values:
    """(clip,): 1 where the class is read right from the other folds."""
    targets = np.eye(int(exam.classes.max()) + 1)[exam.classes]
    return np.asarray(predict_out_of_fold(exam, predictors, targets).argmax(1) == exam.classes, dtype=np.float64)


@dataclass(frozen=True)
class Explained:
    """How much of a layer's activations each set of predictors explains."""

    acoustics: float
    """Mean R² over living neurons."""
    classes: float
    neurons: int
    acoustics_draws: Values
    """(bootstrap draw,): the same with source recordings drawn anew."""
    classes_draws: Values


def explain(exam: Exam, recorded: Sequence[Activations]) -> Explained | None:
    """Cross-validated R² of a layer's living neurons from measured properties and their squares, and from classes.

    ``None`` where no neuron varies over the clips.
    """
    values = np.concatenate([one.held_out[:, ~one.dead] for one in recorded], axis=1).astype(np.float64)
    values = values[:, values.std(0) > 0]
    if not values.shape[1]:
        return None
    values = (values - values.mean(0)) / values.std(0)
    weights = np.vstack([np.ones(len(values)), bootstrap_weights(exam.groups, _BOOTSTRAP, exam.seed)])
    squared = exam.properties**2
    rows = []
    for predictors in (np.hstack([exam.properties, squared]), np.eye(int(exam.classes.max()) + 1)[exam.classes]):
        error = (values - predict_out_of_fold(exam, predictors, values)) ** 2
        rows.append(1 - (weights @ error) / np.maximum(_spread(values, weights), 1e-12))
    acoustics, classes = (row.mean(1) for row in rows)
    return Explained(
        float(acoustics[0]), float(classes[0]), values.shape[1], np.asarray(acoustics[1:]), np.asarray(classes[1:])
    )


def _spread(values: Values, weights: Values) -> Values:
    """(draw, neuron): the weighted sum of squares about the weighted mean."""
    total = weights.sum(1, keepdims=True)
    spread: Values = weights @ values**2 - (weights @ values) ** 2 / total
    return spread


def _split(one: Activations, words: Mapping[tuple[str, int], NeuronWords]) -> tuple[list[int], list[int]]:
    said = {index: words[one.tap.name, index] for index in range(one.tap.width) if (one.tap.name, index) in words}
    return (
        [index for index, carried in said.items() if acoustic_words_only(carried)],
        [index for index, carried in said.items() if concept_words(carried)],
    )
