"""Mask in a text, before it leaves the machine, whatever :mod:`earmark.language.personal_data` calls private."""

from earmark.evidence import Record
from earmark.language.budget import counted
from earmark.language.model import LanguageModel, Prompt, Reply
from earmark.language.personal_data.details import details_in
from earmark.language.untrusted import strip_hidden


class Masked(Record):
    """A text with what was private taken out."""

    text: str
    found: tuple[str, ...]
    """The kinds of what was masked: ``e-mail``, ``link``, ``handle``, ``address``, ``number``, ``date``, ``name``."""


def mask(text: str) -> Masked:
    """Replace what is private by a word in square brackets."""
    text = strip_hidden(text)
    details = details_in(text)
    for detail in sorted(details, key=lambda detail: -detail.start):
        text = f"{text[: detail.start]}[{detail.kind.mark}]{text[detail.end :]}"
    return Masked(text=text, found=tuple(detail.kind.mark for detail in details))


class MaskingModel:
    """A language model that never sees what is private in its material; our own instructions hold nothing private.

    A quotation of a masked word stands in no review, so whatever checks replies against the evidence drops it.

    Args:
        model: who is asked, beyond this machine.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = counted(model)
        self.name, self.budget = self._model.name, self._model.budget

    def reply(self, prompt: Prompt) -> Reply:
        """Answer from masked material."""
        data = tuple(message.model_copy(update={"text": mask(message.text).text}) for message in prompt.data)
        return self._model.reply(prompt.model_copy(update={"data": data}))
