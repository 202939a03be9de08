"""Everything that a language model and a CLAP may do in a dissection, from one command, on tiny models."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from earmark.cli.app import main
from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.verification.detection import Detection
from earmark.dissection.verification.sounding import Sounding
from earmark.runs import RunFolder


def _beside(name):
    spec = importlib.util.spec_from_file_location(f"{name}_for_runs", Path(__file__).parents[1] / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return run


@pytest.mark.slow
def test_a_model_picks_describes_and_verifies_and_clap_scores_names_and_sentences(call, sounds, factory, tmp_path):
    clap = _beside("test_clap").save_tiny_clap(tmp_path / "clap", fused=False)
    names = tmp_path / "names.txt"
    names.write_text("bell\nrain\nsiren\ndrum\nbird\nengine\n")
    code, out, err = call(
        "dissect", factory, sounds, "--out", "run", "--no-audio", "--taps", "hidden", "--concepts", names,
        "--model", "scripted:perfect", "--describe-by", "model", "--verify-by", "model", "--clap", clap,
    )  # fmt: skip
    assert code == 0, err
    run = RunFolder.open(tmp_path / "run")
    concepts = run.read("concepts", ConceptScore)
    assert {row.source for row in concepts} == {"DB", "TAB", "ICL"}
    assert len({(row.tap, row.neuron) for row in concepts if row.source == "ICL"}) == 11
    described = [one for one in run.read("descriptions", Description) if one.text]
    detections, soundings = run.read("detections", Detection), run.read("soundings", Sounding)
    assert [row.neuron for row in detections] == [row.neuron for row in soundings] == [one.neuron for one in described]
    assert any(row.auprc is not None for row in detections)
    assert all((row.auprc is None) == (row.reason is not None) for row in detections)
    assert all(row.pearson is not None for row in soundings)
    assert run.manifest.skipped == ()
    assert "verified by scripted:perfect" in out
    code, shown, _ = call("runs", "show", "run")
    assert code == 0
    assert "verified by scripted:perfect" in shown
    assert "by the sounds themselves (clap:" in shown
    page = (tmp_path / "run" / "page.html").read_text(encoding="utf-8")
    details = page.split('id="details-data"')[1].split(">", 1)[1].split("</script>")[0]
    opinions = [text for detail in json.loads(details) for text in detail["opinions"]]
    assert len(opinions) == 2 * len(described)


def test_a_verdict_by_a_model_needs_a_model(call, sounds, factory, tmp_path):
    code, _, err = call("dissect", factory, sounds, "--out", "run", "--verify-by", "model")
    assert code == 2
    assert "verdicts by a model need one: name it with --model." in err
    assert not (tmp_path / "run").exists()
