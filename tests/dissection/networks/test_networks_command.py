"""``earmark networks show`` says what a network offers, and what is wrong with one that cannot be read."""

import json
import subprocess
import sys

import pytest

from earmark.cli.app import main


@pytest.fixture(scope="module")
def ast(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("network") / "ast"
    request.getfixturevalue("saver")("ast", folder)
    return folder


@pytest.fixture
def show(monkeypatch, capsys):
    """Run the command here; its exit code, what it wrote, and what it wrote to standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", "networks", "show", *words])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_show_lists_taps_widths_rate_and_pooling(ast, show):
    code, out, err = show(str(ast))
    assert (code, err) == (0, "")
    assert "16000 Hz" in out
    # 200 frames of 10 ms make 19 patches of 16 frames, 10 apart; the last ends with frame 196, which hears 25 ms.
    assert "hears    the first 1.975 s of a clip" in out
    assert "7 taps, 227 neurons" in out
    assert "layers.1.mlp.fc1.act" in out
    assert "head (default: the tokens that stand for the whole clip, averaged), cls, first, mean, max" in out


def test_show_answers_machines(ast, show):
    code, out, _ = show(str(ast), "--taps", "*q_proj", "--json")
    facts = json.loads(out)
    assert code == 0
    assert facts["rate_hz"] == 16000
    assert facts["classes"] == ["rain", "bell", "dog"]
    assert [tap["width"] for tap in facts["taps"]] == [32, 32]


def test_show_lists_what_a_glob_takes_and_all_there_is(ast, show):
    _, out, _ = show(str(ast), "--json")
    listed = [tap["name"] for tap in json.loads(out)["taps"] if "layers.1" in tap["name"]]
    _, out, _ = show(str(ast), "--taps", "*layers.1*", "--json")
    assert [tap["name"] for tap in json.loads(out)["taps"]] == listed
    code, out, _ = show(str(ast), "--all")
    assert code == 0
    (line,) = (line for line in out.splitlines() if "layers.1.attention.q_proj" in line)
    assert line.endswith("only if named")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{ast}", "--taps", "*atention*"], "no tap matches '*atention*'; the nearest are"),
        (["{ast}/.."], "holds no audio classification network: it has no config.json"),
        (["{ast}/nothing"], "there is no folder"),
        ([""], "a network is needed"),
        (["{ast}", "--all", "--taps", "*"], "--all lists every tap there is: leave --taps out"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(ast, show, words, said):
    code, _, err = show(*(word.format(ast=ast) for word in words))
    assert code == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_process_of_its_own_ends_with_the_same_sentence():
    command = [sys.executable, "-m", "earmark", "networks", "show", "no_such.module:factory"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("earmark: the factory 'no_such.module:factory' failed")
    assert len(done.stderr.strip().splitlines()) == 1
