"""A mask silences the neurons that it names, whatever the order in which they were found."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "unlearning"))
from planted import CLASSES, planted_network, prepared, truth

from earmark.dissection.findings.pruning import Listener, damages, order, prune
from earmark.dissection.networks.taps import find_taps
from earmark.workers import silent


def listener(per_class=8):
    network = planted_network()
    clips = prepared(network, per_class, seed=3, side="held-out")
    hidden = [tap for tap in find_taps(network) if tap.kind != "classifier"]
    return Listener(network, hidden, clips, np.arange(len(clips)))


def test_the_neurons_that_carry_most_are_chosen_by_their_index():
    carried = {("hidden", 7): 0.9, ("hidden", 2): 1.0, ("other", 1): 0.95, ("hidden", 30): 0.1}
    assert order(carried, 3, np.random.default_rng(0)) == {"hidden": [2, 7], "other": [1]}


def test_silencing_the_detectors_of_a_class_by_name_loses_that_class_and_no_other():
    judged = listener()
    target = CLASSES.index("siren")
    carried = {("hidden", neuron): 1.0 for neuron in truth(target)}
    share = len(truth(target)) / judged.neurons
    assert judged.right().all()
    pruned = prune(judged, "siren", carried, (share,), 5, 0, silent)
    (row,) = pruned.rows
    assert row.neurons == len(truth(target))
    assert row.accuracy == 1 - 1 / len(CLASSES)
    assert row.random_accuracy > row.accuracy
    lost = pruned.loss[:, judged.prepared.classes == target]
    assert lost.mean() > 0.5
    (damage,) = damages({"siren": pruned}, judged, seed=0)
    assert damage.damage.low > 0
    assert judged.right().all(), "the network is as it was"


def test_too_few_carriers_give_a_reason_and_no_number():
    pruned = prune(listener(), "bells", {("hidden", 0): 1.0}, (0.1,), 2, 0, silent)
    assert pruned.loss is None
    assert pruned.rows[0].accuracy is None
    assert "only 1 neurons carry it" in pruned.rows[0].reason
