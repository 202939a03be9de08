"""A trained network on disk: half-precision weights, configuration, report and card, in the transformers format."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from earmark.dissection.training.config import TrainingConfig, TrainingReport
from earmark.dissection.training.fitting import Normalisation
from earmark.errors import InvalidInput
from earmark.runs.files import mendable_disk, write_whole
from earmark.version import __version__
from earmark.weights.folder import refuse_unsafe
from earmark.weights.opening import open_config, open_weights

WEIGHTS = "model.safetensors"
SAVED = (WEIGHTS, "config.json", "preprocessor_config.json", "training.json", "README.md")
"""Everything that a trained network's folder holds."""


def save_network(network: Any, extractor: Any, normalise: Normalisation, folder: Path) -> None:
    """Write weights in half precision, and everything that loads them.

    The configuration says float32, so that whoever loads the network computes in full precision.
    """
    from safetensors.torch import save

    extractor.mean, extractor.std, extractor.do_normalize = normalise.mean, normalise.deviation, True
    network.config.dtype = torch.float32
    network.config.architectures = [type(network).__name__]
    halves = {name: weight.detach().half().contiguous() for name, weight in network.state_dict().items()}
    with mendable_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        network.config.save_pretrained(folder)
        extractor.save_pretrained(folder)
    write_whole(folder / WEIGHTS, save(halves, metadata={"format": "pt"}))


def load_network(folder: Path) -> Any:
    """Read an AST from safetensors, in full precision.

    Raises:
        InvalidInput: the folder holds no such network.
    """
    from transformers import ASTForAudioClassification

    kind = "audio spectrogram transformer"
    refuse_unsafe(folder, kind)
    config = open_config(folder, kind)
    if config.model_type != "audio-spectrogram-transformer":
        raise InvalidInput(f"{folder} holds a {config.model_type} and no {kind}.")
    network, _ = open_weights(ASTForAudioClassification, folder, kind, config=config, dtype=torch.float32)
    return network.eval()


def write_report(report: TrainingReport, config: TrainingConfig, clips: str, folder: Path) -> None:
    """Write ``training.json`` and the model card beside the weights."""
    told = {"report": report.model_dump(), "config": asdict(config), "clips": clips, "earmark": __version__}
    write_whole(folder / "training.json", json.dumps(told, indent=2) + "\n")
    write_whole(folder / "README.md", model_card(report, config, clips))


def model_card(report: TrainingReport, config: TrainingConfig, clips: str) -> str:
    """The card: what it is, how it was made, how well it does, what it must not be used for."""
    lines = [
        "---",
        "library_name: transformers",
        "pipeline_tag: audio-classification",
        "---",
        "",
        "# An audio spectrogram transformer trained by earmark",
        "",
        (
            f"{config.layers} layers, {config.width} wide, {config.mels} mel bands, {report.parameters:,} weights, "
            f"{report.megabytes:.2f} MB in half precision. "
            + (
                f"It tells {len(report.labels)} classes apart."
                if report.labels
                else "It has no head that knows classes."
            )
        ),
        "",
        f"Trained by `earmark train network` (earmark {__version__}) on {report.trained_on} clips of {clips} with seed "
        f"{config.seed}, {_course(report, config)}, {report.cpu_seconds / 60:.1f} CPU minutes, "
        + (f"starting from {report.start}." if report.start else "from random weights."),
        "",
        _accuracy_line(report),
        "",
        "| class | held-out accuracy |",
        "|---|---|",
        *(f"| {label} | {share:.2f} |" for label, share in report.per_class.items()),
        "",
        (
            "Held-out clips were seen by no step, and no setting was chosen by them. The network knows these classes "
            "and nothing else: whatever it hears, it names one of them."
        ),
        "",
    ]
    return "\n".join(lines)


def _course(report: TrainingReport, config: TrainingConfig) -> str:
    """What was learnt, in which order."""
    first = f"{len(report.pretraining)} epochs without labels (masked spectrograms)" if report.pretraining else ""
    second = f"{len(report.curve)} epochs" if report.curve else ""
    if second and config.strategy == "frozen":
        second += " of a linear head on the frozen encoder"
    return ", then ".join(part for part in (first, second) if part)


def _accuracy_line(report: TrainingReport) -> str:
    if not report.labels:
        return "It names no class yet: train it on with `earmark train network --start-from`."
    if report.accuracy is None or report.interval is None:
        return "No clips were held out, so its accuracy is not known."
    low, high = report.interval
    return (
        f"Held-out accuracy: {report.accuracy:.3f} (95% interval {low:.3f} to {high:.3f}) on {report.held_out} clips."
    )
