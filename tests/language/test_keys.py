"""A key is planted and then looked for in every byte that a run leaves behind."""

import json
import os
import subprocess
import sys

import fault_server
import pytest

from earmark.errors import ModelRefused, ModelUnavailable
from earmark.language import Message, Prompt
from earmark.language.cache import Cached, ReplyCache
from earmark.language.choose import open_model

KEY = "sk-planted-3141592653589793"


@pytest.fixture
def planted_key(monkeypatch):
    monkeypatch.setenv("EARMARK_API_KEY", KEY)


def question():
    return Prompt(name="q", version="1", instructions="Say.", data=(Message(label="note", text="a dog"),))


def test_the_key_reaches_its_server_and_no_byte_of_the_cache(planted_key, tmp_path):
    with fault_server.FaultServer() as server:
        model = Cached(open_model(f"{server.url}#m"), ReplyCache(tmp_path / "c.sqlite"))
        assert KEY not in model.reply(question()).model_dump_json()
    assert any(KEY in value for value in server.headers[0].values())
    for file in tmp_path.iterdir():
        assert KEY.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("fault", ["401", "500", "wrong content type"])
def test_no_error_says_the_key_even_when_the_server_repeats_it(planted_key, monkeypatch, fault):
    body = json.dumps({"error": {"message": f"bad key {KEY}"}}).encode()
    statuses = {"401": 401, "500": 500, "wrong content type": 200}
    monkeypatch.setitem(fault_server.FAULTS, "echo", lambda request: fault_server.send(request, statuses[fault], body))
    with fault_server.FaultServer(plan=lambda _: "echo") as server:
        model = open_model(f"{server.url}#m")
        model._model._sleep = lambda _: None
        with pytest.raises((ModelRefused, ModelUnavailable)) as caught:
            model.reply(question())
    assert KEY not in str(caught.value)


def test_the_command_line_never_prints_the_key(tmp_path):
    environment = {**os.environ, "EARMARK_API_KEY": KEY, "EARMARK_CACHE": str(tmp_path / "c.sqlite")}
    with fault_server.FaultServer(answer=lambda _: '{"word": "rain", "certain": 1}') as server:
        done = subprocess.run(
            [sys.executable, "-m", "earmark", "models", "check", f"{server.url}#m"],
            capture_output=True,
            text=True,
            env=environment,
        )
    assert done.returncode == 0
    assert KEY not in done.stdout + done.stderr
    assert "works" in done.stdout


def test_a_key_in_an_address_is_refused_without_being_repeated():
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "models", "check", f"https://user:{KEY}@example.com/v1#m"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert KEY not in done.stdout + done.stderr
