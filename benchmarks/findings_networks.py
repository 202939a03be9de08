"""The networks that the findings are measured on: three strategies, three seeds, the same sounds.

    make bench NAME=findings_networks            (or: python benchmarks/findings_networks.py --only frozen 0)

Networks of 64 units and four blocks, so that nine of them can be trained and dissected in half an hour on one core;
those of seed 0 ship with the package as ``small-supervised``, ``small-fine-tuned`` and ``small-frozen``. One
self-supervised pretraining a seed is shared by its fine-tuned and its frozen network. Everything lies in
``benchmarks/cache/findings``; what is there is kept, what was stopped goes on.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from earmark.dissection.clips import ClipConfig, load_clips
from earmark.dissection.training import TrainingConfig, train_network
from earmark.samples.sounds import write_sounds

CACHE = Path(__file__).with_name("cache") / "findings"
PER_CLASS, SOUNDS_SEED, HELD_OUT = 60, 11, 0.1
SEEDS = (0, 1, 2)
STRATEGIES = ("supervised", "fine-tuned", "frozen")
PRETRAINED = "self-supervised"
# Chosen by what takes minutes on one core, before any finding was computed; light augmentation as for ``reference``.
SHAPE = {"width": 64, "layers": 4, "mix": 0.0, "masked_bands": 4, "masked_s": 0.1}
SETTINGS = {
    "supervised": {"epochs": 16},
    PRETRAINED: {"pretraining_epochs": 20},
    "fine-tuned": {"epochs": 8},
    "frozen": {"epochs": 60, "learning_rate": 0.01},
}


def network_folder(strategy, seed):
    """Where a network lies, trained if it is not there."""
    folder = CACHE / f"{strategy}-{seed}"
    if not (folder / "training.json").is_file():
        _train(strategy, seed, folder)
    return folder


def _train(strategy, seed, folder):
    sounds = CACHE / "training-sounds"
    if not (sounds / "manifest.csv").is_file():
        write_sounds(sounds, PER_CLASS, SOUNDS_SEED)
    start = network_folder(PRETRAINED, seed) if strategy in ("fine-tuned", "frozen") else None
    clips = load_clips(sounds, ClipConfig(held_out=HELD_OUT), seed)
    config = TrainingConfig(seed=seed, strategy=strategy, **SHAPE, **SETTINGS[strategy])
    report = train_network(clips, folder, config, start, progress=_told)
    sys.stderr.write(f"{strategy} {seed}: held out {report.accuracy}, {report.cpu_seconds:.0f} CPU s\n")


def _told(what, done, of):
    if what != "reading clips" and (done % 10 == 0 or of <= 20):
        sys.stderr.write(f"{what} {done} of {of}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs=2, metavar=("STRATEGY", "SEED"), help="train this one")
    only = parser.parse_args().only
    wanted = [(only[0], int(only[1]))] if only else [(one, seed) for seed in SEEDS for one in STRATEGIES]
    for strategy, seed in wanted:
        network_folder(strategy, seed)


if __name__ == "__main__":
    main()
