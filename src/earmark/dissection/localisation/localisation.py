"""Where in a clip: the second or so of each strong clip that excites a neuron most.

Where a neuron's activation is made of frames, its own frames tell. Where it is read from a token that stands for the
whole clip (CLS, a classifier), stretches of the clip are silenced in turn, and the one whose loss costs most is taken
(occlusion, Zeiler and Fergus, ECCV 2014): on the reference network that finds a planted sound four times in five, and
the patches' own activations one time in two, in attention outputs no more often than chance. Each distinct clip passes
once for all neurons and taps that name it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.describing.descriptions import NeuronId
from earmark.dissection.localisation.occlusion import silenced, window_starts
from earmark.dissection.networks import AudioNetwork, Pooling, Tap, Waveform
from earmark.dissection.networks.listening import choose_device, exact, listening
from earmark.dissection.networks.pooling import Timeline, pool, timeline, tokens_of
from earmark.dissection.recording.activations import Activations
from earmark.errors import InvalidInput, Mendable
from earmark.evidence import Record
from earmark.workers import Progress, Threads, silent

Floats = npt.NDArray[np.float32]
Stretches = tuple[Floats, Floats, npt.NDArray[np.bool_]]
"""Starts and ends in seconds from the start of the clip, and whether each stands out; (neuron,) each."""
_MOST_STRETCHES = 32


@dataclass(frozen=True)
class LocalisationConfig:
    """How long the exciting stretch is, and where it is looked for."""

    length_s: float = 1.0
    """Length of the stretch; a shorter clip is taken whole."""
    batch_size: int = 16
    """Occluded copies of a clip that run at once."""
    most_copies: int = 4000
    """Occluded copies that run in all: the strongest clip of every neuron comes first, then the next strongest."""
    device: str = "auto"
    """Where the network runs."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if not self.length_s > 0 or self.batch_size < 1 or self.most_copies < 0:
            raise InvalidInput("the exciting stretch needs a length above zero, and a batch at least one clip.")


class Moment(Record):
    """The stretch of a clip that excites a neuron most: a row of the moments table."""

    neuron: NeuronId
    clip_id: str
    start_s: float
    """In the file, as the clip's own start."""
    end_s: float


@dataclass(frozen=True)
class Moments:
    """The exciting stretches of one tap's neurons in their strong clips."""

    tap: str
    clips: npt.NDArray[np.int64]
    """(neuron, K), as in the recording."""
    start_s: Floats
    """(neuron, K), from the start of the clip."""
    end_s: Floats
    """(neuron, K)."""
    found: npt.NDArray[np.bool_]
    """(neuron, K): whether a stretch stands out; not where silencing any costs nothing, nor for dead neurons."""

    def rows(self, clip_set: ClipSet) -> list[Moment]:
        """The stretches that were found, as rows of a table."""
        rows = []
        for index, place in np.argwhere(self.found).tolist():
            clip = clip_set.clips[self.clips[index, place]]
            start = clip.start_s + float(self.start_s[index, place])
            end = min(clip.end_s, clip.start_s + float(self.end_s[index, place]))
            rows.append(Moment(neuron=NeuronId(tap=self.tap, index=index), clip_id=clip.id, start_s=start, end_s=end))
        return rows


def localise(
    network: AudioNetwork,
    clip_set: ClipSet,
    taps: Sequence[Tap],
    recorded: Sequence[Activations],
    *,
    read: Callable[[Clip], Waveform],
    config: LocalisationConfig | None = None,
    progress: Progress = silent,
) -> list[Moments]:
    """Find the stretch of every strong clip that excites its neuron most.

    Args:
        network: the network that was recorded.
        clip_set: the clips that were recorded.
        taps: the taps that were recorded, in the order of ``recorded``.
        recorded: the recordings, whose strong clips are looked into.
        read: a clip to its waveform; a clip that can no longer be read has no stretch.
        config: how long the stretch is.
        progress: told how many clips are done.

    Returns:
        One for each tap, in order.
    """
    config = config or LocalisationConfig()
    searches = [_Search(tap, one) for tap, one in zip(taps, recorded, strict=True)]
    walk = _Walk(network, searches, clip_set, config)

    def load(clip: int) -> _Loaded | None:
        try:
            return walk.load(clip, read(clip_set.clips[clip]))
        except (Mendable, OSError):
            return None

    with listening(network, taps, walk.hear) as forward, exact(walk.device, "fp32"):
        # The first clip that can be read tells which taps need occlusion; only then is read ahead.
        looked = []
        for clip in walk.passing():
            looked.append(clip)
            probe = load(clip)
            if probe is not None:
                walk.look_into(probe, forward)
                walk.plan()
                break
        rest = [clip for clip in walk.passing() if clip not in looked]
        for done, loaded in enumerate(Threads(1).map(load, rest), start=len(looked) + 1):
            if loaded is not None:
                walk.look_into(loaded, forward)
            progress("localise", done, len(looked) + len(rest))
    return [search.result() for search in searches]


