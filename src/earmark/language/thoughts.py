"""What a model thinks aloud before it answers is no part of its answer: cut it, in each notation that models use."""

import re

_WORDS = "think|thinking|thought|thoughts|reasoning|seed:think"
_OPENING = (
    rf"<(?:{_WORDS})>|\[THINK\]|\u25c1think\u25b7|<\|START_THINKING\|>|<\|begin_of_thought\|>"
    r"|<\|channel\|>\s*analysis\b"
)
# The last two stand where the harmony of gpt-oss goes over to its answer, with its tokens and without.
_CLOSING = (
    rf"</(?:{_WORDS})>|\[/THINK\]|\u25c1/think\u25b7|<\|END_THINKING\|>|<\|end_of_thought\|>"
    r"|<\|channel\|>\s*final\b[^<]*(?:<\|message\|>)?|assistantfinal"
)
_THOUGHT = re.compile(rf"(?:{_OPENING}).*?(?:{_CLOSING})", re.IGNORECASE | re.DOTALL)
_END = re.compile(_CLOSING, re.IGNORECASE)
_BEGINNING = re.compile(_OPENING, re.IGNORECASE)


def without_thoughts(text: str) -> str:
    """The answer in a reply; empty where the reply broke off in the middle of a thought.

    Chat templates may open the thought themselves, so that only its end stands in the reply.
    """
    text = _THOUGHT.sub("", text)
    ends = list(_END.finditer(text))
    if ends:
        text = text[ends[-1].end() :]
    beginning = _BEGINNING.search(text)
    return text if beginning is None else text[: beginning.start()]
