"""What is asked of a language model, and what comes back.

Instructions and data never share a message: what a review, a caption or a file name says stands in a message of
its own (``data``), so that a model can be told that it is material and not an order.
"""

from typing import Literal, Protocol

from pydantic import Field

from earmark.evidence import Record


class Message(Record):
    """One piece of untrusted material handed to a model."""

    label: str
    """What it is, in our words: ``captions of the strong clips``."""
    text: str
    audio_wav: bytes | None = Field(default=None, repr=False)
    """A clip as WAV bytes, for models that can listen."""


class Prompt(Record):
    """One question: our instructions, their material, and how the answer should look."""

    name: str
    """The name of the prompt file it was made from, for the manifest and for scripted models."""
    version: str
    file_hash: str | None = None
    """Content hash of that file, for the manifest; ``None`` where the question was made by hand."""
    instructions: str
    data: tuple[Message, ...] = ()
    reply_schema: dict[str, object] | None = None
    """JSON schema of the structured reply that is hoped for; servers may ignore it."""
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0


class Usage(Record):
    """What a reply cost."""

    requests: int = 0
    """Requests sent, those that failed included."""
    prompt_tokens: int = 0
    reply_tokens: int = 0
    from_cache: int = 0
    """Questions that the cache answered, for nothing."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            reply_tokens=self.reply_tokens + other.reply_tokens,
            from_cache=self.from_cache + other.from_cache,
        )


class Reply(Record):
    """What a model said. It is untrusted data like everything else that comes from outside."""

    text: str
    model: str
    usage: Usage = Usage()
    finish: Literal["stop", "length", "refused", "unknown"] = "unknown"


class LanguageModel(Protocol):
    """Anything that answers prompts: a server, a model in this process, a script."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    def reply(self, prompt: Prompt) -> Reply:
        """Answer one prompt.

        Raises:
            EarmarkError: the model cannot be reached, or a budget is spent.
        """
