"""Figures agree with independent statistics, words are counted by kind, and measures are exact on hand-made cases."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import Ridge

from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.findings.combination import decide as decide_combination
from earmark.dissection.findings.combination import speaks
from earmark.dissection.findings.layers import count_modes, sharing
from earmark.dissection.findings.polysemanticity import decide as decide_polysemanticity
from earmark.dissection.findings.reading import Exam, explain, predict_out_of_fold
from earmark.dissection.findings.records import Comparison, DecisiveTest, Figure
from earmark.dissection.findings.resampling import from_normal, holm, over_draws_and_sources, student, welch
from earmark.dissection.findings.words import share_of, supported_words, words_of
from earmark.dissection.networks import Tap
from earmark.dissection.recording.activations import Activations
from earmark.dissection.verification.verification import Verification
from earmark.evidence import Claim, Verdict


def describe(index, *phrases):
    claim = NeuronClaim(claim=Claim(id=str(index), text="said", evidence_ids=("clip",)), phrases=phrases)
    return Description(neuron=NeuronId(tap="hidden", index=index), text="said", claims=(claim,))


def verdict(index, outcome):
    return Verification(
        neuron=NeuronId(tap="hidden", index=index),
        subject="description",
        claim_id=None,
        text="said",
        verdict=Verdict(claim_id=str(index), outcome=outcome, judge="test", score=0.5, reason="test"),
        held_out_clips=200,
        held_out_sources=200,
    )


def test_words_are_counted_by_kind_and_attributes_are_basic_adjectives():
    said = describe(
        0,
        Phrase(text="broken by silence", kind="acoustic", attribute="broken by silence", weight=1.0),
        Phrase(text="shrill bird singing", kind="words", weight=1.0),
        Phrase(text="wooden door", kind="words", weight=1.0),
    )
    words = words_of(said)
    assert words["basic adjectives"] == {"broken by silence", "shrill"}
    assert words["nouns"] == {"bird", "door"}
    assert words["verbs"] == {"sing"}
    assert words["other adjectives"] == {"wooden"}
    assert share_of(words, "nouns") == 2 / 6


def test_only_supported_descriptions_carry_words():
    said = [describe(index, Phrase(text="bird", kind="words", weight=1.0)) for index in range(3)]
    verdicts = [verdict(0, "supported"), verdict(1, "undecided"), verdict(2, "refuted")]
    assert set(supported_words(said, verdicts)) == {("hidden", 0)}


def test_student_and_welch_agree_with_scipy():
    ones, others = [0.3, 0.5, 0.9, 0.4], [0.1, 0.2, 0.15]
    assert student(ones).p_value == pytest.approx(stats.ttest_1samp(ones, 0).pvalue)
    low, high = stats.ttest_1samp(ones, 0).confidence_interval(0.95)
    assert (student(ones).low, student(ones).high) == pytest.approx((low, high))
    expected = stats.ttest_ind(ones, others, equal_var=False)
    assert welch(ones, others).p_value == pytest.approx(expected.pvalue)
    assert welch(ones, others).value == pytest.approx(np.mean(ones) - np.mean(others))
    assert (welch(ones, others).low, welch(ones, others).high) == pytest.approx(tuple(expected.confidence_interval()))


def test_holm_corrects_the_smallest_most_and_never_turns_the_order():
    figures = {name: Figure(value=1.0, p_value=p) for name, p in (("a", 0.01), ("b", 0.04), ("c", 0.03))}
    figures["none"] = Figure(reason="nothing there")
    corrected = {name: figure.adjusted for name, figure in holm(figures).items()}
    assert corrected == {"a": pytest.approx(0.03), "b": pytest.approx(0.06), "c": pytest.approx(0.06), "none": None}


def test_a_figure_that_does_not_vary_says_why_it_has_no_interval():
    assert from_normal(1.0, 0.0).reason
    assert student([1.0, 1.0, 1.0]).reason
    with pytest.raises(ValueError, match="value or the reason"):
        Figure()


def test_the_interval_widens_when_clips_come_from_few_sources():
    values = np.repeat(np.random.default_rng(0).normal(size=20), 10)[None].repeat(6, axis=0)
    apart = over_draws_and_sources(values, np.arange(200), seed=0)
    together = over_draws_and_sources(values, np.repeat(np.arange(20), 10), seed=0)
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert together.value == pytest.approx(values.mean())


def test_points_that_chains_link_are_one_mode():
    chain = np.array([[0.0], [1.0], [2.0], [3.0]])
    apart = np.array([[0.0], [0.5], [10.0], [20.0]])
    assert count_modes(np.stack([chain, apart]), near=1.0).tolist() == [1.0, 3.0]


def test_a_neuron_is_interpretable_in_the_share_of_clusterings_where_its_clips_meet():
    first, second = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 3, 4, 5])
    found = sharing(np.array([[0, 1, 2, 3, 4]]), [first, second])
    assert {least: share.tolist() for least, share in found.items()} == {3: [0.5], 4: [0.0], 5: [0.0]}


def exam(seed=0, clips=200, properties=4):
    rng = np.random.default_rng(seed)
    return Exam(rng.integers(0, 5, clips), rng.normal(size=(clips, properties)), np.arange(clips) // 2, seed)


def test_out_of_fold_predictions_agree_with_scikit_learn():
    one, rng = exam(), np.random.default_rng(1)
    targets = rng.normal(size=(200, 3))
    found = predict_out_of_fold(one, one.properties, targets)
    for train, test in one.folds():
        assert not set(one.groups[train]) & set(one.groups[test])
        mean, deviation = one.properties[train].mean(0), one.properties[train].std(0)
        ridge = Ridge(alpha=10.0).fit((one.properties[train] - mean) / deviation, targets[train])
        np.testing.assert_allclose(found[test], ridge.predict((one.properties[test] - mean) / deviation))


def layer(held_out):
    neurons = held_out.shape[1]
    none = np.zeros((neurons, 1))
    return Activations(
        tap=Tap("hidden", "mlp_hidden", neurons, 0),
        pooling="head",
        high_clips=none.astype(np.int64),
        high_values=none,
        low_clips=none.astype(np.int64),
        low_values=none,
        mean=none[:, 0],
        deviation=none[:, 0],
        dead=np.zeros(neurons, dtype=bool),
        shown_clips=np.zeros(0, dtype=np.int64),
        shown=np.zeros((0, neurons)),
        held_out_clips=np.arange(len(held_out)),
        held_out=held_out,
    )


def test_what_was_planted_explains_activations_and_nothing_else_does():
    one = exam()
    by_sound = explain(one, [layer(np.stack([one.properties[:, 0], one.properties[:, 1] ** 2], axis=1))])
    by_class = explain(one, [layer((one.classes == 2)[:, None].astype(float))])
    assert by_sound.acoustics > 0.9 > 0.1 > by_sound.classes
    assert by_class.classes > 0.9 > 0.1 > by_class.acoustics
    assert by_sound.neurons == 2


@pytest.mark.parametrize(
    ("says", "word"),
    [
        (("supports", "supports", "supports"), "holds"),
        (("supports", "silent", "supports"), "undecided"),
        (("supports", "silent", "contradicts"), "fails"),
    ],
)
def test_the_first_finding_is_decided_by_its_rule(says, word):
    tests = [
        DecisiveTest(name=name, question="?", figure=Figure(value=0.0), says=one, untrained=Figure(value=0.0))
        for name, one in zip(("causal", "prediction", "explanation"), says, strict=True)
    ]
    assert decide_combination(tests)[0] == word


def test_a_test_speaks_only_when_its_whole_interval_does():
    assert speaks(Figure(value=0.1, low=0.01, high=0.2), 0.0) == "supports"
    assert speaks(Figure(value=0.1, low=-0.01, high=0.2), 0.0) == "silent"
    assert speaks(Figure(value=-0.1, low=-0.2, high=-0.06), -0.05) == "contradicts"
    assert speaks(Figure(reason="nothing there"), 0.0) == "silent"


@pytest.mark.parametrize(
    ("values", "p_values", "word"),
    [
        ((-1, 1, 1, -1), (0.01, 0.01, 0.01, 0.01), "holds"),
        ((-1, 1, 1, -1), (0.01, 0.01, 0.2, 0.01), "undecided"),
        ((-1, 1, -1, -1), (0.01, 0.01, 0.01, 0.01), "fails"),
        ((-1, 1, 1, None), (0.01, 0.01, 0.01, None), "undecided"),
    ],
)
def test_the_second_finding_is_decided_by_its_rule(values, p_values, word):
    expected = ("below 0", "above 0", "above 0", "below 0")
    comparisons = [
        Comparison(
            question="?",
            expected=side,
            figure=Figure(reason="too few networks") if value is None else Figure(value=value, adjusted=p),
        )
        for value, p, side in zip(values, p_values, expected, strict=True)
    ]
    assert decide_polysemanticity(comparisons)[0] == word
