"""``earmark runs`` lists, shows and compares run folders, and one broken folder hides no other."""

import json
import sys

import pytest

from earmark.cli.app import main
from earmark.dissection.describing.descriptions import NeuronId
from earmark.dissection.verification.verification import Verification
from earmark.evidence import Verdict
from earmark.runs import Manifest, RunFolder, Skipped


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def judged(index, text, outcome, pearson):
    reason = None if pearson is not None else "too few positives."
    return Verification(
        neuron=NeuronId(tap="layer", index=index),
        subject="description",
        claim_id=None,
        text=text,
        verdict=Verdict(claim_id="whole", outcome=outcome, score=pearson, judge="held-out pearson", reason=reason),
        pearson=pearson,
        held_out_clips=20,
        held_out_sources=20,
    )


def make_run(path, seed, rows):
    manifest = Manifest.begin("dissection", {"network": "small-net", "config": {"pooling": "head", "seed": seed}}, seed)
    run = RunFolder.create(path, manifest)
    with run.stage("descriptions") as counts:
        counts["described"] = len(rows)
        run.write("verdicts", Verification, rows)
    run.skip([Skipped(uri="broken\x1b.wav", reason="it is no audio")])
    return run


@pytest.fixture
def runs(tmp_path):
    one = [
        judged(0, "a hum", "supported", 0.5),
        judged(1, "a bark", "supported", 0.3),
        judged(2, "rain", "refuted", -0.2),
    ]
    other = [
        judged(0, "a hum", "supported", 0.7),
        judged(1, "a dog", "undecided", 0.1),
        judged(3, "wind", "undecided", None),
    ]
    make_run(tmp_path / "one", 0, one)
    make_run(tmp_path / "deep" / "other", 1, other)
    return tmp_path


def test_runs_are_listed_two_folders_deep_and_a_broken_one_is_named(call, runs):
    (runs / "bad").mkdir()
    (runs / "bad" / "manifest.json").write_text("{}")
    code, out, err = call("runs", "list", runs, "--json")
    assert code == 0
    assert {line["path"] for line in json.loads(out)} == {str(runs / "one"), str(runs / "deep" / "other")}
    assert {line["status"] for line in json.loads(out)} == {"done"}
    assert str(runs / "bad") in err
    assert len(err.splitlines()) == 1


def test_an_unfinished_run_is_listed_with_the_stage_it_stopped_in(call, runs):
    run = RunFolder.open(runs / "one")
    with pytest.raises(KeyError), run.stage("moments"):
        raise KeyError
    _, out, _ = call("runs", "list", runs)
    assert "stopped in moments" in next(line for line in out.splitlines() if line.endswith("one"))


def test_a_folder_without_runs_says_so(call, tmp_path):
    assert call("runs", "list", tmp_path) == (0, f"no runs in {tmp_path}.\n", "")
    assert call("runs", "list", tmp_path, "--json")[1].strip() == "[]"


def test_a_run_is_shown_with_its_arguments_counts_tables_and_skipped_files(call, runs):
    code, out, _ = call("runs", "show", runs / "one")
    assert code == 0
    assert "network: small-net" in out
    assert "(described 3)" in out
    assert "table verdicts: 3 rows" in out
    assert "skipped broken.wav: it is no audio" in out


def test_a_run_is_shown_for_machines(call, runs):
    shown = json.loads(call("runs", "show", runs / "one", "--json")[1])
    assert shown["kind"] == "dissection"
    assert shown["tables"] == {"verdicts": 3}
    assert shown["arguments"]["config"] == {"pooling": "head", "seed": 0}


def test_two_runs_are_compared_by_what_was_asked_and_neuron_by_neuron(call, runs):
    code, out, _ = call("runs", "compare", runs / "one", runs / "deep" / "other", "--json")
    assert code == 0
    found = json.loads(out)
    assert {item["name"]: (item["first"], item["second"]) for item in found["differences"]} == {
        "seed": ("0", "1"),
        "config.seed": ("0", "1"),
    }
    assert found["tables"] == [{"name": "verdicts", "first_rows": 3, "second_rows": 3, "equal": False}]
    neurons = found["neurons"]
    assert (neurons["both"], neurons["only_first"], neurons["only_second"], neurons["same_words"]) == (2, 1, 1, 1)
    assert neurons["outcomes"] == {"supported > supported": 1, "supported > undecided": 1}
    assert neurons["first_pearson"] == pytest.approx(0.4)
    assert neurons["second_pearson"] == pytest.approx(0.4)


def test_a_run_compared_with_itself_differs_in_nothing(call, runs):
    found = json.loads(call("runs", "compare", runs / "one", runs / "one", "--json")[1])
    assert found["differences"] == []
    assert all(table["equal"] for table in found["tables"])
    assert "3 neurons described in both" in call("runs", "compare", runs / "one", runs / "one")[1]


def test_runs_of_different_kinds_are_not_compared(call, runs):
    RunFolder.create(runs / "copy", Manifest.begin("copywriting", {}, 0))
    code, _, err = call("runs", "compare", runs / "one", runs / "copy")
    assert code == 2
    assert "copywriting" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [("show", "absent"), ("compare", "absent", "absent"), ("list", "absent")])
def test_what_is_not_there_is_one_sentence_and_exit_code_2(call, tmp_path, words):
    code, out, err = call("runs", words[0], *(tmp_path / word for word in words[1:]))
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "absent" in err
