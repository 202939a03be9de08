"""What recording costs beside the plain forward pass, and whether memory stays flat.

    make bench NAME=recording

Both sides run the same prepared batches in the same process, in turn: the plain side calls the network, the other
records every default tap (extremes, moments, samples). Targets: at most 1.10 times the plain pass on AST-base (the
published architecture, random weights), at most 1.20 on the reference network, and resident memory that does not grow
from the 50th clip to the last of 1,000.

One thread computes, and processor seconds are compared beside the clock's: on a shared machine two threads spend their
time waiting for each other, and not on either side's work.
"""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import transformers

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.networks import AudioNetwork
from earmark.dissection.networks.families import layout_of
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.samples.networks import network_names

RESULTS = Path(__file__).parent / "results"
SEED = 0
SAMPLES = 800
"""Waveforms are only names here: the batches are prepared beforehand, so that forward passes alone are compared."""


def small_ast() -> AudioNetwork:
    """The architecture of the reference network, with random weights."""
    config = transformers.ASTConfig(
        hidden_size=192,
        num_hidden_layers=4,
        num_attention_heads=6,
        intermediate_size=768,
        num_mel_bins=64,
        frequency_stride=16,
        time_stride=16,
        max_length=208,
        num_labels=33,
    )
    return named("192 wide x 4 layers, 64 mels, 2 s", config)


def ast_base() -> AudioNetwork:
    return named("AST-base, 10.24 s", transformers.ASTConfig(num_labels=50))


def named(name: str, config: transformers.ASTConfig) -> AudioNetwork:
    torch.manual_seed(SEED)
    module = transformers.AutoModelForAudioClassification.from_config(config).eval()
    extractor = transformers.ASTFeatureExtractor(num_mel_bins=config.num_mel_bins, max_length=config.max_length)
    return AudioNetwork(module, 16000, dict, name, layout=layout_of(module, extractor))


def prepared(
    network: AudioNetwork, clips: int, batch: int = 10
) -> tuple[AudioNetwork, ClipSet, list[dict[str, torch.Tensor]]]:
    """The network with a `prepare` that looks inputs up, the clips, and the batches in the order they come."""
    config = network.module.config
    generator = torch.Generator().manual_seed(SEED)
    inputs = torch.randn(clips, config.max_length, config.num_mel_bins, generator=generator) * 0.5

    def look_up(waveforms: list[np.ndarray]) -> dict[str, torch.Tensor]:
        return {"input_values": inputs[[int(waveform[0]) for waveform in waveforms]]}

    listed = tuple(
        Clip(
            id=f"{index:06d}",
            path=f"{index}.wav",
            end_s=SAMPLES / 16000,
            rate_hz=16000,
            group=str(index),
            split="held_out" if index % 2 else "shown",
        )
        for index in range(clips)
    )
    changed = AudioNetwork(network.module, network.rate_hz, look_up, network.name, layout=network.layout)
    batches = [{"input_values": inputs[start : start + batch]} for start in range(0, clips, batch)]
    return changed, ClipSet(Path(), listed, ()), batches


def read(clip: Clip) -> np.ndarray:
    waveform = np.zeros(SAMPLES, dtype=np.float32)
    waveform[0] = int(clip.id)
    return waveform


def compare(network: AudioNetwork, clips: int, rounds: int, per_side: int, batch: int) -> Iterator[dict[str, object]]:
    """What is known after each round."""
    network, clip_set, batches = prepared(network, clips, batch)
    taps = find_taps(network)
    config = RecordingConfig(batch_size=batch, per_side=per_side, device="cpu")

    def plain() -> None:
        with torch.inference_mode():
            for inputs in batches:
                network.module(**inputs)

    def recorded() -> None:
        record(network, clip_set, taps, config, SEED, read=read)

    seconds: dict[str, list[float]] = {"plain": [], "recording": []}
    clock: dict[str, list[float]] = {"plain": [], "recording": []}
    with torch.inference_mode():
        network.module(**batches[0])
    for turn in range(rounds):
        sides = [("plain", plain), ("recording", recorded)]
        for name, run in sides if turn % 2 == 0 else reversed(sides):
            start, processor = time.perf_counter(), time.process_time()
            run()
            seconds[name].append(time.process_time() - processor)
            clock[name].append(time.perf_counter() - start)
        yield summary(network, taps, clips, batch, seconds, clock)


