"""On a network whose neurons are known, the right ones are silenced and nothing else is lost."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.unlearning.aftermath import last_hidden, probe_auc
from earmark.dissection.unlearning.attribution import by_attribution, by_passes
from earmark.dissection.unlearning.budget import Budget
from earmark.dissection.unlearning.card import card, safe_name
from earmark.dissection.unlearning.damage import assess, calibrated, calibrating_temperature
from earmark.dissection.unlearning.erasing import erased, fit_erasers, folded_copy
from earmark.dissection.unlearning.export import NotExported
from earmark.dissection.unlearning.forgetting import erase, forget
from earmark.dissection.unlearning.listening import logits_of
from earmark.dissection.unlearning.recipe import not_forgotten
from earmark.dissection.unlearning.subject import Concept, Subject
from earmark.dissection.unlearning.whom import by_closed_concept, by_open_concepts, by_selectivity, mix
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
    attribution = by_attribution(subject.network, subject.taps, subject.choosing, target)
    return [
        selectivity,
        attribution,
        by_attribution(subject.network, subject.taps, subject.choosing, target, "taylor"),
        mix(selectivity, attribution),
        by_passes(subject.network, subject.taps, subject.choosing, target),
    ]


def test_the_planted_network_hears_its_classes(subject):
    assert (subject.judging_before.argmax(1) == subject.judging.classes).all()


@pytest.mark.parametrize("target", [0, 3, 5])
@pytest.mark.parametrize("method", range(5))
def test_the_four_neurons_of_a_class_are_chosen_and_only_they_are_missed(subject, target, method):
    ranking = rankings(subject, target)[method]
    found = forget(subject, ranking, subject.concept(target), budget=Budget(neurons=4), random_prunes=5)
    assert set(found.silenced[0].neurons) == planted.truth(target)
    assert found.damage.forget.after <= 1 / len(planted.CLASSES)
    assert found.damage.retained.lost <= 0.01
    assert np.median(found.random_forget) > 0.5
    assert subject.is_restored()


@pytest.mark.parametrize("target", [1, 2, 4])
@pytest.mark.parametrize("method", range(5))
def test_without_a_budget_the_class_is_pushed_as_far_down_as_the_others_can_bear(subject, target, method):
    found = forget(subject, rankings(subject, target)[method], subject.concept(target), random_prunes=0)
    assert set(found.silenced[0].neurons) == planted.truth(target)
    assert found.damage.forget.after == 0
    assert found.damage.retained.lost <= 0.03


def test_what_the_others_cannot_bear_is_not_done(subject):
    backwards = by_selectivity(subject.recorded, subject.choosing.classes == 0)
    found = forget(subject, backwards, subject.concept(5), budget=Budget(retain_drop=0.0), random_prunes=0)
    assert found.neurons == 1


def test_a_ranking_that_leaves_something_of_the_class_gives_way_to_one_that_leaves_less(subject):
    backwards, attribution = rankings(subject, 0)[0], rankings(subject, 5)[1]
    found = forget(
        subject,
        backwards,
        subject.concept(5),
        budget=Budget(retain_drop=0.0),
        random_prunes=0,
        otherwise=[backwards, attribution],
    )
    assert found.method == "attribution"
    assert set(found.silenced[0].neurons) == planted.truth(5)


def test_no_other_ranking_is_made_where_nothing_is_left_of_the_class(subject):
    def never():
        raise AssertionError("another ranking was asked for")
        yield

    assert forget(subject, rankings(subject, 5)[1], subject.concept(5), random_prunes=0, otherwise=never()).method


def test_passes_silence_the_planted_neurons_first_and_never_those_that_hold_nothing_up(subject):
    ranking = by_passes(subject.network, subject.taps, subject.choosing, 2)
    assert set(ranking.best(4)["hidden"]) == planted.truth(2)
    assert not set(ranking.best(10**6)["hidden"]) & (planted.truth(0) | planted.truth(5))
    assert by_passes(subject.network, subject.taps, subject.choosing, 2, most=3).speaking == 3


def test_some_clips_are_the_same_clips(subject):
    rows = [3, 50, 99]
    some = subject.judging.only(rows)
    assert some.clip_ids == tuple(subject.judging.clip_ids[row] for row in rows)
    np.testing.assert_array_equal(some.classes, subject.judging.classes[rows])
    np.testing.assert_allclose(logits_of(subject.network, some), subject.judging_before[rows], rtol=1e-5)


def test_of_many_clips_a_few_are_taken_evenly_over_the_other_classes(subject):
    few = subject.choosing.a_few(2, own=6, others=10)
    assert np.bincount(few.classes).tolist() == [2, 2, 6, 2, 2, 2]
    assert sorted(np.bincount(subject.choosing.a_few(2, own=1, others=7, seed=3).classes)) == [1, 1, 1, 1, 2, 2]
    assert subject.choosing.a_few(2, own=6, others=10, seed=1).clip_ids != few.clip_ids
    assert subject.choosing.a_few(2, own=100, others=1000).clip_ids == subject.choosing.clip_ids


def test_where_some_classes_have_few_clips_the_others_fill_up(subject):
    rows = [*np.flatnonzero(subject.choosing.classes < 2)[:40], *np.flatnonzero(subject.choosing.classes == 4)[:1]]
    lopsided = subject.choosing.only(rows)
    assert np.bincount(lopsided.a_few(0, own=3, others=6).classes).tolist() == [3, 5, 0, 0, 1]


def test_passes_run_the_clips_that_they_say_and_no_others(subject, monkeypatch):
    monkeypatch.setattr("earmark.dissection.unlearning.attribution._OWN_CLIPS", 6)
    monkeypatch.setattr("earmark.dissection.unlearning.attribution._OTHER_CLIPS", 10)
    ran = []
    hook = subject.network.module.hidden.register_forward_pre_hook(lambda _, inputs: ran.append(len(inputs[0])))
    by_passes(subject.network, subject.taps, subject.choosing, 2, most=1)
    hook.remove()
    assert sum(ran) == 16


def test_attribution_asks_no_gradient_of_the_weights_and_equals_a_hand_made_case(subject):
    ranking = by_attribution(subject.network, subject.taps, subject.choosing, 2)
    module = subject.network.module
    assert all(parameter.grad is None for parameter in module.parameters())
    with torch.inference_mode():
        hidden = []
        hook = module.hidden.register_forward_hook(lambda _, __, output: hidden.append(output))
        module(**subject.choosing.batches[0][1])
        hook.remove()
    own = hidden[0][subject.choosing.classes == 2]
    # The classifier is linear: activation times its weight beyond the mean of the others, where the ReLU is open.
    weight = module.classes.weight[2] - module.classes.weight[[0, 1, 3, 4, 5]].mean(0)
    expected = (torch.relu(own) * weight).sum(0)
    np.testing.assert_allclose(ranking.scores["hidden"], expected.detach().numpy(), rtol=1e-4, atol=1e-4)


def test_the_probe_says_whether_the_class_is_still_there(subject):
    found = forget(subject, rankings(subject, 1)[0], subject.concept(1), budget=Budget(neurons=4), random_prunes=0)
    assert found.before.probe_auc == pytest.approx(1, abs=0.02)
    assert found.before.relearning_steps == 0
    assert found.after.relearning_steps is None or found.after.relearning_steps > 0


def test_leace_takes_the_direction_out_of_what_the_classifier_reads(subject):
    (eraser,) = fit_erasers(subject.network, subject.classifier, subject.choosing, 3)
    train, test = (
        last_hidden(
            subject.network, subject.classifier, clips, lambda: erased(subject.network, subject.classifier, eraser)
        )
        for clips in (subject.choosing, subject.judging)
    )
    found = probe_auc(train, subject.choosing.classes == 3, test, subject.judging.classes == 3)
    assert found == pytest.approx(0.5, abs=0.2)
    assert subject.is_restored()


def test_an_eraser_streamed_over_batches_is_the_one_of_all_clips_at_once(subject):
    whole = subject.choosing
    batches = tuple(
        (tuple(range(start, start + 7)), {"waves": whole.batches[0][1]["waves"][start : start + 7]})
        for start in range(0, len(whole) - 7, 7)
    )
    rows = [row for own, _ in batches for row in own]
    streamed = replace(whole.only(rows), batches=batches)
    (one,), (other,) = (
        fit_erasers(subject.network, subject.classifier, clips, 3) for clips in (streamed, whole.only(rows))
    )
    np.testing.assert_allclose(one.projection, other.projection, atol=1e-6)


def test_leace_forgets_the_class_beside_erasers_of_random_clips_that_do_not(subject):
    found, eraser = erase(subject, subject.concept(3), random_prunes=20)
    assert (found.method, found.how, found.neurons, found.directions) == ("leace", "erase", 0, 1)
    assert found.damage.forget.after <= 1 / len(planted.CLASSES) + 0.1
    assert found.damage.retained.lost <= 0.02
    assert len(found.random_forget) == 20
    assert np.median(found.random_forget) > 0.5
    assert eraser.directions == 1


def test_leace_needs_a_class(subject):
    with pytest.raises(InvalidInput, match="'dog' is no class"):
        erase(subject, Concept("dog", None))


def test_an_eraser_folded_into_the_classifier_says_the_same(subject):
    _, eraser = erase(subject, subject.concept(3), random_prunes=0)
    with erased(subject.network, subject.classifier, eraser):
        hooked = logits_of(subject.network, subject.judging)
    folded = replace(subject.network, module=folded_copy(subject.network, subject.classifier, eraser))
    np.testing.assert_allclose(logits_of(folded, subject.judging), hooked, rtol=1e-5, atol=1e-5)


def test_of_a_concept_that_is_no_class_what_each_class_lost_is_reported(subject):
    ranking = by_open_concepts([said(0, "a dog", "dog"), said(9, "dogs", "dog")], "dog", subject.taps, Letters())
    found = forget(subject, ranking, Concept("dog", None), budget=Budget(neurons=2), random_prunes=3)
    assert found.silenced[0].neurons == (0, 9)
    assert found.damage.forget is None
    assert found.damage.retained.clips == len(subject.judging)
    assert [one.label for one in found.damage.classes] == sorted(planted.CLASSES, key=planted.CLASSES.index)
    assert (found.random_forget, len(found.random_retained)) == ((), 3)
    assert "no class" in found.after.reason
    assert "dog is no class of the network" in card(found, NotExported("masks only"), subject.network)


def test_without_a_budget_all_that_says_a_concept_is_silenced_while_the_classes_can_bear_it(subject):
    words = [said(neuron, "a dog", "dog") for neuron in (24, 25, 26)]
    ranking = by_open_concepts(words, "dog", subject.taps, Letters())
    found = forget(subject, ranking, Concept("dog", None), random_prunes=0)
    assert found.silenced[0].neurons == (24, 25, 26)


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
    assert (damage.forget.before, damage.forget.after, damage.forget.clips) == (1.0, 0.5, 2)
    assert (damage.retained.before, damage.retained.after, damage.retained.lost) == (1.0, 0.5, 0.5)
    assert (damage.delta_a, damage.delta_r) == (2.0, 1.0)
    assert [one.label for one in damage.neighbours] == ["b"]


def test_no_clip_is_judged_at_a_temperature_that_it_chose():
    logits = np.array([[9, 0], [9, 0], [0, 9], [9, 0], [9, 0], [0, 9]], dtype=np.float32)
    classes = np.array([0, 0, 0, 0, 1, 1])
    shares, _ = calibrated(logits, logits, classes)
    first, second = np.array([0, 2, 4]), np.array([1, 3, 5])
    for own, others in ((first, second), (second, first)):
        cooled = np.exp(logits[own] / calibrating_temperature(logits[others], classes[others]))
        np.testing.assert_allclose(shares[own], cooled / cooled.sum(1, keepdims=True))


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
    with pytest.raises(NotEnoughEvidence, match="no clips of 'bell' among the held-out clips"):
        assess(subject.judging_before, subject.judging_before, classes, planted.CLASSES, 0)


@pytest.mark.parametrize(("side", "named"), [("choosing", "shown"), ("judging", "held-out")])
def test_nothing_to_retain_is_one_sentence(subject, side, named):
    alone = getattr(subject, side).only(np.flatnonzero(getattr(subject, side).classes == 0))
    with pytest.raises(NotEnoughEvidence, match=f"no clips of other classes than 'bell' among the {named} clips"):
        forget(replace(subject, **{side: alone}), rankings(subject, 0)[0], subject.concept(0))


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
        forget(subject, rankings(subject, 0)[0], subject.concept(0), budget=Budget(neurons=10**6))


def test_the_card_says_before_and_after_and_no_markup_of_a_label(subject):
    found = forget(subject, rankings(subject, 1)[0], subject.concept(1), budget=Budget(neurons=4), random_prunes=3)
    text = card(found.model_copy(update={"concept": "rain|<b>`"}), NotExported("a `reason`"), subject.network)
    assert "| rain b | 20 | 100.0% | 0.0% |" in text
    assert "| `hidden` | masked while it runs | 4 | 4, 5, 6, 7 |" in text
    assert "No weights were exported: a reason." in text
    assert "Delta A" in text


def test_what_is_not_forgotten_is_said_with_what_to_try(subject):
    ranking = rankings(subject, 0)[0]
    one, four = (
        forget(subject, ranking, subject.concept(0), budget=Budget(neurons=count), random_prunes=0) for count in (1, 4)
    )
    assert one.damage.forget.after > 0.5
    assert "bell is not forgotten" in not_forgotten(one)
    assert not_forgotten(four) is None


def test_a_class_name_is_never_a_path():
    assert safe_name("../../etc/passwd") == "etc-passwd"
    assert safe_name("雨") == "concept"
