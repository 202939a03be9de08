"""A small network with a factory, and sounds to probe it with, made once."""

import sys
from pathlib import Path

import pytest

FACTORY = '''
import torch
from torch import nn

from earmark.dissection.networks import AudioNetwork


class Bands(nn.Module):
    """Energies of 16 bands of frequency, two linear maps, six classes."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(16, 12)
        self.act = nn.ReLU()
        self.classes = nn.Linear(12, 6)

    def forward(self, waves):
        power = torch.fft.rfft(waves).abs().square()
        bands = torch.stack([band.mean(1) for band in torch.tensor_split(power, 16, dim=1)], dim=1)
        return self.classes(self.act(self.hidden((bands + 1e-8).log())))


def make():
    torch.manual_seed(4)
    module = Bands()
    with torch.no_grad():
        module.hidden.weight[11] = 0
    return AudioNetwork(
        module, 16_000, lambda waves: {"waves": torch.stack([torch.from_numpy(wave) for wave in waves])},
        "bands", labels=("bell", "rain", "siren", "drum", "bird", "engine"), equal_lengths_only=True,
    )
'''


@pytest.fixture(scope="session")
def sounds(tmp_path_factory):
    from earmark.samples.sounds import write_sounds

    folder = tmp_path_factory.mktemp("sounds")
    write_sounds(folder / "clips", per_class=10, seed=3, seconds=0.8)
    return folder / "clips"


@pytest.fixture(scope="session")
def embedder():
    from earmark.language.providers.minilm import SentenceVectors

    return SentenceVectors()


@pytest.fixture(scope="session")
def finished(sounds, embedder, tmp_path_factory):
    """One finished run, to be read and not written."""
    import os

    from earmark.dissection.recipe import dissect

    folder = tmp_path_factory.mktemp("finished")
    (folder / "hearing.py").write_text(FACTORY)
    before = Path.cwd()
    os.chdir(folder)
    try:
        return dissect("hearing:make", sounds, folder / "run", embedder=embedder)
    finally:
        os.chdir(before)
        sys.modules.pop("hearing", None)


@pytest.fixture
def factory(tmp_path, monkeypatch):
    """``hearing:make`` in the current folder."""
    Path(tmp_path / "hearing.py").write_text(FACTORY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "hearing", raising=False)
    return "hearing:make"