@dataclass(frozen=True)
class _Loaded:
    """One clip, and copies of it with silence in them, ready to run."""

    clip: int
    samples: int
    starts: tuple[int, ...]
    """Where the silence of each copy begins."""
    silence_s: float
    batches: tuple[dict[str, Tensor], ...]
    """The clip first, then its copies."""


class _Search:
    """What is looked for at one tap, and what has been found."""

    def __init__(self, tap: Tap, recorded: Activations) -> None:
        self.tap = tap
        self.pooling: Pooling = recorded.pooling
        self._clips = recorded.high_clips
        self.start_s = np.zeros(self._clips.shape, dtype=np.float32)
        self.end_s = np.zeros(self._clips.shape, dtype=np.float32)
        self.found = np.zeros(self._clips.shape, dtype=np.bool_)
        self.places: dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
        """By clip: the neurons that it excites, and the place it takes in the ranking of each."""
        self._alive = ~recorded.dead
        neurons, places = np.nonzero(np.broadcast_to(self._alive[:, None], self._clips.shape))
        clips = self._clips[neurons, places]
        order = np.argsort(clips, kind="stable")
        found, starts = np.unique(clips[order], return_index=True)
        for clip, part in zip(found.tolist(), np.split(order, starts)[1:], strict=True):
            self.places[clip] = (neurons[part], places[part])

    @property
    def per_side(self) -> int:
        return int(self._clips.shape[1])

    def at_place(self, place: int) -> set[int]:
        """The clips that stand at one place of the ranking of some neuron that varies."""
        return set(self._clips[self._alive, place].tolist()) if place < self._clips.shape[1] else set()

    def neurons(self, clip: int) -> Tensor:
        """The neurons that a clip excites."""
        return torch.from_numpy(self.places[clip][0])

    def keep(self, clip: int, start_s: Floats, end_s: Floats, found: npt.NDArray[np.bool_], heard_s: float) -> None:
        """Keep the stretches of one clip, cut off where it is no longer heard; each (neuron of this clip,)."""
        where = self.places[clip]
        self.start_s[where] = np.minimum(start_s, np.float32(heard_s))
        self.end_s[where] = np.minimum(end_s, np.float32(heard_s))
        self.found[where] = found

    def result(self) -> Moments:
        return Moments(self.tap.name, self._clips, self.start_s, self.end_s, self.found)


