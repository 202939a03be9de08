"""The five scores equal their formulas written out term by term, and no order of clips changes them."""

import math

import numpy as np
import pytest

from earmark.dissection.concepts.similarity import SCORES, SimilarityConfig, score_layer
from earmark.errors import InvalidInput, NotEnoughEvidence

TINY = SimilarityConfig(fewest_clips=6, largest_share=0.5, rank_share=0.2, wpmi_clips=5, soft_clips=9)


def layer(clips=40, neurons=7, concepts=5, seed=0):
    generator = np.random.default_rng(seed)
    activations = generator.normal(size=(clips, neurons)).astype(np.float32) - 0.5
    return activations, generator.uniform(0.02, 0.7, size=(clips, concepts))


# The formulas, one number at a time, from the papers' sections; nothing is shared with the module under test.


def cosine_by_hand(q, p):
    return sum(a * b for a, b in zip(q, p, strict=True)) / math.sqrt(sum(a * a for a in q)) / math.dist(p, [0] * len(p))


def cubed_by_hand(q, p):
    q_mean, p_mean = sum(q) / len(q), sum(p) / len(p)
    return cosine_by_hand([(a - q_mean) ** 3 for a in q], [(b - p_mean) ** 3 for b in p])


def strongest_by_hand(q, count):
    return sorted(range(len(q)), key=lambda clip: -q[clip])[:count]


def rank_reorder_by_hand(q, p, count):
    chosen = strongest_by_hand(q, count)
    descending = [q[clip] for clip in chosen]
    by_concept = sorted(chosen, key=lambda clip: -p[clip])
    error = sum(abs(q[clip] - descending[by_concept.index(clip)]) ** 3 for clip in chosen) / count
    any_order = sum(abs(a - b) ** 3 for a in descending for b in descending) / count**2
    return -error / any_order / math.sqrt(sum(p[clip] for clip in chosen) / count)


def softmax_by_hand(row, scale):
    total = sum(math.exp(scale * value) for value in row)
    return [math.exp(scale * value) / total for value in row]


def given_by_hand(q, P, m, scale, count, belongs):
    chosen = strongest_by_hand(q, count)
    return math.prod(1 + belongs(rank) * (softmax_by_hand(P[clip], scale)[m] - 1) for rank, clip in enumerate(chosen))


def information_by_hand(A, P, k, m, scale, count, weight, belongs):
    neurons = len(A[0])
    given = [given_by_hand([row[j] for row in A], P, m, scale, count, belongs) for j in range(neurons)]
    return math.log(given[k]) - weight * math.log(sum(given) / neurons)


def by_hand(name, A, P, k, m):
    q, p = [row[k] for row in A], [row[m] for row in P]
    if name == "cosine":
        return cosine_by_hand(q, p)
    if name == "cosine_cubed":
        return cubed_by_hand(q, p)
    if name == "rank_reorder":
        return rank_reorder_by_hand(q, p, count=8)
    if name == "wpmi":
        return information_by_hand(A, P, k, m, 2, 5, 0.6, lambda rank: 1.0)
    return information_by_hand(A, P, k, m, 10, 9, 1.0, lambda rank: 0.998 - rank / 9 * (0.998 - 0.97))


@pytest.mark.parametrize("name", SCORES)
def test_a_score_equals_its_formula_written_out_term_by_term(name):
    activations, concepts = layer()
    A, P = activations.astype(np.float64).tolist(), concepts.tolist()
    written_out = [[by_hand(name, A, P, k, m) for m in range(5)] for k in range(7)]
    np.testing.assert_allclose(score_layer(activations, concepts, [name], TINY)[name], written_out, rtol=1e-5)


@pytest.mark.parametrize("name", SCORES)
def test_working_in_blocks_changes_nothing(name, monkeypatch):
    activations, concepts = layer(clips=300, neurons=31, concepts=11)
    whole = score_layer(activations, concepts, [name])[name]
    monkeypatch.setattr("earmark.dissection.concepts.similarity._BLOCK", 1000)
    np.testing.assert_allclose(score_layer(activations, concepts, [name])[name], whole, rtol=1e-12)


@pytest.mark.parametrize("name", SCORES)
def test_scores_asked_together_equal_scores_asked_alone(name):
    activations, concepts = layer(clips=200)
    alone = score_layer(activations, concepts, [name])[name]
    np.testing.assert_allclose(score_layer(activations, concepts)[name], alone, rtol=1e-12)


