"""A model that follows a script, so that recipes can be tested without one."""

from collections.abc import Callable

from earmark.language.model import Prompt, Reply, Usage


class Scripted:
    """A language model that answers by calling a function, and remembers what it was asked.

    Args:
        answer: the prompt to the text of the reply.
        name: the name by which runs remember it.
    """

    def __init__(self, answer: Callable[[Prompt], str], name: str = "scripted") -> None:
        self.name = name
        self.asked: list[Prompt] = []
        self._answer = answer

    def reply(self, prompt: Prompt) -> Reply:
        """Answer as the script says."""
        self.asked.append(prompt)
        return Reply(text=self._answer(prompt), model=self.name, usage=Usage(requests=1), finish="stop")
