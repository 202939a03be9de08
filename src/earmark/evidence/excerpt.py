"""What was seen: a source, a stretch of it, and which side of a claim it stands on."""

from typing import Literal, Self

from pydantic import model_validator

from earmark.evidence.record import Record


class Source(Record):
    """Something that was recorded or written by someone: a clip, a review, a seller's own record."""

    id: str
    """Content hash (see :func:`content_id`)."""
    kind: Literal["clip", "review", "seller"]
    uri: str
    """Where a reader finds it: a relative path, or a file and row."""


class Excerpt(Record):
    """A stretch of a source, half open: ``[start, end)``."""

    source_id: str
    start: float
    end: float
    unit: Literal["seconds", "characters"]
    text: str | None = None
    """The words between start and end where the source is text; ``None`` for sound."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"an excerpt runs forward from zero, not from {self.start} to {self.end}")
        return self


class Evidence(Record):
    """An excerpt, and how it bears on what is said."""

    id: str
    excerpt: Excerpt
    side: Literal["for", "against"]
    strength: float
    """How strongly: an activation for clips, a support score for review spans."""
    split: Literal["shown", "held_out"]
    """Claims are written from shown evidence only, and judged on held-out evidence where there is any."""
