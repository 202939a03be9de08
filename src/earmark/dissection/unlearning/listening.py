"""Logits of a fixed set of clips, prepared once and run as often as masks are tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips import Clip, ClipSet, read_waveform
from earmark.dissection.networks import AudioNetwork
from earmark.errors import InvalidInput, NotEnoughEvidence

if TYPE_CHECKING:
    from torch import Tensor

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PreparedClips:
    """Clips as the network takes them, in batches; feature extraction is paid once."""

    batches: tuple[tuple[tuple[int, ...], dict[str, "Tensor"]], ...]
    """Rows and their inputs."""
    classes: npt.NDArray[np.int64]
    """(row,): the class of each clip, as an index of the network's labels."""
    clip_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.classes)

    def only(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> "PreparedClips":
        """Some of the clips, in their order here, numbered anew."""
        number = {int(row): place for place, row in enumerate(sorted(map(int, rows)))}
        batches = []
        for together, inputs in self.batches:
            kept = [place for place, row in enumerate(together) if row in number]
            if kept:
                some = {name: value[kept] for name, value in inputs.items()}
                batches.append((tuple(number[together[place]] for place in kept), some))
        chosen = list(number)
        return PreparedClips(tuple(batches), self.classes[chosen], tuple(self.clip_ids[row] for row in chosen))

    def a_few(self, target: int, own: int, others: int, seed: int = 0) -> "PreparedClips":
        """At most so many clips of a class and of the others, drawn as evenly over the other classes as they allow."""
        rng = np.random.default_rng(seed)
        drawn = [
            rng.permutation(np.flatnonzero(self.classes == index)) for index in rng.permutation(np.unique(self.classes))
        ]
        mine = [row for rows in drawn for row in rows if self.classes[row] == target][:own]
        # One clip of every other class, then a second of each, as far as they go.
        dealt = [row for turn in zip_longest(*drawn) for row in turn if row is not None and self.classes[row] != target]
        return self.only([*mine, *dealt[:others]])


def prepare_clips(
    network: AudioNetwork, clip_set: ClipSet, clips: Sequence[Clip], batch_size: int = 16
) -> PreparedClips:
    """Read and prepare labelled clips.

    Clips whose label is no class of the network are left out: nothing can be said of their accuracy.

    Raises:
        InvalidInput: the network has no class names.
        NotEnoughEvidence: no clip has a class of the network.
    """
    from earmark.dissection.networks.listening import batches_of

    class_of = class_indices(network)
    usable = [clip for clip in clips if clip.label is not None and plain_name(clip.label) in class_of]
    if not usable:
        raise NotEnoughEvidence(
            f"no clip carries a class name of {network.name}, so there is no accuracy to lose: give clips labelled "
            f"with its classes ({', '.join(network.labels[:5])}{', ...' if len(network.labels) > 5 else ''})."
        )
    batches = []
    for start in range(0, len(usable), batch_size):
        waveforms = [read_waveform(clip_set.root, clip, network.rate_hz) for clip in usable[start : start + batch_size]]
        for together in batches_of(waveforms, one_length=network.equal_lengths_only):
            rows = tuple(start + position for position in together)
            batches.append((rows, dict(network.prepare([waveforms[position] for position in together]))))
    classes = np.array([class_of[plain_name(clip.label or "")] for clip in usable])
    return PreparedClips(tuple(batches), classes, tuple(clip.id for clip in usable))


def logits_of(network: AudioNetwork, prepared: PreparedClips) -> Logits:
    """What the network says of every clip now, whatever is hooked into it; (clip, class)."""
    import torch

    found: Any = None
    network.module.eval()
    with torch.inference_mode():
        for rows, inputs in prepared.batches:
            logits = logits_from(network.module(**inputs)).float().numpy()
            if found is None:
                found = np.empty((len(prepared), logits.shape[1]), dtype=np.float32)
            found[list(rows)] = logits
    return np.asarray(found, dtype=np.float32)


def logits_from(output: Any) -> Any:
    """The logits in what a network returns: an output of transformers, or the logits themselves."""
    return getattr(output, "logits", output)


def class_indices(network: AudioNetwork) -> dict[str, int]:
    """The network's classes by their plain names.

    Raises:
        InvalidInput: it has none.
    """
    if not network.labels:
        raise InvalidInput(f"{network.name} has no class names, so no class can be unlearnt.")
    return {plain_name(label): index for index, label in enumerate(network.labels)}


def plain_name(name: str) -> str:
    """A class name as it is compared: without case, underscores and runs of spaces."""
    return " ".join(name.replace("_", " ").casefold().split())
