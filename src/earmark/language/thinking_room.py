"""More room for models that think before they answer: what was cut off is asked for again, with a larger bound."""

from earmark.errors import QuestionTooLong
from earmark.language.budget import counted
from earmark.language.model import LanguageModel, Prompt, Reply
from earmark.language.nearly_json import json_values

_ROOMS = (0, 4_000, 16_000)


class ThinkingRoom:
    """A language model whose answers are not lost to its thoughts; what room it needs is remembered.

    Args:
        model: who is asked; each question up to three times, the first one with the bound of the question.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = counted(model)
        self.name, self.budget = self._model.name, self._model.budget
        self._needed = 0

    def reply(self, prompt: Prompt) -> Reply:
        """Answer, with as much more room as it takes; where that is not to be had, what came is the answer."""
        index = self._needed
        try:
            reply = self._model.reply(_with_room(prompt, index))
            while is_cut_off(reply) and index + 1 < len(_ROOMS):
                index += 1
                reply = self._model.reply(_with_room(prompt, index))
        except QuestionTooLong:
            # A question that fits by itself may not fit together with the room.
            if index == 0:
                raise
            return self._model.reply(prompt)
        if not is_cut_off(reply):
            self._needed = max(self._needed, index)
        return reply


def is_cut_off(reply: Reply) -> bool:
    """Whether a reply ended at its bound before its answer: with nothing but thoughts, or inside of the object."""
    if reply.finish != "length":
        return False
    return not reply.text.strip() or ("{" in reply.text and not any(True for _ in json_values(reply.text)))


def _with_room(prompt: Prompt, index: int) -> Prompt:
    return prompt.model_copy(update={"max_tokens": prompt.max_tokens + _ROOMS[index]}) if index else prompt
