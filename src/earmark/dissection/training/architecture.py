"""The network: a small audio spectrogram transformer (AST, arXiv 2104.01778), new or from weights that exist."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from earmark.dissection.training.config import TrainingConfig
from earmark.dissection.training.saving import load_network
from earmark.errors import InvalidInput

_PATCH = 16
_POSITIONS = "audio_spectrogram_transformer.embeddings.position_embeddings"


def build_network(config: TrainingConfig, labels: Sequence[str], frames: int) -> Any:
    """A network with random weights, from torch's own generator."""
    from transformers import ASTConfig, ASTForAudioClassification

    return ASTForAudioClassification(
        ASTConfig(
            hidden_size=config.width,
            num_hidden_layers=config.layers,
            num_attention_heads=config.width // 32,
            intermediate_size=4 * config.width,
            hidden_dropout_prob=config.dropout,
            attention_probs_dropout_prob=0.0,
            patch_size=_PATCH,
            frequency_stride=_PATCH,
            time_stride=_PATCH,
            max_length=frames,
            num_mel_bins=config.mels,
            id2label=dict(enumerate(labels)),
            label2id={label: index for index, label in enumerate(labels)},
        )
    )


def start_network(folder: Path, config: TrainingConfig, labels: Sequence[str], frames: int) -> Any:
    """A network that starts from the weights of another, with a new head, for clips of another length.

    Position embeddings are stretched along time (linear interpolation).

    Raises:
        InvalidInput: the folder holds no AST network that can be read from safetensors.
    """
    start = load_network(folder)
    old = start.config
    shape = {
        "width": old.hidden_size,
        "layers": old.num_hidden_layers,
        "mels": old.num_mel_bins,
    }
    wanted = {"width": config.width, "layers": config.layers, "mels": config.mels}
    if shape != wanted or old.patch_size != _PATCH or old.time_stride != _PATCH or old.frequency_stride != _PATCH:
        raise InvalidInput(f"{folder} is a network of {shape} and the training asks for {wanted}: make them agree.")
    network = build_network(config, labels, frames)
    weights = dict(start.state_dict())
    weights[_POSITIONS] = _stretch_positions(weights[_POSITIONS], old.num_mel_bins // _PATCH, frames)
    if tuple((old.id2label or {}).values()) != tuple(labels):
        weights = {name: weight for name, weight in weights.items() if not name.startswith("classifier.")}
    network.load_state_dict(weights, strict=False)
    return network


def _stretch_positions(positions: Tensor, rows: int, frames: int) -> Tensor:
    """(1, 2 + rows * columns, width): two tokens stay, the grid of patches gets the columns of another length."""
    tokens, grid = positions[:, :2], positions[:, 2:]
    width, old_columns = positions.shape[2], grid.shape[1] // rows
    columns = (frames - _PATCH) // _PATCH + 1
    if columns == old_columns:
        return positions
    square = grid.reshape(rows, old_columns, width).permute(0, 2, 1)
    stretched = functional.interpolate(square, size=columns, mode="linear", align_corners=False)
    return torch.cat([tokens, stretched.permute(0, 2, 1).reshape(1, rows * columns, width)], dim=1)
