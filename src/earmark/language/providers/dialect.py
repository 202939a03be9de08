"""What a server wants otherwise than the chat API's first description: a table of refusals and of what they ask for.

A wish stands here with the words in which servers refuse; the request is then made as they want it. Wishes are only
ever added, so asking again comes to an end, and those of several threads can be put together.
"""

import re
from enum import Enum, auto
from typing import Any

from earmark.language.messages import alternating, chat_messages, without_system
from earmark.language.model import Prompt


class Wish(Enum):
    """One thing that a server wants otherwise."""

    NEWER_BOUND = auto()
    """``max_completion_tokens`` in place of ``max_tokens``."""
    NO_BOUND = auto()
    NO_TEMPERATURE = auto()
    NO_SEED = auto()
    ANY_OBJECT = auto()
    """``json_object`` in place of ``json_schema``."""
    NO_FORMAT = auto()
    ALTERNATING = auto()
    """No two messages of one role in a row."""
    NO_SYSTEM = auto()


Wishes = frozenset[Wish]

_BOUND = r"\bmax_(?:completion_|new_)?tokens\b"
_FORMAT = r"response[ _]?format|schema|structured[ _]output|grammar|json[ _](?:mode|object)|additionalProperties"
_TURNS = r"\balternat|interleav|successive|consecutive|in a row"
_SYSTEM = (
    r"\bsystem['\"`]? (?:role|message|prompt|instruction)|role\W+(?:of )?\W*system\b|['\"`]system['\"`]|"
    r"developer instruction|only user|with (?:a |the )?['\"`]?user|user (?:message|role)|messages?\W+0\W+role"
)

# Tried from above; of two wishes with the same words, the second comes where the first did not help.
_TABLE: tuple[tuple[Wish, re.Pattern[str]], ...] = tuple(
    (wish, re.compile(words, re.IGNORECASE))
    for wish, words in (
        (Wish.NEWER_BOUND, _BOUND),
        (Wish.NO_BOUND, _BOUND),
        (Wish.NO_TEMPERATURE, r"\btemperature\b"),
        (Wish.NO_SEED, r"\bseed\b"),
        (Wish.ANY_OBJECT, _FORMAT),
        (Wish.NO_FORMAT, _FORMAT),
        (Wish.ALTERNATING, _TURNS),
        (Wish.NO_SYSTEM, f"{_SYSTEM}|{_TURNS}"),
    )
)


def chat_request(prompt: Prompt, wishes: Wishes) -> dict[str, Any]:
    """What is sent for a question, as the server wants it."""
    messages = chat_messages(prompt)
    if Wish.NO_SYSTEM in wishes:
        messages = without_system(messages)
    if Wish.ALTERNATING in wishes:
        messages = alternating(messages)
    request: dict[str, Any] = {"messages": messages}
    if Wish.NO_BOUND not in wishes:
        request["max_completion_tokens" if Wish.NEWER_BOUND in wishes else "max_tokens"] = prompt.max_tokens
    if Wish.NO_TEMPERATURE not in wishes:
        request["temperature"] = prompt.temperature
    if Wish.NO_SEED not in wishes:
        request["seed"] = prompt.seed
    if prompt.reply_schema is not None and Wish.NO_FORMAT not in wishes:
        schema = {"type": "json_schema", "json_schema": {"name": "reply", "schema": prompt.reply_schema}}
        request["response_format"] = {"type": "json_object"} if Wish.ANY_OBJECT in wishes else schema
    return request


def wishes_in(words: str, prompt: Prompt, granted: Wishes) -> Wishes | None:
    """What is granted with one wish more, the first in a refusal that changes the request; ``None`` without one."""
    request = chat_request(prompt, granted)
    for wish, pattern in _TABLE:
        more = granted | {wish}
        if wish not in granted and pattern.search(words) and chat_request(prompt, more) != request:
            return more
    return None
