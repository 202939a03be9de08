"""Stream clips through a network once and keep what every neuron did: extremes, moments, uniform samples.

Batches are fixed by the clip list, and what is kept is folded at fixed places in the stream, so a recording that was
killed and resumed gives the same bytes as one that was not.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from earmark.dissection.activations import Activations
from earmark.dissection.checkpoints import Checkpoint
from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.networks import AudioNetwork, Pooling, Tap, Waveform
from earmark.dissection.networks.listening import (
    Precision,
    batches_of,
    choose_device,
    exact,
    listening,
    one_length_a_batch,
)
from earmark.dissection.networks.pooling import pool, tokens_of
from earmark.dissection.networks.weights import fingerprint
from earmark.dissection.streaming import Stream, StreamPlan
from earmark.errors import InvalidInput, Mendable, NotEnoughEvidence
from earmark.runs import Skipped
from earmark.workers import Progress, Threads, silent

Reader = Callable[[Clip], Waveform]
_BUFFER_BYTES = 64 * 2**20
_BUFFER_ROWS = 256
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
            :func:`~earmark.dissection.activations.checkpoint_of`).
        progress: told how many clips are done.

    Raises:
        NotEnoughEvidence: fewer shown clips than the two ends of the ranking need.
        RunConflict: the checkpoint belongs to another recording.
        InvalidInput: a tap cannot be read.
    """
    if not taps:
        raise InvalidInput("there is no tap to record: name one with --taps.")
    plan = _plan(clip_set, taps, config, seed)
    _refuse_too_few(int(plan.is_shown.sum()), config)
    work = _Work(network, taps, config, read, clip_set.clips, Stream(plan))
    kept = Checkpoint(checkpoint, _identity(network, clip_set, taps, config, seed), config.checkpoint_s)
    work.run(_batches(clip_set, plan, network.rate_hz, config.batch_size), kept, progress)
    _refuse_too_few(work.stream.shown_count, config)
    return Recording(_activations(work.stream, taps, config.pooling), tuple(work.skipped))


class _Work:
    """One pass: reads ahead in a thread, runs, pools into the stream's buffer."""

    def __init__(
        self,
        network: AudioNetwork,
        taps: Sequence[Tap],
        config: RecordingConfig,
        read: Reader,
        clips: Sequence[Clip],
        stream: Stream,
    ) -> None:
        self.network = network
        self.taps = taps
        self.config = config
        self.read = read
        self.clips = clips
        self.stream = stream
        self.skipped: list[Skipped] = []
        self._device = choose_device(config.device)
        self._one_length = one_length_a_batch(network, taps)
        self._starts = np.cumsum([0, *(tap.width for tap in taps)])
        # On a GPU the taps fill this, and one copy a batch crosses over.
        self._staged: Tensor | None = None
        if self._device.type != "cpu":
            self._staged = torch.zeros(config.batch_size, int(self._starts[-1]), device=self._device)
        self._rows: Tensor | None = None
        self._samples: list[int] = []

    def run(self, batches: Sequence[list[int]], kept: "Checkpoint", progress: Progress) -> None:
        """Pass all batches that have not been passed yet."""
        total = sum(map(len, batches))
        first = kept.restore(self.stream, self.skipped)
        done = sum(len(batch) for batch in batches[:first])
        progress("record", done, total)
        self.network.module.to(self._device)
        with listening(self.network, self.taps, self._pool) as forward, exact(self._device, self.config.precision):
            loaded = Threads(count=1).map(self._load, batches[first:])
            for number, (batch, parts) in enumerate(zip(batches[first:], loaded, strict=True), start=first + 1):
                for part in parts:
                    self._pass(part, forward)
                done += len(batch)
                progress("record", done, total)
                if number < len(batches):
                    kept.save_if_due(self.stream, self.skipped, number)
            self.stream.fold()
        for clip in self.stream.not_finite:
            self._skip(self.clips[clip], "the network gives values that are not finite for it")

    def _load(self, batch: list[int]) -> list["_Part"]:
        """Read and prepare one batch: the parts that may run together, and what was skipped."""
        waveforms: list[Waveform] = []
        clips: list[int] = []
        skipped: list[Skipped] = []
        for index in batch:
            try:
                waveform = self.read(self.clips[index])
                self._check(waveform)
            except (Mendable, OSError) as error:
                skipped.append(Skipped(uri=self.clips[index].path, reason=str(error).rstrip(".")))
                continue
            waveforms.append(waveform)
            clips.append(index)
        parts = [_Part([], {}, [], skipped)]
        for together in batches_of(waveforms, one_length=self._one_length):
            if together:
                chosen = [waveforms[position] for position in together]
                inputs = self.network.prepare(chosen)
                parts.append(_Part([clips[position] for position in together], inputs, [len(w) for w in chosen], []))
        return parts

    def _check(self, waveform: Waveform) -> None:
        if not len(waveform) or not np.isfinite(waveform).all():
            raise InvalidInput("it holds no sound, or samples that are no numbers")
        columns = self.network.layout.columns
        if columns is not None and columns(len(waveform)) < 1:
            raise InvalidInput(f"{len(waveform) / self.network.rate_hz:.3f} s is too short for this network")

    def _pass(self, part: "_Part", forward: Callable[[dict[str, Tensor]], None]) -> None:
        self.skipped += part.skipped
        if not part.clips:
            return
        rows = self.stream.rows(len(part.clips))
        self._rows = rows if self._staged is None else self._staged[: len(part.clips)]
        self._samples = part.samples
        forward({name: value.to(self._device, non_blocking=True) for name, value in part.inputs.items()})
        if self._staged is not None:
            rows.copy_(self._rows)
        self.stream.take(part.clips)

    def _pool(self, index: int, values: Tensor) -> None:
        """Write what one tap gives for a batch into its columns of the buffer, keeping nothing else."""
        assert self._rows is not None  # noqa: S101 (a forward pass only runs between rows and take)
        tap = self.taps[index]
        tokens = tokens_of(values, tap, len(self._samples))
        pooled = pool(tokens, tap, self.network.layout, self.config.pooling, self._samples)
        self._rows[:, self._starts[index] : self._starts[index + 1]] = pooled

    def _skip(self, clip: Clip, reason: str) -> None:
        self.skipped.append(Skipped(uri=clip.path, reason=reason))


