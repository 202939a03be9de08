"""Unlearning from a finished run: from one call, refused in one sentence, the network untouched."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.weights import fingerprint
from earmark.dissection.unlearning.config import UnlearnConfig
from earmark.dissection.unlearning.erasing import erased, fit_erasers
from earmark.dissection.unlearning.forgetting import Forgetting
from earmark.dissection.unlearning.listening import logits_of
from earmark.dissection.unlearning.masks import masks_from, silenced
from earmark.dissection.unlearning.recipe import unlearn
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict, UnknownName
from earmark.runs import RunFolder

QUICK = UnlearnConfig(method="selectivity", neurons=3, random_prunes=4)


def test_two_classes_are_silenced_one_by_one_and_the_run_keeps_who_and_what(finished, factory, embedder, tmp_path):
    run = unlearn(finished.path, ["Rain", "drum"], tmp_path / "out", QUICK, embedder=embedder)
    rain, drum = RunFolder.open(run.path).read("forgetting", Forgetting)
    assert (rain.concept, drum.concept) == ("rain", "drum")
    assert rain.neurons == sum(len(one.neurons) for one in rain.silenced) == 3
    assert {one.tap for one in rain.silenced} == {"hidden"}
    assert len(rain.random_forget) == 4
    assert {one.label for one in rain.damage.classes} == {"bell", "rain", "siren", "drum", "bird", "engine"}
    assert "3 of 12 neurons were silenced" in (run.path / "cards" / "rain.md").read_text()
    assert json.loads((run.path / "cards" / "drum.json").read_text())["concept"] == "drum"


def test_other_methods_stand_beside_it_and_what_cannot_be_done_is_noted(finished, factory, embedder, tmp_path):
    config = UnlearnConfig(
        method="selectivity", neurons=3, random_prunes=0, beside=("leace", "taylor", "tab", "supported")
    )
    run = unlearn(finished.path, ["rain"], tmp_path / "out", config, embedder=embedder)
    beside = {one.method: one for one in run.read("beside", Forgetting)}
    assert {"leace", "taylor"} <= set(beside)
    assert (beside["leace"].directions, beside["taylor"].neurons) == (1, 3)
    assert [point.neurons for point in run.read("forgetting", Forgetting)[0].curve] == [1, 6]
    assert any("rain by tab is not shown" in note for note in run.manifest.notes)
    assert any("verified on the held-out clips that judge" in note for note in run.manifest.notes)


def test_the_same_seed_silences_the_same_neurons(finished, factory, embedder, tmp_path):
    runs = [unlearn(finished.path, ["rain"], tmp_path / name, QUICK, embedder=embedder) for name in "ab"]
    assert runs[0].table("forgetting").read_bytes() == runs[1].table("forgetting").read_bytes()


@pytest.mark.parametrize(
    ("concepts", "config", "error", "sentence"),
    [
        (["rainy"], QUICK, UnknownName, "rain"),
        ([], QUICK, InvalidInput, "at least one concept"),
        (["rain"], UnlearnConfig(neurons=12), InvalidInput, "nothing would be left"),
        (["rain"], UnlearnConfig(taps=("nowhere*",)), UnknownName, "hidden"),
        (["rain"], UnlearnConfig(share=0.99), InvalidInput, "nothing would be left"),
        (["rain"], UnlearnConfig(method="tab"), UnknownName, "no neuron's concept matches 'rain'"),
        (["rain"], UnlearnConfig(method="icl"), UnknownName, "no neuron's concept matches 'rain'"),
        (["raining frogs"], UnlearnConfig(method="db"), UnknownName, "the nearest are"),
        (["raining frogs"], UnlearnConfig(method="leace"), UnknownName, "no class of the network"),
    ],
)
def test_what_cannot_be_unlearnt_is_one_sentence(
    finished, factory, embedder, tmp_path, concepts, config, error, sentence
):
    with pytest.raises(error, match=sentence):
        unlearn(finished.path, concepts, tmp_path / "out", config, embedder=embedder)
    assert not (tmp_path / "out").exists()


def test_a_network_that_has_changed_is_refused(finished, factory, embedder, tmp_path):
    hearing = Path(finished.manifest.arguments["imported_from"], "hearing.py")
    made = hearing.read_text()
    hearing.write_text(made.replace("manual_seed(4)", "manual_seed(61)"))
    sys.modules.pop("hearing", None)
    with pytest.raises(RunConflict, match="has changed since"):
        unlearn(finished.path, ["rain"], tmp_path / "out", QUICK, embedder=embedder)
    hearing.write_text(made)
    sys.modules.pop("hearing", None)
    assert not (tmp_path / "out").exists()


def test_a_word_that_is_no_class_is_silenced_and_the_cost_to_every_class_counted(finished, factory, embedder, tmp_path):
    word = said_by_neurons(finished)
    config = UnlearnConfig(method="open", random_prunes=2, neurons=1)
    run = unlearn(finished.path, [word], tmp_path / "out", config, embedder=embedder)
    (found,) = run.read("forgetting", Forgetting)
    assert found.concept == word
    assert found.damage.forget is None
    assert len(found.damage.classes) == 6
    assert "is no class of the network" in (run.path / "cards" / f"{word}.md").read_text()


def said_by_neurons(run):
    from earmark.dissection.describing.descriptions import Description

    words = {word for one in run.read("descriptions", Description) for word in one.open_concepts}
    return min(words - {"bell", "rain", "siren", "drum", "bird", "engine"}, key=lambda word: (not word.isalpha(), word))


def test_a_class_asked_for_twice_is_unlearnt_once(finished, factory, embedder, tmp_path):
    run = unlearn(finished.path, ["rain", " RAIN "], tmp_path / "out", QUICK, embedder=embedder)
    assert len(run.read("forgetting", Forgetting)) == 1


def test_without_clips_of_others_there_is_nothing_to_retain(finished, factory, embedder, tmp_path, monkeypatch):
    from earmark.dissection.unlearning import recipe

    prepare = recipe.prepare_clips

    def only_rain(*arguments):
        prepared = prepare(*arguments)
        return prepared.only(np.flatnonzero(prepared.classes == 1))

    monkeypatch.setattr(recipe, "prepare_clips", only_rain)
    with pytest.raises(NotEnoughEvidence, match="no clips of other classes than 'rain'"):
        unlearn(finished.path, ["rain"], tmp_path / "out", QUICK, embedder=embedder)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def ast_run(sounds, embedder, tmp_path_factory):
    """A finished dissection of a tiny AST that lies in a folder."""
    import torch
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    from earmark.dissection.config import DissectionConfig
    from earmark.dissection.recipe import dissect

    folder = tmp_path_factory.mktemp("ast")
    labels = dict(enumerate(("bell", "rain", "siren", "drum", "bird", "engine")))
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    module = ASTForAudioClassification(
        ASTConfig(**shape, num_mel_bins=32, max_length=48, id2label=labels, label2id={})
    ).eval()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    module.save_pretrained(folder / "network")
    ASTFeatureExtractor(num_mel_bins=32, max_length=48).save_pretrained(folder / "network")
    return dissect(str(folder / "network"), sounds, folder / "run", DissectionConfig(), embedder=embedder)


def prepared_of(run, network):
    from earmark.dissection.recipe import reopen
    from earmark.dissection.unlearning.listening import prepare_clips

    opened = reopen(run.path, network=network)
    sides = [prepare_clips(network, opened.clip_set, opened.clip_set.of(side)) for side in ("shown", "held_out")]
    return opened, *sides


@pytest.mark.parametrize("how", ["zero", "mean"])
def test_what_is_exported_says_what_the_masks_said_and_can_be_dissected_again(ast_run, embedder, tmp_path, how):
    config = UnlearnConfig(method="selectivity", neurons=20, how=how, random_prunes=0)
    run = unlearn(ast_run.path, ["rain"], tmp_path / "out", config, embedder=embedder)
    exported = load_network(str(run.path / "networks" / "rain"))
    original = load_network(ast_run.manifest.arguments["network"])
    opened, _, judging = prepared_of(ast_run, original)
    found = Forgetting.model_validate_json((run.path / "networks" / "rain" / "unlearning.json").read_text())
    from earmark.dissection.recording.activations import load_activations

    fills = {one.tap.name: one.mean for one in load_activations(ast_run)} if how == "mean" else None
    with silenced(original, masks_from(opened.taps, {one.tap: one.neurons for one in found.silenced}, fills)):
        masked = logits_of(original, judging)
    np.testing.assert_allclose(logits_of(exported, judging), masked, atol=1e-5)
    card = (run.path / "networks" / "rain" / "README.md").read_text()
    assert ("| removed |" in card) == any(one.tap.endswith(".act") for one in found.silenced)
    assert fingerprint(original) == ast_run.manifest.arguments["fingerprint"]


def test_leace_is_exported_folded_into_the_classifier(ast_run, embedder, tmp_path):
    run = unlearn(ast_run.path, ["rain"], tmp_path / "out", UnlearnConfig(method="leace"), embedder=embedder)
    (found,) = run.read("forgetting", Forgetting)
    assert (found.how, found.directions, found.neurons, len(found.random_forget)) == ("erase", 1, 0, 20)
    original = load_network(ast_run.manifest.arguments["network"])
    opened, choosing, judging = prepared_of(ast_run, original)
    classifier = next(tap for tap in opened.taps if tap.kind == "classifier")
    (eraser,) = fit_erasers(original, classifier, choosing, 1)
    with erased(original, classifier, eraser):
        hooked = logits_of(original, judging)
    exported = load_network(str(run.path / "networks" / "rain"))
    np.testing.assert_allclose(logits_of(exported, judging), hooked, atol=1e-5)
    assert "folded into the weights of `classifier.dense`" in (run.path / "networks/rain/README.md").read_text()


def test_resampling_is_judged_and_not_exported(ast_run, embedder, tmp_path):
    config = UnlearnConfig(method="selectivity", neurons=5, how="resample", random_prunes=0)
    run = unlearn(ast_run.path, ["rain"], tmp_path / "out", config, embedder=embedder)
    assert not (run.path / "networks").exists()
    assert "No weights were exported: weights cannot say values that change" in (run.path / "cards/rain.md").read_text()


def test_a_network_that_has_moved_is_one_sentence_and_can_be_named(ast_run, embedder, tmp_path):
    moved = tmp_path / "run"
    shutil.copytree(ast_run.path, moved)
    manifest = json.loads((moved / "manifest.json").read_text())
    manifest["arguments"]["network"] = str(tmp_path / "gone")
    (moved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunConflict, match=r"cannot be loaded from .*gone any more .* where it lies now"):
        unlearn(moved, ["rain"], tmp_path / "out", QUICK, embedder=embedder)
    assert not (tmp_path / "out").exists()
    network = load_network(ast_run.manifest.arguments["network"])
    run = unlearn(moved, ["rain"], tmp_path / "out", QUICK, embedder=embedder, network=network)
    assert run.has("forgetting")


def test_hidden_neurons_that_cannot_be_removed_exactly_are_named_and_zeroing_offered(ast_run, embedder, tmp_path):
    network = load_network(ast_run.manifest.arguments["network"])
    network.module.config.intermediate_size = 99
    with pytest.raises(InvalidInput, match=r"fc1\.act cannot be removed exactly .* --zero"):
        unlearn(ast_run.path, ["rain"], tmp_path / "out", QUICK, network=network, embedder=embedder)
    assert not (tmp_path / "out").exists()
    run = unlearn(ast_run.path, ["rain"], tmp_path / "out", QUICK, network=network, remove=False, embedder=embedder)
    assert run.has("forgetting")


def test_leace_takes_no_budget():
    with pytest.raises(InvalidInput, match="takes no budget"):
        UnlearnConfig(method="leace", neurons=3)


def test_methods_and_ablations_that_do_not_exist_are_named():
    with pytest.raises(UnknownName, match="attribution"):
        UnlearnConfig(method="attributions")
    with pytest.raises(UnknownName, match="resample"):
        UnlearnConfig(how="resampled")
