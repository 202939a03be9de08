"""What is said of a neuron: from shown clips only, in plain words, and nothing where nothing can be said."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from earmark.dissection.describing.association import normal_scores
from earmark.dissection.describing.calibration import calibrate
from earmark.dissection.describing.choosing import fold_of
from earmark.dissection.describing.descriptions import Description, NeuronId, Phrase
from earmark.dissection.describing.features import Candidate, build_features
from earmark.dissection.describing.open_concepts import open_concepts
from earmark.dissection.describing.phrases import lemma_set
from earmark.dissection.describing.summaries import describe, group_phrases
from earmark.dissection.describing.wording import gerund, say_claim, say_description, say_sound
from earmark.dissection.recording.selection import select
from earmark.dissection.verification.verification import VerifyConfig, verify

QUICK = VerifyConfig(draws=50, precision_draws=20)


def described(scene, *neurons):
    recorded = scene.record(*neurons)
    return recorded, describe(recorded, select(recorded, scene.clip_set), scene.features)


def sounding(text):
    return Candidate(text, "acoustic", (text,), (), text, text)


@pytest.fixture(scope="module")
def layer(scene):
    """Six detectors, thirty of noise, one dead; recorded, described."""
    detectors = [
        scene.neuron(label, seed=n) for n, label in enumerate(("dog", "bell", "rain", "engine", "bird", "baby"))
    ]
    noise = [scene.neuron(seed=100 + n) for n in range(30)]
    return described(scene, *detectors, *noise, np.full(len(scene.labels), 0.3))


def test_a_neuron_that_follows_a_captioned_class_is_described_by_it_and_supported(scene, layer):
    recorded, descriptions = layer
    rows = verify(descriptions, recorded, scene.features, scene.clip_set, QUICK)
    outcome = {row.neuron.index: row.verdict.outcome for row in rows if row.subject == "description"}
    for index, word in enumerate(("dog", "bell", "rain", "engine", "bird", "baby")):
        heaviest = max(descriptions[index].phrases, key=lambda phrase: phrase.weight)
        names = {"dog": {"dog", "bark"}, "bell": {"bell", "church", "ring"}, "rain": {"rain", "heavy"}}
        names |= {"engine": {"engine", "idle"}, "bird": {"bird", "sing"}, "baby": {"baby", "cry"}}
        assert lemma_set(heaviest.text) <= names[word]
        assert outcome[index] == "supported"


def test_a_neuron_of_pure_noise_gets_no_description_or_an_undecided_one(scene, layer):
    recorded, descriptions = layer
    rows = verify(descriptions, recorded, scene.features, scene.clip_set, QUICK)
    noise = [row for row in rows if row.subject == "description" and row.neuron.index >= 6]
    assert sum(description.text is None for description in descriptions[6:36]) >= 27
    assert {row.verdict.outcome for row in noise} <= {"undecided", "refuted"}
    for description in descriptions[6:36]:
        assert description.text or description.failure


def test_of_four_hundred_noise_neurons_hardly_any_is_described_and_none_supported(scene):
    """Beside good detectors, whose phrases must not buy false ones for others."""
    detectors = [scene.neuron(label, seed=n) for n, label in enumerate(("dog", "bell", "rain", "engine", "bird"))]
    recorded, descriptions = described(scene, *detectors, *(scene.neuron(seed=1000 + n) for n in range(400)))
    rows = verify(descriptions, recorded, scene.features, scene.clip_set, QUICK)
    outcomes = [row.verdict.outcome for row in rows if row.subject == "description" and row.neuron.index >= 5]
    assert len(outcomes) <= 0.03 * 400
    assert "supported" not in outcomes


def test_a_dead_neuron_gets_no_description_and_the_reason(layer):
    assert layer[1][36].text is None
    assert layer[1][36].failure == "dead: it does not vary over the shown clips."


def test_what_held_out_clips_say_and_do_changes_no_description(scene, layer):
    recorded, descriptions = layer
    held_out = {clip.id for clip in scene.clip_set.of("held_out")}
    lies = [
        caption.model_copy(update={"text": "a volcano erupting"}) if caption.clip_id in held_out else caption
        for caption in scene.captions
    ]
    features = build_features(scene.clip_set, lies, None, scene.embedder)
    other = replace(recorded, held_out=recorded.held_out[::-1].copy())
    assert describe(other, select(other, scene.clip_set), features) == descriptions


def test_the_evidence_of_a_claim_is_shown_strong_clips(scene, layer):
    recorded, descriptions = layer
    shown = {clip.id for clip in scene.clip_set.of("shown")}
    evidence = select(recorded, scene.clip_set)
    for item, description in zip(evidence[:6], descriptions[:6], strict=True):
        strong = {seen.id: seen.excerpt.source_id for seen in item.high}
        cited = [strong[seen] for claim in description.claims for seen in claim.claim.evidence_ids]
        assert cited
        assert set(cited) <= shown


def test_a_neuron_of_two_kinds_of_clips_gets_a_claim_for_each(scene):
    _, (description,) = described(scene, scene.neuron("dog", "rain"))
    words = [{lemma for phrase in claim.phrases for lemma in lemma_set(phrase.text)} for claim in description.claims]
    assert len(words) == 2
    assert sum(bool(said & {"dog", "bark"}) for said in words) == 1
    assert sum(bool(said & {"rain", "heavy"}) for said in words) == 1
    assert description.text.startswith("either ")
    assert description.claims[0].claim.id != description.claims[1].claim.id


def test_no_description_has_more_than_three_phrases(scene):
    _, (description,) = described(scene, scene.neuron("dog", "rain", "bell", "baby"))
    assert 1 <= len(description.phrases) <= 3


def test_no_dog_does_not_make_a_dog_concept(scene_of):
    def caption_of(label, place):
        return f"a cat meowing, no dog {place}" if label == "dog" else f"a {label} {place}"

    denying = scene_of(caption_of=caption_of)
    assert not any("dog" in candidate.lemmas for candidate in denying.features.candidates)
    _, (description,) = described(denying, denying.neuron("dog"))
    assert "dog" not in description.open_concepts
    assert set(description.open_concepts) & {"cat", "meow"}


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("a dog barking, no birds", {"dog", "bark"}),
        ("pouring rain without thunder", {"pour", "rain"}),
        ("either church bells, or something loud", {"church", "bell", "loud"}),
        ("a catalogue", {"catalogue"}),
    ],
)
def test_open_concepts_are_lemmas_of_what_is_affirmed(text, concepts):
    assert set(open_concepts(text)) == concepts


def test_a_measured_attribute_is_one_open_concept():
    said = "either an even sound, broken by silence, or a dog barking evenly"
    assert open_concepts(said, ["broken by silence", "even"]) == ("dog", "bark", "broken by silence", "even")
    assert open_concepts("a wide-ranging sound", ["wide-ranging"]) == ("wide-ranging",)


def test_open_concepts_match_whole_words(scene_of):
    def caption_of(label, place):
        return {"rain": "water pouring", "bell": "a bell ringing"}.get(label, f"a {label}") + f" {place}"

    pouring = scene_of(caption_of=caption_of)
    says = pouring.features.says[:, [candidate.text for candidate in pouring.features.candidates].index("ringing")]
    assert not says[pouring.labels == "rain"].any()
    assert says[pouring.labels == "bell"].all()


def test_what_the_weak_clips_say_too_is_withheld(scene):
    class Fixed:
        name = "fixed"

        def embed(self, texts):
            known = {"a dog": [1, 0], "a hound": [0.8, 0.6], "rain": [0, 1]}
            return np.array([known[text] for text in texts], np.float32)

    assert calibrate(["a dog", "rain"], ["a hound"], Fixed()) == ((), ("a dog", "rain"))
    assert calibrate(["a dog"], ["rain"], Fixed()) == (("a dog",), ())
    assert calibrate(["a dog"], [], Fixed()) == (("a dog",), ())


def test_phrases_of_the_same_clips_make_one_claim_and_of_different_ones_two():
    says = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=bool)
    apart = np.eye(3, dtype=np.float32)
    assert group_phrases(np.arange(3), says, apart) == [[0, 1], [2]]
    alike = apart.copy()
    alike[0, 2] = alike[2, 0] = 0.5
    assert group_phrases(np.arange(3), says, alike) == [[0, 1, 2]]


def test_a_source_never_stands_in_two_folds_and_folds_are_even():
    groups = np.repeat(np.arange(30), np.tile([1, 2, 3], 10))
    fold = fold_of(groups, 5, seed=0)
    assert all(len(set(fold[groups == source])) == 1 for source in range(30))
    assert np.bincount(fold).tolist() == [12] * 5


def test_one_wild_clip_weighs_no_more_than_its_rank():
    tame = np.arange(10, dtype=np.float32)[:, None]
    wild = tame.copy()
    wild[-1] = 1e6
    assert np.array_equal(normal_scores(tame), normal_scores(wild))


def test_participle_phrases_stand_after_the_noun():
    assert say_sound(["broken by silence", "quiet"]) == "a quiet sound broken by silence"
    assert say_sound(["broken by silence"]) == "a sound broken by silence"
    assert say_sound(["rapidly repeating", "loud"]) == "a rapidly repeating, loud sound"
    assert say_sound(["abrupt"]) == "an abrupt sound"


DOG = Candidate("dogs barking", "words", ("dog", "bark"), ("noun", "verb"))
RAIN = Candidate("heavy rain", "words", ("heavy", "rain"), ("adjective", "noun"))
EGG = Candidate("egg", "words", ("egg",), ("noun",))
DRIP = Candidate("drip", "words", ("drip",), ("verb",))
RAPID = Candidate("rapid", "words", ("rapid",), ("adjective",))


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        ([DOG, RAIN], "dogs barking and heavy rain"),
        ([EGG, sounding("broken by silence"), sounding("quiet")], "a quiet egg broken by silence"),
        ([RAIN, sounding("dark")], "dark, heavy rain"),
        ([Candidate("church bell", "words", ("church", "bell"), ("noun", "noun")), RAPID], "a rapid church bell"),
        ([DRIP], "dripping"),
        ([DRIP, RAPID, sounding("rough")], "rapid, rough dripping"),
        ([RAPID], "a rapid sound"),
        ([RAPID, sounding("rapid"), sounding("thin")], "a rapid, thin sound"),
        ([DOG, sounding("abrupt")], "an abrupt sound of dogs barking"),
        ([Candidate("infant", "words", ("infant",), ("noun",)), sounding("tonal")], "a tonal sound of an infant"),
        ([DRIP, EGG, sounding("broken by silence")], "a sound of dripping and an egg broken by silence"),
    ],
)
def test_claims_read_as_plain_english(candidates, said):
    assert say_claim(candidates) == said


def test_alternatives_are_told_apart_by_commas_only_where_they_need_them():
    assert say_description(["a dark hum"]) == "a dark hum"
    assert say_description(["a dark hum", "rain"]) == "either a dark hum or rain"
    assert say_description(["a hum", "rain", "a dog barking"]) == "either a hum, rain or a dog barking"
    assert say_description(["a dark, quiet hum", "rain"]) == "either a dark, quiet hum, or rain"


@pytest.mark.parametrize(
    ("text", "lemmas", "parts", "said"),
    [
        ("lost", ("lose",), ("verb",), "a lost sound"),
        ("muffled", ("muffle",), ("verb",), "a muffled sound"),
        ("barks", ("bark",), ("verb",), "barking"),
        ("door broken", ("door", "break"), ("noun", "verb"), "a broken door"),
        ("dog barks", ("dog", "bark"), ("noun", "verb"), "a dog barking"),
        ("shrill", ("shrill",), ("adjective",), "a shrill sound"),
    ],
)
def test_participles_say_what_a_sound_is_like_and_other_verbs_what_is_done(text, lemmas, parts, said):
    assert say_claim([Candidate(text, "words", lemmas, parts)]) == said


@pytest.mark.parametrize(
    ("lemma", "said"), [("ring", "ringing"), ("drip", "dripping"), ("sneeze", "sneezing"), ("die", "dying")]
)
def test_verbs_are_said_in_their_ing_form(lemma, said):
    assert gerund(lemma) == said


def test_a_description_has_a_text_or_the_reason_why_not():
    neuron = NeuronId(tap="layer", index=3)
    assert str(neuron) == "layer:3"
    with pytest.raises(ValidationError, match="either a text or the reason"):
        Description(neuron=neuron, text=None)
    with pytest.raises(ValidationError, match="needs the phrases"):
        Description(neuron=neuron, text="a dog")
    with pytest.raises(ValidationError):
        Phrase(text="dog", kind="words", weight=float("nan"))