@pytest.mark.parametrize("name", SCORES)
def test_the_order_of_the_clips_changes_nothing_without_ties(name):
    activations, concepts = layer(clips=120)
    order = np.random.default_rng(1).permutation(120)
    again = score_layer(activations[order], concepts[order], [name])[name]
    np.testing.assert_allclose(again, score_layer(activations, concepts, [name])[name], rtol=1e-9)


@pytest.mark.parametrize("name", SCORES)
def test_a_neuron_that_copies_a_concept_gets_that_concept(name):
    _, concepts = layer(clips=200, concepts=6)
    activations = (concepts * 3 - 0.4).astype(np.float32)
    assert list(score_layer(activations, concepts, [name])[name].argmax(axis=1)) == list(range(6))


def test_ties_do_not_favour_the_clips_that_come_first():
    """A neuron silent but for a few clips must not be named after the first folder of the probing set."""
    concepts = np.zeros((100, 2)) + 0.1
    concepts[:10, 0] = 0.9
    silent = np.zeros((100, 2), dtype=np.float32)
    awake = np.repeat((np.arange(100) < 10)[:, None], 2, axis=1).astype(np.float32)
    config = SimilarityConfig(wpmi_clips=10)
    lead = [np.diff(score_layer(neurons, concepts, ["wpmi"], config)["wpmi"][0])[0] for neurons in (silent, awake)]
    assert lead[1] < lead[0] / 3 < 0


def test_negative_zero_ties_with_zero():
    concepts = np.random.default_rng(0).uniform(size=(30, 4))
    zeros = np.zeros((30, 2), dtype=np.float32)
    signed = zeros.copy()
    signed[::3] = -0.0
    np.testing.assert_array_equal(
        score_layer(zeros, concepts, ["wpmi"])["wpmi"], score_layer(signed, concepts, ["wpmi"])["wpmi"]
    )


@pytest.mark.parametrize("name", ["wpmi", "soft_wpmi"])
def test_a_neuron_alone_is_refused_by_the_scores_that_compare_with_its_layer(name):
    activations, concepts = layer(neurons=1)
    with pytest.raises(NotEnoughEvidence, match="rest of its layer"):
        score_layer(activations, concepts, [name])


def test_soft_wpmi_tells_two_neurons_apart_that_share_their_strongest_clip():
    concepts = np.full((40, 3), 0.2)
    concepts[:12, 0], concepts[12:24, 1], concepts[24:, 2] = 0.6, 0.6, 0.6
    activations = np.stack([np.r_[9, np.ones(11), np.zeros(28)], np.r_[9, np.zeros(11), np.ones(12), np.zeros(16)]], 1)
    scores = score_layer(activations, concepts, ["soft_wpmi"])["soft_wpmi"]
    assert scores.argmax(axis=1).tolist() == [0, 1]
    assert np.abs(scores).max() > 0.1


@pytest.mark.parametrize("name", SCORES)
def test_a_concept_that_never_varies_and_a_neuron_that_never_varies_give_finite_scores(name):
    activations, concepts = layer(clips=60)
    concepts[:, 2], activations[:, 3] = 0.0, 0.0
    assert np.isfinite(score_layer(activations, concepts, [name])[name]).all()


def test_similarities_below_zero_give_finite_scores():
    activations, concepts = layer(clips=60)
    scores = score_layer(activations, concepts - 0.9)
    assert all(np.isfinite(values).all() for values in scores.values())


def test_fewer_clips_than_the_scores_look_at_are_enough():
    activations, concepts = layer(clips=4)
    assert all(np.isfinite(values).all() for values in score_layer(activations, concepts).values())


@pytest.mark.parametrize("spoil", ["rows", "empty", "nan"])
def test_matrices_that_do_not_fit_are_refused(spoil):
    activations, concepts = layer()
    if spoil == "rows":
        concepts = concepts[:-1]
    elif spoil == "empty":
        concepts = concepts[:, :0]
    else:
        concepts[3, 1] = np.nan
    with pytest.raises(InvalidInput):
        score_layer(activations, concepts)


@pytest.mark.slow
def test_memory_for_a_layer_of_ast_stays_within_a_few_blocks():
    import tracemalloc

    generator = np.random.default_rng(0)
    activations = generator.normal(size=(2000, 3072)).astype(np.float32)
    concepts = generator.uniform(size=(2000, 50))
    tracemalloc.start()
    score_layer(activations, concepts)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert peak < 160
