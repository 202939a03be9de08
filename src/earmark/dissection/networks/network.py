"""What a network, its token layout and a tap are. Loads no torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor, nn

Waveform = npt.NDArray[np.float32]
"""(sample,), mono, at the network's rate, in [-1, 1]."""
Pooling = Literal["head", "cls", "first", "mean", "max"]
TapKind = Literal["mlp_hidden", "mlp_output", "attention_output", "classifier", "conv", "linear", "dictionary"]


@dataclass(frozen=True)
class TokenLayout:
    """How the tokens of a network lie over a clip: what its head reads, where padding begins, when a token sounds.

    Tokens are ``special`` ones first, then ``rows`` of frequency, each with its columns of time.
    """

    special: int = 0
    """Leading tokens that stand for the whole clip (CLS, distillation)."""
    head: Literal["special", "frames", "all"] = "frames"
    """What the network's own head averages: the special tokens, the frames of the clip, or every frame with padding."""
    rows: int = 1
    window_columns: int | None = None
    """Columns of a network that pads every clip to one window; ``None`` where columns follow the clip."""
    columns: Callable[[int], int] | None = None
    """Samples at the network's rate to the columns that the clip fills; ``None`` where every column is the clip's."""
    hop_s: float | None = None
    """Seconds from one column to the next; ``None``: columns share the clip evenly."""
    span_s: float | None = None
    """Seconds that one column hears."""
    centred: bool = False
    """Whether columns hear as much before their time as after it, so that the window ends with the last one's hop."""

    @property
    def window_s(self) -> float | None:
        """Seconds from the start of a clip that the network hears; ``None`` where it hears all."""
        if self.window_columns is None or self.hop_s is None or self.span_s is None:
            return None
        last_s = self.hop_s if self.centred else self.span_s
        return (self.window_columns - 1) * self.hop_s + last_s


@dataclass(frozen=True)
class AudioNetwork:
    """A network that maps batches of waveforms to logits.

    What ``package.module:factory`` returns. The first axis of everything inside it is the clip.
    """

    module: "nn.Module"
    rate_hz: int
    prepare: Callable[[Sequence[Waveform]], dict[str, "Tensor"]]
    """Waveforms to the keyword arguments of ``module``; must not let padding change a clip. Where it cuts clips off,
    ``layout`` must say so (``window_columns``, ``hop_s``, ``span_s``), for words to be made from what is left."""
    name: str
    """What it can be loaded by again: a folder, a hub id, a factory."""
    labels: tuple[str, ...] = ()
    """Class names in the order of the logits, where the network classifies."""
    equal_lengths_only: bool = False
    """Group norm over time sees padding, so only clips of one length share a batch."""
    layout: TokenLayout = TokenLayout()
    untrained: tuple[str, ...] = ()
    """Modules whose weights were in no file (the head of a bare encoder): never tapped unless asked for."""


@dataclass(frozen=True)
class Tap:
    """A place in a network whose last (or channel) axis is read as neurons."""

    name: str
    """Dotted module path, with ``.act`` for the hidden units of an MLP after their activation."""
    kind: TapKind
    width: int
    layer: int | None
    """Index of the encoder block, ``None`` outside one."""
    module: str | None = None
    """The module that is hooked, where it is not ``name``."""
    reads: Literal["input", "output"] = "output"
    """Hidden units are read as the input of the MLP's second linear map, so a functional activation is no obstacle."""
    channels_first: bool = False
    """Whether the neurons stand on the second axis, as a convolution's channels do, instead of the last."""
    encode: "Callable[[Tensor], Tensor] | None" = field(default=None, compare=False, repr=False)
    """For a dictionary: the values of the tap underneath, (..., input), to (..., neuron)."""
