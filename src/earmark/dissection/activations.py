"""What the neurons did: extremes, moments and uniform samples, recorded in one streamed pass."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import Pooling, Tap

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Activations:
    """One tap's recording. Clip indices count in ``ClipSet.clips``."""

    tap: Tap
    pooling: Pooling
    high_clips: Indices
    """(neuron, K): the shown clips that excite each neuron most, strongest first."""
    high_values: Floats
    """(neuron, K)."""
    low_clips: Indices
    """(neuron, K): the shown clips that excite each neuron least, weakest first."""
    low_values: Floats
    """(neuron, K)."""
    mean: Floats
    """(neuron,), over all shown clips."""
    deviation: Floats
    """(neuron,), standard deviation over all shown clips."""
    dead: npt.NDArray[np.bool_]
    """(neuron,): does not vary over the shown clips (relative bound)."""
    shown_clips: Indices
    """(clip,): the uniform sample of shown clips, ascending; the same for every tap."""
    shown: Floats
    """(clip, neuron)."""
    held_out_clips: Indices
    """(clip,): the uniform sample of held-out clips, ascending; the same for every tap."""
    held_out: Floats
    """(clip, neuron)."""
