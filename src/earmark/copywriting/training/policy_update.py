"""What one step of reinforcement learning did: a line of the run's log."""

from earmark.evidence import Record


class Means(Record):
    """Each reward's mean, and that of the gated sums, over the drafts to which it applies."""

    allure: float | None
    veracity: float | None
    information: float | None
    gated_sum: float | None


class Validation(Record):
    """What the policy was worth on prompts of products that it does not learn from."""

    greedy: Means
    """Of the likeliest text for each prompt."""
    sampled: Means
    """Of one sample for each."""
    kl: float
    """To the fine-tuned model, over the samples, in nats a sequence."""

    @property
    def gated_sum(self) -> float | None:
        """Of both kinds of text alike: a policy is used either way."""
        sums = [kind.gated_sum for kind in (self.greedy, self.sampled) if kind.gated_sum is not None]
        return sum(sums) / len(sums) if sums else None


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
