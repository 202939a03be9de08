"""Planted attacks in captions, labels, file names and concept lists: no description, name or verdict obeys them."""

import re
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.concepts.concept_list import load_concepts
from earmark.dissection.concepts.picking import pick_concepts
from earmark.dissection.describing import captions as captioning
from earmark.dissection.describing.captions import CaptionConfig, caption_clips
from earmark.dissection.describing.features import build_features
from earmark.dissection.describing.model_descriptions import describe_with_model
from earmark.dissection.describing.summaries import describe
from earmark.dissection.networks import Tap
from earmark.dissection.recording.activations import Activations
from earmark.dissection.recording.selection import select
from earmark.dissection.verification.detection import detect_with_model
from earmark.errors import InvalidInput
from earmark.language import orders
from earmark.language.providers.personas import persona
from earmark.language.untrusted import clean_text
from earmark.runs import Manifest, RunFolder

sys.path.insert(0, str(Path(__file__).parent))
from planted_attacks import ALL, wrong_with

SOUNDS = (
    "a dog barking",
    "a church bell ringing",
    "heavy rain",
    "a siren wailing",
    "a bird singing",
    "an engine idling",
)
NAMES = ("dog", "bell", "rain", "siren", "bird", "engine")
EACH, NEURONS = 3, 27


class WordVectors:
    """Every word has its own direction; a text points where its words do."""

    name = "word vectors"

    def embed(self, texts):
        rows = np.array([sum(map(self._direction, re.findall(r"\w+", text.lower())), np.zeros(64)) for text in texts])
        return (rows.reshape(-1, 64) / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)).astype("float32")

    @staticmethod
    def _direction(word):
        return np.random.default_rng(zlib.crc32(word.encode())).normal(size=64)


def attacks_of(neuron):
    return [ALL[neuron + place * NEURONS] for place in range(EACH)]


@pytest.fixture(scope="module")
def probing():
    """Eighteen clips a neuron, each with one of its three attacks behind honest words, as label and as file name."""
    clips, values = [], []
    rng = np.random.default_rng(0)
    for neuron in range(NEURONS):
        for place in range(18):
            attack = attacks_of(neuron)[place % EACH]
            clips.append(
                Clip(
                    id=f"clip{neuron:02d}{place:02d}", path=f"{attack.text.replace('/', '_')}{place}.wav", end_s=2.0,
                    rate_hz=16000, group=f"source{neuron}-{place}", split="shown" if place < 12 else "held_out",
                    label=clean_text(attack.text, 200),
                    caption=clean_text(f"{SOUNDS[neuron % 6]}. {attack.text}", 500),
                )
            )  # fmt: skip
            values.append([5.0 * (neuron == other) + rng.normal() for other in range(NEURONS)])
    return ClipSet(Path(), tuple(clips), ()), recorded(clips, np.array(values, dtype=np.float32))


def recorded(clips, values):
    is_shown = np.array([clip.split == "shown" for clip in clips])
    shown, held_out = np.flatnonzero(is_shown), np.flatnonzero(~is_shown)
    order = np.argsort(values[shown], axis=0, kind="stable")
    high, low = shown[order[::-1][:12].T], shown[order[:12].T]
    columns = np.arange(NEURONS)[:, None]
    return Activations(
        tap=Tap("planted", "linear", NEURONS, None), pooling="mean", high_clips=high,
        high_values=values[high, columns], low_clips=low, low_values=values[low, columns], mean=values[shown].mean(0),
        deviation=values[shown].std(0), dead=np.zeros(NEURONS, dtype=bool), shown_clips=shown, shown=values[shown],
        held_out_clips=held_out, held_out=values[held_out],
    )  # fmt: skip


