"""``earmark networks show`` says what a network offers, and what is wrong with one that cannot be read."""

import json
import subprocess
import sys

import pytest


def earmark(*words):
    command = [sys.executable, "-W", "ignore", "-m", "earmark", "networks", "show", *words]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def ast(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("network") / "ast"
    request.getfixturevalue("saver")("ast", folder)
    return folder


def test_show_lists_taps_widths_rate_and_pooling(ast):
    done = earmark(str(ast))
    assert done.returncode == 0, done.stderr
    assert "16000 Hz" in done.stdout
    assert "7 taps, 227 neurons" in done.stdout
    assert "layers.1.mlp.fc1.act" in done.stdout
    assert "head (default: the tokens that stand for the whole clip, averaged), cls, first, mean, max" in done.stdout
    assert done.stderr == ""


def test_show_answers_machines(ast):
    done = earmark(str(ast), "--taps", "*q_proj", "--json")
    facts = json.loads(done.stdout)
    assert facts["rate_hz"] == 16000
    assert facts["classes"] == ["rain", "bell", "dog"]
    assert [tap["width"] for tap in facts["taps"]] == [32, 32]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{ast}", "--taps", "*atention*"], "no tap matches '*atention*'; the nearest are"),
        (["{ast}/.."], "is not the folder of a network: it has no config.json"),
        (["no_such.module:factory"], "the factory 'no_such.module:factory' failed"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(ast, words, said):
    done = earmark(*(word.format(ast=ast) for word in words))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
