"""A chat completion as servers write it: read what is there, whichever way it is put.

Content as a string or in parts, a tool call in its place, a stream that nobody asked for, an error inside of a success,
counts that are missing or no numbers.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from earmark.language.model import Usage
from earmark.language.providers.refusals import refusal_in
from earmark.language.thoughts import without_thoughts
from earmark.language.untrusted import without_lone_surrogates

Finish = Literal["stop", "length", "refused", "unknown"]

_FINISHES: dict[str, Finish] = {
    **dict.fromkeys(("stop", "eos", "eos_token", "end_turn", "stop_sequence", "tool_calls", "function_call"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "max_length", "max_output_tokens", "model_length"), "length"),
    **dict.fromkeys(("content_filter", "safety", "refusal"), "refused"),
}
_NOT_ANSWERS = ("thinking", "reasoning", "redacted_thinking", "refusal")
_MOST_TOKENS = 1_000_000_000


@dataclass(frozen=True)
class Completion:
    """What a server answered to one request."""

    text: str
    """The answer alone: thoughts are cut."""
    finish: Finish
    usage: Usage


class NoCompletion(Exception):
    """A body that is no chat completion, or an empty one."""


class WebPage(NoCompletion):
    """A page for people, as a login or a wrong address brings it."""


def read_completion(body: bytes) -> Completion:
    """Read the body of a successful response.

    Raises:
        NoCompletion: it holds none.
        Refusal: it holds an error, whatever its status said.
    """
    document = _document(body.decode("utf-8-sig", errors="replace").strip())
    choices = document.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    refusal = refusal_in(document) or refusal_in(choice)
    if refusal is not None:
        raise refusal
    usage = _usage(document.get("usage"))
    message = choice.get("message")
    if not isinstance(message, dict):
        raise NoCompletion("the reply has no choices" if choices == [] else "the reply is not a chat completion")
    if message.get("refusal"):
        return Completion(without_lone_surrogates(_text(message["refusal"])), "refused", usage)
    calls = "\n".join(_arguments(message))
    text = "\n".join(part for part in (without_thoughts(_text(message.get("content"))), calls) if part)
    return Completion(
        without_lone_surrogates(text), _FINISHES.get(str(choice.get("finish_reason")).lower(), "unknown"), usage
    )


def _document(text: str) -> dict[str, Any]:
    try:
        document = _joined(text) if text.startswith(("data:", "event:", ":")) else json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.startswith("<"):
            raise WebPage("the reply is a web page") from error
        raise NoCompletion("the reply is not a chat completion") from error
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise NoCompletion("the reply is not a chat completion")
    return document


def _joined(text: str) -> dict[str, Any]:
    """A stream of events as the one completion that was asked for."""
    words, calls, whole = "", "", {}  # type: str, str, dict[str, Any]
    finish = None
    for line in text.splitlines():
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data in ("", "[DONE]"):
            continue
        event = json.loads(data)
        whole |= {name: event[name] for name in ("usage", "error") if event.get(name)}
        for choice in (event.get("choices") or [])[:1]:
            delta = choice.get("delta") or choice.get("message") or {}
            words += _text(delta.get("content"))
            calls += "".join(_arguments(delta))
            finish = choice.get("finish_reason") or finish
    message = {"content": words, "function_call": {"arguments": calls}}
    return {**whole, "choices": [{"message": message, "finish_reason": finish}]}


def _text(content: object) -> str:
    """The words of a content: a string, parts of several kinds, or an object where it should have been a string."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(map(_text, content))
    if isinstance(content, Mapping):
        if content.get("type") in _NOT_ANSWERS:
            return ""
        return _text(content["text"]) if "text" in content else json.dumps(content)
    return ""


def _arguments(message: Mapping[str, Any]) -> Iterator[str]:
    """What a model hands to a tool that nobody gave it: its answer."""
    calls = message.get("tool_calls") or [{"function": message.get("function_call")}]
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and function.get("arguments"):
            yield _text(function["arguments"])


def _usage(counts: object) -> Usage:
    """What can be known of the tokens: counts under either name, and what the total leaves for one that is missing."""
    if not isinstance(counts, dict):
        return Usage(requests=1)
    asked = _count(counts, "prompt_tokens", "input_tokens")
    replied = _count(counts, "completion_tokens", "output_tokens")
    total = _count(counts, "total_tokens")
    return Usage(
        requests=1, prompt_tokens=asked or max(0, total - replied), reply_tokens=replied or max(0, total - asked)
    )


def _count(counts: Mapping[str, Any], *names: str) -> int:
    for name in names:
        try:
            count = float(counts.get(name) or 0)
        except (TypeError, ValueError, OverflowError):
            continue
        if isfinite(count) and 0 < count < _MOST_TOKENS:
            return int(count)
    return 0
