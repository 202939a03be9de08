"""LEACE removes exactly what a linear probe could find, and moves nothing else more than it must."""

import numpy as np
import pytest
from scipy.linalg import pinv, sqrtm

from earmark.dissection.unlearning.leace import MomentsOfConcept
from earmark.errors import NotEnoughEvidence

RNG = np.random.default_rng(7)
LABELS = RNG.integers(0, 3, 400)
CONCEPT = np.eye(3)[LABELS]
VALUES = RNG.normal(size=(400, 12)) @ RNG.normal(size=(12, 12)) + CONCEPT @ RNG.normal(size=(3, 12)) * 3 + 5


def moments(values, concept, batch=400):
    gathered = MomentsOfConcept(values.shape[1], concept.shape[1])
    for start in range(0, len(values), batch):
        gathered.add(values[start : start + batch], concept[start : start + batch])
    return gathered


def independent(values, concept):
    """The formula of the theorem, by matrix roots of the whole covariance."""
    x, z = values - values.mean(0), concept - concept.mean(0)
    covariance = x.T @ x / (len(x) - 1)
    whiten = pinv(np.real(sqrtm(covariance)))
    along = whiten @ (x.T @ z / (len(x) - 1))
    onto = along @ pinv(along)
    return values - x @ (pinv(whiten) @ onto @ whiten).T


def test_it_agrees_with_an_independent_implementation():
    np.testing.assert_allclose(moments(VALUES, CONCEPT).eraser()(VALUES), independent(VALUES, CONCEPT), atol=1e-8)


def test_no_covariance_with_the_concept_is_left():
    erased = moments(VALUES, CONCEPT).eraser()(VALUES)
    covariance = (erased - erased.mean(0)).T @ (CONCEPT - CONCEPT.mean(0)) / len(VALUES)
    assert np.abs(covariance).max() < 1e-12 * np.abs(VALUES).max() * len(VALUES)


def test_batches_of_any_size_give_the_same_eraser():
    whole, pieces = moments(VALUES, CONCEPT).eraser(), moments(VALUES, CONCEPT, batch=7).eraser()
    np.testing.assert_allclose(whole.projection, pieces.projection, atol=1e-10)
    np.testing.assert_allclose(whole.mean, pieces.mean, atol=1e-12)


def test_a_hand_made_case_loses_exactly_its_one_direction():
    values = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    erased = moments(values, np.array([[1.0], [1], [0], [0]])).eraser()(values)
    np.testing.assert_allclose(erased, [[0, 1], [0, -1], [0, 1], [0, -1]], atol=1e-12)


def test_a_concept_that_nothing_carries_changes_nothing():
    values = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    erased = moments(values, np.array([[1.0], [0], [0], [1]])).eraser()(values)
    np.testing.assert_allclose(erased, values, atol=1e-12)


def test_a_neuron_that_never_varies_is_left_alone():
    values = np.concatenate([VALUES, np.full((400, 1), 2.5)], axis=1)
    np.testing.assert_allclose(moments(values, CONCEPT).eraser()(values)[:, -1], 2.5, atol=1e-9)


def test_one_clip_is_not_enough():
    with pytest.raises(NotEnoughEvidence):
        moments(VALUES[:1], CONCEPT[:1]).eraser()
