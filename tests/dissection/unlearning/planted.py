"""A network whose neurons are known: four hear each class's band, the rest hear nothing of it."""

import numpy as np
import torch
from torch import nn

from earmark.dissection.networks import AudioNetwork
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording.activations import Activations
from earmark.dissection.unlearning.listening import PreparedClips

CLASSES = ("bell", "rain", "siren", "drum", "bird", "engine")
PER_CLASS, OTHERS, RATE_HZ, SAMPLES = 4, 16, 16_000, 1_600
WIDTH = PER_CLASS * len(CLASSES) + OTHERS


class Planted(nn.Module):
    """Log energies of one band a class -> hidden detectors -> classes."""

    def __init__(self, seed):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.hidden = nn.Linear(len(CLASSES), WIDTH)
        self.classes = nn.Linear(WIDTH, len(CLASSES))
        with torch.no_grad():
            self.hidden.weight.zero_()
            self.classes.weight.zero_()
            self.classes.bias.zero_()
            for neuron in range(PER_CLASS * len(CLASSES)):
                self.hidden.weight[neuron, neuron // PER_CLASS] = 1
                self.classes.weight[neuron // PER_CLASS, neuron] = 1
            self.hidden.weight[PER_CLASS * len(CLASSES) :] = 0.1 * torch.randn(
                OTHERS, len(CLASSES), generator=generator
            )
            # Every detector is a little active on every sound, so a silenced class cannot tie with the others at zero.
            self.hidden.bias.fill_(12.0)

    def forward(self, waves):
        power = torch.fft.rfft(waves).abs().square()
        bands = torch.stack([band.mean(1) for band in torch.tensor_split(power, len(CLASSES), dim=1)], dim=1)
        return self.classes(torch.relu(self.hidden((bands / bands.sum(1, keepdim=True) * 10 + 1e-9).log())))


def planted_network(seed=0):
    def prepare(waves):
        return {"waves": torch.stack([torch.from_numpy(wave) for wave in waves])}

    return AudioNetwork(Planted(seed).eval(), RATE_HZ, prepare, "planted", labels=CLASSES)


def truth(target):
    return set(range(PER_CLASS * target, PER_CLASS * (target + 1)))


def prepared(network, per_class, seed, side):
    """Tones in the middle of each class's band, in noise."""
    rng = np.random.default_rng(seed)
    classes = np.repeat(np.arange(len(CLASSES)), per_class)
    band = RATE_HZ / 2 / len(CLASSES)
    time_s = np.arange(SAMPLES) / RATE_HZ
    waves = []
    for index in classes:
        pitch = band * (index + rng.uniform(0.3, 0.7))
        wave = np.sin(2 * np.pi * pitch * time_s + rng.uniform(0, 6)) * rng.uniform(0.2, 0.6)
        waves.append((wave + rng.normal(scale=0.05, size=SAMPLES)).astype(np.float32))
    rows = tuple(range(len(classes)))
    ids = tuple(f"{side}-{seed}-{row}" for row in rows)
    return PreparedClips(((rows, network.prepare(waves)),), classes, ids)


def recorded(network, clips):
    """The hidden layer's and the classifier's activations of these clips, as if they were all of the shown sample."""
    values = {}
    hooks = [
        network.module.get_submodule(tap.name).register_forward_hook(
            lambda _, __, output, name=tap.name: values.__setitem__(name, output.detach().numpy())
        )
        for tap in find_taps(network)
    ]
    with torch.inference_mode():
        network.module(**clips.batches[0][1])
    for hook in hooks:
        hook.remove()
    return [_activations(tap, values[tap.name]) for tap in find_taps(network)]


def _activations(tap, shown):
    order = np.argsort(-shown, axis=0, kind="stable")[:12].T
    low = np.argsort(shown, axis=0, kind="stable")[:12].T
    clips = np.arange(len(shown))
    return Activations(
        tap=tap,
        pooling="head",
        high_clips=order,
        high_values=np.take_along_axis(shown.T, order, 1),
        low_clips=low,
        low_values=np.take_along_axis(shown.T, low, 1),
        mean=shown.mean(0),
        deviation=shown.std(0),
        dead=shown.std(0) < 1e-9,
        shown_clips=clips,
        shown=shown,
        held_out_clips=clips[:0],
        held_out=shown[:0],
    )
