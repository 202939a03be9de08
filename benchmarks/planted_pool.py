"""Sounds whose truth is known, captions that are partly wrong, and neurons planted on the truth.

Everything that a planted neuron answers to comes from the generator's parameters, never from earmark's own acoustic
measures, which would otherwise judge themselves.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earmark.dissection.acoustics import measure
from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.phrases import lemma_set
from earmark.dissection.networks import Tap
from earmark.dissection.recording.activations import Activations
from earmark.samples.sounds import SOUND_CLASSES, make_sound

WRONG_SHARE, MISSING_SHARE = 0.10, 0.20
PER_SIDE = 12
OUTER = 0.25


@dataclass(frozen=True)
class Property:
    """One acoustic property: the outer quarter of a parameter, among the sounds that have it."""

    parameter: str
    top: bool
    attributes: frozenset
    """The measured attributes of the same dimension and direction."""
    words: frozenset
    """Lemmas by which captions name it."""


def _property(parameter, top, attributes, words):
    return Property(parameter, top, frozenset(attributes.split(",")), frozenset(words.split()))


PROPERTIES = {
    "loud": _property("level_db", True, "loud", "loud close"),
    "quiet": _property("level_db", False, "quiet", "quiet soft distant"),
    "high pitch": _property("pitch_hz", True, "high-pitched", "high high-pitched shrill piercing"),
    "low pitch": _property("pitch_hz", False, "low-pitched", "low low-pitched deep"),
    "many onsets": _property("onset_rate_hz", True, "rapidly repeating", "rapid fast quick succession"),
    "quick modulation": _property("modulation_hz", True, "quickly pulsing,rough", "quick fast flutter buzz quickly"),
    "slow modulation": _property("modulation_hz", False, "slowly pulsing", "slow slowly swell"),
    "noise": _property("noise_db", True, "noisy", "noise lost background"),
    "treble": _property("high_cut_hz", True, "bright,hissing", "bright harsh sharp"),
    "no treble": _property("high_cut_hz", False, "dark,muffled", "dark muffled dull"),
}


@dataclass(frozen=True)
class Pool:
    """Sounds, what is true of them, and what was measured of them."""

    labels: np.ndarray
    truth: dict
    """Name of a class or property to (clip,) booleans."""
    true_captions: tuple
    measures: tuple
    is_shown: np.ndarray


def make_pool(seed, per_class, classes=SOUND_CLASSES):
    """Draw sounds, each its own source recording; half are shown."""
    rng = np.random.default_rng([seed, 1])
    sounds = [make_sound(kind, rng) for kind in classes for _ in range(per_class)]
    labels = np.array([sound.label for sound in sounds])
    truth = {kind: labels == kind for kind in classes}
    for name, wanted in PROPERTIES.items():
        values = np.array([sound.parameters.get(wanted.parameter, np.nan) for sound in sounds])
        cut = np.nanquantile(values, 1 - OUTER if wanted.top else OUTER)
        truth[name] = values > cut if wanted.top else values < cut
    is_shown = np.zeros(len(sounds), dtype=bool)
    is_shown[rng.permutation(len(sounds))[: len(sounds) // 2]] = True
    measures = tuple(measure(sound.waveform, sound.rate_hz) for sound in sounds)
    return Pool(labels, truth, tuple(sound.caption for sound in sounds), measures, is_shown)


def clip_set_of(pool):
    """The pool as clips, each of its own group."""
    clips = tuple(
        Clip(
            id=f"clip{row:05d}",
            path=f"{row:05d}.wav",
            end_s=2.0,
            rate_hz=16000,
            group=f"sound{row:05d}",
            split="shown" if pool.is_shown[row] else "held_out",
            label=str(pool.labels[row]),
        )
        for row in range(len(pool.labels))
    )
    return ClipSet(Path(), clips, ())


def noisy_captions(pool, seed, source="column"):
    """Captions (or labels): one in ten another sound's, one in five missing."""
    rng = np.random.default_rng([seed, 2])
    fate = rng.random(len(pool.labels))
    texts = pool.true_captions if source == "column" else [str(label) for label in pool.labels]
    captions = []
    for row, luck in enumerate(fate):
        if luck < MISSING_SHARE:
            continue
        teller = int(rng.integers(len(fate))) if luck < MISSING_SHARE + WRONG_SHARE else row
        captions.append(Caption(clip_id=f"clip{row:05d}", source=source, text=texts[teller]))
    return captions


@dataclass(frozen=True)
class Planted:
    """A neuron and what it is."""

    kind: str
    """class, acoustic, mixture, noise or dead."""
    names: tuple
    """What it detects."""


def plant(pool, seed, strength, mixtures=33, noise=100, dead=10):
    """Plant a layer: activation is d' where the truth holds, plus unit noise.

    A mixture answers to either of its halves, like a polysemantic neuron: two classes, or a class and a property.

    Returns:
        The planted neurons and (clip, neuron) activations.
    """
    rng = np.random.default_rng([seed, 3, round(strength * 10)])
    classes = [name for name in pool.truth if name not in PROPERTIES]
    planted = [Planted("class", (name,)) for name in classes]
    planted += [Planted("acoustic", (name,)) for name in PROPERTIES]
    for number in range(mixtures):
        first = classes[number % len(classes)]
        others = list(PROPERTIES) if number % 3 == 2 else [name for name in classes if name != first]
        planted.append(Planted("mixture", (first, str(rng.choice(others)))))
    planted += [Planted("noise", ())] * noise + [Planted("dead", ())] * dead
    values = rng.normal(size=(len(pool.labels), len(planted)))
    for column, neuron in enumerate(planted):
        if neuron.names:
            values[:, column] += strength * np.any([pool.truth[name] for name in neuron.names], axis=0)
        if neuron.kind == "dead":
            values[:, column] = 0.3
    return planted, values.astype(np.float32)


def record_planted(pool, planted, values):
    """What recording this layer would have kept, ties broken by position."""
    shown, held_out = np.flatnonzero(pool.is_shown), np.flatnonzero(~pool.is_shown)
    order = np.argsort(values[shown], axis=0, kind="stable")
    high, low = shown[order[::-1][:PER_SIDE].T], shown[order[:PER_SIDE].T]
    columns = np.arange(len(planted))[:, None]
    return Activations(
        tap=Tap("planted", "linear", len(planted), None),
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


class Judge:
    """Whether words name a class or a property; decided before any result was seen.

    A phrase from captions names a class when, of the pool's true captions that say all its words, more than half
    belong to the class. It names a property when it holds one of the property's caption words. A measured phrase
    names a property when its attribute is of the same dimension and direction; it names no class.
    """

    def __init__(self, pool):
        self._pool = pool
        self._said = [lemma_set(text) for text in pool.true_captions]
        self._labels = [lemma_set(str(label)) for label in pool.labels]
        self._named = {}

    def names(self, truth, words, attribute=None):
        """Whether a phrase, given by its lemmas, names a class or property."""
        wanted = PROPERTIES.get(truth)
        if wanted is not None:
            return attribute in wanted.attributes if attribute else bool(wanted.words & words)
        return attribute is None and self._class_named(words) == truth

    def _class_named(self, words):
        if words not in self._named:
            saying = [row for row, said in enumerate(self._said) if words <= said or words <= self._labels[row]]
            found, counts = np.unique(self._pool.labels[saying], return_counts=True)
            best = counts.argmax() if len(saying) else 0
            self._named[words] = found[best] if len(saying) and counts[best] > len(saying) / 2 else None
        return self._named[words]
