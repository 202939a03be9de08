"""Ask a model for an instance of a record: parse leniently, validate strictly, ask once more, then give up aloud."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from earmark.errors import ModelUnavailable
from earmark.language.model import LanguageModel, Message, Prompt
from earmark.language.orders import guarded
from earmark.language.untrusted import clean_text

Shape = TypeVar("Shape", bound=BaseModel)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Answer(Generic[Value]):
    """What a model answered, or why there is nothing: exactly one of the two is set."""

    value: Value | None
    reason: str | None


def ask(model: LanguageModel, prompt: Prompt, shape: type[Shape]) -> Answer[Shape]:
    """Ask for a structured reply.

    Servers may ignore the schema, so the reply is searched for the first JSON object and validated against
    ``shape``. A reply that does not fit is sent back once with what was wrong. A failure is never a value. What
    speaks to a machine in the material is left out of the question.

    Args:
        model: who is asked.
        prompt: the question; its ``reply_schema`` is filled in from ``shape``.
        shape: the pydantic model that the reply must satisfy.
    """
    prompt = guarded(prompt)
    question = prompt.model_copy(update={"reply_schema": _schema(shape)})
    problem = ""
    for _ in range(2):
        try:
            reply = model.reply(question)
        except ModelUnavailable as error:
            return Answer(None, str(error))
        if reply.finish == "refused":
            return Answer(None, f"{model.name} refused to answer")
        try:
            return Answer(shape.model_validate(first_json_object(reply.text)), None)
        except (ValueError, ValidationError) as error:
            problem = _in_one_line(error)
            correction = Message(label="what was wrong with your last reply", text=problem)
            question = question.model_copy(update={"data": (*prompt.data, correction)})
    return Answer(None, f"{model.name} gave no usable reply twice: {problem}")


@lru_cache(maxsize=64)
def _schema(shape: type[BaseModel]) -> dict[str, Any]:
    """Made once a shape: making it takes a thousand times as long as finding a reply in the cache."""
    return shape.model_json_schema()


def first_json_object(text: str) -> object:
    """The first JSON object in a text, whatever stands around it (prose, a code fence, a second object).

    Raises:
        ValueError: there is none.
    """
    decoder = json.JSONDecoder()
    for start, character in enumerate(text):
        if character == "{":
            try:
                return decoder.raw_decode(text, start)[0]
            except json.JSONDecodeError:
                continue
    raise ValueError("the reply holds no JSON object")


def _in_one_line(error: Exception) -> str:
    """What did not fit; a model's own words may stand in it, so it is cleaned and bounded."""
    if isinstance(error, ValidationError):
        return clean_text("; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:3]))
    return clean_text(str(error))
