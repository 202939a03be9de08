"""A probing set whose truth is known, made without sound: captions of six sources, and neurons planted on them."""

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.features import ClipFeatures, build_features
from earmark.dissection.networks import Tap
from earmark.dissection.recording.activations import Activations

SAID = {
    "dog": "a dog barking",
    "bell": "a church bell ringing",
    "rain": "heavy rain",
    "engine": "an engine idling",
    "bird": "a bird singing",
    "baby": "a baby crying",
}
PLACES = ("in a garden", "at night", "in a kitchen", "far away", "by a river", "on a farm", "in a street", "upstairs")
PER_SIDE = 12


class WordVectors:
    """Every word has its own direction; a text points where its words do."""

    name = "word vectors"

    def embed(self, texts):
        rows = np.array([sum(map(self._direction, re.findall(r"\w+", text.lower())), np.zeros(64)) for text in texts])
        return (rows.reshape(-1, 64) / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)).astype("float32")

    @staticmethod
    def _direction(word):
        return np.random.default_rng(zlib.crc32(word.encode())).normal(size=64)


@dataclass(frozen=True)
class Scene:
    """Clips, two of each source, half of the sources shown; labels and fits."""

    clip_set: ClipSet
    labels: np.ndarray
    captions: tuple[Caption, ...]
    features: ClipFeatures
    embedder: WordVectors

    def neuron(self, *labels, strength=4.0, seed=0):
        """Activations that rise for some labels, above unit noise; (clip,)."""
        noise = np.random.default_rng([seed, 7]).normal(size=len(self.labels))
        return noise + strength * np.isin(self.labels, labels)

    def record(self, *neurons):
        """What recording a layer of these neurons would have kept."""
        values = np.stack(neurons, axis=1).astype(np.float32)
        is_shown = np.array([clip.split == "shown" for clip in self.clip_set.clips])
        shown, held_out = np.flatnonzero(is_shown), np.flatnonzero(~is_shown)
        order = np.argsort(values[shown], axis=0, kind="stable")
        high, low = shown[order[::-1][:PER_SIDE].T], shown[order[:PER_SIDE].T]
        columns = np.arange(len(neurons))[:, None]
        return Activations(
            tap=Tap("planted", "linear", len(neurons), None),
            pooling="mean",
            high_clips=high,
            high_values=values[high, columns],
            low_clips=low,
            low_values=values[low, columns],
            mean=values[shown].mean(0),
            deviation=values[shown].std(0),
            dead=values[shown].std(0) < 1e-6,
            shown_clips=shown,
            shown=values[shown],
            held_out_clips=held_out,
            held_out=values[held_out],
        )


def make_scene(sources=300, seed=5, caption_of=lambda label, place: f"{SAID[label]} {place}"):
    rng = np.random.default_rng(seed)
    clips, captions = [], []
    for source in range(sources):
        label = list(SAID)[source % len(SAID)]
        for part in range(2):
            clip = Clip(
                id=f"clip{source:04d}{part}",
                path=f"{source:04d}-{part}.wav",
                end_s=2.0,
                rate_hz=16000,
                group=f"source{source:04d}",
                split="shown" if source // len(SAID) % 2 else "held_out",
                label=label,
            )
            text = caption_of(label, str(rng.choice(PLACES)))
            clips.append(clip)
            captions.append(Caption(clip_id=clip.id, source="column", text=text))
    clip_set = ClipSet(Path(), tuple(clips), ())
    labels = np.array([clip.label for clip in clips])
    features = build_features(clip_set, captions, None, WordVectors())
    return Scene(clip_set, labels, tuple(captions), features, WordVectors())


@pytest.fixture(scope="session")
def scene():
    return make_scene()


@pytest.fixture(scope="session")
def scene_of():
    """Makes another scene: fewer sources, other captions."""
    return make_scene
