"""ESC-10: what is said of a real network's neurons, judged on recordings that the words were not written from.

    make bench NAME=esc10            (or: python benchmarks/esc10.py --seeds 100 101)

A network pretrained on the samples and trained on folds 1 to 4 is probed with all 400 recordings; captions are the
uploaders' titles (never printed or kept) and acoustic measures. For every split seed half of the source recordings
are shown and half are held out; all ways of describing (esc10_methods.py) meet the same judge. Seeds from 100 on are
for reporting; the writer was developed on seeds 0 to 4.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from earmark.dissection.acoustics import AcousticScale, Measures, measure
from earmark.dissection.clips import Clip, ClipConfig, ClipSet, load_clips, read_waveform
from earmark.dissection.concepts.concept_list import load_concepts, readable_label
from earmark.dissection.concepts.concepts import match_captions
from earmark.dissection.concepts.similarity import SCORES, score_layer
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.features import build_features
from earmark.dissection.describing.summaries import describe
from earmark.dissection.networks import AudioNetwork, Waveform
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.networks.weights import untrained_twin
from earmark.dissection.recording.activations import Activations
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.dissection.recording.selection import select
from earmark.dissection.verification.verification import Verification, VerifyConfig, verify
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from earmark.samples.concepts import sound_names
from esc10_methods import METHODS, OURS, PUBLISHED, Method, Setting
from esc10_network import trained_esc10_network
from esc10_report import RESULTS, UNTRAINED, save

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "esc10"
FOLD = 5
SEEDS = tuple(range(100, 105))
# Baselines need their means only, so their intervals are not drawn; tests of significance are the same for all.
QUICK = VerifyConfig(draws=2, precision_draws=2)


class Probe:
    """The recordings, decoded and measured once."""

    def __init__(self, network: AudioNetwork) -> None:
        self.clips = load_clips(DATA, ClipConfig(), seed=0).clips
        root = DATA
        self.waveforms: dict[str, Waveform] = {
            clip.id: read_waveform(root, clip, network.rate_hz) for clip in self.clips
        }
        self.measures: list[Measures] = [measure(self.waveforms[clip.id], network.rate_hz) for clip in self.clips]
        self.embedder = EachTextOnce(SentenceVectors())

    def split(self, seed: int) -> ClipSet:
        """The recordings, half of their sources held out."""
        clip_set = load_clips(DATA, ClipConfig(), seed=seed)
        assert [clip.id for clip in clip_set.clips] == [clip.id for clip in self.clips]
        return clip_set

    def all_shown(self) -> ClipSet:
        """The recordings, none held out."""
        return ClipSet(DATA, tuple(clip.model_copy(update={"split": "shown"}) for clip in self.clips), ())

    def setting(self, clip_set: ClipSet, classes: Sequence[str], seed: int) -> Setting:
        """What every method gets for a split."""
        titles = [
            Caption(clip_id=clip.id, source="column", text=clip.caption) for clip in clip_set.clips if clip.caption
        ]
        scale = AcousticScale.fit(
            [found for clip, found in zip(clip_set.clips, self.measures, strict=True) if clip.split == "shown"]
        )
        heard = [scale.caption(found) for found in self.measures]
        return Setting(
            seed=seed,
            clip_set=clip_set,
            features=build_features(clip_set, titles, self.measures, self.embedder),
            embedder=self.embedder,
            classes=match_captions(titles, clip_set.clips, classes, self.embedder),
            sounds=match_captions(titles, clip_set.clips, sound_names(), self.embedder),
            captions=[
                f"{clip.caption}. {words}" if clip.caption else words
                for clip, words in zip(clip_set.clips, heard, strict=True)
            ],
        )

    def record(self, network: AudioNetwork, clip_set: ClipSet, seed: int) -> list[Activations]:
        """Record every default tap."""

        def read(clip: Clip) -> Waveform:
            return self.waveforms[clip.id]

        recording = record(network, clip_set, find_taps(network), RecordingConfig(), seed, read=read)
        assert not recording.skipped
        return recording.activations


def judge(method: Method, activations: Activations, setting: Setting, config: VerifyConfig | None) -> dict[str, object]:
    """Describe a layer and sum up what held-out clips say."""
    descriptions = [said.model_copy(update={"open_concepts": ()}) for said in method(activations, setting)]
    verified = verify(descriptions, activations, setting.features, setting.clip_set, config, setting.seed)
    rows = [row for row in verified if row.subject == "description"]
    return summary(rows, living=int((~activations.dead).sum()))


def summary(rows: Sequence[Verification], living: int) -> dict[str, object]:
    """Sums, so that layers can be put together by neurons."""
    specific = [row.specific for row in rows if row.specific is not None]
    return {
        "living": living,
        "described": len(rows),
        "pearson": [row.pearson or 0.0 for row in rows],
        "pearson_words": [row.pearson_words or 0.0 for row in rows],
        "auprc": [row.auprc for row in rows if row.auprc is not None],
        "auprc_chance": [row.auprc_chance for row in rows if row.auprc_chance is not None],
        "informativeness": [row.informativeness for row in rows if row.informativeness is not None],
        "supported": sum(row.verdict.outcome == "supported" for row in rows),
        "refuted": sum(row.verdict.outcome == "refuted" for row in rows),
        "specific": sum(specific),
        "specific_asked": len(specific),
    }


def pooled(parts: Iterable[dict[str, object]]) -> dict[str, float | None]:
    """One row of the table, from the sums of some layers, every neuron counting the same."""
    parts = list(parts)

    def joined(key: str) -> list[float]:
        return [value for part in parts for value in part[key]]

    def mean(values: Sequence[float]) -> float | None:
        return float(np.mean(values)) if len(values) else None

    living = sum(part["living"] for part in parts)
    asked = sum(part["specific_asked"] for part in parts)
    return {
        "neurons": living,
        "described": sum(part["described"] for part in parts) / living,
        "pearson": mean(joined("pearson")),
        "pearson_counting_undescribed_as_0": sum(joined("pearson")) / living,
        "pearson_words": mean(joined("pearson_words")),
        "auprc": mean(joined("auprc")),
        "auprc_chance": mean(joined("auprc_chance")),
        "informativeness": mean(joined("informativeness")),
        "supported": sum(part["supported"] for part in parts) / living,
        "refuted": sum(part["refuted"] for part in parts) / living,
        "specific": sum(part["specific"] for part in parts) / living if asked else None,
    }


def last_layer(probe: Probe, activations: Activations, classes: Sequence[str]) -> dict[str, object]:
    """Name the ten class neurons from all recordings, and from the network's unseen ones alone."""
    clips = np.concatenate([activations.shown_clips, activations.held_out_clips])
    values = np.concatenate([activations.shown, activations.held_out])[np.argsort(clips)]
    assert len(values) == len(probe.clips)
    everything = probe.all_shown()
    setting = probe.setting(everything, classes, seed=0)
    truth = np.array([setting.classes.concepts.index(readable_label(label)) for label in classes])
    rows = setting.classes.clips
    unseen = np.array([probe.clips[row].fold == str(FOLD) for row in rows])
    right: dict[str, dict[str, int]] = {}
    for which, chosen in (("all recordings", np.ones(len(rows), dtype=bool)), ("unseen recordings", unseen)):
        scores = score_layer(values[rows[chosen]], setting.classes.values[chosen], SCORES)
        right[which] = {name: int((scores[name].argmax(axis=1) == truth).sum()) for name in SCORES}
        right[which]["recordings"] = int(chosen.sum())
    order = np.argsort(-values, axis=0, kind="stable").T
    whole = replace(
        activations,
        shown_clips=np.arange(len(values)),
        shown=values,
        high_clips=order[:, :12],
        high_values=np.take_along_axis(values.T, order[:, :12], axis=1),
        low_clips=order[:, ::-1][:, :12],
        low_values=np.take_along_axis(values.T, order[:, ::-1][:, :12], axis=1),
    )
    said = describe(whole, select(whole, everything), setting.features, seed=0)
    names = probe.embedder.embed([readable_label(label) for label in classes])
    nearest = [
        int((probe.embedder.embed([text.text]) @ names.T).argmax()) if text.text is not None else -1 for text in said
    ]
    return {
        "neurons": len(truth),
        "closed_concepts_right": right,
        "descriptions_nearest_to_their_class": sum(near == index for index, near in enumerate(nearest)),
    }


