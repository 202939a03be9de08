"""From briefs, or a review table, to a policy in one folder; a killed training goes on."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from earmark.cli.train import app
from earmark.copywriting.training.corpus import CorpusConfig
from earmark.copywriting.training.finetune import FinetuneConfig
from earmark.copywriting.training.ppo import PolicyConfig
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.small_bart import SmallBartConfig
from earmark.copywriting.training.training_recipe import (
    TrainingParts,
    TrainWriterConfig,
    split_episodes,
    train_writer,
)
from earmark.copywriting.writers.policy import PolicyWriter, packaged
from earmark.errors import InvalidInput, RunConflict
from earmark.runs import RunFolder
from earmark.samples.reviews import make_products, write_reviews

pytestmark = pytest.mark.slow

TINY = TrainWriterConfig(
    size=SmallBartConfig(vocabulary=900, width=32, layers=1, heads=2),
    corpus=CorpusConfig(shares=(0.6, 0.2, 0.2)),
    lessons=FinetuneConfig(epochs=1, batch=16, validate_every=10),
    improvement=PolicyConfig(steps=2, prompts=4, samples=2, max_new_tokens=12, validate_every=1, uniqueness_limit=0.0),
    held_out=4,
)


def briefs():
    return (brief for _, brief in sample_briefs(make_products(60, 0), 1, each=2))


def train(out, words, config=TINY, progress=None, source=briefs):
    hook = progress or (lambda stage, done, total: None)
    parts = TrainingParts(embedder=words)
    return train_writer(source, out, config, parts, source="samples", arguments={"products": 60}, progress=hook)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, words):
    out = tmp_path_factory.mktemp("trained") / "run"
    return out, train(out, words)


def test_every_stage_leaves_its_part_and_the_manifest_says_so(trained):
    out, done = trained
    run = RunFolder.open(out)
    assert [stage.name for stage in run.manifest.stages if stage.status == "done"] == [
        "corpus", "start", "lessons", "allure", "improvement",
    ]  # fmt: skip
    assert done.steps == 2
    assert 0 <= done.best_step <= 2
    assert done.after >= done.before
    assert "reinforcement learning stopped because" in run.manifest.notes[0]
    assert PolicyWriter(done.folder).name == "policy:policy"


def test_held_out_prompts_are_of_whole_products_and_no_product_is_on_both_sides():
    train_part, held_out = split_episodes(briefs(), TINY)
    assert 0 < len(held_out) <= TINY.held_out
    assert all(episode.brief.aspect is None for episode in held_out)
    assert any(episode.brief.aspect for episode in train_part)
    assert not {e.brief.product.id for e in train_part} & {e.brief.product.id for e in held_out}


def test_a_finished_training_is_read_back_and_not_repeated(trained, words):
    out, done = trained

    def never():
        yield from briefs()

    before = {file: file.stat().st_mtime_ns for file in (out / "lessons").rglob("*") if file.is_file()}
    assert train(out, words, source=never) == done
    assert before == {file: file.stat().st_mtime_ns for file in (out / "lessons").rglob("*") if file.is_file()}


def test_a_folder_with_other_settings_is_refused(trained, words):
    with pytest.raises(RunConflict, match="other arguments"):
        train(trained[0], words, replace(TINY, seed=9))


def test_a_killed_training_comes_to_the_same_end(trained, words, tmp_path):
    class Killed(Exception):
        pass

    def kill(stage, done, total):
        if stage == "improving" and done == 1:
            raise Killed

    with pytest.raises(Killed):
        train(tmp_path / "run", words, progress=kill)
    again = train(tmp_path / "run", words)
    _, whole = trained
    assert replace(again, folder=whole.folder) == whole


def test_a_reward_left_out_is_not_logged(words, tmp_path):
    config = replace(TINY, weighing=replace(TINY.weighing, information=0.0, allure=0.0))
    train(tmp_path / "run", words, config)
    lines = (tmp_path / "run" / "improvement" / "updates.jsonl").read_text().splitlines()
    assert all(json.loads(line)["information"] is None for line in lines)
    assert all(json.loads(line)["veracity"] is not None for line in lines)


def test_a_folder_named_reference_is_the_packaged_writer_only_where_no_such_folder_is_there(tmp_path, monkeypatch):
    assert packaged(tmp_path) == tmp_path
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reference").mkdir()
    assert packaged("reference") == "reference"


def test_the_command_teaches_a_writer_from_a_review_table(tmp_path):
    reviews = tmp_path / "reviews.jsonl"
    write_reviews(reviews, 60, 5)
    shown = CliRunner().invoke(
        app,
        [
            "writer",
            str(reviews),
            "--out",
            str(tmp_path / "run"),
            "--epochs",
            "0.5",
            "--steps",
            "0",
            "--briefs",
            "1",
            "--json",
        ],
    )
    assert shown.exit_code == 0, shown.exception
    report = json.loads(shown.output)
    assert report["pairs"] > 20
    assert (tmp_path / "run" / "policy" / "config.json").is_file()


def test_an_unknown_method_is_refused(tmp_path):
    shown = CliRunner().invoke(app, ["writer", "x.csv", "--out", str(tmp_path), "--method", "dpo"])
    assert isinstance(shown.exception, InvalidInput)
