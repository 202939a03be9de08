"""600 damaged or odd inputs through the command line: what can be used is used, the rest is told, nothing falls over.

    make bench NAME=damaged
    make bench NAME=damaged ARGS="tables 17"      one input again, with what it printed

200 sound files (each beside sound ones, through ``dissect``), 200 review tables (``write``) and 200 model folders
(``dissect`` and ``networks show`` in turn), each damaged by a seed that is kept. A run is right when it ends with exit
code 0 and names what it skipped, or with 2 and one sentence, within a minute and 4 GB.
"""

import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import damaged_models
import damaged_sounds
import damaged_tables
import forked
from keeping import keep

EACH, LIMIT_S, LIMIT_GB = 200, 60.0, 4.0
_CLASSES = 8
_SMALL = ("--per-side", 2, "--taps", "*classifier*", "--no-audio")
# The output bears the mark of a defect of ours, or of a library that spoke past us.
_DEFECT = ("Traceback", "defect of ours", "Segmentation fault")


def sounds(folder, seed):
    """A damaged sound among sound ones."""
    clips = folder / "clips"
    shutil.copytree(_sound_ones(), clips)
    _, what = damaged_sounds.damage(clips, seed)
    return ["dissect", "small-supervised", clips, *_SMALL, "--out", folder / "run"], what


def tables(folder, seed):
    """A damaged review table."""
    table, what = damaged_tables.damage(folder, seed)
    return ["write", table, "--vectors", "none", "--drafts", 2], what


def models(folder, seed):
    """A damaged folder of a network."""
    from earmark.samples.networks import find_network

    network = folder / "network"
    shutil.copytree(find_network("small-supervised"), network)
    what = damaged_models.damage(network, seed)
    if seed % 2:
        return ["networks", "show", network], what
    return ["dissect", network, _sound_ones(), *_SMALL, "--out", folder / "run"], what


KINDS = {"sounds": sounds, "tables": tables, "models": models}


def _sound_ones():
    """Sixteen sounds with nothing wrong with them, made once."""
    folder = Path(tempfile.gettempdir()) / f"earmark-sound-ones-{os.getpid()}"
    if not folder.exists():
        from earmark.samples.sounds import write_sounds

        everything = folder.with_suffix(".all")
        write_sounds(everything, per_class=2, seconds=1.0, seed=3)
        folder.mkdir()
        for sound_class in sorted(everything.iterdir())[:_CLASSES]:
            if sound_class.is_dir():
                shutil.copytree(sound_class, folder / sound_class.name)
        shutil.rmtree(everything)
    return folder


def wrong(outcome):
    """What is wrong with the way a run ended, or ``None``."""
    if outcome.stopped:
        return f"more than the {outcome.stopped} allowed"
    if outcome.code not in (0, 2):
        return f"exit code {outcome.code}"
    if any(mark in outcome.output for mark in _DEFECT):
        return "a traceback"
    if outcome.code == 2 and not outcome.output.strip():
        return "no sentence"
    return None


def try_one(kind, seed):
    """Damage and run one input; returns what was done to it and how it ended."""
    with tempfile.TemporaryDirectory(prefix="earmark-damaged-") as name:
        folder = Path(name)
        arguments, what = KINDS[kind](folder, seed)
        return what, forked.run(arguments, folder, limit_s=LIMIT_S, limit_gb=LIMIT_GB)


def main(arguments):
    forked.warm_up()
    _sound_ones()
    if arguments:
        what, outcome = try_one(arguments[0], int(arguments[1]))
        print(what, outcome.output, outcome, sep="\n")
        return
    rows, failures = [], []
    for kind in KINDS:
        seeds = random.Random(f"damaged {kind}").sample(range(10**6), EACH)
        codes, seconds, peaks, bad = Counter(), [], [], 0
        for seed in seeds:
            what, outcome = try_one(kind, seed)
            codes[outcome.code] += 1
            seconds.append(outcome.seconds)
            peaks.append(outcome.peak_gb)
            fault = wrong(outcome)
            if fault:
                bad += 1
                failures.append({"kind": kind, "seed": seed, "damage": what, "fault": fault})
                print(f"{kind} {seed}: {what}: {fault}", file=sys.stderr)
        rows.append(
            {
                "inputs": f"{EACH} {kind}",
                "exit 0": codes[0],
                "exit 2": codes[2],
                "anything else": bad,
                "slowest, s": max(seconds),
                "most memory, GB": max(peaks),
            }
        )
    settings = {"limit_s": LIMIT_S, "limit_gb": LIMIT_GB, "failures": failures}
    notes = [
        f"{EACH} seeds a kind; one input again: `benchmarks/damaged.py KIND SEED`.",
        "Memory is resident memory of the run beyond its imports; runs are forked from one warm process.",
        *(f"{one['kind']} {one['seed']}: {one['damage']}: {one['fault']}." for one in failures),
    ]
    keep("damaged", rows, seed=0, settings=settings, notes=notes)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    finally:
        shutil.rmtree(_sound_ones(), ignore_errors=True)
