"""A model that thinks before it answers gets the room for both, once it is known to need it."""

import pytest

from earmark.errors import QuestionTooLong
from earmark.language import Message, Prompt, Reply
from earmark.language.cache import Cached, ReplyCache
from earmark.language.thinking_room import ThinkingRoom, is_cut_off

QUESTION = Prompt(name="q", version="1", instructions="Say.", data=(Message(label="n", text="a"),), max_tokens=300)


class Thinker:
    """Thinks for so many tokens, and reads questions and replies up to a context."""

    name = "thinker"

    def __init__(self, thoughts, context=10**6):
        self.thoughts, self.context, self.bounds = thoughts, context, []

    def reply(self, prompt):
        self.bounds.append(prompt.max_tokens)
        if prompt.max_tokens > self.context:
            raise QuestionTooLong("too long")
        done = prompt.max_tokens > self.thoughts
        return Reply(text="{}" if done else "", model=self.name, finish="stop" if done else "length")


def test_more_room_is_given_and_remembered():
    thinker = Thinker(thoughts=2_000)
    model = ThinkingRoom(thinker)
    assert [model.reply(QUESTION).text for _ in range(2)] == ["{}", "{}"]
    assert thinker.bounds == [300, 4_300, 4_300]


def test_who_does_not_need_it_gets_none():
    thinker = Thinker(thoughts=100)
    ThinkingRoom(thinker).reply(QUESTION)
    assert thinker.bounds == [300]


def test_room_has_an_end_and_what_came_is_the_answer():
    thinker = Thinker(thoughts=10**6)
    assert is_cut_off(ThinkingRoom(thinker).reply(QUESTION))
    assert thinker.bounds == [300, 4_300, 16_300]


def test_where_the_context_has_no_place_for_the_room_the_question_goes_without():
    thinker = Thinker(thoughts=2_000, context=5_000)
    model = ThinkingRoom(thinker)
    model.reply(QUESTION)
    thinker.context = 1_000
    assert is_cut_off(model.reply(QUESTION))
    thinker.context = 200
    with pytest.raises(QuestionTooLong):
        model.reply(QUESTION)


@pytest.mark.parametrize(
    ("text", "cut_off"),
    [
        ("", True),
        ('{"a": "b', True),
        ('{"a": [{"b": 1}, {', True),
        ('{"a": "b"} and so', False),
        ("words and wor", False),
    ],
)
def test_a_reply_is_cut_off_where_its_bound_came_before_its_answer(text, cut_off):
    assert is_cut_off(Reply(text=text, model="m", finish="length")) is cut_off
    assert not is_cut_off(Reply(text=text, model="m", finish="stop"))


def test_a_reply_that_was_cut_off_is_not_kept(tmp_path):
    thinker = Thinker(thoughts=1_000)
    model = Cached(thinker, ReplyCache(tmp_path / "replies.sqlite"))
    assert model.reply(QUESTION).text == ""
    thinker.thoughts = 0
    assert model.reply(QUESTION).text == "{}"
    assert model.reply(QUESTION).text == "{}"
    assert len(thinker.bounds) == 2
