"""Keep what is needed of a stream of activations, in buffers that are allocated once.

Rows (one a clip) collect in a buffer. When it is full it is folded into the extremes, the moments and the samples:
sorting after every batch would cost half of a forward pass, sorting now and then costs a tenth.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_COLUMNS_AT_ONCE = 8192
_SIGN = 0x7FFFFFFF


@dataclass(frozen=True)
class StreamPlan:
    """What is kept of whom. Clips are numbered as in the clip set."""

    neurons: int
    per_side: int
    rank: npt.NDArray[np.int64]
    """(clip,): the place of each clip in a seeded random order; ties between activations go to the lower."""
    is_shown: npt.NDArray[np.bool_]
    """(clip,): whether it counts for extremes and moments."""
    sampled: npt.NDArray[np.int64]
    """(row,): the clips whose activations are kept whole."""
    buffer_rows: int


class Stream:
    """Extremes, moments and samples of a stream of activations.

    Args:
        plan: what is kept of whom.
    """

    def __init__(self, plan: StreamPlan) -> None:
        self.plan = plan
        shape = (plan.per_side, plan.neurons)
        # Filled, not merely reserved: the memory is taken at the start or not at all.
        self.high = torch.full(shape, torch.iinfo(torch.int64).min)
        self.low = torch.full(shape, torch.iinfo(torch.int64).max)
        self.mean = torch.zeros(plan.neurons, dtype=torch.float64)
        self.squares = torch.zeros(plan.neurons, dtype=torch.float64)
        self.refused = torch.zeros(plan.neurons, dtype=torch.bool)
        self.shown_count = 0
        self.samples = np.full((len(plan.sampled), plan.neurons), 0, dtype=np.float32)
        self.sampled = np.zeros(len(plan.sampled), dtype=np.bool_)
        self.not_finite: list[int] = []
        """Clips for which most neurons gave a value that is not finite."""
        self.buffer = torch.full((plan.buffer_rows, plan.neurons), 0.0)
        self.clips: list[int] = []
        """The clips whose rows stand in the buffer."""
        self._rank = torch.from_numpy(plan.rank)
        self._sample_row = np.full(len(plan.rank), -1, dtype=np.int64)
        self._sample_row[plan.sampled] = np.arange(len(plan.sampled))

    def rows(self, count: int) -> Tensor:
        """The next rows of the buffer, to be written before :meth:`take`; (count, neuron)."""
        if len(self.clips) + count > self.plan.buffer_rows:
            self.fold()
        return self.buffer[len(self.clips) : len(self.clips) + count]

    def take(self, clips: list[int]) -> None:
        """Count the rows just written as those of these clips."""
        self.clips.extend(clips)

    def fold(self) -> None:
        """Fold the buffer into what is kept, and empty it."""
        if not self.clips:
            return
        block = self.buffer[: len(self.clips)]
        clips = np.array(self.clips)
        self.clips = []
        keep = self._refuse(block, clips)
        if not keep.all():
            block, clips = block[torch.from_numpy(keep)], clips[keep]
        rows = self._sample_row[clips]
        chosen = rows >= 0
        self.samples[rows[chosen]] = block.numpy()[chosen]
        self.sampled[rows[chosen]] = True
        shown = torch.from_numpy(self.plan.is_shown[clips])
        if not shown.any():
            return
        ranks = self._rank[torch.from_numpy(clips)][shown].unsqueeze(1)
        for start in range(0, self.plan.neurons, _COLUMNS_AT_ONCE):
            columns = slice(start, start + _COLUMNS_AT_ONCE)
            self._fold_columns(block[shown, columns], ranks, columns)
        self.shown_count += len(ranks)

    def _refuse(self, block: Tensor, clips: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Put zero for values that are not finite: one neuron's fault, or the clip's where most neurons share it."""
        keep = np.ones(len(clips), dtype=np.bool_)
        if torch.isfinite(block.sum()):
            return keep
        bad = ~torch.isfinite(block)
        of_clip = bad.float().mean(1) > 0.5
        keep = ~of_clip.numpy()
        self.not_finite += clips[~keep].tolist()
        self.refused |= bad[~of_clip].any(0)
        block[bad] = 0.0
        return keep

    def _fold_columns(self, values: Tensor, ranks: Tensor, columns: slice) -> None:
        """Fold (clip, neuron) values into the extremes and moments of some neurons."""
        count, new = self.shown_count, len(values)
        variance, mean = torch.var_mean(values.double(), dim=0, correction=0)
        # Chan, Golub and LeVeque (1979), equation 2.1b: joining the moments of two samples.
        change = mean - self.mean[columns]
        self.mean[columns] += change * (new / (count + new))
        self.squares[columns] += variance * new + change.square() * (count * new / (count + new))
        order = _ordered(values)
        k = self.plan.per_side
        high = torch.cat([self.high[:, columns], (order << 32) | (_SIGN - ranks)])
        self.high[:, columns] = high.topk(k, dim=0, sorted=False).values
        low = torch.cat([self.low[:, columns], (order << 32) | ranks])
        self.low[:, columns] = low.topk(k, dim=0, largest=False, sorted=False).values

    def extremes(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Clips and values of the strongest and of the weakest, each (neuron, K), extremes first.

        There must have been K shown clips.
        """
        by_rank = torch.argsort(self._rank)
        high = self.high.sort(dim=0, descending=True).values.T
        low = self.low.sort(dim=0).values.T
        high_clips, low_clips = by_rank[_SIGN - (high & 0xFFFFFFFF)], by_rank[low & 0xFFFFFFFF]
        return high_clips, _values(high >> 32), low_clips, _values(low >> 32)

    def deviation(self) -> Tensor:
        """(neuron,), population standard deviation over the shown clips."""
        return (self.squares / max(1, self.shown_count)).sqrt()

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Everything but the samples, to go on from later."""
        return {
            "high": self.high.numpy(),
            "low": self.low.numpy(),
            "mean": self.mean.numpy(),
            "squares": self.squares.numpy(),
            "refused": self.refused.numpy(),
            "sampled": self.sampled,
            "shown_count": np.array([self.shown_count]),
            "not_finite": np.array(self.not_finite, dtype=np.int64),
            "clips": np.array(self.clips, dtype=np.int64),
            "buffer": self.buffer[: len(self.clips)].numpy(),
        }

    def restore(self, state: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from a state; the samples are restored by whoever kept them."""
        for name in ("high", "low", "mean", "squares", "refused"):
            getattr(self, name).copy_(torch.from_numpy(state[name]))
        self.sampled[:] = state["sampled"]
        self.shown_count = int(state["shown_count"][0])
        self.not_finite = state["not_finite"].tolist()
        self.clips = state["clips"].tolist()
        self.buffer[: len(self.clips)] = torch.from_numpy(state["buffer"])


def _ordered(values: Tensor) -> Tensor:
    """Floats as integers in the same order; (…,) int64 in the range of an int32. Both zeros become one."""
    bits = (values + 0.0).contiguous().view(torch.int32).long()
    return torch.where(bits < 0, bits ^ _SIGN, bits)


def _values(order: Tensor) -> Tensor:
    """The floats behind :func:`_ordered`."""
    bits = torch.where(order < 0, order ^ _SIGN, order)
    return bits.to(torch.int32).view(torch.float32)
