"""Weights that stay forgotten: neurons zeroed in place, hidden neurons of MLPs really removed, a direction folded in.

Zeros and means can be written into weights exactly; what is resampled cannot.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.unlearning.erasing import folded_copy
from earmark.dissection.unlearning.leace import Eraser
from earmark.dissection.unlearning.masks import NeuronMask
from earmark.errors import InvalidInput
from earmark.runs.files import whole_folder

if TYPE_CHECKING:
    from torch import Tensor, nn

# What transformers calls the width of an MLP's hidden layer, by family.
_WIDTH_NAMES = ("intermediate_size", "encoder_ffn_dim", "speech_encoder_intermediate_size")


@dataclass(frozen=True)
class Exported:
    """What became of each tap."""

    folder: Path
    removed: dict[str, int]
    """Hidden neurons really removed, by tap."""
    fixed: dict[str, int]
    """Neurons whose weights were set so that they give zero, or their mean, whatever is heard; by tap."""
    hidden_width: int | None = None
    """Width of every MLP's hidden layer in the exported network, where neurons were removed."""
    folded_into: str | None = None
    """The classifier that an eraser was folded into."""


@dataclass(frozen=True)
class NotExported:
    """Why there are no weights that stay forgotten."""

    reason: str


def fixed_copy(network: AudioNetwork, masks: Sequence[NeuronMask]) -> "nn.Module":
    """A copy of the module whose weights hold the silenced neurons at zero or at their mean, whatever it hears.

    Raises:
        InvalidInput: a mask resamples, or a tap has no weights that can say it exactly.
    """
    module = copy.deepcopy(network.module)
    for mask in masks:
        _fix(module, mask)
    return module


def export(network: AudioNetwork, masks: Sequence[NeuronMask], folder: Path, *, remove: bool = True) -> Exported:
    """Save the network without its silenced neurons, in a form that transformers alone loads.

    Hidden neurons of MLPs are removed where ``remove`` says so: transformers gives every layer one hidden width, so
    each is padded with zeros to the widest one left. Every other neuron is held at zero or at its mean.

    Args:
        network: a transformers network.
        masks: what to silence, with zeros or means.
        folder: where to save; new or empty.
        remove: remove hidden neurons rather than zero them.

    Raises:
        InvalidInput: the folder is taken, the network is not of transformers, or it cannot be written exactly.
    """
    _refuse_taken(network, folder)
    hidden = [mask for mask in masks if mask.tap.kind == "mlp_hidden" and mask.silenced.any()] if remove else []
    rest = [mask for mask in masks if mask.silenced.any() and mask not in hidden]
    module: Any = fixed_copy(network, rest)
    width = _remove_hidden(module, hidden) if hidden else None
    _save(module, network, folder)
    counts = [{mask.tap.name: int(mask.silenced.sum()) for mask in some} for some in (hidden, rest)]
    return Exported(folder, counts[0], counts[1], width)


def export_erased(network: AudioNetwork, classifier: Tap, eraser: Eraser, folder: Path) -> Exported:
    """Save the network with an eraser folded into its classifier.

    Raises:
        InvalidInput: as in :func:`export`, or the classifier has no bias.
    """
    _refuse_taken(network, folder)
    _save(folded_copy(network, classifier, eraser), network, folder)
    return Exported(folder, {}, {}, folded_into=classifier.name)


def refuse_unremovable(network: AudioNetwork, taps: Sequence[Tap]) -> None:
    """Look whether the hidden neurons of these taps can be removed exactly, before any work is done.

    Raises:
        InvalidInput: they cannot; zeroing is offered.
    """
    if hidden := [tap for tap in taps if tap.kind == "mlp_hidden"]:
        _width_name(network.module, hidden)


def _refuse_taken(network: AudioNetwork, folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} already holds something: name another folder.")
    if not hasattr(network.module, "save_pretrained"):
        raise InvalidInput(f"{network.name} is not a transformers network, so it cannot be exported: use its masks.")


