"""Making training clips differ each time they are seen, on log-mel spectrograms.

Time and frequency masks: SpecAugment (arXiv 1904.08779). Mixing: mixup (arXiv 1710.09412), here of powers, as sounds
mix in the air.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from earmark.dissection.training.config import TrainingConfig
from earmark.dissection.training.spectrograms import FLOOR

_DB = math.log(10) / 10
"""One decibel in natural logarithms of power."""


def augment(batch: Tensor, targets: Tensor, config: TrainingConfig, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Change a batch of spectrograms and, where clips are mixed, their targets.

    Args:
        batch: (clip, frame, mel), logarithm of power, not normalised.
        targets: (clip, class), shares.
        config: how much.
        random: all randomness comes from here.

    Returns:
        The same shapes; what is masked holds NaN, for the caller to fill after normalisation.
    """
    if config.stretch > 0:
        batch = _stretch(batch, config.stretch, random)
    if config.shift:
        batch = _turn(batch, random)
    if config.transpose > 0:
        batch = _transpose(batch, config.transpose, random)
    if config.gain_db > 0:
        gain = (2 * torch.rand(len(batch), 1, 1, generator=random) - 1) * config.gain_db * _DB
        batch = (batch + gain).clamp_min(FLOOR)
    if config.mix > 0:
        batch, targets = _mix(batch, targets, config.mix, random)
    masked = _bands(batch, batch.shape[2], config.masked_bands, random)[:, None, :]
    masked = masked | _bands(batch, batch.shape[1], round(100 * config.masked_s), random)[:, :, None]
    return batch.masked_fill(masked, math.nan), targets


def _turn(batch: Tensor, random: torch.Generator) -> Tensor:
    """Turn each clip round in time."""
    frames = batch.shape[1]
    offset = torch.randint(frames, (len(batch), 1), generator=random)
    place = (torch.arange(frames) + offset) % frames
    return batch.gather(1, place[:, :, None].expand_as(batch))


def _stretch(batch: Tensor, share: float, random: torch.Generator) -> Tensor:
    """Play the whole batch faster (then it comes round again) or slower (then its end is cut)."""
    frames = batch.shape[1]
    factor = math.exp((2 * torch.rand((), generator=random).item() - 1) * math.log1p(share))
    longer = functional.interpolate(batch.transpose(1, 2), size=max(16, round(frames * factor)), mode="linear")
    longer = longer.transpose(1, 2)
    while longer.shape[1] < frames:
        longer = torch.cat([longer, longer], dim=1)
    return longer[:, :frames]


def _transpose(batch: Tensor, most: int, random: torch.Generator) -> Tensor:
    """Move each clip by whole mel bands, repeating the outermost."""
    bands = batch.shape[2]
    offset = torch.randint(-most, most + 1, (len(batch), 1), generator=random)
    place = (torch.arange(bands) + offset).clamp(0, bands - 1)
    return batch.gather(2, place[:, None, :].expand_as(batch))


def _mix(batch: Tensor, targets: Tensor, share: float, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mix a share of the clips with another at 0.2 to 0.5 of the power, targets alike."""
    other = torch.randperm(len(batch), generator=random)
    weight = 0.2 + 0.3 * torch.rand(len(batch), 1, 1, generator=random)
    weight = weight * (torch.rand(len(batch), 1, 1, generator=random) < share)
    mixed = torch.logaddexp(batch + torch.log1p(-weight), batch[other] + torch.log(weight.clamp_min(1e-30)))
    return mixed, (1 - weight[:, :, 0]) * targets + weight[:, :, 0] * targets[other]


def _bands(batch: Tensor, length: int, widest: int, random: torch.Generator) -> Tensor:
    """(clip, length): two random stretches of up to so many cells."""
    place = torch.arange(length)
    masked = torch.zeros(len(batch), length, dtype=torch.bool)
    for _ in range(2):
        width = torch.rand(len(batch), 1, generator=random) * widest
        start = torch.rand(len(batch), 1, generator=random) * (length - width)
        masked |= (place >= start) & (place < (start + width).floor())
    return masked
