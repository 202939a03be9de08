"""Weights that stay forgotten: neurons zeroed in place, or the hidden neurons of MLPs really removed.

Only zero ablation can be written into weights exactly for every tap; a mean becomes a bias where the tap allows it.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.dissection.networks import AudioNetwork
from earmark.dissection.unlearning.masks import NeuronMask
from earmark.errors import InvalidInput

if TYPE_CHECKING:
    from torch import nn

# What transformers calls the width of an MLP's hidden layer, by family.
_WIDTH_NAMES = ("intermediate_size", "encoder_ffn_dim", "speech_encoder_intermediate_size")


@dataclass(frozen=True)
class Exported:
    """What became of each tap."""

    folder: Path
    removed: dict[str, int]
    """Hidden neurons really removed, by tap."""
    zeroed: dict[str, int]
    """Neurons whose weights were set to zero, by tap."""
    hidden_width: int | None
    """Width of every MLP's hidden layer in the exported network, where neurons were removed."""


def zeroed_copy(network: AudioNetwork, masks: Sequence[NeuronMask]) -> "nn.Module":
    """A copy of the module whose weights make the silenced neurons zero, whatever it hears.

    Raises:
        InvalidInput: a mask fills with something else than zero, or a tap has no weights of its own.
    """
    module = copy.deepcopy(network.module)
    for mask in masks:
        _zero(module, mask)
    return module


def export(network: AudioNetwork, masks: Sequence[NeuronMask], folder: Path, *, remove: bool = True) -> Exported:
    """Save the network without its silenced neurons, in a form that transformers alone loads.

    Hidden neurons of MLPs are removed where ``remove`` says so: transformers gives every layer one hidden width, so
    each is padded with zeros to the widest one left. Every other neuron is zeroed.

    Args:
        network: a transformers network.
        masks: what to silence, with zeros.
        folder: where to save; new or empty.
        remove: remove hidden neurons rather than zero them.

    Raises:
        InvalidInput: the folder is taken, the network is not of transformers, or it cannot be written exactly.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} already holds something: name another folder.")
    if not hasattr(network.module, "save_pretrained"):
        raise InvalidInput(f"{network.name} is not a transformers network, so it cannot be exported: use its masks.")
    hidden = [mask for mask in masks if mask.tap.kind == "mlp_hidden" and mask.silenced.any()] if remove else []
    rest = [mask for mask in masks if mask.silenced.any() and mask not in hidden]
    module: Any = zeroed_copy(network, rest)
    width = _remove_hidden(module, hidden) if hidden else None
    module.save_pretrained(folder, safe_serialization=True)
    return Exported(
        folder,
        {mask.tap.name: int(mask.silenced.sum()) for mask in hidden},
        {mask.tap.name: int(mask.silenced.sum()) for mask in rest},
        width,
    )


def _zero(module: "nn.Module", mask: NeuronMask) -> None:
    import torch

    if mask.fill is not None:
        raise InvalidInput(f"{mask.tap.name} is filled with other values than zero, which weights cannot say exactly.")
    part: Any = module.get_submodule(mask.tap.module or mask.tap.name)
    off = torch.from_numpy(mask.silenced)
    if not hasattr(part, "weight"):
        raise InvalidInput(f"{mask.tap.name} has no weights of its own to zero: use its mask while the network runs.")
    with torch.no_grad():
        if mask.tap.reads == "input":
            part.weight[:, off] = 0
            return
        part.weight[off] = 0
        if part.bias is not None:
            part.bias[off] = 0


def _remove_hidden(module: Any, masks: Sequence[NeuronMask]) -> int:
    """Cut the silenced hidden neurons out of every MLP of the module; returns the width that all are padded to."""
    names = [name for name in _WIDTH_NAMES if hasattr(module.config, name)]
    wanted = {int(mask.tap.width) for mask in masks}
    name = next((name for name in names if {int(getattr(module.config, name))} == wanted), None)
    if name is None:
        raise InvalidInput(
            "the hidden neurons of this network cannot be removed exactly (its MLPs share no one width): "
            "zero them with --zero instead."
        )
    off = {mask.tap.name: mask.silenced for mask in masks}
    full = int(getattr(module.config, name))
    pairs = _pairs(module, full)
    missing = set(off) - {hidden for hidden, _, _ in pairs}
    if missing:
        raise InvalidInput(f"{sorted(missing)[0]} cannot be removed exactly: zero it with --zero instead.")
    left = [full - (int(off[hidden].sum()) if hidden in off else 0) for hidden, _, _ in pairs]
    width = max(1, *left)
    for hidden, widening, narrowing in pairs:
        _shrink(widening, narrowing, off.get(hidden), width)
    setattr(module.config, name, width)
    return width


def _pairs(module: "nn.Module", full: int) -> list[tuple[str, Any, Any]]:
    """Every MLP as (name of its hidden tap, widening map, narrowing map)."""
    from torch import nn

    maps = [(name, part) for name, part in module.named_modules() if isinstance(part, nn.Linear)]
    return [
        (f"{first_name}.act", first, second)
        for (first_name, first), (_, second) in pairwise(maps)
        if first.out_features == second.in_features == full and first.in_features == second.out_features
    ]


def _shrink(widening: Any, narrowing: Any, off: Any, width: int) -> None:
    import torch

    kept = torch.ones(widening.out_features, dtype=torch.bool) if off is None else ~torch.from_numpy(off)
    count = int(kept.sum())
    into = torch.zeros(width, widening.in_features, dtype=widening.weight.dtype)
    into[:count] = widening.weight.data[kept]
    out = torch.zeros(narrowing.out_features, width, dtype=narrowing.weight.dtype)
    out[:, :count] = narrowing.weight.data[:, kept]
    widening.weight, narrowing.weight = torch.nn.Parameter(into), torch.nn.Parameter(out)
    if widening.bias is not None:
        bias = torch.zeros(width, dtype=widening.bias.dtype)
        bias[:count] = widening.bias.data[kept]
        widening.bias = torch.nn.Parameter(bias)
    widening.out_features = narrowing.in_features = width
