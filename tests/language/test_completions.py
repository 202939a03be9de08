"""What servers send for a chat completion, as they send it."""

import json

import pytest

from earmark.language import Usage
from earmark.language.providers.completions import NoCompletion, WebPage, read_completion
from earmark.language.providers.refusals import Refusal

ANSWER = '{"word": "rain"}'


def body(message, finish="stop", **more):
    return json.dumps({"choices": [{"message": message, "finish_reason": finish}], **more}).encode()


def event(**delta):
    return b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": None}]}).encode() + b"\n\n"


@pytest.mark.parametrize(
    "message",
    [
        {"content": ANSWER},
        {"content": [{"type": "text", "text": ANSWER}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"text": ANSWER}]},
        {"content": json.loads(ANSWER)},
        {"content": f"<think>hm</think>{ANSWER}"},
        {"content": ANSWER, "reasoning_content": "hm", "reasoning": "hm"},
        {"content": None, "tool_calls": [{"function": {"name": "reply", "arguments": ANSWER}}]},
        {"content": "", "tool_calls": [{"function": {"name": "reply", "arguments": json.loads(ANSWER)}}]},
        {"function_call": {"name": "reply", "arguments": ANSWER}},
    ],
)
def test_the_answer_is_found_wherever_it_stands(message):
    assert read_completion(body(message)).text == ANSWER


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({}, ""),
        ({"content": None}, ""),
        ({"content": 3}, ""),
        ({"content": "half \ud83d emoji \U0001f600"}, "half  emoji \U0001f600"),
    ],
)
def test_what_is_no_text_is_left_out(message, text):
    assert read_completion(body(message)).text == text


def test_a_refusal_is_told_as_one():
    completion = read_completion(body({"content": None, "refusal": "I would rather not."}))
    assert (completion.text, completion.finish) == ("I would rather not.", "refused")


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "refused"),
        (None, "unknown"),
    ],
)
def test_why_a_reply_ended(said, finish):
    assert read_completion(body({"content": "x"}, said)).finish == finish


@pytest.mark.parametrize(
    ("counts", "prompt_tokens", "reply_tokens"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3}, 7, 3),
        ({"prompt_tokens": None, "completion_tokens": None}, 0, 0),
        ({"prompt_tokens": 7.0, "completion_tokens": 3.5}, 7, 3),
        ({"prompt_tokens": "7", "completion_tokens": "many"}, 7, 0),
        ({"prompt_tokens": -7, "completion_tokens": 1e300}, 0, 0),
        ({"prompt_tokens": 7, "completion_tokens": None, "total_tokens": 10}, 7, 3),
        ({"input_tokens": 7, "output_tokens": 3}, 7, 3),
        ({"prompt_tokens": [7], "completion_tokens": 3}, 0, 3),
        (None, 0, 0),
        ([], 0, 0),
    ],
)
def test_tokens_are_counted_as_far_as_they_are_known(counts, prompt_tokens, reply_tokens):
    usage = read_completion(body({"content": "x"}, usage=counts)).usage
    assert usage == Usage(requests=1, prompt_tokens=prompt_tokens, reply_tokens=reply_tokens)


def test_a_stream_that_nobody_asked_for_is_put_together():
    stream = b": waiting\n\n" + event(role="assistant") + event(content='{"word":') + event(content=' "rain"}')
    stream += b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}\n\ndata: [DONE]\n\n'
    completion = read_completion(stream)
    assert completion.text == ANSWER
    assert completion.usage.reply_tokens == 3


def test_a_mark_of_byte_order_and_bytes_that_are_no_text_do_no_harm():
    assert read_completion(b"\xef\xbb\xbf" + body({"content": ANSWER})).text == ANSWER
    assert read_completion(body({"content": "caf@"}).replace(b"@", b"\xe9")).text == "caf\ufffd"


@pytest.mark.parametrize(
    "sent", [b"", b"fine", b"[]", b'{"answer": 1}', b'{"choices": []}', b"data: {", b"[" * 100_000]
)
def test_what_is_no_completion_is_told_apart(sent):
    with pytest.raises(NoCompletion):
        read_completion(sent)


def test_a_web_page_is_called_one():
    with pytest.raises(WebPage):
        read_completion(b"<html>log in</html>")


@pytest.mark.parametrize(
    "sent",
    [
        b'{"error": {"message": "provider is down", "code": 502}}',
        b'{"choices": [{"error": {"message": "provider is down", "code": 502}, "message": {"content": ""}}]}',
        b'data: {"error": {"message": "provider is down", "code": 502}}\n\n',
    ],
)
def test_an_error_inside_of_a_success_is_an_error(sent):
    with pytest.raises(Refusal, match="provider is down") as caught:
        read_completion(sent)
    assert caught.value.status == 502
