"""Prompts are files: a version, typed inputs, instructions, an example of a good reply; in TOML by the code that asks.

The material never stands in the file: it travels as :class:`~earmark.language.model.Message` beside it.

Where a paper has a way of asking, it stands in ``prompts/published/NAME.toml`` beside our own: the published ways
together are one recipe, ``--prompts published``.
"""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from earmark.evidence import Record, content_id
from earmark.language.model import Message, Prompt

PromptSet = Literal["own", "published"]
InputType = Literal["text", "audio"]


class PromptFile(Record):
    """A prompt as it lies in its file; ``hash`` goes to the manifest of every run that asks it."""

    name: str
    version: str
    inputs: Mapping[str, InputType]
    """What it is asked with: the label of a message, or a pattern of labels (``review *``), and what it carries."""
    instructions: str
    example_reply: str
    hash: str

    def fill(self, *data: Message, max_tokens: int = 512, seed: int = 0) -> Prompt:
        """The question with its material.

        Raises:
            ValueError: the material is not what the file says; a defect of ours.
        """
        for message in data:
            carried = "text" if message.audio_wav is None else "audio"
            taken = {kind for label, kind in self.inputs.items() if fnmatchcase(message.label, label)}
            if carried not in taken:
                raise ValueError(f"the prompt {self.name!r} takes no {carried} labelled {message.label!r}")
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


@lru_cache(maxsize=64)
def load_prompt(package: str, name: str, prompts: PromptSet = "own") -> PromptFile:
    """Read ``prompts/NAME.toml`` of a package, or the published way of asking the same."""
    folder = files(package).joinpath("prompts")
    text = (folder if prompts == "own" else folder.joinpath("published")).joinpath(f"{name}.toml").read_text("utf-8")
    return PromptFile(name=name, hash=content_id(text), **tomllib.loads(text))
