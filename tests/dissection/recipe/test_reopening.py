"""What a run was made from is found again, also where the rules by which it was chosen have changed since."""

from dataclasses import asdict

import numpy as np

from earmark.dissection.config import DissectionConfig
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.taps import every_tap, find_taps
from earmark.dissection.networks.weights import fingerprint
from earmark.dissection.recipe import reopen
from earmark.dissection.recording.activations import Activations, save_activations
from earmark.runs import Manifest, RunFolder


def test_a_run_keeps_the_taps_that_it_recorded_when_its_globs_took_more_than_they_do_now(sounds, tmp_path):
    network = load_network("reference")
    before = [tap for tap in every_tap(network) if "layers.3" in tap.name]
    assert len(before) > len(find_taps(network, ["*layers.3*"]))
    arguments = {
        "network": "reference",
        "clips": str(sounds),
        "fingerprint": fingerprint(network),
        "config": asdict(DissectionConfig(taps=("*layers.3*",))),
    }
    run = RunFolder.create(tmp_path / "run", Manifest.begin("dissection", arguments, 0))
    with run.stage("activations"):
        save_activations(run, [_recorded(tap) for tap in before])
    assert list(reopen(run.path).taps) == before


def _recorded(tap):
    shapes = {"high": (1, 1), "low": (1, 1), "shown": (1, tap.width), "held_out": (1, tap.width)}
    clips = {
        f"{name}_clips": np.zeros(shapes[name] if name in ("high", "low") else 1, dtype=np.int64) for name in shapes
    }
    values = {f"{name}_values": np.zeros((1, 1), dtype=np.float32) for name in ("high", "low")}
    kept = {name: np.zeros(shapes[name], dtype=np.float32) for name in ("shown", "held_out")}
    moments = {name: np.zeros(tap.width, dtype=np.float32) for name in ("mean", "deviation")}
    return Activations(
        tap=tap, pooling="head", dead=np.zeros(tap.width, dtype=bool), **clips, **values, **kept, **moments
    )
