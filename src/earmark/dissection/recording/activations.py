"""What the neurons did: extremes, moments and uniform samples, and how they are kept in a run folder."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import Pooling, Tap
from earmark.errors import InvalidInput
from earmark.runs import RunFolder

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
    refused: tuple[int, ...] = ()
    """Neurons that gave a value that is not finite; counted as dead, so that nothing is said of them."""


def checkpoint_of(run: RunFolder, name: str = "activations") -> Path:
    """The folder in which an unfinished recording of a run is kept."""
    return run.path / "parts" / name


def save_activations(run: RunFolder, activations: Sequence[Activations], name: str = "activations") -> None:
    """Keep recordings in a run folder, one file of named arrays a tap, and drop their checkpoint.

    Args:
        run: the run.
        activations: one for each tap.
        name: tells the recordings of a run apart (a control's from the network's).
    """
    for number, recording in enumerate(activations):
        arrays = {
            field.name: value
            for field in fields(recording)
            if isinstance(value := getattr(recording, field.name), np.ndarray)
        }
        # Not asdict, which would copy a dictionary's encoder.
        tap = {field.name: getattr(recording.tap, field.name) for field in fields(Tap) if field.name != "encode"}
        facts = {"tap": tap, "pooling": recording.pooling, "refused": recording.refused}
        arrays["facts"] = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
        run.write_arrays(_file(name, number), arrays)
    shutil.rmtree(checkpoint_of(run, name), ignore_errors=True)


def all_saved(run: RunFolder, taps: int, name: str = "activations") -> bool:
    """Whether recordings of every tap are kept already."""
    return all(run.arrays_path(_file(name, number)).is_file() for number in range(taps))


def load_activations(run: RunFolder, name: str = "activations") -> list[Activations]:
    """Read the recordings of a run back, in the order of its taps.

    A dictionary's tap comes back without its encoder: it can be read but not recorded again.

    Raises:
        InvalidInput: the run has no such recordings, or they are damaged.
    """
    files = sorted((run.path / "arrays").glob(f"{name}-[0-9][0-9][0-9][0-9].safetensors"))
    return [_revived(run, file) for file in [file.stem for file in files] or [_file(name, 0)]]


def _file(name: str, number: int) -> str:
    return f"{name}-{number:04d}"


def _revived(run: RunFolder, name: str) -> Activations:
    arrays = run.read_arrays(name)
    try:
        facts = json.loads(arrays.pop("facts").tobytes())
        return Activations(tap=Tap(**facts["tap"]), pooling=facts["pooling"], refused=tuple(facts["refused"]), **arrays)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{run.arrays_path(name)} holds no recording: put it back, or start a new run.") from error
