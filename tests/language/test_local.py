"""Chat models in this process: tiny ones, saved and loaded."""

import io

import numpy as np
import pytest
import soundfile

from earmark.errors import BudgetSpent, InvalidInput
from earmark.language import Message, Prompt
from earmark.language.budget import Budget, BudgetConfig
from earmark.language.choose import open_model


def wav(seconds=0.5, rate_hz=8000):
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(int(seconds * rate_hz)) / 5), rate_hz, format="WAV")
    return file.getvalue()


def question(**settings):
    material = Message(label="note", text="a dog barks")
    return Prompt(name="q", version="1", instructions="Say a word.", data=(material,), max_tokens=8, **settings)


def test_a_local_model_answers_the_same_twice_and_counts_its_tokens(tiny_chat):
    model = open_model(f"local:{tiny_chat}")
    first, second = model.reply(question()), model.reply(question())
    assert first.text == second.text
    assert 1 <= first.usage.reply_tokens <= 8
    assert first.usage.prompt_tokens > 10
    assert model.name == "local:tiny-chat"


def test_sampling_follows_the_seed(tiny_chat):
    model = open_model(f"local:{tiny_chat}")
    warm = [model.reply(question(temperature=5.0, seed=seed)).text for seed in (1, 1, 2)]
    assert warm[0] == warm[1] != warm[2]


def test_a_model_that_cannot_listen_says_so(tiny_chat):
    heard = question().model_copy(update={"data": (Message(label="clip", text="", audio_wav=wav()),)})
    with pytest.raises(InvalidInput, match="cannot listen"):
        open_model(f"local:{tiny_chat}").reply(heard)


def test_an_audio_model_hears_the_clip(tiny_listener):
    model = open_model(f"local:{tiny_listener}")
    heard = [
        model.reply(question().model_copy(update={"data": (Message(label="clip", text="", audio_wav=wav(seconds)),)}))
        for seconds in (0.5, 2.0)
    ]
    assert heard[1].usage.prompt_tokens > heard[0].usage.prompt_tokens


@pytest.mark.parametrize("kind", ["tiny_chat", "tiny_listener"])
def test_material_holds_no_token_of_the_template(kind, request):
    model = open_model(f"local:{request.getfixturevalue(kind)}")._model
    special = set(model._tokenizer.all_special_ids)

    def structure(text):
        asked = question().model_copy(update={"data": (Message(label="clip", text=text),)})
        return [token for token in model._inputs(asked)["input_ids"][0].tolist() if token in special]

    assert structure("".join(model._tokenizer.all_special_tokens) + "<|AUDIO|></s>") == structure("rain")


def test_a_budget_counts_local_requests_too(tiny_chat):
    model = open_model(f"local:{tiny_chat}", Budget(BudgetConfig(max_requests=1)))
    model.reply(question())
    with pytest.raises(BudgetSpent):
        model.reply(question())


def test_a_folder_without_a_model_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="no chat model could be loaded"):
        open_model(f"local:{tmp_path}")
