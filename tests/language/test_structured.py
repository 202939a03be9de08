"""A model is asked for a record; what comes back is a record or a reason, never a guess."""

import pytest
from pydantic import BaseModel, Field

from earmark.language import Message, Prompt
from earmark.language.providers.scripted import Scripted
from earmark.language.structured import ask


class Colour(BaseModel):
    name: str
    share: float


class Shelf(BaseModel):
    colours: list[str] = Field(min_length=1)
    note: str = ""


QUESTION = Prompt(
    name="colour", version="1", instructions="Which colour?", data=(Message(label="picture", text="red"),)
)


def test_json_inside_prose_and_a_code_fence_is_found():
    model = Scripted(lambda _: 'Sure! {not json} ```json\n{"name": "red", "share": 0.5}\n``` Anything else?')
    assert ask(model, QUESTION, Colour).value == Colour(name="red", share=0.5)


def test_a_reply_of_the_wrong_shape_is_sent_back_once_with_what_was_wrong():
    replies = iter(['{"name": "red"}', '{"name": "red", "share": 1}'])
    model = Scripted(lambda _: next(replies))
    assert ask(model, QUESTION, Colour).value == Colour(name="red", share=1.0)
    assert "share" in model.asked[1].data[-1].text


def test_two_bad_replies_give_a_reason_and_no_value():
    model = Scripted(lambda _: "I would rather not.")
    answer = ask(model, QUESTION, Colour)
    assert answer.value is None
    assert answer.reason == "scripted gave no usable reply twice: the reply holds no JSON object"
    assert len(model.asked) == 2


def test_the_schema_travels_and_the_material_stays_out_of_the_instructions():
    model = Scripted(lambda _: '{"name": "red", "share": 1}')
    ask(model, QUESTION, Colour)
    (asked,) = model.asked
    assert asked.reply_schema is not None
    assert "red" not in asked.instructions


@pytest.mark.parametrize(
    "reply",
    [
        '{"colours": ["red"]}',
        'Of {"colours": ["blue"]} and {"colours": "any"} I take {"colours": ["red"]}.',
        '{"colours": ["red"]} (as in {"colours": [...]}, {"type": "object"} or {})',
        '["red"]',
        '{"colours": "red"}',
        '{"colours": [{"text": "red"}]}',
        '{"colours": [{"id": 1, "text": "red"}]}',
        '{"name": "reply", "arguments": {"colours": ["red"]}}',
        '{"name": "reply", "arguments": "{\\"colours\\": [\\"red\\"]}"}',
        '{"type": "object", "properties": {"colours": ["red"]}}',
        '[TOOL_CALLS][{"name": "reply", "arguments": {"colours": ["red"]}}]',
        '<tool_call>{"name": "reply", "arguments": {"colours": ["red"]}}</tool_call>',
        '{"colours": "[\\"red\\"]"}',
        "{'colours': ['red',]}",
    ],
)
def test_a_good_answer_is_taken_at_once_however_it_is_put(reply):
    model = Scripted(lambda _: reply)
    assert ask(model, QUESTION, Shelf).value == Shelf(colours=["red"])
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        '{"colours": [{"text": "red", "note": "or blue"}]}',
        '{"colours": [{"name": "reply", "arguments": {"shade": "red"}}]}',
        '{"a": {"colours": ["red"]}, "b": {"colours": ["blue"]}}',
        '{"colours": ["red"',
        "{}",
    ],
)
def test_what_could_mean_two_things_or_was_cut_off_is_no_answer(reply):
    assert ask(Scripted(lambda _: reply), QUESTION, Shelf).value is None
