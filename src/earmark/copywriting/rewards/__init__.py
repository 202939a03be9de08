"""Three rewards, each a picklable batch function from drafts and briefs to scores, never pre-summed."""

from collections.abc import Callable, Mapping, Sequence

from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.evidence import Record

REWARDS = ("allure", "veracity", "information")
"""The fields of :class:`RewardScores`."""

Reward = Callable[[Sequence[Draft], Sequence[Brief]], list[float | None]]


class RewardScores(Record):
    """The three scores of one draft, kept apart; ``None`` where a reward does not apply."""

    draft_id: str
    allure: float | None
    veracity: float | None
    information: float | None


def score(drafts: Sequence[Draft], briefs: Sequence[Brief], rewards: Mapping[str, Reward]) -> list[RewardScores]:
    """Every reward of every draft, apart from each other.

    Args:
        drafts: what was written.
        briefs: what each draft was written from.
        rewards: by the name of the field that they fill.
    """
    columns = {name: reward(drafts, briefs) for name, reward in rewards.items()}
    return [
        RewardScores(draft_id=draft.id, **{name: columns[name][index] if name in columns else None for name in REWARDS})
        for index, draft in enumerate(drafts)
    ]