def run(seeds: Sequence[int], methods: Sequence[str]) -> None:
    network = load_network(str(trained_esc10_network(FOLD)))
    classes = load_concepts(None, network.labels)
    probe = Probe(network)
    hidden: dict[str, list[dict[str, float | None]]] = defaultdict(list)
    layers: dict[str, dict[str, list[dict[str, float | None]]]] = defaultdict(lambda: defaultdict(list))
    last: dict[str, object] = {}
    for seed in seeds:
        clip_set = probe.split(seed)
        setting = probe.setting(clip_set, classes, seed)
        trained = probe.record(network, clip_set, seed)
        plan = [("", trained, methods)]
        plan.append((UNTRAINED, probe.record(untrained_twin(network, seed), clip_set, seed), (OURS, PUBLISHED)))
        if not last:
            classifier = next(found for found in trained if found.tap.kind == "classifier")
            last = last_layer(probe, classifier, network.labels)
        for prefix, recorded, chosen in plan:
            for name in chosen:
                start = time.perf_counter()
                config = None if name == OURS else QUICK
                found = {tap.tap.name: judge(METHODS[name], tap, setting, config) for tap in recorded}
                kinds = {tap.tap.name: tap.tap.kind for tap in recorded}
                hidden[prefix + name].append(pooled(f for tap, f in found.items() if kinds[tap] != "classifier"))
                if name in (OURS, PUBLISHED):
                    for tap, sums in found.items():
                        layers[prefix + name][tap].append(pooled([sums]))
                seconds = time.perf_counter() - start
                row = hidden[prefix + name][-1]
                sys.stderr.write(f"seed {seed} {prefix}{name}: {line(row)} ({seconds:.0f} s)\n")
        save(seeds, hidden, layers, last)


def line(row: dict[str, float | None]) -> str:
    keys = ("described", "pearson", "auprc", "specific", "informativeness")
    return " ".join(f"{key} {row[key]:.3f}" if row[key] is not None else f"{key} -" for key in keys)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    arguments = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"ESC-10 is not at {DATA}: put it there to run this benchmark.")
    run(arguments.seeds, arguments.methods)
    sys.stdout.write((RESULTS / "esc10.md").read_text())


if __name__ == "__main__":
    main()
