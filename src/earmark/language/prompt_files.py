"""Prompts are files: a version, instructions, and an example of a good reply, in TOML beside the code that asks.

The material never stands in the file: it travels as :class:`~earmark.language.model.Message` beside it.
"""

import tomllib
from importlib.resources import files

from earmark.evidence import Record, content_id
from earmark.language.model import Message, Prompt


class PromptFile(Record):
    """A prompt as it lies in its file; ``hash`` goes to the manifest of every run that asks it."""

    name: str
    version: str
    instructions: str
    example_reply: str
    hash: str

    def fill(self, *data: Message, max_tokens: int = 512, seed: int = 0) -> Prompt:
        """The question with its material."""
        instructions = f"{self.instructions.strip()}\n\nAn example of a good reply:\n{self.example_reply.strip()}"
        return Prompt(
            name=self.name,
            version=self.version,
            file_hash=self.hash,
            instructions=instructions,
            data=data,
            max_tokens=max_tokens,
            seed=seed,
        )


def load_prompt(package: str, name: str) -> PromptFile:
    """Read ``prompts/NAME.toml`` of a package."""
    text = files(package).joinpath("prompts", f"{name}.toml").read_text(encoding="utf-8")
    return PromptFile(name=name, hash=content_id(text), **tomllib.loads(text))
