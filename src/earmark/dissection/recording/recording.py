"""Stream clips through a network once and keep what every neuron did: extremes, moments, uniform samples.

Batches are fixed by the clip list, and what is kept is folded at fixed places in the stream, so a recording that was
killed and resumed gives the same bytes as one that was not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips import ClipSet
from earmark.dissection.networks import AudioNetwork, Pooling, Tap
from earmark.dissection.networks.listening import Precision
from earmark.dissection.networks.pooling import check_pooling
from earmark.dissection.recording.activations import Activations
from earmark.dissection.recording.checkpoints import Checkpoint
from earmark.dissection.recording.passing import Pass, Reader
from earmark.dissection.recording.planning import fixed_batches, identity_of, plan_stream
from earmark.dissection.recording.streaming import Stream
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.runs import Skipped
from earmark.workers import Progress, silent

# Below this share of a neuron's size, or of its layer's, a difference is rounding of single precision.
_DEAD_BELOW = 1e-5


@dataclass(frozen=True)
class RecordingConfig:
    """What is recorded, and how."""

    pooling: Pooling = "head"
    """From tokens to one number a clip: head (what the network's own head reads), cls, first, mean or max."""
    per_side: int = 12
    """Shown clips kept at each end of a neuron's ranking."""
    shown_sample: int = 2000
    """Shown clips whose activations are kept whole, drawn uniformly; all when there are fewer."""
    held_out_sample: int = 2000
    """Held-out clips recorded, drawn uniformly; all when there are fewer. At least 500."""
    batch_size: int = 16
    """Clips run at once; another size changes results by less than 1e-5 of a neuron's size."""
    precision: Precision = "fp32"
    """fp32, or bf16 or fp16 where speed matters more than the last digits."""
    device: str = "auto"
    """Where the network runs: auto (a GPU where there is one), cpu, cuda, cuda:1."""
    checkpoint_s: float = 30.0
    """A killed recording does at most this many seconds again."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if self.per_side < 1 or self.batch_size < 1 or self.shown_sample < 1 or self.checkpoint_s < 0:
            raise InvalidInput("per_side, shown_sample and batch_size must be at least 1, checkpoint_s at least 0.")
        if self.held_out_sample < 500:
            raise InvalidInput("held_out_sample must be at least 500: verdicts need that many held-out clips.")


@dataclass(frozen=True)
class Recording:
    """What one pass over the clips gave."""

    activations: list[Activations]
    """One for each tap, in their order."""
    skipped: tuple[Skipped, ...]
    """Clips that could not be read or run when their turn came."""


def record(
    network: AudioNetwork,
    clip_set: ClipSet,
    taps: Sequence[Tap],
    config: RecordingConfig,
    seed: int,
    *,
    read: Reader,
    checkpoint: Path | None = None,
    progress: Progress = silent,
) -> Recording:
    """Record every tap in one streamed pass.

    All shown clips pass, and the uniform sample of held-out clips.

    Args:
        network: the network.
        clip_set: the clips, split.
        taps: where neurons are read.
        config: what is recorded, and how.
        seed: draws the samples and breaks ties between clips.
        read: a clip to its waveform at the network's rate; a clip for which it raises is skipped and reported.
        checkpoint: a folder to keep an unfinished recording in, and to go on from (see
            :func:`~earmark.dissection.recording.activations.checkpoint_of`).
        progress: told how many clips are done.

    Raises:
        NotEnoughEvidence: fewer shown clips than the two ends of the ranking need.
        RunConflict: the checkpoint belongs to another recording.
        InvalidInput: a tap cannot be read.
    """
    if not taps:
        raise InvalidInput("there is no tap to record: name one with --taps.")
    check_pooling(network, config.pooling)
    plan = plan_stream(clip_set, taps, config, seed)
    _refuse_too_few(int(plan.is_shown.sum()), config)
    work = Pass(network, taps, config, read, clip_set.clips, Stream(plan))
    kept = Checkpoint(checkpoint, identity_of(network, clip_set, taps, config, seed), config.checkpoint_s)
    work.run(fixed_batches(clip_set, plan, network.rate_hz, config.batch_size), kept, progress)
    if len(work.stream.not_finite) > work.stream.shown_count:
        raise InvalidInput(
            f"{network.name} gives values that are not finite for {len(work.stream.not_finite)} of "
            f"{len(clip_set.clips)} clips: its weights are broken, or it needs more precision (--precision fp32)."
        )
    _refuse_too_few(work.stream.shown_count, config, work.skipped)
    return Recording(_activations(work.stream, taps, config.pooling), tuple(work.skipped))


def _refuse_too_few(shown: int, config: RecordingConfig, skipped: Sequence[Skipped] = ()) -> None:
    if shown < 2 * config.per_side:
        lost = f" ({len(skipped)} were skipped; {skipped[0].uri}: {skipped[0].reason})" if skipped else ""
        raise NotEnoughEvidence(
            f"{shown} shown clips are too few for {config.per_side} at each end of a ranking{lost}: give at least "
            f"{2 * config.per_side}, or a smaller --per-side."
        )


def _activations(stream: Stream, taps: Sequence[Tap], pooling: Pooling) -> list[Activations]:
    """Cut the stream's columns into taps."""
    high_clips, high_values, low_clips, low_values = (tensor.numpy() for tensor in stream.extremes())
    mean, deviation = stream.mean.float().numpy(), stream.deviation().float().numpy()
    refused = stream.refused.numpy()
    is_shown = stream.plan.is_shown[stream.plan.sampled]
    rows = {side: np.flatnonzero(stream.sampled & (is_shown == side)) for side in (True, False)}
    found = []
    end = 0
    for tap in taps:
        start, end = end, end + tap.width
        columns = slice(start, end)
        lost = refused[columns]
        found.append(
            Activations(
                tap=tap,
                pooling=pooling,
                high_clips=high_clips[columns],
                high_values=high_values[columns],
                low_clips=low_clips[columns],
                low_values=low_values[columns],
                mean=mean[columns],
                deviation=deviation[columns],
                dead=dead_neurons(high_values[columns, 0], low_values[columns, 0]) | lost,
                shown_clips=stream.plan.sampled[rows[True]],
                shown=_rows(stream.samples, rows[True], columns),
                held_out_clips=stream.plan.sampled[rows[False]],
                held_out=_rows(stream.samples, rows[False], columns),
                refused=tuple(np.flatnonzero(lost).tolist()),
            )
        )
    return found


def dead_neurons(highest: npt.NDArray[np.float32], lowest: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which neurons of a layer do not vary: their range is rounding, beside their own size and their layer's.

    The layer counts because a neuron near zero is a difference of large terms, and carries their rounding.

    Args:
        highest: (neuron,), the largest activation of each.
        lowest: (neuron,), the smallest.
    """
    size = np.maximum(np.abs(highest), np.abs(lowest))
    scale = np.maximum(size, np.median(size))
    return np.asarray(highest - lowest <= _DEAD_BELOW * scale)


def _rows(samples: npt.NDArray[np.float32], rows: npt.NDArray[np.int64], columns: slice) -> npt.NDArray[np.float32]:
    """Rows of the samples, as a view where none is missing."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
        return samples[rows[0] : rows[-1] + 1, columns]
    return samples[rows, columns]
