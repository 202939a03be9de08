"""A language model and the sounds themselves as judges: held-out clips only, chance beside every figure."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.verification.detection import detect_with_model, told
from earmark.dissection.verification.sounding import sound_out
from earmark.evidence import Claim
from earmark.language.providers.scripted import Scripted


def saying(index, text):
    phrase = Phrase(text=text, kind="words", weight=1.0)
    claim = NeuronClaim(claim=Claim(id=str(index), text=text, evidence_ids=()), phrases=(phrase,))
    return Description(neuron=NeuronId(tap="planted", index=index), text=text, claims=(claim,))


@pytest.fixture
def planted(scene):
    """Neuron 0 answers to the dogs among the clips, neuron 1 to nothing in particular."""
    recorded = scene.record(scene.neuron("dog"), scene.neuron(strength=0, seed=1))
    said = {row: caption.text for row, caption in enumerate(scene.captions)}
    return scene.clip_set, recorded, said, scene.features, scene.labels == "dog"


def knows_dogs(prompt):
    lines = prompt.data[1].text.splitlines()
    return json.dumps({"fits": [{"number": n, "fit": 90 if "dog" in line else 20} for n, line in enumerate(lines, 1)]})


def test_a_model_that_reads_well_tells_the_strong_clips_and_chance_stands_beside_it(planted):
    clips, recorded, said, features, _ = planted
    (row,) = detect_with_model(Scripted(knows_dogs), [saying(0, "dog")], recorded, said, features, clips)
    assert (row.auprc, row.f1, row.clips, row.reason) == (1.0, 1.0, 24, None)
    assert row.auprc_chance == pytest.approx(8 / 24)
    assert row.f1_chance == pytest.approx(0.5)
    assert row.embedded_auprc == 1.0
    assert "mean AUPRC 1.00 (chance 0.33, embedded 1.00)" in told([row])


def test_a_model_that_says_the_same_of_every_clip_scores_chance(planted):
    clips, recorded, said, features, _ = planted
    flat = Scripted(lambda p: json.dumps({"fits": [{"number": n, "fit": 70} for n in range(1, 25)]}))
    (row,) = detect_with_model(flat, [saying(0, "dog")], recorded, said, features, clips)
    assert row.auprc == pytest.approx(row.auprc_chance)
    assert row.f1 == pytest.approx(row.f1_chance)


def test_the_scores_equal_scikit_learns(planted):
    clips, recorded, said, features, _ = planted

    def fit(number, line):
        return (37 * number + 11 * len(line)) % 101

    def answer(prompt):
        lines = prompt.data[1].text.splitlines()
        return json.dumps({"fits": [{"number": n, "fit": fit(n, line)} for n, line in enumerate(lines, 1)]})

    model = Scripted(answer)
    (row,) = detect_with_model(model, [saying(0, "dog")], recorded, said, features, clips)
    lines = model.asked[0].data[1].text.splitlines()
    truth = np.array(["dog" in line for line in lines])
    fits = np.array([fit(n, line) for n, line in enumerate(lines, 1)])
    assert row.auprc == pytest.approx(average_precision_score(truth, fits))
    assert row.f1 == pytest.approx(f1_score(truth, fits >= 50))


def test_the_question_holds_captions_of_held_out_clips_and_nothing_of_the_answer(planted):
    clips, recorded, said, features, _ = planted
    marked = {row: f"{text} ({clips.clips[row].id})" for row, text in said.items()}
    model = Scripted(knows_dogs)
    detect_with_model(model, [saying(0, "dog")], recorded, marked, features, clips)
    asked = model.asked[0]
    named = set(re.findall(r"clip\d+", asked.data[1].text))
    assert len(named) == 24
    assert named <= {clip.id for clip in clips.clips if clip.split == "held_out"}
    assert [message.label for message in asked.data] == ["what is said of the unit", "numbered captions"]
    dogs_first = ["dog" in line for line in asked.data[1].text.splitlines()]
    assert dogs_first != sorted(dogs_first, reverse=True)
    again = Scripted(knows_dogs)
    detect_with_model(again, [saying(0, "dog")], recorded, marked, features, clips)
    assert again.asked[0].data == asked.data


def test_a_shown_clip_among_the_held_out_is_refused(planted):
    clips, recorded, said, features, _ = planted
    leak = replace(recorded, held_out_clips=recorded.shown_clips, held_out=recorded.shown)
    with pytest.raises(AssertionError):
        detect_with_model(Scripted(knows_dogs), [saying(0, "dog")], leak, said, features, clips)


def test_what_cannot_be_judged_is_a_reason_and_costs_nothing(planted):
    clips, recorded, said, features, _ = planted
    silent = Scripted(knows_dogs)
    (row,) = detect_with_model(silent, [saying(0, "dog")], recorded, {}, features, clips)
    assert row.auprc is None
    assert "have a caption" in row.reason
    assert silent.asked == []
    (row,) = detect_with_model(Scripted(lambda _: '{"fits": []}'), [saying(0, "dog")], recorded, said, features, clips)
    assert row.auprc is None
    assert "no usable reply twice" in row.reason
    assert "one entry for each of the 24 captions" in row.reason


class Spaces:
    """Sounds and names in one space: dogs in one corner, all else in the other."""

    name, rate_hz = "two corners", 8000

    def embed_names(self, names):
        return np.array([[1, 0] if "dog" in name else [0, 1] for name in names], dtype=np.float32)

    def embed_sound(self, waveform):
        raise AssertionError("sounds were embedded before")


def test_a_sentence_predicts_held_out_activations_by_the_sounds_alone(planted):
    clips, recorded, _, features, dogs = planted
    sounds = np.where(dogs[:, None], [[1.0, 0.0]], [[0.0, 1.0]]).astype(np.float32)
    rows = sound_out(
        [saying(0, "a dog"), saying(1, "a dog"), saying(0, "rain")], recorded, sounds, Spaces(), clips, features.groups
    )
    held = recorded.held_out_clips
    assert rows[0].pearson == pytest.approx(np.corrcoef(dogs[held], recorded.held_out[:, 0])[0, 1], abs=1e-5)
    assert rows[0].auprc_chance < 0.12 < rows[0].auprc
    assert abs(rows[1].pearson) < 0.25
    assert rows[2].pearson == pytest.approx(-rows[0].pearson, abs=1e-5)


def test_sounds_that_do_not_vary_are_a_reason(planted):
    clips, recorded, _, features, _ = planted
    (row,) = sound_out([saying(0, "a dog")], recorded, np.ones((600, 2)), Spaces(), clips, features.groups)
    assert row.pearson is None
    assert "nothing varies" in row.reason
