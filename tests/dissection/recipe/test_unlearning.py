"""Unlearning from a finished run: from one call, refused in one sentence, the network untouched."""

import sys
from pathlib import Path

import pytest

from earmark.dissection.unlearning.forgetting import Forgetting
from earmark.dissection.unlearning.recipe import UnlearnConfig, unlearn
from earmark.errors import InvalidInput, RunConflict, UnknownName
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
    assert "3 of 12 neurons were silenced" in (run.path / "rain.md").read_text()


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
        (["rain"], UnlearnConfig(method="tab"), UnknownName, "no neuron's concept matches 'rain'"),
    ],
)
def test_what_cannot_be_unlearnt_is_one_sentence(
    finished, factory, embedder, tmp_path, concepts, config, error, sentence
):
    with pytest.raises(error, match=sentence):
        unlearn(finished.path, concepts, tmp_path / "out", config, embedder=embedder)
    assert not (tmp_path / "out").exists()


def test_a_network_that_has_changed_is_refused(finished, factory, embedder, tmp_path):
    hearing = Path("hearing.py")
    hearing.write_text(hearing.read_text().replace("manual_seed(4)", "manual_seed(6)"))
    sys.modules.pop("hearing", None)
    with pytest.raises(RunConflict, match="has changed since"):
        unlearn(finished.path, ["rain"], tmp_path / "out", QUICK, embedder=embedder)
    assert not (tmp_path / "out").exists()


def test_methods_and_ablations_that_do_not_exist_are_named():
    with pytest.raises(UnknownName, match="attribution"):
        UnlearnConfig(method="attributions")
    with pytest.raises(UnknownName, match="resample"):
        UnlearnConfig(how="resampled")
