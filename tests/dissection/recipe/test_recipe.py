"""The whole walk: one command, a run folder that pandas reads, and a resumed run that is the same run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earmark.dissection.clips import Clip
from earmark.dissection.concepts.concepts import LastLayerAccuracy
from earmark.dissection.config import DissectionConfig
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.localisation.localisation import Moment
from earmark.dissection.recipe import dissect, resume
from earmark.dissection.recording.selection import NeuronEvidence
from earmark.dissection.verification.verification import Verification
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict, UnknownName
from earmark.language.providers.scripted import Scripted
from earmark.runs import RunFolder

TABLES = ("acoustics", "captions", "clips", "concepts", "descriptions", "evidence", "neurons", "verdicts")


def bytes_of(run):
    files = [*run.path.glob("tables/*.parquet"), *run.path.glob("arrays/*.safetensors")]
    return {file.name: file.read_bytes() for file in files}


def test_a_run_holds_every_table_and_pandas_reads_them(finished):
    run = finished
    assert {file.stem for file in run.path.glob("tables/*.parquet")} >= set(TABLES)
    neurons = pd.read_parquet(run.table("neurons"))
    assert len(neurons) == 12 + 6
    assert neurons["dead"].sum() == 1
    assert list(neurons.query("kind == 'classifier'")["label"]) == ["bell", "rain", "siren", "drum", "bird", "engine"]


def test_words_come_from_shown_clips_and_verdicts_from_held_out_ones(finished):
    run = finished
    split = {clip.id: clip.split for clip in run.read("clips", Clip)}
    for neuron in run.read("evidence", NeuronEvidence):
        for one in (*neuron.high, *neuron.low):
            assert one.split == split[one.excerpt.source_id] == "shown"
    verdicts = run.read("verdicts", Verification)
    assert {one.held_out_clips for one in verdicts} == {sum(side == "held_out" for side in split.values())}


def test_a_reader_is_told_at_once_when_too_few_clips_are_held_out_to_judge(factory, embedder, tmp_path, finished):
    from earmark.samples.sounds import write_sounds

    assert not any("held-out" in note for note in finished.manifest.notes)
    write_sounds(tmp_path / "few", per_class=2, seed=3, seconds=0.8)
    run = dissect(factory, tmp_path / "few", tmp_path / "run", embedder=embedder)
    (note,) = (note for note in run.manifest.notes if "held-out" in note)
    assert note == (
        "no description can be supported or refuted: only 33 held-out clips; at least 150 are needed to judge."
    )
    assert {one.verdict.outcome for one in run.read("verdicts", Verification)} == {"undecided"}


def test_the_dead_neuron_is_called_dead_and_not_described(finished):
    run = finished
    (dead,) = pd.read_parquet(run.table("neurons")).query("dead").itertuples()
    descriptions = pd.read_parquet(run.table("descriptions"))
    own = descriptions[[row["tap"] == dead.tap and row["index"] == dead.index for row in descriptions["neuron"]]]
    assert own["text"].isna().all()
    assert own["failure"].notna().all()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_split(
    finished, sounds, factory, embedder, tmp_path
):
    first = finished
    again = dissect(factory, sounds, tmp_path / "2", embedder=embedder)
    other = dissect(factory, sounds, tmp_path / "3", DissectionConfig(seed=1), embedder=embedder)
    assert bytes_of(first) == bytes_of(again)
    assert bytes_of(first)["clips.parquet"] != bytes_of(other)["clips.parquet"]


@pytest.mark.slow
def test_a_run_killed_at_any_moment_resumes_to_the_same_bytes(finished, sounds, factory, tmp_path):
    draws = np.random.default_rng(2)
    for number in range(3):
        out = tmp_path / f"killed-{number}"
        code = f"from earmark.dissection.recipe import dissect; dissect({factory!r}, {str(sounds)!r}, {str(out)!r})"
        process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "OMP_NUM_THREADS": "1"})
        while not (out / "manifest.json").exists():
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(float(draws.uniform(0, 6)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert bytes_of(resume(out)) == bytes_of(finished)


def test_resuming_a_finished_run_changes_nothing(finished, factory, embedder):
    before = bytes_of(finished)
    assert bytes_of(resume(finished.path, embedder=embedder)) == before


def test_a_network_that_has_changed_is_not_resumed(finished, factory):
    hearing = Path("hearing.py")
    hearing.write_text(hearing.read_text().replace("manual_seed(4)", "manual_seed(5)"))
    with pytest.raises(RunConflict, match="has changed since"):
        resume(finished.path, network=factory)


def test_the_untrained_twin_fills_its_column(sounds, factory, embedder, tmp_path):
    run = dissect(factory, sounds, tmp_path / "run", DissectionConfig(control="untrained"), embedder=embedder)
    described = [one for one in run.read("verdicts", Verification) if one.subject == "description"]
    assert all(one.untrained_share is not None for one in described)
    assert run.has("untrained_verdicts")


def test_a_folder_that_holds_another_run_is_refused_before_any_work(sounds, factory, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(RunConflict, match="already holds something"):
        dissect(factory, sounds, tmp_path / "run")
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"taps": ("nothing*",)}, UnknownName, "no tap matches 'nothing\\*'"),
        ({"per_side": 500}, NotEnoughEvidence, "--per-side"),
        ({"concepts": "absent.txt"}, InvalidInput, "absent.txt"),
        ({"model": "telepathy"}, InvalidInput, "names no model"),
        ({"captions": ("model",)}, InvalidInput, "--model"),
        ({"describe_by": "model"}, InvalidInput, "--model"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence_and_nothing_is_written(
    sounds, factory, tmp_path, change, error, sentence
):
    with pytest.raises(error, match=sentence):
        dissect(factory, sounds, tmp_path / "run", DissectionConfig(**change))
    assert not (tmp_path / "run").exists()


def test_an_unknown_pooling_is_refused():
    with pytest.raises(InvalidInput, match="pooling is one of head, cls"):
        DissectionConfig(pooling="median")


def test_a_broken_file_is_listed_and_the_run_goes_on(sounds, factory, embedder, tmp_path):
    import shutil

    shutil.copytree(sounds, tmp_path / "clips")
    manifest = tmp_path / "clips" / "manifest.csv"
    (tmp_path / "clips" / "broken.wav").write_bytes(b"RIFF but not really")
    columns = manifest.read_text().splitlines()[0].split(",")
    row = ["broken.wav" if column == "path" else "" for column in columns]
    manifest.write_text(manifest.read_text() + ",".join(row) + "\n")
    run = dissect(factory, tmp_path / "clips", tmp_path / "run", embedder=embedder)
    (skipped,) = run.manifest.skipped
    assert skipped.uri.startswith("broken.wav")
    assert skipped.reason
    assert RunFolder.open(run.path).is_done("descriptions")


def test_the_exciting_stretch_of_every_strong_clip_lies_inside_it(finished):
    moments = finished.read("moments", Moment)
    clips = {clip.id: clip for clip in finished.read("clips", Clip)}
    assert moments
    for moment in moments:
        clip = clips[moment.clip_id]
        assert clip.start_s <= moment.start_s < moment.end_s <= clip.end_s + 1e-6


def test_tuning_curves_judge_the_acoustic_claims(sounds, factory, embedder, tmp_path):
    run = dissect(factory, sounds, tmp_path / "run", DissectionConfig(tuning=True), embedder=embedder)
    curves = pd.read_parquet(run.table("tuning_curves"))
    assert set(curves["property"]) == {"pitch", "loudness", "bandwidth", "modulation", "noise"}
    verdicts = pd.read_parquet(run.table("tuning_verdicts"))
    assert {verdict["outcome"] for verdict in verdicts["verdict"]} <= {"supported", "refuted", "undecided"}


def replies(strong, weak):
    """A model that gives these phrases for the strong and for the weak side, and picks 'rain' from any list."""

    def answer(prompt):
        if prompt.name == "icl":
            return '{"concept": "rain"}'
        said = strong if "most" in prompt.data[0].label else weak
        return said if isinstance(said, str) else json.dumps({"shared": said})

    return Scripted(answer)


def described_by(model, sounds, factory, embedder, out):
    config = DissectionConfig(describe_by="model", taps=("hidden",))
    return dissect(factory, sounds, out, config, embedder=embedder, language_model=model)


def test_a_model_describes_with_the_same_receipts_and_what_the_clips_deny_is_withheld(
    sounds, factory, embedder, tmp_path
):
    model = replies(["hissing static", "a ringing bell", "x-ray vision"], ["something else entirely"])
    run = described_by(model, sounds, factory, embedder, tmp_path / "run")
    described = [one for one in run.read("descriptions", Description) if one.text is not None]
    assert {one.writer for one in described} == {"scripted"}
    assert all(phrase.weight > 0 for one in described for phrase in one.phrases)
    assert all("hissing static" in one.text or "hissing static" in one.withheld for one in described)
    # A neuron cannot follow hissing and ringing alike: over all neurons something that was said is withheld.
    assert any(one.withheld for one in described)
    verdicts = run.read("verdicts", Verification)
    assert {one.neuron for one in described} <= {one.neuron for one in verdicts}


def test_what_the_weak_clips_share_too_is_no_description(sounds, factory, embedder, tmp_path):
    run = described_by(replies(["loud noise"], ["loud noise"]), sounds, factory, embedder, tmp_path / "run")
    descriptions = run.read("descriptions", Description)
    assert all(one.text is None for one in descriptions)
    assert sum(one.withheld == ("loud noise",) for one in descriptions) == 11


def test_a_model_that_talks_nonsense_gives_reasons_and_no_descriptions(sounds, factory, embedder, tmp_path):
    run = described_by(replies("I cannot say.", "no"), sounds, factory, embedder, tmp_path / "run")
    descriptions = run.read("descriptions", Description)
    assert all(one.text is None for one in descriptions)
    assert sum("gave no usable reply twice" in one.failure for one in descriptions) == 11


def test_how_often_the_class_neurons_are_named_after_their_classes_is_kept(finished):
    rows = finished.read("last_layer", LastLayerAccuracy)
    assert {row.score_name for row in rows} == {"cosine", "cosine_cubed", "rank_reorder", "wpmi", "soft_wpmi"}
    assert all(0 <= row.top_1 <= row.top_5 <= 1 and row.neurons == 6 for row in rows)


def test_a_run_shows_its_best_and_worst_descriptions_with_their_verdicts(finished):
    from typer.testing import CliRunner

    from earmark.cli.runs import app

    shown = CliRunner().invoke(app, ["show", str(finished.path)]).output
    pearsons = [one.pearson for one in finished.read("verdicts", Verification) if one.subject == "description"]
    best, worst = max(pearsons), min(pearsons)
    assert f"held-out Pearson {best:.2f}" in shown.split("  best ")[1]
    assert f"held-out Pearson {worst:.2f}" in shown.split("  worst ")[-1]
