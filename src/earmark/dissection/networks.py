"""Audio networks and the places in them where neurons are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor, nn

Waveform = npt.NDArray[np.float32]
"""(sample,), mono, at the network's rate, in [-1, 1]."""
Pooling = Literal["head", "cls", "first", "mean", "max"]


@dataclass(frozen=True)
class AudioNetwork:
    """A network that maps batches of waveforms to logits.

    What ``package.module:factory`` returns.
    """

    module: "nn.Module"
    rate_hz: int
    prepare: Callable[[Sequence[Waveform]], dict[str, "Tensor"]]
    """Waveforms to the keyword arguments of ``module``; must not let padding change a clip."""
    name: str
    labels: tuple[str, ...] = ()
    """Class names in the order of the logits, where the network classifies."""
    equal_lengths_only: bool = False
    """Group norm over time sees padding, so only clips of one length share a batch."""


@dataclass(frozen=True)
class Tap:
    """A place in a network whose last (or channel) axis is read as neurons."""

    name: str
    """Dotted module path, with ``.act`` for the hidden units of an MLP after their activation."""
    kind: Literal["mlp_hidden", "mlp_output", "attention_output", "classifier", "conv", "linear", "dictionary"]
    width: int
    layer: int | None
    """Index of the encoder block, ``None`` outside one."""
