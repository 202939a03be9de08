"""A network with the clips that choose and the clips that judge, and what is to be forgotten."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.recording.activations import Activations
from earmark.dissection.unlearning.damage import refuse_one_sided
from earmark.dissection.unlearning.listening import Logits, PreparedClips, logits_of
from earmark.dissection.unlearning.masks import Ablation, NeuronMask, masks_from
from earmark.errors import InvalidInput

Silencing = Callable[[], AbstractContextManager[None]]
"""Puts a change on the network while a block runs; called anew for every pass."""

_RESAMPLED = 64


@dataclass(frozen=True)
class Concept:
    """What is to be forgotten."""

    name: str
    index: int | None
    """The class of the network that it names; ``None`` where it is no class, so that only the cost can be counted."""


@dataclass(frozen=True)
class Subject:
    """A network and its clips, listened to once before anything is silenced."""

    network: AudioNetwork
    taps: Sequence[Tap]
    recorded: Sequence[Activations]
    choosing: PreparedClips
    judging: PreparedClips
    choosing_before: Logits
    judging_before: Logits
    classifier: Tap | None
    """The tap of the output layer, where there is one."""

    @classmethod
    def listen(
        cls,
        network: AudioNetwork,
        taps: Sequence[Tap],
        recorded: Sequence[Activations],
        choosing: PreparedClips,
        judging: PreparedClips,
        classifier: Tap | None,
    ) -> "Subject":
        """Run the untouched network over both sides.

        Raises:
            InvalidInput: a clip both chooses and judges.
        """
        if set(choosing.clip_ids) & set(judging.clip_ids):
            raise InvalidInput("a clip would both choose neurons and judge the choice.")
        before = logits_of(network, choosing), logits_of(network, judging)
        return cls(network, taps, recorded, choosing, judging, *before, classifier)

    @property
    def neurons(self) -> int:
        """Neurons of the taps."""
        return sum(tap.width for tap in self.taps)

    def concept(self, index: int) -> Concept:
        """A class of the network as a concept."""
        return Concept(self.network.labels[index], index)

    def refuse_one_sided(self, concept: Concept) -> None:
        """Look whether a class can be chosen for and judged at all.

        Raises:
            NotEnoughEvidence: a side lacks clips of the class, or of all others.
        """
        if concept.index is not None:
            for clips, purpose in ((self.choosing, "shown"), (self.judging, "held-out")):
                refuse_one_sided(clips.classes == concept.index, concept.name, purpose)

    def masks(self, chosen: Mapping[str, Sequence[int]], how: Ablation) -> list[NeuronMask]:
        """Masks of chosen neurons with what stands in their place, from the shown clips' own activations."""
        if how == "zero":
            return masks_from(self.taps, chosen)
        fills: dict[str, npt.NDArray[np.float32]] = {}
        for one in self.recorded:
            fills[one.tap.name] = one.mean if how == "mean" else one.shown[:_RESAMPLED]
        return masks_from(self.taps, chosen, fills)

    def is_restored(self) -> bool:
        """Whether the network says of every judging clip what it said before anything was silenced, bit for bit."""
        return bool(np.array_equal(logits_of(self.network, self.judging), self.judging_before))
