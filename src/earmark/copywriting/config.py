"""What copy to write, and what plugs into the recipe: said once for Python, the command line and the manifest."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from earmark.copywriting.aspects.aspects import AspectSet
from earmark.copywriting.facts import Facts
from earmark.copywriting.rewards import Reward
from earmark.copywriting.summaries.praise import PraiseRules
from earmark.copywriting.writers.channels import check_must
from earmark.copywriting.writers.drafts import Channel, Length, Style, Tone, Writer
from earmark.errors import InvalidInput
from earmark.language import Embedder, LanguageModel
from earmark.language.prompt_files import PromptSet
from earmark.language.untrusted import clean_text

MOST_DRAFTS = 100
"""Drafts of one product that are chosen from; beyond, the best is hardly better and the time is."""


@dataclass(frozen=True)
class CopyConfig:
    """What copy to write."""

    product: str | None = None
    """Write for the product with this id or name only."""
    aspect: str | None = None
    """Write about this aspect only (food, service, ...)."""
    tone: Tone = "plain"
    """How it sounds: plain, warm, playful or premium."""
    length: Length = "paragraph"
    """How long it is: headline, short, paragraph or bullets."""
    channel: Channel = "shop"
    """Where it stands, with the limits that hold there: shop, ad (30 and 90 characters), social (280) or email."""
    must: tuple[str, ...] = ()
    """A phrase that must be said, in these words; marked as the seller's own in the receipt."""
    never: tuple[str, ...] = ()
    """A phrase that must never be said."""
    drafts: int = 4
    """Drafts to choose from; more cost more time and choose better."""
    dissent_share: float = 0.25
    """From this share of complaining voices on, a thing is not praised and the dissent is reported."""
    stale_years: float = 3.0
    """Praise whose last voice is so many years older than the newest review is not repeated."""
    seed: int = 0
    """Another seed writes other copy; the same seed the same."""

    @property
    def style(self) -> Style:
        """Tone, length and channel together."""
        return Style(tone=self.tone, length=self.length, channel=self.channel)

    @property
    def rules(self) -> PraiseRules:
        """What counts as praise."""
        return PraiseRules(dissent_share=self.dissent_share, stale_years=self.stale_years)


@dataclass(frozen=True)
class Parts:
    """What plugs into the recipe; the embedded defaults where nothing is given."""

    writer: Writer | None = None
    """Who writes; the composer by default."""
    aspects: AspectSet | None = None
    """Whose questions are asked; chosen from the ready sets by what the reviews speak of by default."""
    embedder: Embedder | None = None
    """Places targets that no aspect names and groups what means the same; none leaves them apart."""
    facts: Facts | None = None
    """The seller's own record."""
    model: LanguageModel | None = None
    """The language model that the parts ask, if any does."""
    summarise_by: Literal["embedded", "model"] = "embedded"
    """Who says what reviewers claim: our own reader, or the model, of which only what the reviews bear out is kept."""
    prompts: PromptSet = "own"
    """How the model is asked to summarise: in our own way, or as published."""
    discover: bool = False
    """Whether a product's reviews may found aspects beside those that are known."""
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    """What ranks drafts that passed every filter; without any,
    :func:`~earmark.copywriting.choosing.embedded_order` does."""


def checked(config: CopyConfig) -> CopyConfig:
    """The config with its phrases cleaned, if it can be met.

    Raises:
        InvalidInput: contradictory or impossible wishes.
    """
    must = tuple(text for phrase in config.must if (text := clean_text(phrase, 1_000)))
    never = tuple(text for phrase in config.never if (text := clean_text(phrase, 1_000)))
    for wish in must:
        if clash := next((word for word in never if word.lower() in wish.lower()), None):
            raise InvalidInput(f"--must {wish!r} contains --never {clash!r}: drop one of them.")
    if not 1 <= config.drafts <= MOST_DRAFTS:
        raise InvalidInput(f"--drafts {config.drafts} cannot be chosen from: ask for 1 to {MOST_DRAFTS}.")
    if not (0 < config.dissent_share <= 1 and 0 <= config.stale_years < math.inf):
        raise InvalidInput("--dissent-share is a share above 0 and up to 1, and --stale-years a number of years.")
    check_must(must, config.style)
    return replace(config, must=must, never=never)
