"""What one step of reinforcement learning did: a line of the run's log."""

from earmark.evidence import Record


class PolicyUpdate(Record):
    """What one step did."""

    step: int
    loss: float
    value_loss: float | None
    """``None`` for RLOO, which has no critic."""
    kl: float
    """Mean over sequences of the summed per-token KL to the fine-tuned model, in nats."""
    entropy: float
    """Mean over tokens of the entropy of the policy's choice, in nats."""
    clip_fraction: float
    length: float
    """Mean tokens a text, end token included."""
    uniqueness: float
    """Different texts over different prompts, one sample each."""
    allure: float | None
    veracity: float | None
    information: float | None
    gated_sum: float | None
    validation: float | None = None
    """Mean gated sum of greedy drafts for the held-out prompts, where this step measured it."""
    seconds: float
    seconds_rewards: float
