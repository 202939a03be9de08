"""Hand-made networks and clip sets whose activations are known."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.networks import AudioNetwork, TokenLayout

RATE_HZ = 1000
FRAME = 100


class Frames(nn.Module):
    """Cut a waveform into frames and map each linearly; the head averages the frames and maps again."""

    def __init__(self, neurons=6, classes=3, seed=0):
        super().__init__()
        self.inner = nn.Linear(FRAME, neurons)
        self.outer = nn.Linear(neurons, classes)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))

    def forward(self, waveform):
        frames = waveform.unflatten(1, (-1, FRAME))
        return self.outer(torch.relu(self.inner(frames)).mean(1))


def _prepare(waveforms):
    return {"waveform": torch.from_numpy(np.stack(waveforms))}


@pytest.fixture
def make_network():
    """A network over frames of 0.1 s, with this many neurons."""

    def make(neurons=6, classes=3, seed=0):
        module = Frames(neurons, classes, seed)
        layout = TokenLayout(columns=lambda samples: samples // FRAME, hop_s=0.1, span_s=0.1)
        return AudioNetwork(module, RATE_HZ, _prepare, "frames", equal_lengths_only=True, layout=layout)

    return make


@pytest.fixture
def make_clips():
    """A clip set and the function that reads it: noise of two lengths, every third clip held out."""

    def make(count=60, seed=0):
        rng = np.random.default_rng(seed)
        clips, waves = [], {}
        for index in range(count):
            length = 500 if index % 4 else 800
            name = hashlib.blake2b(f"{seed}-{index}".encode(), digest_size=8).hexdigest()
            split = "held_out" if index % 3 == 2 else "shown"
            clips.append(
                Clip(id=name, path=f"{index}.wav", end_s=length / RATE_HZ, rate_hz=RATE_HZ, group=name, split=split)
            )
            waves[name] = rng.standard_normal(length).astype(np.float32)
        return ClipSet(Path(), tuple(clips), ()), lambda clip: waves[clip.id]

    return make