@dataclass(frozen=True)
class _Part:
    """Clips that run together, or what was skipped beside them."""

    clips: list[int]
    inputs: dict[str, Tensor]
    samples: list[int]
    skipped: list[Skipped]


def _plan(clip_set: ClipSet, taps: Sequence[Tap], config: RecordingConfig, seed: int) -> StreamPlan:
    """Draw the samples and the order that breaks ties."""
    is_shown = np.array([clip.split == "shown" for clip in clip_set.clips], dtype=np.bool_)
    rng = np.random.default_rng(seed)
    samples = []
    for side, most in ((is_shown, config.shown_sample), (~is_shown, config.held_out_sample)):
        candidates = np.flatnonzero(side)
        if len(candidates) > most:
            candidates = np.sort(rng.choice(candidates, most, replace=False))
        samples.append(candidates)
    lots = [hashlib.blake2b(f"{seed}:{clip.id}".encode(), digest_size=8).digest() for clip in clip_set.clips]
    rank = np.empty(len(lots), dtype=np.int64)
    rank[sorted(range(len(lots)), key=lots.__getitem__)] = np.arange(len(lots))
    neurons = sum(tap.width for tap in taps)
    rows = max(config.batch_size, min(_BUFFER_ROWS, _BUFFER_BYTES // (4 * neurons)))
    return StreamPlan(neurons, config.per_side, rank, is_shown, np.concatenate(samples), rows)


def _batches(clip_set: ClipSet, plan: StreamPlan, rate_hz: int, size: int) -> list[list[int]]:
    """The clips that pass, in batches of like length, fixed by the clip list."""
    passing = np.union1d(np.flatnonzero(plan.is_shown), plan.sampled).tolist()
    samples = [round((clip.end_s - clip.start_s) * rate_hz) for clip in clip_set.clips]
    passing.sort(key=lambda index: (samples[index], index))
    return [passing[start : start + size] for start in range(0, len(passing), size)]


def _refuse_too_few(shown: int, config: RecordingConfig) -> None:
    if shown < 2 * config.per_side:
        raise NotEnoughEvidence(
            f"{shown} shown clips are too few for {config.per_side} at each end of a ranking: give at least "
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


def _identity(network: AudioNetwork, clip_set: ClipSet, taps: Sequence[Tap], config: RecordingConfig, seed: int) -> str:
    """Everything that the bytes of a recording depend on, hashed."""
    settings = {field.name: getattr(config, field.name) for field in fields(config) if field.name != "checkpoint_s"}
    what = {
        "network": fingerprint(network),
        "clips": [(clip.id, clip.split) for clip in clip_set.clips],
        "taps": [(tap.name, tap.width) for tap in taps],
        "settings": settings,
        "seed": seed,
    }
    return hashlib.blake2b(json.dumps(what).encode(), digest_size=8).hexdigest()
