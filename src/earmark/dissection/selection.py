"""Choose the clips that speak for and against each neuron.

Paper: AND (arXiv 2406.16990), highly and lowly activated samples.
"""

from collections.abc import Sequence

from earmark.dissection.activations import Activations, Floats, Indices
from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.descriptions import NeuronId
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
    found = []
    for index, dead in enumerate(activations.dead.tolist()):
        neuron = NeuronId(tap=tap, index=index)
        if dead:
            found.append(NeuronEvidence(neuron=neuron, high=(), low=()))
            continue
        high = _evidence(neuron, "high", activations.high_clips[index], activations.high_values[index], clip_set.clips)
        low = _evidence(neuron, "low", activations.low_clips[index], activations.low_values[index], clip_set.clips)
        found.append(NeuronEvidence(neuron=neuron, high=high, low=low))
    return found


def _evidence(
    neuron: NeuronId, end: str, indices: Indices, values: Floats, clips: Sequence[Clip]
) -> tuple[Evidence, ...]:
    """One end of a neuron's ranking; seconds count in the file, as the clip's own do."""
    return tuple(
        Evidence(
            id=content_id(neuron.tap, str(neuron.index), end, clips[clip].id),
            excerpt=Excerpt(source_id=clips[clip].id, start=clips[clip].start_s, end=clips[clip].end_s, unit="seconds"),
            side="for" if end == "high" else "against",
            strength=value,
            split=clips[clip].split,
        )
        for clip, value in zip(indices.tolist(), values.tolist(), strict=True)
    )
