"""600 damaged or odd inputs through the command line: what can be used is used, the rest is told, nothing falls over.

    make bench NAME=damaged
    python benchmarks/damaged.py tables 17        one run again, with what it printed

200 sound files (ten at a time beside sound ones, through ``dissect``), 200 review tables (``write``) and 200 model
folders (``dissect`` and ``networks show`` in turn), each damaged by a seed that is kept. A run is right when it ends
with exit code 0 and names what it skipped, or with 2 and one sentence, within a minute and 4 GB.
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
_CLASSES = 12
_LOTS = {"sounds": 10}
"""Inputs of one run; one where a kind is not named."""
_SMALL = ("--per-side", 2, "--taps", "*classifier*", "--no-audio")
# The output bears the mark of a defect of ours, or of a library that spoke past us.
_DEFECT = ("Traceback", "defect of ours", "Segmentation fault")


def batched(items, size):
    """Lots of a list (``itertools.batched`` is newer than the oldest Python here)."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def sounds(folder, *seeds):
    """Damaged sounds among sound ones."""
    clips = folder / "clips"
    shutil.copytree(_sound_ones(), clips)
    damages = []
    for seed in seeds:
        (clips / f"from-{seed}").mkdir()
        damages.append(damaged_sounds.damage(clips / f"from-{seed}", seed)[1])
    what = "; ".join(damages)
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
    """Two dozen sounds with nothing wrong with them, made once."""
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


def try_lot(kind, *seeds):
    """Damage and run the inputs of one run; returns what was done to them and how it ended."""
    with tempfile.TemporaryDirectory(prefix="earmark-damaged-") as name:
        folder = Path(name)
        arguments, what = KINDS[kind](folder, *seeds)
        return what, forked.run(arguments, folder, limit_s=LIMIT_S, limit_gb=LIMIT_GB)


def main(arguments):
    forked.warm_up()
    _sound_ones()
    if arguments:
        what, outcome = try_lot(arguments[0], *map(int, arguments[1:]))
        print(what, outcome.output, outcome, sep="\n")
        return
    rows, failures = [], []
    for kind in KINDS:
        seeds = random.Random(f"damaged {kind}").sample(range(10**6), EACH)
        codes, seconds, peaks, bad = Counter(), [], [], 0
        for lot in batched(seeds, _LOTS.get(kind, 1)):
            what, outcome = try_lot(kind, *lot)
            codes[outcome.code] += 1
            seconds.append(outcome.seconds)
            peaks.append(outcome.peak_gb)
            fault = wrong(outcome)
            if fault:
                bad += 1
                failures.append({"kind": kind, "seeds": list(lot), "damage": what, "fault": fault})
                print(f"{kind} {lot}: {what}: {fault}", file=sys.stderr)
        rows.append(
            {
                "inputs": f"{EACH} {kind}",
                "runs": sum(codes.values()),
                "exit 0": codes[0],
                "exit 2": codes[2],
                "anything else": bad,
                "slowest, s": max(seconds),
                "most memory, GB": max(peaks),
            }
        )
    settings = {"limit_s": LIMIT_S, "limit_gb": LIMIT_GB, "failures": failures}
    notes = [
        f"{EACH} seeds a kind; one run again: `benchmarks/damaged.py KIND SEED...`.",
        "Memory is resident memory of the run beyond its imports; runs are forked from one warm process.",
        *(f"{one['kind']} {one['seeds']}: {one['damage']}: {one['fault']}." for one in failures),
    ]
    keep("damaged", rows, seed=0, settings=settings, notes=notes)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    finally:
        shutil.rmtree(_sound_ones(), ignore_errors=True)
