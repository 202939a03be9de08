"""Choose the clips that speak for and against each neuron.

Paper: AND (arXiv 2406.16990), highly and lowly activated samples.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.describing.descriptions import NeuronId
from earmark.dissection.recording.activations import Activations, Floats, Indices
from earmark.evidence import Evidence, Excerpt, Record, content_id


class NeuronEvidence(Record):
    """The shown clips that move one neuron most and least; none for a neuron that does not vary."""

    neuron: NeuronId
    high: tuple[Evidence, ...]
    """Strongest first."""
    low: tuple[Evidence, ...]
    """Weakest first."""


def select(activations: Activations, clip_set: ClipSet) -> list[NeuronEvidence]:
    """Turn the extremes of a recording into evidence, one item for each neuron in order.

    Args:
        activations: one tap's recording.
        clip_set: the clips that were recorded.
    """
    tap = activations.tap.name
    # A clip is one excerpt for every neuron that it moves.
    excerpts = {index: _excerpt(clip_set.clips[index]) for index in _named(activations)}
    found = []
    for index, dead in enumerate(activations.dead.tolist()):
        neuron = NeuronId(tap=tap, index=index)
        if dead:
            found.append(NeuronEvidence(neuron=neuron, high=(), low=()))
            continue
        high = _evidence(neuron, "for", activations.high_clips[index], activations.high_values[index], excerpts)
        low = _evidence(neuron, "against", activations.low_clips[index], activations.low_values[index], excerpts)
        found.append(NeuronEvidence(neuron=neuron, high=high, low=low))
    return found


def _named(activations: Activations) -> list[int]:
    named: list[int] = np.union1d(activations.high_clips, activations.low_clips).tolist()
    return named


def _excerpt(clip: Clip) -> Excerpt:
    """Seconds count in the file, as the clip's own do."""
    return Excerpt(source_id=clip.id, start=clip.start_s, end=clip.end_s, unit="seconds")


def _evidence(
    neuron: NeuronId, side: Literal["for", "against"], clips: Indices, values: Floats, excerpts: Mapping[int, Excerpt]
) -> tuple[Evidence, ...]:
    """One end of a neuron's ranking; only shown clips are ranked."""
    return tuple(
        Evidence(
            id=content_id(neuron.tap, str(neuron.index), side, excerpts[clip].source_id),
            excerpt=excerpts[clip],
            side=side,
            strength=value,
            split="shown",
        )
        for clip, value in zip(clips.tolist(), values.tolist(), strict=True)
    )
