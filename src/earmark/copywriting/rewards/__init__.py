"""Three rewards, each a picklable batch function from drafts and briefs to scores, never pre-summed."""

from collections.abc import Callable, Sequence

from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.evidence import Record

Reward = Callable[[Sequence[Draft], Sequence[Brief]], list[float | None]]


class RewardScores(Record):
    """The three scores of one draft, kept apart; ``None`` where a reward does not apply."""

    draft_id: str
    allure: float | None
    veracity: float | None
    information: float | None
