"""What a finished run holds for the findings: its clips, what was measured and said, the network and its twin."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earmark.dissection.acoustics import AcousticScale, Measures
from earmark.dissection.clips import Clip
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.findings.words import NeuronWords, supported_words
from earmark.dissection.recording.activations import Activations, load_activations
from earmark.dissection.verification.verification import Verification
from earmark.dissection.walk import ClipMeasures
from earmark.errors import InvalidInput, RunConflict
from earmark.runs import RunFolder
from earmark.samples.networks import find_network, network_names

UNKNOWN = "unknown"
NO_TWIN = "no untrained twin was recorded: dissect with --control untrained."


@dataclass(frozen=True)
class Side:
    """A network's hidden neurons, or those of its untrained twin."""

    recorded: tuple[Activations, ...]
    """Hidden taps only; the classifier and dictionaries are left out."""
    words: Mapping[tuple[str, int], NeuronWords]
    """Tap and index of each neuron with a supported description."""

    @cached_property
    def by_layer(self) -> dict[int, list[Activations]]:
        """The taps of each block, in order; taps outside blocks count as blocks where there are no others."""
        found: dict[int, list[Activations]] = {}
        placed = any(one.tap.layer is not None for one in self.recorded)
        for number, one in enumerate(self.recorded):
            layer = one.tap.layer if placed else number
            if layer is not None:
                found.setdefault(layer, []).append(one)
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class Material:
    """One run, read."""

    run: RunFolder
    network: str
    strategy: str
    clips: tuple[Clip, ...]
    measures: tuple[Measures, ...]
    captions: tuple[Caption, ...]
    trained: Side
    untrained: Side | None

    @cached_property
    def properties(self) -> npt.NDArray[np.float64]:
        """(clip, property): measured properties as normal scores among the shown clips, 0 where not measured."""
        scale = AcousticScale.fit(
            [one for clip, one in zip(self.clips, self.measures, strict=True) if clip.split == "shown"]
        )
        return scale.deviates(self.measures)

    @cached_property
    def groups(self) -> npt.NDArray[np.int64]:
        """(clip,): the source recording, as a number."""
        return np.unique([clip.group for clip in self.clips], return_inverse=True)[1].astype(np.int64)


def read_material(path: Path, strategy: str | None = None) -> Material:
    """Read a finished run.

    Args:
        path: the run folder.
        strategy: how its network was trained; by default what the network's own ``training.json`` says.

    Raises:
        InvalidInput: no dissection, or one without descriptions.
    """
    run = RunFolder.open(path)
    if run.manifest.kind != "dissection":
        raise InvalidInput(f"{path} is a {run.manifest.kind} run and no dissection.")
    if not run.has("verdicts"):
        raise InvalidInput(f"{path} holds no judged descriptions: end it first with 'earmark resume {path}'.")
    name = str(run.manifest.arguments["network"])
    trained = _side(run, "activations", "descriptions", "verdicts")
    twin = run.has("untrained_descriptions")
    return Material(
        run=run,
        network=name,
        strategy=strategy or _strategy_of(name),
        clips=tuple(run.read("clips", Clip)),
        measures=tuple(row.measures for row in run.read("acoustics", ClipMeasures)),
        captions=tuple(run.read("captions", Caption)),
        trained=trained,
        untrained=_side(run, "untrained", "untrained_descriptions", "untrained_verdicts") if twin else None,
    )


def refuse_different_clips(materials: Sequence[Material]) -> None:
    """Networks are compared on the same clips, split in the same way.

    Raises:
        RunConflict: two runs differ in them.
    """
    first, *others = materials
    for other in others:
        if [(clip.id, clip.split) for clip in other.clips] != [(clip.id, clip.split) for clip in first.clips]:
            raise RunConflict(
                f"{other.run.path} was made of other clips than {first.run.path}, or split otherwise: dissect both "
                "networks with the same clips and the same --seed."
            )


def _side(run: RunFolder, activations: str, descriptions: str, verdicts: str) -> Side:
    recorded = load_activations(run, activations)
    hidden = tuple(one for one in recorded if one.tap.kind not in ("classifier", "dictionary"))
    if not hidden:
        raise InvalidInput(f"{run.path} recorded no hidden layer: dissect it with other --taps.")
    words = supported_words(run.read(descriptions, Description), run.read(verdicts, Verification))
    names = {one.tap.name for one in hidden}
    return Side(hidden, {neuron: said for neuron, said in words.items() if neuron[0] in names})


def _strategy_of(name: str) -> str:
    """What a network's own report says of how it was trained."""
    folder = find_network(name) if name in network_names() else Path(name)
    try:
        told = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        # Reports from before there was a choice are of training with labels.
        return str(told["config"].get("strategy", "supervised"))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return UNKNOWN