class _Walk:
    """One pass over the clips: frames where they tell, occlusion where they do not."""

    def __init__(
        self, network: AudioNetwork, searches: Sequence[_Search], clip_set: ClipSet, config: LocalisationConfig
    ) -> None:
        self.network = network
        self.searches = searches
        self.config = config
        self.device = choose_device(config.device)
        network.module.to(self.device)
        self._clips = clip_set.clips
        self._occluded: set[int] | None = None
        """The clips of which copies are run; ``None`` before that is known."""
        self._clip = -1
        self._samples = 0
        self._timelines: dict[int, Timeline | None] = {}
        self._pooled: dict[int, list[Tensor]] = {}

    def passing(self) -> list[int]:
        """The clips that some neuron needs looked into."""
        if self._occluded is None:
            return sorted(set().union(*(search.places for search in self.searches)))
        by_frames = [search.places for number, search in enumerate(self.searches) if self._timelines.get(number)]
        return sorted(self._occluded.union(*by_frames))

    def plan(self) -> None:
        """Choose the clips to occlude: the strongest of every neuron that needs it, then the next, as copies last."""
        occluding = [search for number, search in enumerate(self.searches) if self._timelines.get(number) is None]
        chosen: set[int] = set()
        copies = 0
        for place in range(max((search.per_side for search in occluding), default=0)):
            named = set().union(*(search.at_place(place) for search in occluding)) - chosen
            for clip in sorted(named):
                copies += len(
                    self._stretches(
                        round((self._clips[clip].end_s - self._clips[clip].start_s) * self.network.rate_hz)
                    )[0]
                )
                if copies > self.config.most_copies:
                    self._occluded = chosen
                    return
                chosen.add(clip)
        self._occluded = chosen

    def _stretches(self, samples: int) -> tuple[list[int], int]:
        """Where silence begins in the copies of a clip, and how long it is."""
        rate_hz, heard_s = self.network.rate_hz, self._heard_s(samples)
        # In a long clip the stretch is longer, so that a bounded number of copies still leaves nothing out.
        length = round(max(self.config.length_s, heard_s / _MOST_STRETCHES) * rate_hz)
        return window_starts(round(heard_s * rate_hz), length), length

    def _heard_s(self, samples: int) -> float:
        """Seconds of a clip that the network hears."""
        return min(samples / self.network.rate_hz, self.network.layout.window_s or np.inf)

    def load(self, clip: int, waveform: Waveform) -> _Loaded:
        """Prepare a clip, with its occluded copies where some tap needs them."""
        rate_hz, size = self.network.rate_hz, self.config.batch_size
        starts, length = self._stretches(len(waveform))
        if self._occluded is not None and clip not in self._occluded:
            starts = []
        sounds = [waveform, *(silenced(waveform, start, length, rate_hz) for start in starts)]
        batches = tuple(self.network.prepare(sounds[at : at + size]) for at in range(0, len(sounds), size))
        return _Loaded(clip, len(waveform), tuple(starts), length / rate_hz, batches)

    def look_into(self, loaded: _Loaded, forward: Callable[[dict[str, Tensor]], None]) -> None:
        """Find the stretches of one clip for every neuron that names it."""
        self._clip, self._samples, self._timelines, self._pooled = loaded.clip, loaded.samples, {}, {}
        for batch in loaded.batches:
            forward({name: value.to(self.device) for name, value in batch.items()})
        for number, search in enumerate(self.searches):
            if loaded.clip not in search.places:
                continue
            time = self._timelines[number]
            if time is not None:
                frames = time.frames[:, search.neurons(loaded.clip)].float().cpu().numpy()
                best = best_stretch(frames, time, self.config.length_s, search.pooling == "max")
            elif loaded.starts:
                best = self._costliest(self._pooled[number], loaded)
            else:
                continue  # beyond the copies that may be run
            search.keep(loaded.clip, *best, self._heard_s(loaded.samples))

    def hear(self, number: int, values: Tensor) -> None:
        """Take what one tap gives for the clip and its copies."""
        search, layout = self.searches[number], self.network.layout
        if number not in self._timelines:
            self._timelines[number] = timeline(
                values, search.tap, layout, search.pooling, self._samples, self.network.rate_hz
            )
        if self._timelines[number] is None and self._clip in search.places:
            tokens = tokens_of(values, search.tap, len(values))
            pooled = pool(tokens, search.tap, layout, search.pooling, [self._samples] * len(values))
            chosen = pooled[:, search.neurons(self._clip)].float().cpu()
            self._pooled.setdefault(number, []).append(chosen)

    def _costliest(self, pooled: Sequence[Tensor], loaded: _Loaded) -> Stretches:
        """The silenced stretch whose loss costs each neuron most."""
        whole, *copies = torch.cat(list(pooled))
        cost = (whole - torch.stack(copies)).numpy()
        best = cost.argmax(0)
        start_s = (np.array(loaded.starts, dtype=np.float32) / self.network.rate_hz)[best]
        stands_out = cost[best, np.arange(cost.shape[1])] > 0
        return start_s, start_s + np.float32(loaded.silence_s), stands_out | (len(copies) == 1)


def best_stretch(frames: Floats, time: Timeline, length_s: float, peak: bool) -> Stretches:
    """The stretch of so many seconds with the highest mean, or around the highest frame.

    Args:
        frames: (frame, neuron), the frames that the clip fills.
        time: when each frame sounds.
        length_s: how long the stretch is.
        peak: whether the highest frame alone counts, as it does where activations are pooled by their maximum.

    Returns:
        Starts and ends in seconds from the start of the clip, each (neuron,), and whether any frame differs.
    """
    wide = min(len(frames), max(1, round((length_s - time.span_s) / time.hop_s) + 1))
    if peak:
        best = np.clip(frames.argmax(0) - wide // 2, 0, len(frames) - wide)
    else:
        sums = np.concatenate([np.zeros((1, frames.shape[1])), frames.astype(np.float64).cumsum(0)])
        best = (sums[wide:] - sums[:-wide]).argmax(0)
    start = (best * time.hop_s).astype(np.float32)
    end = start + np.float32((wide - 1) * time.hop_s + time.span_s)
    return start, end, np.asarray(frames.max(0) > frames.min(0)) | (len(frames) == wide)
