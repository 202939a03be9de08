"""What one step of reinforcement learning did: a line of the run's log."""

from earmark.evidence import Record


class Validation(Record):
    """What the policy was worth on prompts of products that it does not learn from."""

    allure: float | None
    veracity: float | None
    information: float | None
    gated_sum: float | None
    """Means over greedy drafts."""
    kl: float
    """To the fine-tuned model, over samples, in nats a sequence."""


class PolicyUpdate(Record):
    """What one step did."""

    step: int
    loss: float
    value_loss: float | None
    """``None`` for RLOO, which has no critic."""
    kl: float
    """Mean over sequences of the summed per-token KL to the fine-tuned model, in nats."""
    kl_weight: float
    """What a nat cost in this step."""
    weights: dict[str, float]
    """What each reward counted."""
    entropy: float
    """Mean over tokens of the entropy of the policy's choice, in nats."""
    clip_fraction: float
    length: float
    """Mean tokens a text, end token included."""
    uniqueness: float
    """Different texts over different prompts, one sample each, before placeholders are filled."""
    allure: float | None
    veracity: float | None
    information: float | None
    gated_sum: float | None
    validation: Validation | None = None
    """Where this step measured it."""
    seconds: float
    seconds_rewards: float
