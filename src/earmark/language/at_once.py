"""A bound on the questions that are under way, whoever asks."""

from threading import Semaphore

from earmark.language.model import LanguageModel, Prompt, Reply


class AtOnce:
    """A language model that many threads may ask, a few at once.

    Args:
        model: who answers.
        places: one for each question that may be under way; shared by all that ask the same server.
    """

    def __init__(self, model: LanguageModel, places: Semaphore) -> None:
        self.name = model.name
        self._model, self._places = model, places

    def reply(self, prompt: Prompt) -> Reply:
        """Answer when a place is free."""
        with self._places:
            return self._model.reply(prompt)
