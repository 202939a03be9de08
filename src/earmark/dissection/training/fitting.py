"""The training loop, and the accuracy of what comes out of it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from earmark.dissection.training.augmentation import augment
from earmark.dissection.training.checkpoints import Checkpoint
from earmark.dissection.training.config import EpochRecord, TrainingConfig
from earmark.dissection.training.spectrograms import Spectrograms

Labels = npt.NDArray[np.int64]
AfterEpoch = Callable[[int], float | None]
"""Told the number of an epoch that is done; gives the held-out accuracy, where it is known."""


@dataclass(frozen=True)
class Normalisation:
    """How the extractor normalises: half a standard deviation to one unit, as AST was published."""

    mean: float
    deviation: float

    def __call__(self, batch: Tensor) -> Tensor:
        """Normalise; blanked cells become the mean."""
        return torch.nan_to_num((batch - self.mean) / (2 * self.deviation), nan=0.0)


def fit(
    network: Any,
    spectrograms: Spectrograms,
    labels: Labels,
    normalise: Normalisation,
    config: TrainingConfig,
    after_epoch: AfterEpoch,
    checkpoint: Checkpoint | None = None,
) -> list[EpochRecord]:
    """Train a network in place.

    Args:
        network: maps (clip, frame, mel) to logits.
        spectrograms: (clip, frame, mel), not normalised.
        labels: (clip,).
        normalise: what the network's extractor will do.
        config: how.
        after_epoch: tests the network as it is.
        checkpoint: where to keep what an epoch gave, and to go on from.

    Returns:
        The epochs, those done before a stop too.
    """
    random = torch.Generator().manual_seed(config.seed)
    one_hot = functional.one_hot(torch.from_numpy(labels), network.config.num_labels).float()
    clips = torch.from_numpy(spectrograms)

    def loss_of(chosen: Tensor) -> Tensor:
        batch, targets = augment(clips[chosen], one_hot[chosen], config, random)
        logits = forward(network, normalise(batch), config.dropped_patches, random)
        return functional.cross_entropy(logits, targets, label_smoothing=config.label_smoothing)

    return optimise(network, len(labels), loss_of, config, config.epochs, random, after_epoch, checkpoint)


def optimise(
    module: torch.nn.Module,
    clips: int,
    loss_of: Callable[[Tensor], Tensor],
    config: TrainingConfig,
    epochs: int,
    random: torch.Generator,
    after_epoch: AfterEpoch,
    checkpoint: Checkpoint | None = None,
) -> list[EpochRecord]:
    """Lower a loss over a module's weights, epoch after epoch.

    Args:
        module: what learns; left in evaluation mode.
        clips: how many there are to learn from.
        loss_of: the mean loss of some of them, by index.
        config: batch size, rate and decay.
        epochs: times that every clip is seen.
        random: draws the order, and whatever ``loss_of`` draws from it.
        after_epoch: tests the module as it is.
        checkpoint: where to keep what an epoch gave, and to go on from.

    Returns:
        The epochs, those done before a stop too.
    """
    steps = epochs * math.ceil(clips / config.batch_size)
    optimiser = _optimiser(module, config)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warm_then_cosine(step, steps))
    done = checkpoint.restore(module, optimiser, rate, random) if checkpoint else []
    for epoch in range(len(done) + 1, epochs + 1):
        module.train()
        total = 0.0
        for chosen in _batches(clips, config.batch_size, random):
            loss = loss_of(chosen)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
            optimiser.step()
            rate.step()
            total += float(loss.detach()) * len(chosen)
        done.append(EpochRecord(epoch=epoch, loss=total / clips, held_out_accuracy=after_epoch(epoch)))
        if checkpoint:
            checkpoint.save(module, optimiser, rate, random, done)
    module.eval()
    return done


def forward(network: Any, batch: Tensor, dropped: float, random: torch.Generator) -> Tensor:
    """Logits from a random part of each clip's patches, the same places for the whole batch; all of them at 0.

    Patchout (PaSST, arXiv 2110.05069): shorter sequences train faster and lean less on any one patch.
    """
    if dropped <= 0:
        return torch.as_tensor(network(input_values=batch).logits)
    encoder = network.audio_spectrogram_transformer
    tokens = encoder.embeddings(batch)
    patches = tokens.shape[1] - 2
    kept = torch.randperm(patches, generator=random)[: max(1, round((1 - dropped) * patches))]
    hidden = torch.cat([tokens[:, :2], tokens[:, 2 + kept.sort().values]], dim=1)
    for layer in encoder.layers:
        hidden = layer(hidden, None)
    hidden = encoder.layernorm(hidden)
    return torch.as_tensor(network.classifier((hidden[:, 0] + hidden[:, 1]) / 2))


def predict(network: Any, spectrograms: Spectrograms, normalise: Normalisation, batch_size: int = 64) -> Labels:
    """(clip,): the class that a network names for each clip."""
    network.eval()
    named = [np.zeros(0, dtype=np.int64)]
    with torch.inference_mode():
        for start in range(0, len(spectrograms), batch_size):
            batch = torch.from_numpy(spectrograms[start : start + batch_size])
            named.append(network(input_values=normalise(batch)).logits.argmax(1).numpy())
    return np.concatenate(named)


def _batches(count: int, size: int, random: torch.Generator) -> Iterator[Tensor]:
    """All indices in a new order; a last batch of one joins the one before, so that mixing has a partner."""
    order = torch.randperm(count, generator=random)
    pieces = list(torch.split(order, size))
    if len(pieces) > 1 and len(pieces[-1]) == 1:
        pieces[-2:] = [torch.cat(pieces[-2:])]
    return iter(pieces)


def _optimiser(module: torch.nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """AdamW; biases, norms and embeddings of places are not decayed."""
    decayed = [weight for weight in module.parameters() if weight.ndim >= 2 and weight.shape[0] > 1]
    others = [weight for weight in module.parameters() if not (weight.ndim >= 2 and weight.shape[0] > 1)]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))


def _warm_then_cosine(step: int, steps: int) -> float:
    warm = max(1, steps // 10)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm))))
