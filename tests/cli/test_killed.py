"""A run with a model that is killed -9 again and again ends as if it had not been, and pays for no reply twice.

The commands run in children forked from one process that has everything loaded, so that a start costs little; the
server runs here, and kills the child at a random request, a random moment after it came in. It answers nothing between
that request and the kill, so that a quick machine gets no further in a sitting than a slow one.
"""

import importlib.util
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import zlib
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.slow

FORKS = """
import importlib, json, os, sys

for module in sys.argv[1:]:
    importlib.import_module(module)
from earmark.copywriting.opinions import parse_claims
from earmark.copywriting.aspects.aspects import ready_set
parse_claims("The soup is crisp.", ready_set("restaurants").aspects)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        os.dup2(1, 2)
        sys.argv = json.loads(line)
        from earmark.cli.app import main
        try:
            main()
        except SystemExit as left:
            os._exit(int(left.code or 0))
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
DISHES = ("fries", "soup", "bread", "salad", "cake", "coffee", "pizza", "steak")
JUDGED = ("crisp", "tasty", "fresh", "tender", "warm", "juicy")
COPY = ("earmark.cli.write", "earmark.cli.written", "earmark.language.providers.openai_compatible", "openai")
DISSECTION = ("earmark.cli.dissect", "earmark.cli.resume", "earmark.dissection.recipe", *COPY)


@pytest.fixture(scope="module")
def fault_server():
    file = Path(__file__).parents[1] / "language" / "fault_server.py"
    spec = importlib.util.spec_from_file_location("fault_server_for_kills", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hearing(tmp_path_factory):
    """The small network that the recipe's tests dissect, and sounds for it."""
    from earmark.samples.sounds import write_sounds

    file = Path(__file__).parents[1] / "dissection" / "recipe" / "conftest.py"
    spec = importlib.util.spec_from_file_location("recipe_conftest", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sounds = tmp_path_factory.mktemp("sounds") / "clips"
    write_sounds(sounds, per_class=10, seed=3, seconds=0.8)
    return SimpleNamespace(factory=module.FACTORY, sounds=sounds)


class Sittings:
    """Runs commands in children of one loaded process, in a folder with a cache of its own, and kills them."""

    def __init__(self, folder, modules, seed):
        folder.mkdir()
        self.folder, self.draws = folder, random.Random(seed)
        self.sent, self.paid_twice, self.committed = [], [], set()
        self._child, self._kill_in, self._over, self._turn = None, None, threading.Event(), threading.Lock()
        environment = {**os.environ, "EARMARK_CACHE": str(folder / "cache.sqlite"), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", FORKS, *modules]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._loaded = subprocess.Popen(command, cwd=folder, env=environment, **pipes)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._loaded.stdin.close()
        self._loaded.stdout.close()
        self._loaded.wait(timeout=30)

    def answer(self, body):
        """A reply that no other question gets; and a kill, a moment later, when its time has come."""
        text = reply_to(body)
        with self._turn:
            self.sent.append(text)
            if text in self.committed:
                self.paid_twice.append(text)
            if self._kill_in is None:
                return text
            self._kill_in -= 1
            left = self._kill_in
            if left == 0:
                threading.Timer(self.draws.uniform(0, 0.04), self._kill).start()
        if left < 0:
            self._over.wait(timeout=30)
        return text

    def sit(self, *words, kill_in=None):
        """One sitting; returns its exit code, -9 where it was killed."""
        self._kill_in = kill_in
        self._over.clear()
        self._loaded.stdin.write(json.dumps(["earmark", *map(str, words)]) + "\n")
        self._loaded.stdin.flush()
        self._child = int(self._loaded.stdout.readline())
        code = int(self._loaded.stdout.readline())
        self._child = None
        self._over.set()
        with sqlite3.connect(self.folder / "cache.sqlite") as connection:
            self.committed = {text for (text,) in connection.execute("SELECT text FROM replies")}
        return code

    def log(self):
        return (self.folder / "log").read_text()

    def _kill(self):
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)


def reply_to(body):
    material = "\n".join(str(message["content"]) for message in body["messages"])
    claim = re.search(rf"({'|'.join(DISHES)}): ({'|'.join(JUDGED)})", material)
    if claim:
        return json.dumps({"drafts": [f"The {claim[1]} is {claim[2]} and the staff is friendly."]})
    shared = ["a sharp sound", "something low"]
    return json.dumps({"concept": "rain", "shared": shared, "number": zlib.crc32(material.encode())})


def write_reviews(folder):
    rows = ["product,text"]
    for number, (dish, judged) in enumerate(product(DISHES, JUDGED)):
        rows += [
            f"diner {number},The {dish} was {judged}. The staff was friendly.",
            f"diner {number},Friendly staff and {judged} {dish}. The terrace is quiet.",
            f"diner {number},I found the staff friendly and the {dish} {judged}.",
        ]
    (folder / "reviews.csv").write_text("\n".join(rows), encoding="utf-8")


def results(run):
    """Every table of a run, byte for byte."""
    tables = {file.name: file.read_bytes() for file in (run / "tables").glob("*.parquet")}
    assert tables
    return tables


def test_copy_killed_20_times_is_the_copy_of_a_run_that_was_not(fault_server, tmp_path):
    products, kills, at_once = len(DISHES) * len(JUDGED), 20, 4
    with (
        fault_server.FaultServer() as server,
        Sittings(tmp_path / "killed", COPY, seed=4) as killed,
        Sittings(tmp_path / "calm", COPY, seed=0) as calm,
    ):
        asked = ("write", "reviews.csv", "--vectors", "none", "--writer", "model", "--model", f"{server.url}#m")
        for sittings in (killed, calm):
            write_reviews(sittings.folder)
        server.answer = killed.answer
        codes = [killed.sit(*asked, "--out", "copy.jsonl", kill_in=killed.draws.randint(1, 2)) for _ in range(kills)]
        assert codes == [-9] * kills, killed.log()
        assert killed.sit("resume", "copy.jsonl.run") == 0, killed.log()
        server.answer = calm.answer
        assert calm.sit(*asked, "--out", "copy.jsonl") == 0, calm.log()
    assert killed.paid_twice == []
    assert len(set(killed.sent)) == len(calm.sent) == products
    assert len(killed.sent) <= products + kills * at_once
    assert results(killed.folder / "copy.jsonl.run") == results(calm.folder / "copy.jsonl.run")
    copies = [json.loads(line) for line in (killed.folder / "copy.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(copy["refusal"] is None for copy in copies) > products / 2
    assert (killed.folder / "copy.jsonl").read_bytes() == (calm.folder / "copy.jsonl").read_bytes()


def test_a_dissection_killed_3_times_ends_with_the_tables_of_a_run_that_was_not(fault_server, hearing, tmp_path):
    kills, at_once = 3, 2
    with (
        fault_server.FaultServer() as server,
        Sittings(tmp_path / "killed", DISSECTION, seed=4) as killed,
        Sittings(tmp_path / "calm", DISSECTION, seed=0) as calm,
    ):
        for sittings in (killed, calm):
            (sittings.folder / "hearing.py").write_text(hearing.factory)
        words = ("dissect", "hearing:make", hearing.sounds, "--out", "run", "--no-audio", "--describe-by", "model")
        asked = (*words, "--model", f"{server.url}#m")
        server.answer = killed.answer
        codes = [
            killed.sit(*(("resume", "run") if sitting else asked), kill_in=killed.draws.randint(2, 5))
            for sitting in range(kills)
        ]
        assert codes == [-9] * kills, killed.log()
        assert killed.sit("resume", "run", "--no-audio") == 0, killed.log()
        server.answer = calm.answer
        assert calm.sit(*asked) == 0, calm.log()
    assert killed.paid_twice == []
    assert set(killed.sent) == set(calm.sent)
    assert len(killed.sent) <= len(calm.sent) + kills * at_once
    assert results(killed.folder / "run") == results(calm.folder / "run")
