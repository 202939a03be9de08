"""Silence neurons while a block runs, by vectors indexed by neuron, and leave no trace afterwards.

Nothing of the network is changed: hooks replace values on their way, and go when the block ends. One model in memory
serves any number of masks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor, nn

Ablation = Literal["zero", "mean", "resample"]
Bools = npt.NDArray[np.bool_]
Change = Callable[["Tensor"], "Tensor"]


@dataclass(frozen=True)
class NeuronMask:
    """The neurons of one tap that are silenced, and what stands in their place."""

    tap: Tap
    silenced: Bools
    """(neuron,), one byte each."""
    fill: npt.NDArray[np.float32] | None = None
    """``None`` for zero; (neuron,) for means; (draw, neuron) to resample, one draw a clip in turn."""

    def __post_init__(self) -> None:
        if self.silenced.shape != (self.tap.width,) or self.silenced.dtype != np.bool_:
            found = f"{self.silenced.shape} {self.silenced.dtype}"
            raise InvalidInput(f"a mask of {self.tap.name} is ({self.tap.width},) booleans, not {found}.")
        if self.fill is not None and self.fill.shape[-1] != self.tap.width:
            raise InvalidInput(f"what fills {self.tap.name} needs {self.tap.width} values, not {self.fill.shape[-1]}.")


@contextmanager
def silenced(network: AudioNetwork, masks: Sequence[NeuronMask]) -> Iterator[None]:
    """Silence neurons while the block runs.

    Args:
        network: the network; its weights stay as they are.
        masks: at most one a tap.

    Raises:
        InvalidInput: a mask of a dictionary, whose neurons the network does not use.
    """
    with changed(network, [(mask.tap, _replacement(mask)) for mask in masks if mask.silenced.any()]):
        yield


@contextmanager
def changed(network: AudioNetwork, changes: Sequence[tuple[Tap, Change]]) -> Iterator[None]:
    """Put what taps read through functions of (..., neuron) while the block runs.

    Raises:
        InvalidInput: a tap is a dictionary, whose values the network does not use.
    """
    with ExitStack() as hooks:
        for tap, change in changes:
            hooks.callback(_hook(network.module.get_submodule(tap.module or tap.name), tap, change).remove)
        yield


def matched_random(masks: Sequence[NeuronMask], rng: np.random.Generator) -> list[NeuronMask]:
    """Masks of as many neurons at the same taps, drawn at random: the baseline that any choice has to beat."""
    drawn = []
    for mask in masks:
        silenced_at = np.zeros(mask.tap.width, dtype=bool)
        silenced_at[rng.choice(mask.tap.width, int(mask.silenced.sum()), replace=False)] = True
        drawn.append(NeuronMask(mask.tap, silenced_at, mask.fill))
    return drawn


def masks_from(
    taps: Sequence[Tap], chosen: Mapping[str, Sequence[int]], fills: Mapping[str, npt.NDArray[np.float32]] | None = None
) -> list[NeuronMask]:
    """Masks of the chosen neurons.

    Args:
        taps: the taps of the run.
        chosen: neuron indices by the name of their tap.
        fills: what stands in their place, by tap; zeros by default.
    """
    masks = []
    for tap in taps:
        if tap.name in chosen:
            silenced_at = np.zeros(tap.width, dtype=bool)
            silenced_at[list(chosen[tap.name])] = True
            masks.append(NeuronMask(tap, silenced_at, None if fills is None else fills[tap.name]))
    return masks


def _replacement(mask: NeuronMask) -> Change:
    import torch

    if mask.tap.encode is not None:
        raise InvalidInput(f"{mask.tap.name} is a dictionary beside the network: silencing it would change nothing.")
    off = torch.from_numpy(mask.silenced)
    fill = torch.zeros(()) if mask.fill is None else torch.from_numpy(np.asarray(mask.fill, dtype=np.float32))
    turn = 0

    def replace(values: "Tensor") -> "Tensor":
        nonlocal turn
        stand_in = fill
        if fill.ndim == 2:
            rows = torch.arange(turn, turn + len(values)) % len(fill)
            turn += len(values)
            stand_in = fill[rows].reshape(len(values), *(1,) * (values.ndim - 2), -1)
        return torch.where(off.to(values.device), stand_in.to(values), values)

    return replace


def _hook(module: "nn.Module", tap: Tap, change: Change) -> Any:
    """Hook where a tap reads, with the neuron axis moved last for convolutions."""

    def through(values: "Tensor") -> "Tensor":
        if tap.kind == "conv":
            return change(values.movedim(1, -1)).movedim(-1, 1)
        return change(values)

    if tap.reads == "input":
        return module.register_forward_pre_hook(lambda _, inputs: (through(inputs[0]), *inputs[1:]))

    def on_output(_module: "nn.Module", _inputs: Any, output: Any) -> Any:
        if isinstance(output, tuple):
            return (through(output[0]), *output[1:])
        return through(output)

    return module.register_forward_hook(on_output)
