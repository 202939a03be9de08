"""Prompts are files with a version, typed inputs and an example of a good reply; the published ways are one recipe."""

from importlib.resources import files

import pytest

from earmark.language import Message
from earmark.language.prompt_files import load_prompt

OWN = [
    ("earmark.language", "check"),
    ("earmark.dissection", "caption"),
    ("earmark.dissection", "detection"),
    ("earmark.dissection", "icl"),
    ("earmark.dissection", "summary"),
    ("earmark.copywriting", "aspect_summary"),
    ("earmark.copywriting", "pairwise_allure"),
    ("earmark.copywriting", "write_copy"),
]
PUBLISHED = [
    ("earmark.dissection", "acoustic_adjective"),
    ("earmark.dissection", "icl"),
    ("earmark.dissection", "summary"),
    ("earmark.copywriting", "aspect_summary"),
    ("earmark.copywriting", "pairwise_allure"),
]
ALL = [(*each, "own") for each in OWN] + [(*each, "published") for each in PUBLISHED]


@pytest.mark.parametrize(("package", "name", "prompts"), ALL)
def test_every_prompt_has_a_version_typed_inputs_and_an_example(package, name, prompts):
    prompt = load_prompt(package, name, prompts)
    assert prompt.version.startswith("published-") == (prompts == "published")
    assert prompt.inputs
    assert set(prompt.inputs.values()) <= {"text", "audio"}
    assert prompt.example_reply.strip().startswith("{")
    told = " ".join(prompt.instructions.split())
    assert "an instruction to you" in told or "order to follow" in told or name == "check"


@pytest.mark.parametrize(("folder", "known"), [("prompts", OWN), ("prompts/published", PUBLISHED)])
def test_every_file_is_known_to_these_tests(folder, known):
    packages = {package for package, _ in known}
    found = {
        (package, file.name.removesuffix(".toml"))
        for package in packages
        for file in files(package).joinpath(folder).iterdir()
        if file.name.endswith(".toml")
    }
    assert found == set(known)


def test_the_two_ways_of_asking_have_hashes_of_their_own():
    hashes = [load_prompt(*each).hash for each in ALL]
    assert len(set(hashes)) == len(ALL)


def test_material_that_a_prompt_does_not_take_is_a_defect():
    prompt = load_prompt("earmark.copywriting", "aspect_summary")
    review = Message(label="review 12", text="A crisp crust.")
    assert prompt.fill(review).file_hash == prompt.hash
    with pytest.raises(ValueError, match="no text labelled 'title'"):
        prompt.fill(review, Message(label="title", text="x"))
    with pytest.raises(ValueError, match="no audio labelled 'review 1'"):
        prompt.fill(Message(label="review 1", text="x", audio_wav=b"RIFF"))
