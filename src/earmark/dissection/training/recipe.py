"""From labelled clips to a saved network, and an honest word on how well it does."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.training.architecture import build_network, start_network
from earmark.dissection.training.config import EpochRecord, TrainingConfig, TrainingReport
from earmark.dissection.training.fitting import Labels, Normalisation, fit, predict
from earmark.dissection.training.saving import WEIGHTS, load_network, save_network, write_report
from earmark.dissection.training.spectrograms import (
    Spectrograms,
    build_extractor,
    frames_of,
    read_spectrograms,
    spread,
)
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict
from earmark.evidence.interval import wilson
from earmark.workers import Progress, silent

_LONGEST_S = 10.0


def train_network(
    clips: ClipSet,
    out: Path,
    config: TrainingConfig | None = None,
    start_from: Path | None = None,
    progress: Progress = silent,
) -> TrainingReport:
    """Train on the shown clips and test on the held-out ones.

    The weights of the last epoch are kept, and tested as they were saved: nothing is chosen by held-out clips.

    Args:
        clips: labelled clips with their split.
        out: a new or empty folder for the network.
        config: how.
        start_from: a folder with a network of the same shape whose weights to start from.
        progress: told how many clips are read and how many epochs are done.

    Raises:
        NotEnoughEvidence: fewer than two classes, or a class with fewer than two clips to train on.
        RunConflict: the folder holds something.
        InvalidInput: clips without labels, or a network that cannot be started from.
    """
    config = config or TrainingConfig()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunConflict(f"{out} already holds something: give --out a new or empty folder.")
    labels = _classes(clips)
    shown, held_out = clips.of("shown"), clips.of("held_out")
    started, cpu_started = time.monotonic(), time.process_time()
    longest = max(clip.end_s - clip.start_s for clip in clips.clips)
    frames = frames_of(config.clip_s or min(longest, _LONGEST_S))
    extractor = build_extractor(config.mels, frames, config.rate_hz)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = (
            build_network(config, labels, frames)
            if start_from is None
            else start_network(start_from, config, labels, frames)
        )
        spectrograms = read_spectrograms(clips.root, (*shown, *held_out), extractor, progress)
        ours, theirs = spectrograms[: len(shown)], spectrograms[len(shown) :]
        normalise = Normalisation(*spread(ours))
        truth = _numbers(held_out, labels)
        curve: list[EpochRecord] = []

        def after_epoch(epoch: int, loss: float) -> None:
            right = _accuracy(predict(network, theirs, normalise), truth)
            curve.append(EpochRecord(epoch=epoch, loss=loss, held_out_accuracy=right))
            progress("training", epoch, config.epochs)

        fit(network, ours, _numbers(shown, labels), normalise, config, after_epoch)
    save_network(network, extractor, normalise, out)
    report = _report(load_network(out), theirs, truth, normalise, labels).model_copy(
        update={
            "trained_on": len(shown),
            "curve": tuple(curve),
            "seconds": round(time.monotonic() - started, 1),
            "cpu_seconds": round(time.process_time() - cpu_started, 1),
            "megabytes": round((out / WEIGHTS).stat().st_size / 1e6, 3),
            "start": None if start_from is None else start_from.name,
        }
    )
    write_report(report, config, clips.root.name, out)
    return report


def _report(
    network: Any, spectrograms: Spectrograms, truth: Labels, normalise: Normalisation, labels: Sequence[str]
) -> TrainingReport:
    """Test a saved network; what the training alone knows is filled in by it."""
    named = predict(network, spectrograms, normalise)
    right = named == truth
    return TrainingReport(
        labels=tuple(labels),
        trained_on=0,
        held_out=len(truth),
        accuracy=_accuracy(named, truth),
        interval=wilson(int(right.sum()), len(right)) if len(right) else None,
        per_class={
            label: float(right[truth == index].mean()) for index, label in enumerate(labels) if np.any(truth == index)
        },
        curve=(),
        seconds=0.0,
        cpu_seconds=0.0,
        parameters=sum(weight.numel() for weight in network.parameters()),
        megabytes=0.0,
        start=None,
    )


def _classes(clips: ClipSet) -> tuple[str, ...]:
    """The class names, sorted; refused where clips cannot teach them."""
    unlabelled = [clip.path for clip in clips.clips if clip.label is None]
    if unlabelled:
        raise InvalidInput(
            f"{len(unlabelled)} clips have no label, the first is {unlabelled[0]}: put the clips into a folder per "
            "class, or give a manifest with a column 'label'."
        )
    counts = Counter(clip.label for clip in clips.of("shown"))
    labels = sorted({clip.label for clip in clips.clips if clip.label is not None})
    if len(labels) < 2:
        raise NotEnoughEvidence("a network needs at least two classes to tell apart.")
    fewest = min(labels, key=lambda label: counts[label])
    if counts[fewest] < 2:
        raise NotEnoughEvidence(
            f"class {fewest!r} has {counts[fewest]} clips to train on: at least two are needed, besides the held-out."
        )
    return tuple(labels)


def _numbers(clips: Sequence[Clip], labels: Sequence[str]) -> Labels:
    """(clip,): the number of each clip's class."""
    place = {label: index for index, label in enumerate(labels)}
    return np.array([place[clip.label or ""] for clip in clips], dtype=np.int64)


def _accuracy(named: Labels, truth: Labels) -> float | None:
    """Share named right, ``None`` of nothing."""
    return float(np.mean(named == truth)) if len(truth) else None
