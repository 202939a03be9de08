"""Packaged networks are found by name, are small, and carry their card and licence."""

import json

import pytest

from earmark.errors import UnknownName
from earmark.samples.networks import find_network, network_names
from earmark.samples.sounds import SOUND_CLASSES


def test_an_unknown_network_names_those_that_exist():
    with pytest.raises(UnknownName, match="packaged network"):
        find_network("nothing of the kind")


@pytest.mark.parametrize("name", network_names())
def test_every_packaged_network_is_small_and_says_what_it_is(name):
    folder = find_network(name)
    assert (folder / "model.safetensors").stat().st_size < 4_000_000
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "license: apache-2.0" in card
    assert "earmark train" in card
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert sorted(config["id2label"].values()) == sorted(SOUND_CLASSES)
    assert (folder / "preprocessor_config.json").is_file()
