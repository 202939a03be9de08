"""A linear head on an encoder that stays as it is: what a network knew before it met a label."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from earmark.dissection.training.checkpoints import Checkpoint
from earmark.dissection.training.config import EpochRecord, TrainingConfig
from earmark.dissection.training.fitting import AfterEpoch, Labels, Normalisation, optimise
from earmark.dissection.training.spectrograms import Spectrograms

_BATCH = 64


def fit_head(
    network: Any,
    spectrograms: Spectrograms,
    labels: Labels,
    normalise: Normalisation,
    config: TrainingConfig,
    after_epoch: AfterEpoch,
    checkpoint: Checkpoint | None = None,
) -> list[EpochRecord]:
    """Train a network's classifier in place, on what its encoder makes of the clips as they are.

    Args:
        network: an audio spectrogram transformer.
        spectrograms: (clip, frame, mel), not normalised.
        labels: (clip,).
        normalise: what the network's extractor will do.
        config: epochs, rate, decay and label smoothing; clips are not augmented.
        after_epoch: told the number of each epoch done.
        checkpoint: where to keep what an epoch gave, and to go on from.
    """
    random = torch.Generator().manual_seed(config.seed)
    heard = encode(network, spectrograms, normalise)
    truth = torch.from_numpy(labels)

    def loss_of(chosen: Tensor) -> Tensor:
        logits = network.classifier(heard[chosen])
        return functional.cross_entropy(logits, truth[chosen], label_smoothing=config.label_smoothing)

    return optimise(network.classifier, len(labels), loss_of, config, config.epochs, random, after_epoch, checkpoint)


def encode(network: Any, spectrograms: Spectrograms, normalise: Normalisation) -> Tensor:
    """(clip, width): what the head reads, the mean of the two special tokens."""
    network.eval()
    heard = []
    # Not inference mode: the head learns from these.
    with torch.no_grad():
        for start in range(0, len(spectrograms), _BATCH):
            batch = normalise(torch.from_numpy(spectrograms[start : start + _BATCH]))
            hidden = network.audio_spectrogram_transformer(input_values=batch).last_hidden_state
            heard.append((hidden[:, 0] + hidden[:, 1]) / 2)
    return torch.cat(heard)
