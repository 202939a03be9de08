"""What passes through the network in which batches, and what is kept of it: fixed by the clips, settings and seed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from earmark.dissection.clips import ClipSet
from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.networks.weights import fingerprint
from earmark.dissection.recording.streaming import StreamPlan

if TYPE_CHECKING:
    from earmark.dissection.recording.recording import RecordingConfig

_BUFFER_BYTES = 64 * 2**20
_BUFFER_ROWS = 256


def plan_stream(clip_set: ClipSet, taps: Sequence[Tap], config: "RecordingConfig", seed: int) -> StreamPlan:
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


def fixed_batches(clip_set: ClipSet, plan: StreamPlan, rate_hz: int, size: int) -> list[list[int]]:
    """The clips that pass, in batches of like length, fixed by the clip list."""
    passing = np.union1d(np.flatnonzero(plan.is_shown), plan.sampled).tolist()
    samples = [round((clip.end_s - clip.start_s) * rate_hz) for clip in clip_set.clips]
    passing.sort(key=lambda index: (samples[index], index))
    return [passing[start : start + size] for start in range(0, len(passing), size)]


def identity_of(
    network: AudioNetwork, clip_set: ClipSet, taps: Sequence[Tap], config: "RecordingConfig", seed: int
) -> str:
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
