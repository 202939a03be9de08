"""One pass of clips through a network: read ahead in a thread, run in batches, pooled into a stream's buffer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from earmark.dissection.clips import Clip
from earmark.dissection.networks import AudioNetwork, Tap, Waveform
from earmark.dissection.networks.listening import batches_of, choose_device, exact, listening, one_length_a_batch
from earmark.dissection.networks.pooling import pool, tokens_of
from earmark.dissection.recording.checkpoints import Checkpoint
from earmark.dissection.recording.streaming import Stream
from earmark.errors import InvalidInput, Mendable, RunConflict
from earmark.runs import Skipped
from earmark.workers import Progress, Threads

if TYPE_CHECKING:
    from earmark.dissection.recording.recording import RecordingConfig

Reader = Callable[[Clip], Waveform]
_Forward = Callable[[dict[str, Tensor]], None]
# What a network or its prepare raises for a clip that it cannot take.
_CANNOT_TAKE = (RuntimeError, ValueError, TypeError, IndexError)


class Pass:
    """One pass over some clips.

    Args:
        network: the network.
        taps: where neurons are read.
        config: how they are pooled, in which batches, where.
        read: a clip to its waveform at the network's rate.
        clips: the clips that batches count in.
        stream: where the activations go.
    """

    def __init__(
        self,
        network: AudioNetwork,
        taps: Sequence[Tap],
        config: "RecordingConfig",
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

    def run(self, batches: Sequence[list[int]], kept: Checkpoint, progress: Progress) -> None:
        """Pass all batches that have not been passed yet."""
        total = sum(map(len, batches))
        first = kept.restore(self.stream, self.skipped)
        done = sum(len(batch) for batch in batches[:first])
        progress("record", done, total)
        self.network.module.to(self._device)
        with listening(self.network, self.taps, self._pool) as forward, exact(self._device, self.config.precision):
            loaded = Threads(count=1).map(self._load, batches[first:])
            for number, (batch, (parts, skipped)) in enumerate(zip(batches[first:], loaded, strict=True), first + 1):
                self.skipped += skipped
                for part in parts:
                    self._pass(part, forward)
                done += len(batch)
                progress("record", done, total)
                if number < len(batches):
                    kept.save_if_due(self.stream, self.skipped, number)
            self.stream.fold()
        for clip in self.stream.not_finite:
            self._skip(self.clips[clip], "the network gives values that are not finite for it")

    def _load(self, batch: list[int]) -> tuple[list["_Part"], list[Skipped]]:
        """Read and prepare one batch: the parts that may run together, and what was skipped."""
        waveforms: list[Waveform] = []
        clips: list[int] = []
        skipped: list[Skipped] = []
        for index in batch:
            try:
                waveform = self.read(self.clips[index])
                self._check(waveform)
            except RunConflict:
                raise
            except (Mendable, OSError) as error:
                skipped.append(Skipped(uri=self.clips[index].path, reason=str(error).rstrip(".")))
                continue
            waveforms.append(waveform)
            clips.append(index)
        together = batches_of(waveforms, one_length=self._one_length) if waveforms else []
        return [self._part([clips[at] for at in part], [waveforms[at] for at in part]) for part in together], skipped

    def _part(self, clips: list[int], waveforms: list[Waveform]) -> "_Part":
        try:
            return _Part(clips, waveforms, self.network.prepare(waveforms), None)
        except _CANNOT_TAKE as error:
            return _Part(clips, waveforms, None, error)

    def _check(self, waveform: Waveform) -> None:
        if not len(waveform) or not np.isfinite(waveform).all():
            raise InvalidInput("it holds no sound, or samples that are no numbers")
        columns = self.network.layout.columns
        if columns is not None and columns(len(waveform)) < 1:
            raise InvalidInput(f"{len(waveform) / self.network.rate_hz:.3f} s is too short for this network")

    def _pass(self, part: "_Part", forward: _Forward) -> None:
        """Run a part; where that fails, each of its clips alone, so that only those it fails for are skipped."""
        try:
            self._run_part(part, forward)
        except _CANNOT_TAKE as error:
            if len(part.clips) > 1:
                for clip, waveform in zip(part.clips, part.waveforms, strict=True):
                    self._pass(self._part([clip], [waveform]), forward)
                return
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            self._skip(self.clips[part.clips[0]], f"the network cannot take it: {reason}")

    def _run_part(self, part: "_Part", forward: _Forward) -> None:
        if part.inputs is None:
            raise part.failure or ValueError("no inputs")
        rows = self.stream.rows(len(part.clips))
        self._rows = rows if self._staged is None else self._staged[: len(part.clips)]
        self._samples = [len(waveform) for waveform in part.waveforms]
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
    """Clips that run together."""

    clips: list[int]
    waveforms: list[Waveform]
    inputs: dict[str, Tensor] | None
    failure: Exception | None
    """Why there are no inputs."""
