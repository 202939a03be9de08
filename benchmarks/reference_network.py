"""The shipped networks on sounds that they never heard: fresh draws, and harder ones.

    make bench NAME=reference_network

Targets for ``reference``: on unseen draws at 5 to 35 dB of noise at least 95% right, every class at least 85%; at most
4 MB. The small networks, and harder draws (parameters outside the training ranges, 0 dB), are reported. The seeds here
were used for nothing else.
"""

import sys
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from earmark.dissection.networks.loading import load_network
from earmark.evidence.interval import wilson
from earmark.samples.networks import find_network, network_names
from earmark.samples.sounds import SOUND_CLASSES, make_sound
from keeping import keep

PER_CLASS, SEED, BATCH = 40, 20_000, 33


def right_by_class(networks, *, harder):
    """(draw, class) by network: whether each names the class of the same fresh sounds."""
    import torch

    found = {name: np.zeros((PER_CLASS, len(SOUND_CLASSES)), dtype=bool) for name in networks}
    for draw in range(PER_CLASS):
        rng = np.random.default_rng([SEED, draw, harder])
        sounds = [make_sound(kind, rng, harder=harder) for kind in SOUND_CLASSES]
        for name, network in networks.items():
            with torch.inference_mode():
                logits = network.module(**network.prepare([sound.waveform for sound in sounds])).logits
            named = [network.labels[index] for index in logits.argmax(1).tolist()]
            found[name][draw] = [label == sound.label for label, sound in zip(named, sounds, strict=True)]
    return found


def main():
    rows = []
    kinds = (("5 to 35 dB", False), ("harder: outside the ranges, 0 dB", True))
    networks = {name: load_network(name) for name in network_names()}
    found = {name: right_by_class(networks, harder=harder) for name, harder in kinds}
    for shipped, (name, _) in product(networks, kinds):
        right = found[name][shipped]
        low, high = wilson(int(right.sum()), right.size)
        each = right.mean(0)
        rows.append(
            {
                "network": shipped,
                "draws": name,
                "sounds": right.size,
                "right": float(right.mean()),
                "95% from": low,
                "to": high,
                "worst class": f"{SOUND_CLASSES[int(each.argmin())]} at {each.min():.0%}",
                "classes under 85%": int((each < 0.85).sum()),
            }
        )
    sizes = {name: (find_network(name) / "model.safetensors").stat().st_size / 1e6 for name in network_names()}
    said = ", ".join(f"{name} {size:.2f}" for name, size in sizes.items())
    keep("reference_network", rows, seed=SEED, notes=[f"Weights in MB: {said}."])


if __name__ == "__main__":
    main()
