"""Prompts to learn from, and the way from a model's tokens to drafts that rewards can read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.copywriting.writers.placeholders import fill
from earmark.errors import InvalidInput


@dataclass(frozen=True)
class Episode:
    """One prompt, the brief that its drafts are judged by, and what its placeholders stand for."""

    prompt: str
    brief: Brief
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What a model wrote for some episodes, so many texts each, those of one episode together."""

    raw: list[str]
    """With placeholders."""
    drafts: list[Draft]
    """With what they stand for."""
    briefs: list[Brief]


def encode(tokenizer: Any, episodes: Sequence[Episode], most_tokens: int) -> tuple[Tensor, Tensor]:
    """Prompts to (prompt, token) ids and mask, padded on the right.

    Raises:
        InvalidInput: a prompt is longer than the model was promised; nothing is cut silently.
    """
    batch = tokenizer([episode.prompt for episode in episodes], padding=True, return_tensors="pt")
    if batch["input_ids"].shape[1] > most_tokens:
        raise InvalidInput(f"a prompt is longer than {most_tokens} tokens: choose less evidence.")
    return batch["input_ids"], batch["attention_mask"]


def read(tokenizer: Any, tokens: Tensor, episodes: Sequence[Episode], writer: str) -> Written:
    """Tokens of (prompt * sample, token) to texts, and to drafts with their placeholders filled."""
    raw = [text.strip() for text in tokenizer.batch_decode(tokens, skip_special_tokens=True)]
    owners = [episode for episode in episodes for _ in range(len(raw) // len(episodes))]
    drafts = [
        Draft(
            id=f"{writer}-{index}",
            product_id=owner.brief.product.id,
            aspect=owner.brief.aspect.name if owner.brief.aspect else None,
            style=owner.brief.style,
            text=fill(text, owner.values),
            writer=writer,
        )
        for index, (text, owner) in enumerate(zip(raw, owners, strict=True))
    ]
    return Written(raw, drafts, [owner.brief for owner in owners])