def _save(module: Any, network: AudioNetwork, folder: Path) -> None:
    """Weights, configuration and, where the network has one, the feature extractor that its inputs come from."""
    extractor = getattr(network.prepare, "extractor", None)
    with whole_folder(folder) as unfinished:
        module.save_pretrained(unfinished, safe_serialization=True)
        if extractor is not None:
            extractor.save_pretrained(unfinished)


def _fix(module: "nn.Module", mask: NeuronMask) -> None:
    """Make the silenced neurons of one tap constant."""
    import torch

    part: Any = module.get_submodule(mask.tap.module or mask.tap.name)
    if not hasattr(part, "weight"):
        # Attentions that apply their maps as functions are read at their own output, which their last map decides.
        part = module.get_submodule(mask.tap.name)
    off, constant = torch.from_numpy(mask.silenced), _constant(mask)
    with torch.no_grad():
        if mask.tap.reads == "input":
            _add_to_bias(part, mask.tap, part.weight[:, off], constant)
            part.weight[:, off] = 0
            return
        if part.bias is None and constant.any():
            raise InvalidInput(f"{mask.tap.name} has no bias to hold a mean: silence it with --how zero.")
        part.weight[off] = 0
        if part.bias is not None:
            part.bias[off] = constant


def _constant(mask: NeuronMask) -> "Tensor":
    """What the silenced neurons give; (silenced neuron,)."""
    import torch

    if mask.fill is None:
        return torch.zeros(int(mask.silenced.sum()))
    if mask.fill.ndim != 1:
        raise InvalidInput(f"{mask.tap.name} is filled with changing values, which weights cannot say exactly.")
    return torch.from_numpy(mask.fill[mask.silenced])


def _add_to_bias(part: Any, tap: Tap, weight: "Tensor", constant: "Tensor") -> None:
    """Let a map's bias say what constant inputs gave through these columns of its weight."""
    if not constant.any():
        return
    if part.bias is None:
        raise InvalidInput(f"{tap.name} is followed by a map without bias, which holds no mean: use --how zero.")
    part.bias += (weight @ constant.to(weight)).to(part.bias)


def _width_name(module: Any, taps: Sequence[Tap]) -> str:
    """What the configuration calls the one hidden width of all MLPs.

    Raises:
        InvalidInput: there is none, or a tap belongs to no MLP of that width.
    """
    names = [name for name in _WIDTH_NAMES if hasattr(getattr(module, "config", None), name)]
    wanted = {tap.width for tap in taps}
    name = next((name for name in names if {int(getattr(module.config, name))} == wanted), None)
    found = {hidden for hidden, _, _ in _pairs(module, int(getattr(module.config, name)))} if name else set()
    lost = next((tap.name for tap in taps if tap.name not in found), None)
    if name is None or lost is not None:
        raise InvalidInput(
            f"the hidden neurons of {lost} cannot be removed exactly (its MLP is none that widens to a width which all "
            "share and comes back): zero them with --zero instead."
        )
    return name


def _remove_hidden(module: Any, masks: Sequence[NeuronMask]) -> int:
    """Cut the silenced hidden neurons out of every MLP of the module; returns the width that all are padded to."""
    name = _width_name(module, [mask.tap for mask in masks])
    off = {mask.tap.name: mask for mask in masks}
    full = int(getattr(module.config, name))
    pairs = _pairs(module, full)
    left = [full - (int(off[hidden].silenced.sum()) if hidden in off else 0) for hidden, _, _ in pairs]
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


def _shrink(widening: Any, narrowing: Any, mask: NeuronMask | None, width: int) -> None:
    import torch

    kept = torch.ones(widening.out_features, dtype=torch.bool)
    if mask is not None:
        kept = ~torch.from_numpy(mask.silenced)
        with torch.no_grad():
            _add_to_bias(narrowing, mask.tap, narrowing.weight[:, ~kept], _constant(mask))
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
