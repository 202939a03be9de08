"""From labelled clips to a saved network, and an honest word on how well it does."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.training.architecture import build_network, start_network
from earmark.dissection.training.checkpoints import Checkpoint, plain_name
from earmark.dissection.training.config import EpochRecord, TrainingConfig, TrainingReport
from earmark.dissection.training.fitting import Labels, Normalisation, fit, predict
from earmark.dissection.training.heads import fit_head
from earmark.dissection.training.pretraining import pretrain
from earmark.dissection.training.saving import SAVED, WEIGHTS, load_network, save_network, write_report
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

    The weights of the last epoch are kept, and tested as they were saved: nothing is chosen by held-out clips. A
    training that was stopped goes on in the same folder, to the same bytes.

    Args:
        clips: clips with their split; labelled, unless the strategy is self-supervised.
        out: a new or empty folder for the network, or that of the same training, stopped.
        config: how.
        start_from: a folder with a network of the same shape whose weights to start from; a strategy that begins
            without labels then begins with them.
        progress: told how many clips are read and how many epochs are done.

    Raises:
        NotEnoughEvidence: fewer than two classes, or a class with fewer than two clips to train on.
        RunConflict: the folder holds something else.
        InvalidInput: clips without labels, or a network that cannot be started from.
    """
    config = config or TrainingConfig()
    stages = _stages(clips, out, config, start_from)
    named = config.strategy != "self-supervised"
    labels = _classes(clips) if named else ("unnamed",)
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
        lessons = _Lessons(spectrograms[: len(shown)], _numbers(shown, labels))
        exam = _Lessons(spectrograms[len(shown) :], _numbers(held_out, labels)) if named else None
        normalise = Normalisation(*spread(lessons.spectrograms))
        pretraining: list[EpochRecord] = []
        if not named or (config.strategy != "supervised" and start_from is None):
            pretraining = _pretrain(network, lessons, normalise, config, stages[0], progress)
        curve = _teach(network, lessons, exam, normalise, config, stages[1], progress) if exam else []
    save_network(network, extractor, normalise, out)
    report = _report(load_network(out), exam, normalise, labels).model_copy(
        update={
            "trained_on": len(shown),
            "curve": tuple(curve),
            "pretraining": tuple(pretraining),
            "seconds": round(time.monotonic() - started, 1),
            "cpu_seconds": round(time.process_time() - cpu_started, 1),
            "megabytes": round((out / WEIGHTS).stat().st_size / 1e6, 3),
            "start": None if start_from is None else start_from.name,
        }
    )
    write_report(report, config, clips.root.name, out)
    for stage in stages:
        stage.remove()
    return report


@dataclass(frozen=True)
class _Lessons:
    """Clips as the network takes them, with their classes."""

    spectrograms: Spectrograms
    labels: Labels


def _stages(
    clips: ClipSet, out: Path, config: TrainingConfig, start_from: Path | None
) -> tuple[Checkpoint, Checkpoint]:
    """Where pretraining and training are kept; refused where the folder holds anything else.

    Raises:
        RunConflict: it does.
    """
    told = [asdict(config), start_from and start_from.name, [(clip.id, clip.label, clip.split) for clip in clips.clips]]
    identity = blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()
    stages = Checkpoint(out, identity, "pretraining"), Checkpoint(out, identity, "training")
    # The network is saved before its checkpoints go: beside one, it belongs to a training that was stopped.
    ours = {stage.stage for stage in stages}.union(SAVED if any(stage.exists() for stage in stages) else ())
    if out.exists() and (not out.is_dir() or any(plain_name(file) not in ours for file in out.iterdir())):
        raise RunConflict(f"{out} already holds something: give --out a new or empty folder.")
    return stages


def _pretrain(
    network: Any,
    lessons: _Lessons,
    normalise: Normalisation,
    config: TrainingConfig,
    checkpoint: Checkpoint,
    progress: Progress,
) -> list[EpochRecord]:
    """Without labels."""

    def told(epoch: int) -> None:
        progress("pretraining", epoch, config.pretraining_epochs)

    return pretrain(network, lessons.spectrograms, normalise, config, told, checkpoint)


def _teach(
    network: Any,
    lessons: _Lessons,
    exam: _Lessons,
    normalise: Normalisation,
    config: TrainingConfig,
    checkpoint: Checkpoint,
    progress: Progress,
) -> list[EpochRecord]:
    """With labels: every weight, or the head alone."""

    def tested(epoch: int) -> float | None:
        progress("training", epoch, config.epochs)
        # An epoch of the head alone takes less time than a test.
        if config.strategy == "frozen":
            return None
        return _accuracy(predict(network, exam.spectrograms, normalise), exam.labels)

    learn = fit_head if config.strategy == "frozen" else fit
    return learn(network, lessons.spectrograms, lessons.labels, normalise, config, tested, checkpoint)


def _report(network: Any, exam: _Lessons | None, normalise: Normalisation, labels: Sequence[str]) -> TrainingReport:
    """Test a saved network; what the training alone knows is filled in by it."""
    truth = exam.labels if exam else np.zeros(0, dtype=np.int64)
    named = predict(network, exam.spectrograms, normalise) if exam else truth
    right = named == truth
    return TrainingReport(
        labels=tuple(labels) if exam else (),
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
    """(clip,): the number of each clip's class, 0 where there are no names."""
    place = {label: index for index, label in enumerate(labels)}
    return np.array([place.get(clip.label or "", 0) for clip in clips], dtype=np.int64)


def _accuracy(named: Labels, truth: Labels) -> float | None:
    """Share named right, ``None`` of nothing."""
    return float(np.mean(named == truth)) if len(truth) else None
