"""Servers refuse in words of their own; the table knows what they want instead."""

import pytest

from earmark.language import Message, Prompt
from earmark.language.providers.dialect import Wish, chat_request, wishes_in
from earmark.language.providers.refusals import TOO_LONG

REVIEWS = (Message(label="review 1", text="crisp crust"), Message(label="review 2", text="fine soup"))
QUESTION = Prompt(name="q", version="1", instructions="Read.", data=REVIEWS, reply_schema={"type": "object"})

REFUSALS = [
    ("Unsupported parameter: 'max_tokens' is not supported with this model.", Wish.NEWER_BOUND),
    ("Unrecognized request argument supplied: max_tokens", Wish.NEWER_BOUND),
    ("Unsupported value: 'temperature' does not support 0 with this model.", Wish.NO_TEMPERATURE),
    ("invalid temperature: only 1 is allowed for this model", Wish.NO_TEMPERATURE),
    ("Extra inputs are not permitted (body.seed)", Wish.NO_SEED),
    ('Invalid JSON payload received. Unknown name "seed": Cannot find field.', Wish.NO_SEED),
    ("This response_format type is unavailable now", Wish.ANY_OBJECT),
    ("Invalid schema for response_format 'reply': 'additionalProperties' is required", Wish.ANY_OBJECT),
    ("For 'array' type, property 'minItems' is not supported: invalid json schema", Wish.ANY_OBJECT),
    ("failed to parse grammar", Wish.ANY_OBJECT),
    ("After the optional system message, conversation roles must alternate user/assistant/...", Wish.ALTERNATING),
    ('messages: roles must alternate between "user" and "assistant", but found multiple in a row', Wish.ALTERNATING),
    ("the model does not support successive user or assistant messages", Wish.ALTERNATING),
    ("Please ensure that multiturn requests alternate between user and model.", Wish.ALTERNATING),
    ("System role not supported", Wish.NO_SYSTEM),
    ("Only user and assistant roles are supported!", Wish.NO_SYSTEM),
    ("Developer instruction is not enabled for this model", Wish.NO_SYSTEM),
    ("Unsupported value: 'messages[0].role' does not support 'system' with this model.", Wish.NO_SYSTEM),
    ('messages: Unexpected role "system". Give a top-level `system` parameter.', Wish.NO_SYSTEM),
    ("Conversation must start with a user message", Wish.NO_SYSTEM),
    ("Input should be 'user' or 'assistant' (body.messages.0.role)", Wish.NO_SYSTEM),
]


@pytest.mark.parametrize(("words", "wish"), REFUSALS)
def test_a_refusal_says_what_the_server_wants(words, wish):
    assert wishes_in(words, QUESTION, frozenset()) == {wish}
    assert not TOO_LONG.search(words)


@pytest.mark.parametrize("words", ["invalid model name", "", "the system is overloaded", "unknown error"])
def test_a_refusal_about_something_else_changes_nothing(words):
    assert wishes_in(words, QUESTION, frozenset()) is None


def test_where_the_first_change_does_not_help_the_next_is_tried_and_then_none():
    words, granted = "conversation roles must alternate", frozenset()
    for expected in (Wish.ALTERNATING, Wish.NO_SYSTEM):
        granted = wishes_in(words, QUESTION, granted)
        assert expected in granted
    assert wishes_in(words, QUESTION, granted) is None


def test_a_wish_that_would_not_change_the_request_is_passed_over():
    alone = QUESTION.model_copy(update={"data": REVIEWS[:1], "reply_schema": None})
    assert wishes_in("roles must alternate", alone, frozenset()) == {Wish.NO_SYSTEM}
    assert wishes_in("response_format is unknown", alone, frozenset()) is None


@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "the request exceeds the available context size. try increasing it",
        "Requested tokens (900) exceed context window of 512",
        "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 512 `max_new_tokens`",
        "'max_tokens' or 'max_completion_tokens' is too large: 512. This model's maximum context length is 2048 tokens",
        "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
        "The input token count exceeds the maximum number of tokens allowed 1048576.",
        "Trying to keep the first 9000 tokens when context overflows; n_ctx is 4096",
    ],
)
def test_a_question_that_is_too_long_is_known_in_many_words(words):
    assert TOO_LONG.search(words)


def test_a_request_of_a_server_that_wants_everything_otherwise_still_asks_the_same():
    plain, bare = chat_request(QUESTION, frozenset()), chat_request(QUESTION, frozenset(Wish))
    assert set(plain) == {"messages", "max_tokens", "temperature", "seed", "response_format"}
    assert set(bare) == {"messages"}
    (only,) = bare["messages"]
    assert only["role"] == "user"
    assert only["content"] == "\n\n".join(message["content"] for message in plain["messages"])
