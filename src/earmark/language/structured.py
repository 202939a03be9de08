"""Ask a model for an instance of a record: parse leniently, validate strictly, ask once more, then give up aloud."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from earmark.errors import ModelUnavailable
from earmark.language.fitting import read_answer, schema_of
from earmark.language.model import LanguageModel, Message, Prompt
from earmark.language.orders import guarded
from earmark.language.thinking_room import is_cut_off
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

    Servers may ignore the schema, so the reply is searched for the last value that fits ``shape``. A reply without one
    is sent back once with what was wrong. A failure is never a value. What speaks to a machine in the material is left
    out of the question.

    Args:
        model: who is asked.
        prompt: the question; its ``reply_schema`` is filled in from ``shape``.
        shape: the pydantic model that the reply must satisfy.
    """
    prompt = guarded(prompt)
    question = prompt.model_copy(update={"reply_schema": schema_of(shape)})
    problem = ""
    for _ in range(2):
        try:
            reply = model.reply(question)
        except ModelUnavailable as error:
            return Answer(None, str(error))
        if reply.finish == "refused":
            return Answer(None, f"{model.name} refused to answer")
        try:
            return Answer(read_answer(reply.text, shape), None)
        except ValueError as error:
            if is_cut_off(reply):
                return Answer(None, f"the reply of {model.name} was cut off before its answer, with more room, too")
            problem = _in_one_line(error)
            correction = Message(label="what was wrong with your last reply", text=problem)
            question = question.model_copy(update={"data": (*prompt.data, correction)})
    return Answer(None, f"{model.name} gave no usable reply twice: {problem}")


def _in_one_line(error: ValueError) -> str:
    """What did not fit; a model's own words may stand in it, so it is cleaned and bounded."""
    if isinstance(error, ValidationError):
        return clean_text("; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:3]))
    return clean_text(str(error))
