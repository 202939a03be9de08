"""On a network whose neurons are known, the right ones are silenced and nothing else is lost."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.unlearning.aftermath import last_hidden, probe_auc
from earmark.dissection.unlearning.card import card
from earmark.dissection.unlearning.damage import assess, calibrating_temperature
from earmark.dissection.unlearning.erasing import erased, fit_eraser
from earmark.dissection.unlearning.forgetting import Budget, Subject, forget
from earmark.dissection.unlearning.listening import logits_of
from earmark.dissection.unlearning.recipe import class_of, safe_name
from earmark.dissection.unlearning.whom import (
    by_attribution,
    by_closed_concept,
    by_open_concepts,
    by_selectivity,
    mix,
)
from earmark.errors import InvalidInput, NotEnoughEvidence, UnknownName
from earmark.evidence import Claim
from earmark.evidence.interval import wilson

spec = importlib.util.spec_from_file_location("planted", Path(__file__).with_name("planted.py"))
planted = importlib.util.module_from_spec(spec)
sys.modules["planted"] = planted
spec.loader.exec_module(planted)


@pytest.fixture(scope="module")
def subject():
    network = planted.planted_network()
    choosing = planted.prepared(network, 20, seed=1, side="shown")
    judging = planted.prepared(network, 20, seed=2, side="held-out")
    hidden = find_taps(network, ["hidden"])
    classifier = find_taps(network, ["classifier"])[0]
    recordings = [one for one in planted.recorded(network, choosing) if one.tap in hidden]
    return Subject.listen(network, hidden, recordings, choosing, judging, classifier)


def rankings(subject, target):
    own = subject.choosing.classes == target
    selectivity = by_selectivity(subject.recorded, own)
    return [
        selectivity,
        by_attribution(subject.network, subject.taps, subject.choosing, target),
        by_attribution(subject.network, subject.taps, subject.choosing, target, "taylor"),
        mix(selectivity, by_attribution(subject.network, subject.taps, subject.choosing, target)),
    ]


def test_the_planted_network_hears_its_classes(subject):
    assert (subject.judging_before.argmax(1) == subject.judging.classes).all()


@pytest.mark.parametrize("target", [0, 3, 5])
@pytest.mark.parametrize("method", range(4))
def test_the_four_neurons_of_a_class_are_chosen_and_only_they_are_missed(subject, target, method):
    ranking = rankings(subject, target)[method]
    found = forget(subject, ranking, target, budget=Budget(neurons=4), random_prunes=5)
    assert set(found.silenced[0].neurons) == planted.truth(target)
    assert found.damage.forget_after <= 1 / len(planted.CLASSES)
    assert found.damage.retained_after >= found.damage.retained_before - 0.01
    assert np.median(found.random_forget) > 0.5


def test_without_a_budget_as_few_as_forget_all_within_what_the_others_may_lose(subject):
    found = forget(subject, rankings(subject, 2)[0], 2, random_prunes=0)
    assert found.damage.forget_after == 0
    assert found.damage.retained_after >= found.damage.retained_before - 0.03
    assert set(found.silenced[0].neurons) <= planted.truth(2)


def test_the_probe_says_whether_the_class_is_still_there(subject):
    found = forget(subject, rankings(subject, 1)[0], 1, budget=Budget(neurons=4), random_prunes=0)
    assert found.before.probe_auc == pytest.approx(1, abs=0.02)
    assert found.before.relearning_steps == 0
    assert found.after.relearning_steps is None or found.after.relearning_steps > 0


def test_leace_takes_the_direction_out_of_what_the_classifier_reads(subject):
    eraser = fit_eraser(subject.network, subject.classifier, subject.choosing, 3)
    train, test = (
        last_hidden(subject.network, subject.classifier, clips, erased(subject.network, subject.classifier, eraser))
        for clips in (subject.choosing, subject.judging)
    )
    found = probe_auc(train, subject.choosing.classes == 3, test, subject.judging.classes == 3)
    assert found == pytest.approx(0.5, abs=0.2)
    assert np.array_equal(logits_of(subject.network, subject.judging), subject.judging_before)


def scored(neuron, concept, rank=1, score=0.5):
    return ConceptScore(
        tap="hidden", neuron=neuron, source="DB", score_name="cosine_cubed", rank=rank, concept=concept, score=score
    )


def test_only_the_best_name_in_the_closed_list_counts(subject):
    rows = [scored(3, "rain", score=0.2), scored(5, "Rain", score=0.9), scored(6, "rain", rank=2), scored(6, "drum")]
    assert by_closed_concept(rows, "rain", subject.taps).best(10) == {"hidden": [5, 3]}
    with pytest.raises(UnknownName, match="drum"):
        by_closed_concept(rows, "drums", subject.taps)


class Letters:
    """Vectors by hand: 'downpour' lies near 'rain', nothing else lies near anything."""

    name = "letters"
    places = {"rain": (1, 0, 0), "downpour": (0.8, 0, 0.6), "siren": (0, 1, 0)}

    def embed(self, texts):
        return np.array([self.places.get(text, (0, 0, 1)) for text in texts], dtype=np.float32)


def said(neuron, text, *concepts):
    phrase = Phrase(text=text, kind="words", weight=1.0)
    claim = NeuronClaim(claim=Claim(id=str(neuron), text=text, evidence_ids=()), phrases=(phrase,))
    return Description(neuron=NeuronId(tap="hidden", index=neuron), text=text, claims=(claim,), open_concepts=concepts)


def test_open_concepts_match_whole_words_and_near_synonyms_never_substrings(subject):
    descriptions = [said(0, "training", "training"), said(1, "rain", "rain"), said(2, "a downpour", "downpour")]
    assert by_open_concepts(descriptions, "rain", subject.taps, Letters()).best(9) == {"hidden": [1, 2]}
    with pytest.raises(UnknownName, match="siren"):
        by_open_concepts(descriptions, "siren", subject.taps, Letters())


def test_exact_damage_of_a_hand_made_case():
    before = np.array([[4, 0], [4, 0], [0, 4], [0, 4]], dtype=np.float32)
    after = np.array([[0, 1], [4, 0], [0, 4], [3, 2]], dtype=np.float32)
    damage = assess(before, after, np.array([0, 0, 1, 1]), ("a", "b"), 0)
    assert (damage.forget_before, damage.forget_after) == (1.0, 0.5)
    assert (damage.retained_before, damage.retained_after) == (1.0, 0.5)
    assert (damage.delta_a, damage.delta_r) == (2.0, 1.0)
    assert [one.label for one in damage.neighbours] == ["b"]


def test_wilsons_interval_has_its_textbook_values():
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 20)[0] == 0.0


def test_overconfident_logits_are_cooled():
    logits = np.array([[8, 0], [8, 0], [8, 0], [0, 8]], dtype=np.float32)
    assert calibrating_temperature(logits, np.array([0, 0, 1, 1])) > 2


def test_clips_that_choose_never_judge(subject):
    with pytest.raises(InvalidInput, match="both choose neurons and judge"):
        Subject.listen(subject.network, subject.taps, subject.recorded, subject.choosing, subject.choosing, None)


def test_no_clip_of_the_class_to_judge_is_one_sentence(subject):
    classes = np.where(subject.judging.classes == 0, 1, subject.judging.classes)
    with pytest.raises(NotEnoughEvidence, match="no clips of 'bell'"):
        assess(subject.judging_before, subject.judging_before, classes, planted.CLASSES, 0)


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        ({"neurons": 0}, "at least 1"),
        ({"share": 1.0}, "no unlearning"),
        ({"neurons": 3, "share": 0.1}, "one of --budget, --share and --retain-drop"),
        ({"retain_drop": 1.0}, "between 0 and 1"),
    ],
)
def test_budgets_that_mean_nothing(budget, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        Budget(**budget)


def test_a_budget_of_everything_is_refused(subject):
    with pytest.raises(InvalidInput, match="nothing would be left"):
        forget(subject, rankings(subject, 0)[0], 0, budget=Budget(neurons=10**6))


def test_an_unknown_class_names_the_nearest(subject):
    with pytest.raises(UnknownName, match="siren"):
        class_of(subject.network, "sirens")
    assert class_of(subject.network, " RAIN ") == 1


def test_the_card_says_before_and_after_and_no_markup_of_a_label(subject):
    found = forget(subject, rankings(subject, 1)[0], 1, budget=Budget(neurons=4), random_prunes=3)
    text = card(found.model_copy(update={"concept": "rain|<b>`"}), None, subject.network)
    assert "| rain b | 100.0% | 0.0% |" in text
    assert "Delta A" in text


def test_a_class_name_is_never_a_path():
    assert safe_name("../../etc/passwd") == "etc-passwd"
    assert safe_name("雨") == "concept"
