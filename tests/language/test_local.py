"""Chat models in this process: tiny ones, saved and loaded."""

import io
import shutil

import numpy as np
import pytest
import soundfile

from earmark.errors import BudgetSpent, InvalidInput, QuestionTooLong
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


ALTERNATE = (
    "{% for m in messages %}{% if loop.index0 > 1 and m['role'] == messages[loop.index0 - 1]['role'] %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{{ m['content'] }}{% endfor %}"
)
NO_SYSTEM = (
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{{ m['content'] }}{% endfor %}"
)
ONLY_USERS = "{% for m in messages if m['role'] == 'user' %}{{ m['content'] }}{% endfor %}"
ONLY_THE_LAST = "{{ messages[-1]['content'] }}"


@pytest.fixture
def with_template(tiny_chat, tmp_path):
    def made(template):
        shutil.copytree(tiny_chat, tmp_path / "model")
        (tmp_path / "model" / "chat_template.jinja").write_text(template)
        return f"local:{tmp_path / 'model'}"

    return made


@pytest.mark.parametrize("template", [ALTERNATE, NO_SYSTEM, ONLY_USERS, ONLY_THE_LAST])
def test_a_template_with_rules_of_its_own_still_renders_every_piece(template, with_template):
    model = open_model(with_template(template))
    notes = tuple(Message(label=f"note {number}", text=f"sound {number}") for number in (1, 2))
    asked = question().model_copy(update={"data": notes})
    assert model.reply(asked).usage.reply_tokens > 0
    rendered = model._model._tokenizer.decode(model._model._inputs(asked)["input_ids"][0])
    assert [rendered.count(piece) for piece in ("Say a word.", "sound 1", "sound 2")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ raise_exception('never') }}", "never"),
        ("{% if %}", "Expected an expression"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ nobody.here }}", "'nobody' is undefined"),
        ("I am a template.", "leaves out what it is asked"),
        ("{{ messages[0]['content'] + 1 }}", "can only concatenate str"),
    ],
)
def test_a_template_that_cannot_be_used_is_one_sentence(template, reason, with_template):
    with pytest.raises(InvalidInput, match=f"the chat template of local:model cannot be used: .*{reason}"):
        open_model(with_template(template))


def test_a_question_that_fills_the_context_fails_alone_and_a_reply_stays_within_it(tiny_chat):
    model = open_model(f"local:{tiny_chat}")
    with pytest.raises(QuestionTooLong, match="tokens is too long for local:tiny-chat, which reads 4096"):
        model.reply(question().model_copy(update={"data": (Message(label="note", text="x" * 9000),)}))
    full = question().model_copy(update={"data": (Message(label="note", text="x" * 3900),), "max_tokens": 9000})
    assert 0 < model.reply(full).usage.reply_tokens < 200


def test_thoughts_in_special_tokens_are_cut_before_the_tokens_go(tiny_chat):
    model = open_model(f"local:{tiny_chat}")._model
    model._special = {"[THINK]", "[/THINK]", "</s>"}
    assert model._answer_in("[THINK]hm[/THINK]rain</s>") == "rain"


def test_a_folder_without_a_model_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="holds no chat model"):
        open_model(f"local:{tmp_path}")
