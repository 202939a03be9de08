"""Whether it holds: the outcome of judging one claim."""

from typing import Literal, Self

from pydantic import model_validator

from earmark.evidence.record import Record

Outcome = Literal["supported", "refuted", "undecided"]


class Verdict(Record):
    """What a judge found about a claim. Absence of a score is ``None`` with a reason, never NaN."""

    claim_id: str
    outcome: Outcome
    score: float | None
    judge: str
    """Who judged: ``held-out pearson``, ``embedded grounding``, a model's name."""
    reason: str | None = None

    @model_validator(mode="after")
    def _absence_is_explained(self) -> Self:
        if self.score is None and not self.reason:
            raise ValueError("a verdict without a score needs a reason")
        return self