def summary(network, taps, clips, batch, seconds, clock) -> dict[str, object]:
    ratios = [ours / theirs for ours, theirs in zip(seconds["recording"], seconds["plain"], strict=True)]
    return {
        "network": network.name,
        "neurons": sum(tap.width for tap in taps),
        "taps": len(taps),
        "clips": clips,
        "batch_size": batch,
        "rounds": len(ratios),
        "processor_seconds": seconds,
        "clock_seconds": clock,
        "clock_ratio": statistics.median(clock["recording"]) / statistics.median(clock["plain"]),
        "ratio": statistics.median(ratios),
        "ratio_spread": [min(ratios), max(ratios)],
        "ratio_of_fastest": min(seconds["recording"]) / min(seconds["plain"]),
    }


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory(network: AudioNetwork, clips: int = 1000) -> dict[str, object]:
    """Resident memory by clips done."""
    network, clip_set, _ = prepared(network, clips)
    by_clip: dict[int, float] = {}
    record(
        network,
        clip_set,
        find_taps(network),
        RecordingConfig(batch_size=10, device="cpu"),
        SEED,
        read=read,
        progress=lambda _, done, __: by_clip.update({done: resident_mb()}),
    )
    after = {done: value for done, value in by_clip.items() if done >= 50}
    return {
        "network": network.name,
        "clips": clips,
        "resident_mb_at_50": by_clip[50],
        "resident_mb_at_end": by_clip[clips],
        "growth_mb": by_clip[clips] - by_clip[50],
        "highest_after_50_mb": max(after.values()),
    }


def main() -> None:
    torch.set_num_threads(1)
    reference = load_network("reference") if "reference" in network_names() else small_ast()
    flat = memory(reference)
    for small in compare(reference, 768, rounds=7, per_side=12, batch=16):
        report(flat, [(small, 1.20)])
    # Few clips, for a forward pass takes seconds. The buffer is folded for 8 of them here, for 256 in a long run.
    for base in compare(ast_base(), 8, rounds=3, per_side=2, batch=4):
        report(flat, [(base, 1.10), (small, 1.20)])


def report(flat: dict[str, object], rows: list[tuple[dict[str, object], float]]) -> None:
    """Write what is known so far."""
    result = {
        "seed": SEED,
        "comparisons": [row | {"target": target} for row, target in rows],
        "memory": flat | {"target": "flat"},
        "machine": {
            "processor_threads": torch.get_num_threads(),
            "load": Path("/proc/loadavg").read_text().split()[:3] if Path("/proc/loadavg").exists() else None,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "recording.json").write_text(json.dumps(result, indent=2) + "\n")
    lines = [
        "# Recording every default tap, beside the plain forward pass",
        "",
        "| network | neurons | clips | plain, s | recording, s | ratio, median (least to most) | clock | target |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row, target in rows:
        plain, ours = (statistics.median(row["processor_seconds"][side]) for side in ("plain", "recording"))
        lines.append(
            f"| {row['network']} | {row['neurons']} | {row['clips']} | {plain:.2f} | {ours:.2f} | {row['ratio']:.3f} "
            f"({row['ratio_spread'][0]:.3f} to {row['ratio_spread'][1]:.3f}) | {row['clock_ratio']:.3f} "
            f"| {target:.2f} |"
        )
    resident = [flat[key] for key in ("resident_mb_at_50", "resident_mb_at_end", "highest_after_50_mb")]
    lines.append(
        f"\nResident memory over 1,000 clips of {flat['network']}: "
        "{:.1f} MB at the 50th, {:.1f} MB at the last, {:.1f} MB at the most.".format(*resident)
    )
    lines.append(
        f"\nFloat32, one thread, processor seconds (clock: the ratio by the clock), seed {SEED}, load "
        f"{', '.join(result['machine']['load'] or ['unknown'])}; both sides in one process, in turn, on inputs "
        "prepared beforehand."
    )
    (RESULTS / "recording.md").write_text("\n".join(lines) + "\n")
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
