"""What a training is told, and what it reports."""

from dataclasses import dataclass
from typing import Literal, get_args

from earmark.errors import InvalidInput
from earmark.evidence import Record

Strategy = Literal["supervised", "self-supervised", "fine-tuned", "frozen"]


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is built and trained. The defaults suit a few thousand clips of two seconds."""

    seed: int = 0
    """Fixes first weights, order, augmentation."""
    strategy: Strategy = "supervised"
    """supervised: labels from the start. self-supervised: masked spectrograms, no label, no head. fine-tuned: the same,
    then labels for every weight. frozen: the same, then labels for a linear head on an encoder that stays."""
    epochs: int = 20
    """Times that every clip is seen with its label."""
    pretraining_epochs: int = 20
    """Times that every clip is seen without it, where the strategy begins so."""
    masked_share: float = 0.75
    """Share of a spectrogram's patches that is to be reconstructed from the others."""
    batch_size: int = 32
    """Clips a step."""
    learning_rate: float = 1e-3
    """Highest rate: it warms up over the first tenth of the steps and falls to zero along a cosine."""
    weight_decay: float = 0.05
    """AdamW's, on weight matrices."""
    label_smoothing: float = 0.05
    """Share of the target that is spread over all classes."""
    dropout: float = 0.1
    """On embeddings and hidden states, in training."""
    dropped_patches: float = 0.0
    """Share of the patches left out in training (patchout), which is then faster by about that share."""
    width: int = 192
    """Hidden size, a multiple of 64."""
    layers: int = 4
    """Encoder blocks."""
    mels: int = 64
    """Mel bands, a multiple of 16."""
    clip_s: float | None = None
    """What the network hears of a clip; by default the longest clip, at most 10 s."""
    rate_hz: int = 16000
    """Sampling rate."""
    shift: bool = True
    """Turn each clip round in time by a random stretch."""
    stretch: float = 0.0
    """Play up to this share faster or slower, pitch kept."""
    gain_db: float = 6.0
    """Make up to so much louder or softer."""
    transpose: int = 1
    """Move up or down by up to so many mel bands."""
    mix: float = 0.3
    """Share of clips that are mixed with another, labels too (mixup, in the power domain)."""
    masked_bands: int = 8
    """Widest band of mel bands that is blanked (SpecAugment), twice a clip."""
    masked_s: float = 0.2
    """Longest stretch that is blanked, twice a clip."""

    def __post_init__(self) -> None:
        """Refuse what no network can be built or trained with."""
        if self.strategy not in get_args(Strategy):
            raise InvalidInput(f"a strategy is one of {', '.join(get_args(Strategy))}, not {self.strategy!r}.")
        if self.pretraining_epochs < 1 or not 0 < self.masked_share < 1:
            raise InvalidInput("pretraining needs at least one epoch, and a masked share between 0 and 1.")
        if self.epochs < 1 or self.batch_size < 2 or not 0 < self.learning_rate < 1:
            raise InvalidInput("training needs at least one epoch, two clips a step and a learning rate below 1.")
        if self.width < 64 or self.width % 64 or self.layers < 1 or self.mels < 16 or self.mels % 16:
            raise InvalidInput("a network is a multiple of 64 wide, has at least one layer and a multiple of 16 mels.")
        if self.clip_s is not None and not 0.4 <= self.clip_s <= 10.24:
            raise InvalidInput(f"a network hears 0.4 to 10.24 s of a clip, not {self.clip_s:g} s.")


class EpochRecord(Record):
    """One epoch: the loss it ended with, and what held-out clips said of it."""

    epoch: int
    loss: float
    held_out_accuracy: float | None


class TrainingReport(Record):
    """What became of a training."""

    labels: tuple[str, ...]
    trained_on: int
    """Clips."""
    held_out: int
    """Clips that no step saw and no choice was made by."""
    accuracy: float | None
    """Share of the held-out clips named right by the weights as saved; ``None`` without held-out clips."""
    interval: tuple[float, ...] | None
    """95% Wilson interval of it."""
    per_class: dict[str, float]
    """Held-out accuracy per class, of the classes that have held-out clips."""
    curve: tuple[EpochRecord, ...]
    pretraining: tuple[EpochRecord, ...] = ()
    """Epochs without labels, with the loss of reconstruction."""
    seconds: float
    cpu_seconds: float
    """Of the process while it trained, all cores together."""
    parameters: int
    megabytes: float
    """Of the weights on disk."""
    start: str | None
    """The network whose weights it started from; ``None`` for random ones."""
