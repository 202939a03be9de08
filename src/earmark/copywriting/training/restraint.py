"""What holds a run back: the price of leaving the fine-tuned model, and no reward bought with another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from earmark.copywriting.rewards import REWARDS
from earmark.copywriting.training.policy_update import Validation

if TYPE_CHECKING:
    from earmark.copywriting.training.ppo import PolicyConfig


def next_kl_weight(weight: float, kl: float, config: "PolicyConfig") -> float:
    """A higher price where the policy is too far away, a lower one, down to the first, where it is near.

    The proportional controller of Ziegler et al. (arXiv 1909.08593, section 2.2).
    """
    error = min(max(kl / config.kl_target - 1, -0.2), 0.2)
    return max(config.kl_weight, weight * (1 + config.kl_gain * error))


def next_rescue(
    rescued: Mapping[str, float], first: Validation | None, found: Validation, config: "PolicyConfig"
) -> dict[str, float]:
    """More weight for a reward that fell below where it began, less, down to its own, for one that did not.

    Dual ascent on "no reward lower than at first" (as in Moskovitz et al., arXiv 2310.04373): summed rewards are easily
    raised by one that is cheap to raise at the cost of another, such as veracity by saying less.
    """
    fallen = lowered(first, found, config.may_fall) if first else ()
    return {
        name: min(config.most_rescue, factor * config.rescue) if name in fallen else max(1.0, factor / config.rescue)
        for name, factor in rescued.items()
    }


def lowered(first: Validation, found: Validation, may_fall: float) -> tuple[str, ...]:
    """The rewards that applied at first and are lower now, by more than they may fall, in either kind of text."""
    kinds = ((first.greedy, found.greedy), (first.sampled, found.sampled))
    return tuple(
        name for name in REWARDS if any(_fell(getattr(was, name), getattr(now, name), may_fall) for was, now in kinds)
    )


def _fell(was: float | None, now: float | None, may_fall: float) -> bool:
    return was is not None and (now is None or now < was - may_fall)
