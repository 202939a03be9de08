"""A dissection that somebody sent runs no code of its own; named by the user, its network is used as ever."""

import json
import shutil
from pathlib import Path

import pytest

from earmark.dissection.findings.config import FindingsConfig
from earmark.dissection.findings.recipe import find
from earmark.dissection.recipe import DissectionConfig, dissect, reopen, resume
from earmark.dissection.unlearning.config import UnlearnConfig
from earmark.dissection.unlearning.recipe import unlearn
from earmark.errors import NotGranted
from earmark.runs import RunFolder
from earmark.runs.grants import Allowed

QUICK = UnlearnConfig(method="selectivity", neurons=3, random_prunes=0)


@pytest.fixture
def sent(finished, tmp_path):
    """A finished run as it comes from somebody else: sealed by another key, or by none."""
    folder = tmp_path / "sent"
    shutil.copytree(finished.path, folder)
    change(folder, seal="0" * 64)
    return folder


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A module of the run's name in the current folder, which tells when it is imported."""
    (tmp_path / "hearing.py").write_text("from pathlib import Path\nPath(__file__).with_name('ran').touch()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "hearing", raising=False)
    yield
    assert not (tmp_path / "ran").exists()


def change(folder, **fields):
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


@pytest.mark.usefixtures("trap")
def test_nothing_that_opens_the_run_imports_its_network(sent, tmp_path):
    for opening in (
        lambda: resume(sent),
        lambda: reopen(sent),
        lambda: unlearn(sent, ["rain"], tmp_path / "out", QUICK),
        lambda: find([sent], FindingsConfig(only="combination")),
    ):
        with pytest.raises(NotGranted, match="'hearing:make': say --network hearing:make if you trust it"):
            opening()
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("trap")
def test_a_run_of_ones_own_imports_its_network_from_where_it_was_begun(finished):
    # The current folder holds another module of that name, which is not touched.
    assert reopen(finished.path).network.name == "hearing:make"


def test_a_network_that_the_user_names_is_enough(sent, factory, embedder, tmp_path):
    run = unlearn(sent, ["rain"], tmp_path / "out", QUICK, network=factory, embedder=embedder)
    assert RunFolder.open(run.path).has("forgetting")
    assert reopen(sent, network=factory).clip_set.clips


def test_pickles_and_clips_outside_wait_for_a_word_each(sounds, factory, embedder, tmp_path):
    config = DissectionConfig(trust_pickle=True, allow_outside=True)
    run = dissect(factory, sounds, tmp_path / "run", config, embedder=embedder)
    assert reopen(run.path).config.trust_pickle
    change(run.path, seal=None)
    with pytest.raises(NotGranted, match="say --trust-pickle --allow-outside if you trust it"):
        reopen(run.path, network=factory)
    with pytest.raises(NotGranted, match="say --allow-outside if"):
        reopen(run.path, network=factory, allowed=Allowed(trust_pickle=True))
    assert reopen(run.path, network=factory, allowed=Allowed(trust_pickle=True, allow_outside=True)).taps


def test_a_model_that_only_the_manifest_names_is_not_opened(sent, factory):
    arguments = json.loads((sent / "manifest.json").read_text())["arguments"]
    arguments["config"]["model"] = "https://model.example.com/v1#m"
    change(sent, arguments=arguments)
    with pytest.raises(NotGranted, match=r"sends texts to the language model 'https://model\.example\.com/v1#m'"):
        resume(sent, network=factory)


def test_a_moved_run_of_ones_own_keeps_what_it_was_allowed(finished, tmp_path):
    shutil.copytree(finished.path, tmp_path / "moved")
    assert reopen(tmp_path / "moved").network.name == "hearing:make"
    assert Path.cwd() != finished.path.parent
