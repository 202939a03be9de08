"""Learning without labels: reconstruct the masked patches of spectrograms from the patches that are left.

Masked autoencoders (arXiv 2111.06377), for spectrograms (arXiv 2207.06405): the encoder sees a quarter of the patches,
a small decoder fills in the others, each patch normalised by itself. AST's head reads the two special tokens, so the
decoder also has to fill in every masked patch from these two alone; otherwise nothing would teach them to sum up.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from earmark.dissection.training.augmentation import augment
from earmark.dissection.training.checkpoints import Checkpoint
from earmark.dissection.training.config import EpochRecord, TrainingConfig
from earmark.dissection.training.fitting import AfterEpoch, Normalisation, optimise
from earmark.dissection.training.spectrograms import Spectrograms

_DECODER_WIDTH = 64
_DECODER_LAYERS = 1
_SPECIAL = 2


def pretrain(
    network: Any,
    spectrograms: Spectrograms,
    normalise: Normalisation,
    config: TrainingConfig,
    after_epoch: AfterEpoch,
    checkpoint: Checkpoint | None = None,
) -> list[EpochRecord]:
    """Teach a network's encoder in place; its head stays as it is.

    Args:
        network: an audio spectrogram transformer.
        spectrograms: (clip, frame, mel), not normalised.
        normalise: what the network's extractor will do.
        config: how; clips are shifted, stretched, transposed and made louder, but neither mixed nor blanked.
        after_epoch: told the number of each epoch done.
        checkpoint: where to keep what an epoch gave, and to go on from.

    Returns:
        The epochs with their loss: 1 is what the mean of every patch would reach.
    """
    random = torch.Generator().manual_seed(config.seed)
    clips = torch.from_numpy(spectrograms)
    light = replace(config, mix=0.0, masked_bands=0, masked_s=0.0)
    task = _Reconstruction(network.audio_spectrogram_transformer)
    nothing = torch.zeros(len(clips), 1)

    def loss_of(chosen: Tensor) -> Tensor:
        batch, _ = augment(clips[chosen], nothing[chosen], light, random)
        return task(normalise(batch), config.masked_share, random)  # type: ignore[no-any-return]

    return optimise(task, len(clips), loss_of, config, config.pretraining_epochs, random, after_epoch, checkpoint)


class _Reconstruction(nn.Module):
    """An encoder with the decoder that it is taught by."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        settings = encoder.config
        self.patch = settings.patch_size
        places = encoder.embeddings.position_embeddings.shape[1] - _SPECIAL
        self.narrow = nn.Linear(settings.hidden_size, _DECODER_WIDTH)
        self.mask = nn.Parameter(torch.randn(_DECODER_WIDTH) * 0.02)
        self.places = nn.Parameter(torch.randn(places + 1, _DECODER_WIDTH) * 0.02)
        block = nn.TransformerEncoderLayer(
            _DECODER_WIDTH, 2, 4 * _DECODER_WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.decoder = nn.TransformerEncoder(block, _DECODER_LAYERS, enable_nested_tensor=False)
        self.fill = nn.Linear(_DECODER_WIDTH, self.patch**2)

    def forward(self, batch: Tensor, masked_share: float, random: torch.Generator) -> Tensor:
        """The mean loss on masked patches: from all that is seen, and from the special tokens alone."""
        wanted = patches_of(batch, self.patch)
        count = wanted.shape[1]
        seen = max(1, round((1 - masked_share) * count))
        order = torch.rand(len(batch), count, generator=random).argsort(dim=1)
        visible, hidden = order[:, :seen], order[:, seen:]
        tokens = self.narrow(self._encode(batch, visible))
        summary = tokens[:, :_SPECIAL].mean(1, keepdim=True)
        empty = self.mask.expand(len(batch), count, -1)
        filled = empty.scatter(1, visible[:, :, None].expand(-1, -1, _DECODER_WIDTH), tokens[:, _SPECIAL:])
        # Both tasks in one batch: what is seen filled in, and nothing but the summary.
        both = self._decode(torch.cat([summary, summary]), torch.cat([filled, empty]))
        target = _pick(wanted, hidden)
        return nn.functional.mse_loss(_pick(both, torch.cat([hidden, hidden])), torch.cat([target, target]))

    def _encode(self, batch: Tensor, visible: Tensor) -> Tensor:
        """(clip, 2 + seen, width): the special tokens and the patches that are left."""
        tokens = self.encoder.embeddings(batch)
        hidden = torch.cat([tokens[:, :_SPECIAL], _pick(tokens[:, _SPECIAL:], visible)], dim=1)
        for layer in self.encoder.layers:
            hidden = layer(hidden, None)
        return torch.as_tensor(self.encoder.layernorm(hidden))

    def _decode(self, summary: Tensor, grid: Tensor) -> Tensor:
        """(clip, patch, cell): every patch as the decoder imagines it."""
        return torch.as_tensor(self.fill(self.decoder(torch.cat([summary, grid], dim=1) + self.places)[:, 1:]))


def patches_of(batch: Tensor, size: int) -> Tensor:
    """(clip, patch, cell): the patches of spectrograms in the encoder's order, each with zero mean and unit deviation.

    Args:
        batch: (clip, frame, mel).
        size: of a patch in frames and in mel bands; what is left over at the end is dropped.
    """
    cells = batch.transpose(1, 2).unfold(1, size, size).unfold(2, size, size)
    flat = cells.reshape(len(batch), -1, size * size)
    return (flat - flat.mean(2, keepdim=True)) / (flat.std(2, keepdim=True) + 1e-3)


def _pick(tokens: Tensor, places: Tensor) -> Tensor:
    """(clip, place, ...): tokens at each clip's own places."""
    return tokens.gather(1, places[:, :, None].expand(-1, -1, tokens.shape[2]))
