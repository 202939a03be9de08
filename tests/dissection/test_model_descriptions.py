"""What a language model says of a neuron counts where the shown clips bear it out, however it was asked."""

import json

import pytest

from earmark.dissection.describing.model_descriptions import describe_with_model
from earmark.dissection.recording.selection import select
from earmark.language.providers.scripted import Scripted


def says(*phrases, weak=(), acoustic=()):
    """A model that says this of the strong clips, and calls acoustic what is."""

    def answer(prompt):
        if prompt.name == "acoustic_adjective":
            return json.dumps({"acoustic": prompt.data[0].text in acoustic})
        return json.dumps({"shared": list(phrases if prompt.data[0].label.endswith("most") else weak)})

    return Scripted(answer)


@pytest.fixture
def describe(scene):
    captions = {caption.clip_id: caption.text for caption in scene.captions}

    def go(model, neuron="dog", **settings):
        recorded = scene.record(scene.neuron(neuron))
        evidence = select(recorded, scene.clip_set)
        return describe_with_model(
            model, recorded, evidence, captions, scene.features, scene.embedder, **settings
        )[0]  # fmt: skip

    return go


@pytest.mark.parametrize("prompts", ["own", "published"])
def test_a_phrase_that_goes_with_the_neuron_is_said_and_one_that_does_not_is_withheld(describe, prompts):
    model = says("a dog barking", "a church bell ringing")
    found = describe(model, prompts=prompts)
    assert found.text == "a dog barking"
    assert found.withheld == ("a church bell ringing",)
    asked = {prompt.version for prompt in model.asked}
    assert asked == ({"1"} if prompts == "own" else {"published-1"})


def test_what_the_weak_clips_share_too_is_taken_away(describe):
    found = describe(says("a dog barking", weak=("a dog barking",)))
    assert found.text is None
    assert found.withheld == ("a dog barking",)


def test_as_published_an_adjective_is_a_concept_where_the_model_calls_it_acoustic(describe):
    own = describe(says("heavy rain"), neuron="rain")
    kept = describe(says("heavy rain", acoustic={"heavy"}), neuron="rain", prompts="published")
    left = describe(says("heavy rain"), neuron="rain", prompts="published")
    assert own.text == kept.text == left.text == "heavy rain"
    assert set(own.open_concepts) == set(kept.open_concepts) == {"heavy", "rain"}
    assert left.open_concepts == ("rain",)


def test_a_reply_that_cannot_be_used_is_a_reason(describe):
    found = describe(Scripted(lambda _: "I hear nothing."))
    assert found.text is None
    assert "no usable reply twice" in found.failure
