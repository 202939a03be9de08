"""Networks whose neurons say nothing: dead is a result, broken is a sentence, and neither is a crash."""

import sys

import pytest
from tests.dissection.recipe.conftest import FACTORY

from earmark.dissection.config import DissectionConfig
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.recipe import dissect
from earmark.dissection.walk import NeuronRow
from earmark.errors import InvalidInput
from earmark.samples.sounds import write_sounds

_WEIGHT = "module.hidden.weight[11] = 0"


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """One clip of each of 33 classes."""
    folder = tmp_path_factory.mktemp("sounds") / "clips"
    write_sounds(folder, per_class=1, seed=3, seconds=0.5)
    return folder


@pytest.fixture
def deaf(tmp_path, monkeypatch):
    """Make ``deaf:make``: the network of these tests with something else done to its weights."""

    def write(change):
        (tmp_path / "deaf.py").write_text(FACTORY.replace(_WEIGHT, change))
        monkeypatch.chdir(tmp_path)
        monkeypatch.delitem(sys.modules, "deaf", raising=False)
        return "deaf:make"

    return write


def test_a_tap_of_dead_neurons_only_ends_with_every_one_called_dead(deaf, sounds, embedder):
    network = deaf("module.hidden.weight[:] = 0")
    config = DissectionConfig(taps=("hidden",), per_side=4, tuning=True, control="untrained")
    run = dissect(network, sounds, "run", config, embedder=embedder)
    assert [row.dead for row in run.read("neurons", NeuronRow)] == [True] * 12
    assert {one.text for one in run.read("descriptions", Description)} == {None}
    assert "every neuron of hidden is dead, the same for all clips: nothing is said of them." in run.manifest.notes


def test_a_single_neuron_is_a_layer_too(deaf, sounds, embedder):
    network = deaf("module.hidden, module.classes = nn.Linear(16, 1), nn.Linear(1, 6)")
    run = dissect(network, sounds, "run", DissectionConfig(taps=("hidden",), per_side=4), embedder=embedder)
    assert len(run.read("descriptions", Description)) == 1


@pytest.mark.parametrize("value", ["nan", "inf", "3e38"])
def test_a_network_that_gives_no_numbers_is_named_as_broken(deaf, sounds, embedder, value):
    network = deaf(f"module.hidden.weight.fill_(float('{value}'))")
    with pytest.raises(
        InvalidInput, match=r"deaf:make gives values that are not finite for \d+ of 33 clips: its weigh"
    ):
        dissect(network, sounds, "run", DissectionConfig(per_side=4), embedder=embedder)
