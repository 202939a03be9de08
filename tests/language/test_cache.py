"""The same question is sent once: over runs, threads and processes, and whatever is killed."""

import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from earmark.errors import InvalidInput, ModelUnavailable
from earmark.language import Message, Prompt
from earmark.language.cache import Cached, ReplyCache, _is_dead, _where, question_id
from earmark.language.choose import identity_of, shared_cache
from earmark.language.privacy import MaskingModel
from earmark.language.providers.scripted import Scripted
from earmark.workers import Threads


def question(text="x", **settings):
    return Prompt(name="q", version="1", instructions="Say.", data=(Message(label="l", text=text),), **settings)


def test_a_second_ask_costs_nothing_and_says_the_same(tmp_path):
    model = Scripted(lambda prompt: prompt.data[0].text.upper())
    cached = Cached(model, ReplyCache(tmp_path / "c.sqlite"))
    first, second = cached.reply(question("a")), cached.reply(question("a"))
    assert (first.text, second.text) == ("A", "A")
    assert (first.usage.requests, second.usage.requests) == (1, 0)
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        question("b"),
        question("a", seed=1),
        question("a", temperature=0.5),
        question("a").model_copy(update={"version": "2"}),
        question("a").model_copy(update={"reply_schema": {"type": "object"}}),
        question("a").model_copy(update={"data": (*question("a").data, Message(label="l", text=""))}),
        question("a").model_copy(update={"data": (Message(label="la", text=""),)}),
        question("a").model_copy(update={"data": (Message(label="l", text="a", audio_wav=b"1"),)}),
    ],
)
def test_anything_that_could_change_the_reply_changes_the_question(other):
    assert question_id("m", other) != question_id("m", question("a"))
    assert question_id("m", question("a")) != question_id("n", question("a"))


def test_sixteen_threads_with_one_question_send_it_once(tmp_path):
    model = Scripted(lambda _: (time.sleep(0.05), "slow")[1])
    cached = Cached(model, ReplyCache(tmp_path / "c.sqlite"))
    replies = list(Threads(16).map(lambda _: cached.reply(question()).text, range(16)))
    assert replies == ["slow"] * 16
    assert len(model.asked) == 1


ASKER = """
import sys, time
from pathlib import Path
from earmark.language import Prompt
from earmark.language.cache import Cached, ReplyCache
from earmark.language.providers.scripted import Scripted

def answer(prompt):
    with open(sys.argv[2], "a") as log:
        log.write("asked\\n")
    time.sleep(0.3)
    return "done"

cached = Cached(Scripted(answer), ReplyCache(Path(sys.argv[1])))
print(cached.reply(Prompt(name="q", version="1", instructions="?")).text)
"""


def test_three_processes_with_one_question_send_it_once(tmp_path):
    asked = tmp_path / "asked"
    command = [sys.executable, "-c", ASKER, str(tmp_path / "c.sqlite"), str(asked)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=30)[0].strip() for process in running] == ["done"] * 3
    assert asked.read_text() == "asked\n"


def test_a_failed_question_is_free_to_be_asked_again(tmp_path):
    cache = ReplyCache(tmp_path / "c.sqlite")

    def fail(_):
        raise ModelUnavailable("no")

    with pytest.raises(ModelUnavailable):
        Cached(Scripted(fail), cache).reply(question())
    assert Cached(Scripted(lambda _: "yes"), cache).reply(question()).text == "yes"


def test_the_claim_of_a_killed_process_expires(tmp_path, monkeypatch):
    monkeypatch.setattr("earmark.language.cache._CLAIM_S", 0.05)
    dead, alive = ReplyCache(tmp_path / "c.sqlite"), ReplyCache(tmp_path / "c.sqlite")
    assert dead._claim(question_id("scripted", question()))
    assert Cached(Scripted(lambda _: "yes"), alive).reply(question()).text == "yes"


HOLDER = """
import os, signal, sys
from pathlib import Path
from earmark.language.cache import ReplyCache

assert ReplyCache(Path(sys.argv[1]))._claim("q")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_claim_of_a_process_that_is_seen_to_be_dead_is_taken_over_at_once(tmp_path):
    killed = subprocess.run([sys.executable, "-c", HOLDER, str(tmp_path / "c.sqlite")])
    assert killed.returncode == -9
    started = time.monotonic()
    assert ReplyCache(tmp_path / "c.sqlite")._claim("q")
    assert time.monotonic() - started < 10
    assert not ReplyCache(tmp_path / "c.sqlite")._claim("q")


def test_a_claim_of_a_process_on_another_machine_is_waited_for():
    assert not _is_dead("elsewhere/1:1:0")
    assert not _is_dead(f"{_where()}:{os.getpid()}:0")


def test_pruning_drops_the_oldest(tmp_path):
    model = Scripted(lambda prompt: prompt.data[0].text * 100)
    cache = ReplyCache(tmp_path / "c.sqlite")
    for letter in "abc":
        Cached(model, cache).reply(question(letter))
        time.sleep(0.01)
    assert cache.prune(cache.info().bytes - 1) == 1
    Cached(model, cache).reply(question("c"))
    assert len(model.asked) == 3
    Cached(model, cache).reply(question("a"))
    assert len(model.asked) == 4


def test_only_its_owner_reads_the_cache(tmp_path):
    ReplyCache(tmp_path / "deep" / "c.sqlite")
    assert stat.S_IMODE((tmp_path / "deep" / "c.sqlite").stat().st_mode) == 0o600


def test_a_file_that_is_no_cache_is_one_sentence_and_left_alone(tmp_path):
    (tmp_path / "c.sqlite").write_text("precious text " * 100)
    with pytest.raises(InvalidInput, match="cannot be used as a reply cache"):
        ReplyCache(tmp_path / "c.sqlite")
    assert (tmp_path / "c.sqlite").read_text() == "precious text " * 100


def test_many_threads_write_and_read_together(tmp_path):
    model = Scripted(lambda prompt: prompt.data[0].text)
    cached = Cached(model, ReplyCache(tmp_path / "c.sqlite"))
    lock = threading.Lock()
    seen = []

    def go(number):
        text = cached.reply(question(str(number % 50))).text
        with lock:
            seen.append(text == str(number % 50))

    list(Threads(8).map(go, range(400)))
    assert all(seen)
    assert len(model.asked) == 50


def test_two_questions_that_are_masked_alike_are_one_question(tmp_path):
    elsewhere = Scripted(lambda prompt: prompt.data[0].text)
    model = MaskingModel(Cached(elsewhere, ReplyCache(tmp_path / "c.sqlite")))
    assert model.reply(question("Ask for John")).text == model.reply(question("Ask for Anna")).text == "Ask for [name]"
    assert len(elsewhere.asked) == 1
    assert model.budget.spent.from_cache == 1


def test_a_folder_that_changed_is_another_model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"12")
    before = identity_of(f"local:{folder}")
    assert identity_of(f"local:{folder}") == before
    (folder / "model.safetensors").write_bytes(b"123")
    assert identity_of(f"local:{folder}") != before
    assert identity_of("http://localhost:1/v1#m") == "http://localhost:1/v1#m"


def test_a_script_is_not_worth_a_place_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EARMARK_CACHE", str(tmp_path / "c.sqlite"))
    assert shared_cache("scripted:perfect") is None
    assert shared_cache("embedded") is None
    assert not list(tmp_path.iterdir())
    assert shared_cache("openai:m").path == tmp_path / "c.sqlite"
