"""Kill every command that takes long, 40 times each, at random moments of its whole life, and go on: the same bytes?

Each sitting is a child forked from a process that has everything loaded, so that it costs its own work and no start.
Half of the kills come before a step on the disk drawn by chance (a file opened, renamed or removed in the run's
folder; so the few steps of finishing are hit as often as the many of working), half after a time drawn by chance. A
run that is killed is gone on with, and killed again, until it ends; then every file is compared with those of a run
that nobody disturbed. Times and what a model cost are left out of that: they are no part of the result.
"""

import importlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import pyarrow.parquet as pq
import torch

from earmark.cli.app import main
from earmark.copywriting import copy_run
from earmark.copywriting.training import training_request
from earmark.copywriting.training.corpus import CorpusConfig
from earmark.copywriting.training.finetune import FinetuneConfig
from earmark.copywriting.training.ppo import PolicyConfig
from earmark.copywriting.training.small_bart import SmallBartConfig
from earmark.copywriting.training.training_recipe import TrainWriterConfig
from keeping import keep

SEED = 20
KILLS = 40
# What is written once a stage, or the whole command, has done its work.
_FINISHING = re.compile(
    r"(copy\.jsonl\.run/)?(tables|cards|networks|policy|page\.html|parts/\w+$|copy\.jsonl(?!\.run)"
    r"|(config|training|preprocessor_config)\.json|model\.safetensors|README\.md)"
)
_STEPS = {"open", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
_TIMES = ("created_at", "started_at", "seconds", "seconds_rewards", "cpu_seconds", "model_use", "seal")


# Loaded before the children are forked.
_LOADED = (
    "earmark.cli.dissect",
    "earmark.cli.resume",
    "earmark.cli.train",
    "earmark.cli.unlearn",
    "earmark.cli.write",
    "earmark.cli.written",
    "earmark.dissection.recipe",
    "earmark.dissection.training.recipe",
    "earmark.dissection.unlearning.recipe",
    "transformers.models.audio_spectrogram_transformer",
    "transformers.models.bart.modeling_bart",
    "transformers.trainer_seq2seq",
    "soundfile",
    "soxr",
    "accelerate",
)


@dataclass(frozen=True)
class Command:
    """One command, and how it is gone on with."""

    name: str
    begin: tuple[str, ...]
    again: tuple[str, ...] | None = ("resume", "out")
    """``None`` where the same command goes on."""
    run: str = "out"
    """The folder that is gone on with, once it has a manifest."""


_COPY = ("write", "reviews.csv", "--vectors", "none", "--out", "out/copy.jsonl")
_COPY_RUN = "out/copy.jsonl.run"
COMMANDS = (
    Command(
        "dissect",
        ("dissect", "network", "sounds", "--per-side", "4", "--control", "untrained", "--no-audio", "--out", "out"),
        ("resume", "out", "--no-audio"),
    ),
    Command("write", _COPY, ("resume", _COPY_RUN), _COPY_RUN),
    Command(
        "write, asking a model",
        (*_COPY, "--writer", "model", "--model", "scripted:perfect"),
        ("resume", _COPY_RUN),
        _COPY_RUN,
    ),
    Command("train writer", ("train", "writer", "many.csv", "--briefs", "2", "--out", "out")),
    Command(
        "train network",
        ("train", "network", "sounds", "--epochs", "3", "--width", "64", "--layers", "1", "--out", "out"),
        None,
    ),
    Command(
        "unlearn",
        ("unlearn", "dissected", "rain", "siren", "--beside", "selectivity", "--random-prunes", "1", "--out", "out"),
    ),
)


def make_small():
    """Small settings where a command has no option for them."""
    copy_run._KEPT_EVERY = 2
    small = {
        "size": SmallBartConfig(vocabulary=900, width=32, layers=1, heads=2),
        "corpus": CorpusConfig(shares=(0.6, 0.2, 0.2)),
        "lessons": FinetuneConfig(epochs=1, batch=16, validate_every=3),
        "improvement": PolicyConfig(
            steps=2, prompts=4, samples=2, max_new_tokens=12, validate_every=1, uniqueness_limit=0.0
        ),
        "held_out": 4,
    }
    training_request.TrainWriterConfig = lambda **given: replace(TrainWriterConfig(**given), **small)


def sit(words, folder, *, step=None, after_s=None):
    """Run a command in a forked child; it dies before a step on the disk, or after a time, where one is given.

    Returns:
        The exit code (-9 where it was killed), how many steps it took, and the place of the last.
    """
    note = folder / "steps"
    pid = os.fork()
    if pid == 0:
        _be_the_child(words, folder, note, step)
    until = None if after_s is None else time.monotonic() + after_s
    while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if until is not None and time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
    code = os.waitstatus_to_exitcode(ended[1])
    steps, _, place = note.read_text().rpartition("\n")[2].partition(" ")
    return code, int(steps or 0), place


def _be_the_child(words, folder, note, step):
    os.chdir(folder)
    os.environ["EARMARK_CACHE"] = str(folder / "cache.sqlite")
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    _watch(folder / "out", note, step)
    sys.argv = ["earmark", *words]
    code = 0
    try:
        main()
    except SystemExit as left:
        code = int(left.code or 0)
    finally:
        os._exit(code)


def _watch(inside, note, kill_at):
    """Count the steps that this process takes on the disk inside a folder."""
    handle, steps = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 0

    def hook(event, arguments):
        nonlocal steps
        if event not in _STEPS or not isinstance(arguments[0], str | os.PathLike):
            return
        place = os.path.relpath(arguments[0], inside)
        if not place.startswith(".."):
            steps += 1
            os.write(handle, f"\n{steps} {place}".encode())
            if steps == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def outcome(folder):
    """Every file that a command left, by name: the hash of its bytes, less times and costs."""
    return {
        file.relative_to(folder).as_posix(): blake2b(_timeless(file), digest_size=8).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _timeless(file):
    content = file.read_bytes()
    if file.suffix == ".json":
        return json.dumps(_without_times(json.loads(content)), sort_keys=True).encode()
    if file.suffix == ".jsonl":
        return b"\n".join(json.dumps(_without_times(json.loads(line))).encode() for line in content.splitlines())
    return re.sub(rb"[\d.]+ CPU minutes", b"", content)


def _without_times(value):
    if isinstance(value, dict):
        return {name: _without_times(each) for name, each in value.items() if name not in _TIMES}
    return [_without_times(each) for each in value] if isinstance(value, list) else value


def empty_tables(folder, calm):
    """Tables that are empty here and not in the run that nobody disturbed."""
    tables = [file.relative_to(folder) for file in folder.rglob("*.parquet")]
    rows = {
        name: [pq.read_metadata(each / name).num_rows if (each / name).is_file() else 0 for each in (folder, calm)]
        for name in tables
    }
    return sum(own == 0 and other > 0 for own, other in rows.values())


def kill(command, prepared, draws):
    """Kill one command until it has been killed often enough, and say how its runs ended."""
    calm = fresh(prepared, "calm")
    began = time.monotonic()
    code, steps, _ = sit(command.begin, calm)
    seconds = time.monotonic() - began
    assert code == 0, (calm / "log").read_text()[-2000:]
    wanted = outcome(calm / "out")
    row = {"command": command.name, "kills": 0, "in finishing": 0, "runs": 0, "same bytes": 0, "empty tables": 0}
    codes, differing = set(), []
    while row["kills"] < KILLS:
        folder = fresh(prepared, "killed")
        over = False
        while not over:
            goes_on = command.again and (folder / command.run / "manifest.json").is_file()
            words = command.again if goes_on else command.begin
            how = {} if row["kills"] >= KILLS else _draw(draws, steps, seconds)
            code, _, place = sit(words, folder, **how)
            over = code != -signal.SIGKILL
            row["kills"] += not over
            row["in finishing"] += not over and bool(_FINISHING.match(place))
        codes.add(code)
        found = outcome(folder / "out")
        row["runs"] += 1
        row["same bytes"] += found == wanted
        row["empty tables"] += empty_tables(folder / "out", calm / "out")
        differing += [name for name in {*found, *wanted} if found.get(name) != wanted.get(name)]
        if code:
            print((folder / "log").read_text()[-1500:], file=sys.stderr)
    return row | {"exit codes": " ".join(map(str, sorted(codes))), "differs": ", ".join(sorted(set(differing))[:4])}


def _draw(draws, steps, seconds):
    """Where the next kill falls: at a step on the disk, or at a moment."""
    if draws.random() < 0.5:
        return {"step": draws.randint(1, steps)}
    return {"after_s": draws.uniform(0, seconds)}


def fresh(prepared, name):
    """A folder with links to what the commands read."""
    folder = prepared.with_name(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for each in prepared.iterdir():
        (folder / each.name).symlink_to(each)
    return folder


def prepare(folder):
    """Sounds, reviews, a small network of those sounds, and its dissection: what the commands read."""
    folder.mkdir()
    sounds = ("alarm", "bell", "dog-bark", "drum", "flute", "rain", "saw", "siren")
    for words in (
        ("samples", "sounds", "all", "--per-class", "6", "--seconds", "0.5"),
        ("samples", "reviews", "reviews.csv", "--products", "8"),
        ("samples", "reviews", "many.csv", "--products", "40"),
    ):
        assert sit(words, folder)[0] == 0, (folder / "log").read_text()
    (folder / "sounds").mkdir()
    for name in sounds:
        (folder / "all" / name).rename(folder / "sounds" / name)
    for words in (
        ("train", "network", "sounds", "--epochs", "8", "--width", "64", "--layers", "1", "--out", "network"),
        ("dissect", "network", "sounds", "--per-side", "4", "--no-audio", "--out", "dissected"),
    ):
        assert sit(words, folder)[0] == 0, (folder / "log").read_text()


def bench(names):
    """Kill the commands that are named, all by default, and keep the rows as they come."""
    torch.set_num_threads(1)
    for name in _LOADED:
        importlib.import_module(name)
    make_small()
    began, rows = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="earmark-kills-") as home:
        prepared = Path(home).resolve() / "prepared"
        prepare(prepared)
        for command in COMMANDS:
            if names and command.name not in names:
                continue
            rows.append(kill(command, prepared, random.Random(f"{SEED} {command.name}")))
            keep(
                "kills" if not names else "kills_some",
                rows,
                seed=SEED,
                settings={"kills of each command": KILLS, "minutes": round((time.monotonic() - began) / 60, 1)},
                notes=("'differs' names files that were not the same, less times and what a model cost.",),
            )


if __name__ == "__main__":
    bench(sys.argv[1:])