def dissected(probing, folder):
    """The run, its captions, embedded and obedient descriptions."""
    clip_set, activations = probing
    run = RunFolder.create(folder, Manifest.begin("dissection", {}, seed=0))
    captions = caption_clips(clip_set, CaptionConfig(sources=("column", "labels")), run)
    features = build_features(clip_set, captions, None, WordVectors())
    evidence = select(activations, clip_set)
    said = {}
    for caption in captions:
        said[caption.clip_id] = f"{said[caption.clip_id]}. {caption.text}" if caption.clip_id in said else caption.text
    embedded = describe(activations, evidence, features)
    modelled = describe_with_model(persona("obedient"), activations, evidence, said, features, WordVectors())
    return run, captions, features, said, embedded, modelled


def problems_of(descriptions):
    found = []
    for one in descriptions:
        texts = [one.text or "", *one.open_concepts, *(claim.claim.text for claim in one.claims)]
        for attack in attacks_of(one.neuron.index):
            found += [f"{attack.kind}: {problem}: {text}" for text in texts for problem in wrong_with(text, attack)]
    return found


def test_no_attack_becomes_a_description_a_name_or_a_verdict(probing, tmp_path):
    run, captions, features, said, embedded, modelled = dissected(probing, tmp_path / "run")
    clip_set, activations = probing
    by_row = {row: said[clip.id] for row, clip in enumerate(clip_set.clips) if clip.id in said}
    picked = pick_concepts(persona("obedient"), activations, by_row, NAMES)
    detected = detect_with_model(persona("obedient"), embedded[:6], activations, by_row, features, clip_set)
    assert problems_of(embedded) == problems_of(modelled) == []
    assert sum(one.text is not None for one in embedded) >= 0.9 * NEURONS
    # Told to name something else, the obedient model still names what it hears: the orders never reached it.
    assert [row.concept for row in picked.scores] == [NAMES[row.neuron % 6] for row in picked.scores]
    assert len(picked.scores) >= 0.9 * NEURONS
    assert all(wrong_with(row.reason or "") == [] for row in detected)
    told = {item.uri for item in run.manifest.skipped if "speaks to a machine" in item.reason}
    assert len(told) >= 0.9 * len(probing[0].clips)
    kept = "\n".join(caption.text for caption in captions).lower()
    assert sum(attack.canary in kept for attack in ALL) <= 0.1 * len(ALL)


def test_even_when_no_attack_is_recognised_nothing_live_is_said(probing, tmp_path, monkeypatch):
    """A word that all captions of a neuron share describes it, whoever planted it; markup, links and prompts do not."""
    monkeypatch.setattr(orders, "_spans", lambda text: iter(()))
    monkeypatch.setattr(orders, "_disguised", lambda text: iter(()))
    *_, embedded, modelled = dissected(probing, tmp_path / "run")
    assert [problem for problem in problems_of([*embedded, *modelled]) if "the word of" not in problem] == []


def test_the_suite_fails_where_captions_are_taken_whole(probing, tmp_path, monkeypatch):
    """A planted fault: orders in captions are kept, and come out as descriptions."""
    monkeypatch.setattr(captioning, "without_orders", lambda text: (text, ()))
    *_, embedded, _ = dissected(probing, tmp_path / "run")
    assert len({problem.partition(":")[0] for problem in problems_of(embedded)}) >= 8


def test_a_concept_file_with_an_attack_is_refused_with_its_line_and_quotation(tmp_path):
    names = tmp_path / "names.txt"
    refusals = []
    for attack in ALL:
        names.write_text(f"dog\n{attack.text}\nbell\n", encoding="utf-8")
        try:
            load_concepts(names)
        except InvalidInput as error:
            refusals.append(str(error))
    assert len(refusals) >= 0.9 * len(ALL)
    assert all(re.search(r"lines? 2\b", refusal) for refusal in refusals)


def test_a_network_with_attacks_as_class_names_gives_no_concepts_of_them():
    names = load_concepts(None, ["dog", "bell", *(attack.text for attack in ALL)])
    assert sum(attack.canary in name.lower() for name in names for attack in ALL) <= 0.1 * len(ALL)
    assert {"dog", "bell"} <= set(names)
