"""What the command line says of a run that somebody else sent, or changed: one sentence, exit code 2, nothing done."""

import importlib.util
import json
from pathlib import Path

import pytest

from earmark.runs import Manifest

KEY = "sk-planted-3141592653589793"
HOST = "http://127.0.0.1:9/v1#m"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_CACHE", str(tmp_path / "cache.sqlite"))
    monkeypatch.setenv("EARMARK_API_KEY", KEY)


@pytest.fixture(scope="module")
def fault_server():
    file = Path(__file__).parents[1] / "language" / "fault_server.py"
    spec = importlib.util.spec_from_file_location("fault_server_for_runs", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sent(tmp_path):
    """Writes the manifest that somebody sends."""

    def write(kind, arguments):
        folder = tmp_path / "sent"
        folder.mkdir()
        manifest = Manifest.begin(kind, arguments, 0).model_copy(update={"seal": None})
        (folder / "manifest.json").write_text(manifest.model_dump_json())
        return folder

    return write


@pytest.mark.parametrize("command", [["resume", "sent"], ["unlearn", "sent", "rain", "--out", "out"]])
def test_code_that_the_manifest_names_does_not_run(call, sent, tmp_path, command):
    sent("dissection", {"network": "evil:net", "clips": ".", "fingerprint": "0", "config": {}})
    (tmp_path / "evil.py").write_text("open('ran', 'w')")
    code, out, err = call(*command)
    assert (code, out) == (2, "")
    assert "names a network made by code, 'evil:net': say --network evil:net if you trust it." in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


def test_naming_the_code_is_the_users_word(call, sent, tmp_path):
    sent("dissection", {"network": "mine:net", "clips": ".", "fingerprint": "0", "config": {}})
    (tmp_path / "mine.py").write_text("def net(): raise SystemError('called')")
    code, _, err = call("resume", "sent", "--network", "mine:net")
    assert (code, "the factory 'mine:net' failed: SystemError: called" in err) == (2, True)


@pytest.mark.parametrize("kind", ["dissection", "copywriting", "training"])
def test_no_run_sends_texts_or_a_key_to_a_host_that_only_its_manifest_names(call, sent, tmp_path, fault_server, kind):
    (tmp_path / "reviews.csv").write_text("product,text\nBakery,The bread was fresh.\n")
    with fault_server.FaultServer(answer=lambda body: "{}") as server:
        host = f"{server.url}#m"
        config = {"network": "reference", "clips": ".", "fingerprint": "0", "config": {"model": host}}
        copy = {"reviews": "reviews.csv", "config": {}, "columns": {}, "writer": "model", "model": host}
        asked = {
            "dissection": config,
            "copywriting": copy,
            "training": {"request": {"reviews": "r.csv", "model": host}},
        }
        sent(kind, asked[kind])
        code, out, err = call("resume", "sent")
        assert (code, out) == (2, "")
        assert f"to the language model '{host}': say --model '{host}' if you trust it." in err
        assert server.bodies == []
        assert KEY not in err


def test_a_run_of_ones_own_whose_host_was_changed_asks_before_it_goes_on(call, tmp_path, fault_server):
    (tmp_path / "reviews.csv").write_text("product,text\nBakery,The bread was fresh.\nBakery,Fresh bread.\n")
    reply = json.dumps({"drafts": ["The bread is fresh."]})
    with fault_server.FaultServer(answer=lambda body: reply) as server:
        write = ("write", "reviews.csv", "--vectors", "none", "--writer", "model", "--model", f"{server.url}#m")
        assert call(*write, "--out", "run", "--max-requests", 1)[0] in (0, 3)
        assert call("resume", "run")[0] == 0
        manifest = tmp_path / "run" / "manifest.json"
        manifest.write_text(manifest.read_text().replace(server.url, HOST.removesuffix("#m")))
        code, _, err = call("resume", "run")
        assert code == 2
        assert f"sends the texts of reviews.csv to the language model '{HOST}'" in err
        assert call("resume", "run", "--model", "openai:another")[0] == 2


def test_a_folder_with_a_link_out_of_it_is_not_written_into(call, sent, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    folder = sent("dissection", {"network": "reference", "clips": ".", "fingerprint": "0", "config": {}})
    (folder / "manifest.json.unfinished").symlink_to(tmp_path / "mine.txt")
    for command in (["resume", "sent"], ["runs", "show", "sent"]):
        code, _, err = call(*command)
        assert code == 2
        assert "manifest.json.unfinished in it is a link that leads out of the folder" in err
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_checkpoints_of_a_training_that_somebody_sent_are_pickles(call, sent):
    folder = sent("training", {"request": {"reviews": "r.csv"}})
    (folder / "lessons" / "checkpoints" / "checkpoint-20").mkdir(parents=True)
    code, _, err = call("resume", "sent")
    assert (code, "say --trust-pickle if you trust it" in err) == (2, True)
    assert "r.csv cannot be read" in call("resume", "sent", "--trust-pickle")[2]
