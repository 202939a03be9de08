"""Does a description hold? Nulls, scores and verdicts, each by a second way to the same number."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import false_discovery_control, pearsonr
from sklearn.metrics import average_precision_score

from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.describing.predictions import predict, unit_columns
from earmark.dissection.verification.informativeness import find_among_twenty, judge_specificity
from earmark.dissection.verification.nulls import (
    SourcePermutations,
    benjamini_hochberg,
    benjamini_hochberg_bound,
    bootstrap_weights,
    permutation_p_values,
)
from earmark.dissection.verification.scores import average_precision, find_positives, pearson, pearson_interval
from earmark.dissection.verification.verification import VerifyConfig, verify, with_untrained
from earmark.evidence import Claim

QUICK = VerifyConfig(draws=100, precision_draws=50)


def saying(index, *texts, tap="planted"):
    """A description of one neuron in these phrases, all alike in weight."""
    phrases = tuple(Phrase(text=text, kind="words", weight=1.0) for text in texts)
    said = " and ".join(texts)
    claim = NeuronClaim(claim=Claim(id=f"{tap}:{index}", text=said, evidence_ids=()), phrases=phrases)
    return Description(neuron=NeuronId(tap=tap, index=index), text=said, claims=(claim,))


def verdicts(rows):
    return [row.verdict.outcome for row in rows if row.subject == "description"]


def test_benjamini_hochberg_equals_scipy():
    p_values = np.random.default_rng(0).random(200) ** 3
    p_values[10:20] = p_values[0]
    assert np.allclose(benjamini_hochberg(p_values), false_discovery_control(p_values), rtol=1e-12)


def test_the_bound_from_the_smallest_p_values_passes_the_same_as_all_q_values_do():
    p_values = np.random.default_rng(1).random(500) ** 4
    passed = benjamini_hochberg(p_values) <= 0.05
    bound = benjamini_hochberg_bound(np.sort(p_values)[:300], 500, 0.05)
    assert 0 < passed.sum() < 300
    assert np.array_equal(p_values <= bound, passed)
    assert benjamini_hochberg_bound(np.array([0.9, 0.8]), 500, 0.05) == -1


def test_a_permutation_moves_whole_sources_and_keeps_their_clips_in_order():
    groups = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2])
    permutations = SourcePermutations(groups, seed=0)
    for _ in range(20):
        drawn = permutations.draw()
        assert sorted(drawn) == list(range(9))
        for source in range(3):
            received = drawn[groups == source]
            assert len(set(groups[received])) == 1
            assert list(received) == sorted(received)


def test_a_hundred_clips_of_two_sources_are_evidence_of_two():
    values = np.repeat([0.0, 1.0], 50)[:, None] + np.random.default_rng(2).normal(size=(100, 1)) * 0.01
    unit = unit_columns(values.astype(np.float32))
    of_two = permutation_p_values(unit, unit, np.repeat([0, 1], 50), seed=0, at_most=999)
    of_all = permutation_p_values(unit, unit, np.arange(100), seed=0, at_most=999)
    assert of_two[0] > 0.4
    assert of_all[0] == 1 / 1000


def test_grouped_noise_is_called_significant_as_rarely_as_promised():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), 5)

    def noise():
        return unit_columns((rng.normal(size=(40, 400))[groups] + 0.3 * rng.normal(size=(200, 400))).astype(np.float32))

    predicted, actual = noise(), noise()
    by_source = permutation_p_values(predicted, actual, groups, seed=0, at_least=199, at_most=199)
    by_clip = permutation_p_values(predicted, actual, np.arange(200), seed=0, at_least=199, at_most=199)
    assert (by_source <= 0.05).mean() < 0.09
    assert (by_clip <= 0.05).mean() > 0.2, "the trap that permuting over sources avoids"


def test_pearson_equals_scipy_and_a_flat_column_scores_nothing():
    rng = np.random.default_rng(4)
    one, other = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(50, 3)).astype(np.float32)
    one[:, 2] = 0.7
    r = pearson(unit_columns(one), unit_columns(other))
    assert r[:2] == pytest.approx([pearsonr(one[:, n], other[:, n]).statistic for n in range(2)], abs=1e-6)
    assert r[2] == 0


def test_the_interval_of_pearson_equals_drawing_the_sources_again():
    rng = np.random.default_rng(5)
    groups = np.repeat(np.arange(15), 4)
    one = rng.normal(size=60)
    other = one + rng.normal(size=60)
    weights = bootstrap_weights(groups, 50, seed=0)
    assert (weights.reshape(50, 15, 4).max(2) == weights.reshape(50, 15, 4).min(2)).all()
    drawn = [np.repeat(np.arange(60), row.astype(int)) for row in weights]
    expected = np.quantile([pearsonr(one[rows], other[rows]).statistic for rows in drawn], [0.025, 0.975])
    unit = [unit_columns(values[:, None].astype(np.float32)) for values in (one, other)]
    assert np.ravel(pearson_interval(*unit, weights)) == pytest.approx(expected, abs=1e-4)


def test_average_precision_equals_sklearn_with_ties_and_weights():
    rng = np.random.default_rng(6)
    predicted = rng.integers(0, 12, size=80).astype(np.float32)
    positives = rng.random(80) < 0.2
    weights = np.stack([np.ones(80), rng.integers(0, 4, size=80)]).astype(np.float32)
    expected = [average_precision_score(positives, predicted, sample_weight=row) for row in weights]
    assert average_precision(predicted, positives, weights) == pytest.approx(expected, abs=1e-9)


def test_positives_lie_above_the_shown_cut_or_are_not_told():
    shown = np.arange(100, dtype=np.float32)
    above_95 = find_positives(shown, np.append(np.full(10, 98), np.zeros(90)).astype(np.float32))
    above_90 = find_positives(shown, np.append(np.full(12, 93), np.zeros(90)).astype(np.float32))
    few = find_positives(shown, np.append(np.full(9, 98), np.zeros(90)).astype(np.float32))
    tied = find_positives(np.minimum(shown, 50), shown)
    assert (above_95.clips.sum(), above_95.reason) == (10, None)
    assert (above_90.clips.sum(), above_90.reason) == (12, None)
    assert (few.clips.any(), few.reason) == (
        False,
        "only 9 held-out clips lie above the shown sample's 90th percentile.",
    )
    assert (tied.clips.any(), tied.reason) == (False, "many shown clips tie at the 95% cut.")


def test_the_line_up_of_twenty_equals_trying_every_line_up():
    scores = np.random.default_rng(7).integers(0, 6, size=(5, 23)).astype(np.float32)
    own = np.array([0, 4, 9, 13, 22])
    expected = []
    for row, column in zip(scores, own, strict=True):
        others = np.delete(row, column)
        wins = []
        for absent in itertools.combinations(range(22), 3):
            line_up = np.delete(others, absent)
            wins.append(0 if (line_up > row[column]).any() else 1 / (1 + (line_up == row[column]).sum()))
        expected.append(np.mean(wins))
    assert find_among_twenty(scores, own) == pytest.approx(expected, abs=1e-12)


def test_words_that_fit_every_neuron_alike_find_theirs_by_chance():
    assert find_among_twenty(np.zeros((3, 50), np.float32), np.array([0, 7, 49])) == pytest.approx([0.05] * 3)
    assert find_among_twenty(np.zeros((1, 19), np.float32), np.array([0])) is None


def test_a_description_is_specific_only_when_it_beats_different_ones():
    words = [frozenset({f"word{n}"}) for n in range(60)]
    across = np.random.default_rng(8).normal(0, 0.2, size=(60, 60)).astype(np.float32)
    own = np.zeros(60)
    own[0] = across[0, 0] = 0.9
    found = judge_specificity(own, across, words, range(60))
    assert found[0].specific is True
    assert not any(item.specific for item in found[1:] if item.specific is not None)


def test_a_rival_that_says_the_same_word_is_none_and_few_rivals_judge_nothing():
    words = [frozenset({"dog"}), *(frozenset({"dog", f"w{n}"}) for n in range(30)), *[frozenset({"bell"})] * 20]
    found = judge_specificity(np.ones(51), np.zeros((51, 51), np.float32), words, range(51))
    assert found[0].specific is None
    assert found[0].reason == "only 20 other distinct descriptions in its layer; at least 40 needed."
    assert found[-1].specific is None


def test_supported_refuted_and_undecided_are_told_apart(scene):
    with_dogs, against_dogs = scene.neuron("dog", seed=1), -scene.neuron("dog", seed=2)
    noise = scene.neuron(seed=3)
    rows = verify(
        [saying(n, "dog barking") for n in range(3)],
        scene.record(with_dogs, against_dogs, noise),
        scene.features,
        scene.clip_set,
        QUICK,
    )
    supported, refuted, undecided = (row for row in rows if row.subject == "description")
    assert verdicts(rows) == ["supported", "refuted", "undecided"]
    assert supported.pearson_low < supported.pearson < supported.pearson_high
    assert supported.auprc_low > 2 * supported.auprc_chance
    assert refuted.verdict.reason == "the held-out interval lies below zero."
    assert undecided.verdict.reason.startswith("not told from chance")


def test_the_pearson_is_that_of_the_predicted_and_held_out_activations(scene):
    recorded = scene.record(scene.neuron("dog"), scene.neuron("rain"))
    said = saying(0, "dog barking", "heavy rain")
    row = verify([said], recorded, scene.features, scene.clip_set, QUICK)[0]
    predicted = scene.features.fit(["dog barking", "heavy rain"]).sum(1)[recorded.held_out_clips]
    assert row.pearson == pytest.approx(pearsonr(predicted, recorded.held_out[:, 0]).statistic, abs=1e-5)


def test_a_certain_but_small_correlation_is_not_called_support(scene_of):
    large = scene_of(sources=3000)
    rows = verify(
        [saying(0, "dog barking")],
        large.record(large.neuron("dog", strength=0.25)),
        large.features,
        large.clip_set,
        QUICK,
    )
    assert rows[0].q_value <= 0.05
    assert rows[0].verdict.outcome == "undecided"
    assert rows[0].verdict.reason.startswith("beats chance, but a Pearson of 0.")


def test_a_shown_clip_can_never_judge(scene):
    recorded = scene.record(scene.neuron("dog"))
    leaky = replace(
        recorded,
        held_out_clips=np.append(recorded.held_out_clips[:-1], recorded.shown_clips[-1]),
    )
    with pytest.raises(AssertionError, match="a shown clip was about to judge"):
        verify([saying(0, "dog barking")], leaky, scene.features, scene.clip_set, QUICK)


def test_with_fewer_than_150_held_out_clips_nothing_is_judged_and_the_reason_is_said(scene_of):
    small = scene_of(sources=144)
    rows = verify([saying(0, "dog barking")], small.record(small.neuron("dog")), small.features, small.clip_set, QUICK)
    reason = "only 144 held-out clips; at least 150 are needed to judge."
    assert {row.subject for row in rows} == {"description", "claim"}
    for row in rows:
        assert (row.verdict.outcome, row.verdict.score, row.verdict.reason) == ("undecided", None, reason)
        assert (row.pearson, row.auprc, row.auprc_reason, row.specific) == (None, None, reason, None)


def test_a_constant_description_is_undecided_and_never_specific(scene):
    said = [saying(n, f"dog word{n}") for n in range(60)]
    nothing = tuple(Phrase(text="dog", kind="words", weight=weight) for weight in (1.0, -1.0))
    constant = said[0].model_copy(update={"claims": (said[0].claims[0].model_copy(update={"phrases": nothing}),)})
    recorded = scene.record(*(scene.neuron("dog", seed=n) for n in range(60)))
    row = verify([constant, *said[1:]], recorded, scene.features, scene.clip_set, QUICK)[0]
    assert (row.verdict.outcome, row.verdict.score, row.specific) == ("undecided", None, None)
    assert row.verdict.reason == row.specific_reason == "the prediction does not vary over the held-out clips."


def test_words_that_only_fit_loosely_are_not_specific_beside_forty_rivals(scene):
    places = list(itertools.product(("garden", "night", "kitchen", "river", "farm", "street"), "abcdefgh"))
    neurons = [scene.neuron("dog"), scene.neuron("dog", seed=1)] + [scene.neuron(seed=9 + n) for n in range(48)]
    said = [saying(0, "dog barking"), saying(1, "upstairs")]
    said += [saying(2 + n, f"{place} {letter * 3}") for n, (place, letter) in enumerate(places)]
    rows = verify(said, scene.record(*neurons), scene.features, scene.clip_set, QUICK)
    found = {row.text: row.specific for row in rows if row.subject == "description"}
    assert found["dog barking"] is True
    assert found["upstairs"] is False


def test_a_description_that_failed_gets_no_row(scene):
    failed = Description(neuron=NeuronId(tap="planted", index=0), text=None, failure="dead.")
    assert verify([failed], scene.record(scene.neuron("dog")), scene.features, scene.clip_set, QUICK) == []


def test_the_untrained_share_counts_the_twin_s_descriptions_that_do_as_well(scene):
    recorded = scene.record(scene.neuron("dog"), scene.neuron("dog", strength=0.8, seed=1), scene.neuron(seed=2))
    rows = verify([saying(n, "dog barking") for n in range(3)], recorded, scene.features, scene.clip_set, QUICK)
    own = [row.pearson for row in rows if row.subject == "description"]
    assert own[0] > own[1] > own[2]
    shares = [row.untrained_share for row in with_untrained(rows, rows) if row.subject == "description"]
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
    bare = with_untrained(rows, [])[0]
    assert (bare.untrained_share, bare.untrained_reason) == (
        None,
        "the untrained twin has no judged description at this tap.",
    )


def test_weights_count_only_where_they_are_asked_for(scene):
    phrases = [(Phrase(text="dog", kind="words", weight=2.0), Phrase(text="rain", kind="words", weight=0.5))]
    clips = np.arange(20)
    fits = scene.features.fit(["dog", "rain"])[:20]
    assert np.allclose(predict(phrases, scene.features, clips, weighted=True)[:, 0], fits @ [2.0, 0.5], atol=1e-5)
    assert np.allclose(predict(phrases, scene.features, clips, weighted=False)[:, 0], fits.sum(1), atol=1e-5)


def test_the_same_seed_gives_the_same_verdicts(scene):
    recorded = scene.record(scene.neuron("dog"), scene.neuron())
    said = [saying(n, "dog barking") for n in range(2)]
    first, again = (verify(said, recorded, scene.features, scene.clip_set, QUICK, seed=4) for _ in range(2))
    assert first == again
