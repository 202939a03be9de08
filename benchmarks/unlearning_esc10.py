"""Unlearning each class of ESC-10: how much is forgotten, and what the other classes lose, on recordings kept apart.

    make bench NAME=unlearning_esc10        (or: python benchmarks/unlearning_esc10.py 1 2 3 4 5)

Five-fold cross-validation: the network of a fold never saw it, neurons are chosen on the other four folds, and the
fold judges; pooled, every class has 40 clips and 360 that are to be retained. All methods choose among the same
neurons, those of the last three of four blocks. Targets: the best method's mean accuracy on the forgotten class at most
10%, mean loss of the others at most 3 points. How passes are made was settled on the training folds of two networks,
half of these clips choosing and half judging; the folds kept apart judge once.
"""

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

from earmark.dissection.clips import load_clips
from earmark.dissection.config import DissectionConfig
from earmark.dissection.describing.captions import Caption
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recipe import dissect, reopen, resume
from earmark.dissection.recording.activations import load_activations
from earmark.dissection.unlearning.aftermath import aftermath
from earmark.dissection.unlearning.attribution import by_attribution, by_passes
from earmark.dissection.unlearning.budget import Budget, choose_within
from earmark.dissection.unlearning.erasing import erased, fit_erasers
from earmark.dissection.unlearning.listening import logits_of, plain_name, prepare_clips
from earmark.dissection.unlearning.masks import matched_random, silenced
from earmark.dissection.unlearning.ranking import Told, rank
from earmark.dissection.unlearning.subject import Subject
from earmark.errors import UnknownName
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from esc10_network import CACHE, DATA, clips_by_fold, trained_esc10_network
from esc10_tail import tail_of
from published import dissect_as_published
from unlearning_esc10_table import write_table

FIRST_BLOCK = 1
TAPS = ("*layers.[123].mlp.fc1.act", "*layers.[123].mlp.fc2", "*layers.[123].attention.o_proj")
RETAINED_A_CLASS = 8
DRAWS = 4
KEPT = CACHE / "unlearning_esc10"


@dataclass
class Fold:
    """A fold: its network in full and in half precision, the clips that choose and judge, and what is said of it."""

    number: int
    network: object
    half: object
    taps: list
    choosing: object
    choosing_half: object
    judging: object
    told: Told
    recorded: list
    embedder: object

    def __post_init__(self):
        self.said, self.said_judging = logits_of(self.network, self.choosing), logits_of(self.network, self.judging)
        self.said_by_half = logits_of(self.half, self.choosing_half)

    def chosen_for(self, target):
        """Rows of the clips that choose: all of the class, and a few of each other class."""
        rng = np.random.default_rng(100 * self.number + target)
        classes = self.choosing.classes
        others = [rng.permutation(np.flatnonzero(classes == c))[:RETAINED_A_CLASS] for c in range(10) if c != target]
        return np.concatenate([np.flatnonzero(classes == target), *others])


def open_fold(number, embedder):
    network = load_network(str(trained_esc10_network(number)))
    clips = clips_by_fold(number)
    told = Told(described(number, embedder), embedder)
    shown, held_out = (prepare_clips(network, clips, clips.of(side), 16) for side in ("shown", "held_out"))
    assert {clip.fold for clip in clips.of("held_out")} == {str(number)}
    tail, choosing = tail_of(network, shown, FIRST_BLOCK)
    half, choosing_half = tail_of(network, shown, FIRST_BLOCK, torch.bfloat16)
    _, judging = tail_of(network, held_out, FIRST_BLOCK)
    recorded = load_activations(told.opened.run)
    return Fold(
        number, tail, half, find_taps(network, TAPS), choosing, choosing_half, judging, told, recorded, embedder
    )


def described(number, embedder):
    """A dissection from the other folds alone; half of their recordings are shown to the words, half verify them."""
    folder = KEPT / f"described-{number}"
    if (folder / "run" / "manifest.json").is_file():
        resume(folder / "run", embedder=embedder)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        columns = ("path", "label", "caption", "group", "fold")
        rows = [clip for clip in load_clips(DATA).clips if clip.fold != str(number)]
        with (folder / "clips.jsonl").open("w", encoding="utf-8") as file:
            for clip in rows:
                row = {column: getattr(clip, column) for column in columns} | {"path": str(DATA / clip.path)}
                file.write(json.dumps(row) + "\n")
        config = DissectionConfig(taps=TAPS, allow_outside=True, seed=number)
        dissect(str(trained_esc10_network(number)), folder / "clips.jsonl", folder / "run", config, embedder=embedder)
    return reopen(folder / "run")


def rankings(fold, subject, concept):
    """How each method ranks the neurons; ``None`` where it finds none that speaks of the class."""
    where = subject.network, fold.taps, subject.choosing, concept.index
    yield "attribution", by_attribution(*where)
    yield "taylor", by_attribution(*where, "taylor")
    for method in ("selectivity", "mix", "open", "supported"):
        try:
            yield method, rank(fold.told, subject, concept, method)
        except UnknownName:
            yield method, None


def everything_that_says(fold, subject, concept, published):
    """As published: all neurons that carry the concept, by the closed list (DB) and by open concepts (OCP)."""
    try:
        found = rank(fold.told, subject, concept, "db")
        yield "DB, all of them", found.best(found.speaking)
    except UnknownName:
        yield "DB, all of them", {}
    names = [concept.name, *(word for word in plain_name(concept.name).split() if len(word) > 2)]
    yield (
        "OCP as published",
        {
            tap: neurons
            for tap, said in published.items()
            if (neurons := [index for index, text in enumerate(said) if any(name in text for name in names)])
        },
    )


def said_as_published(fold):
    """Each neuron's open concepts by the published procedure, joined, for substring matching; by tap."""
    texts = {}
    for caption in fold.told.opened.run.read("captions", Caption):
        texts.setdefault(caption.clip_id, []).append(caption.text)
    said = {}
    for tap in fold.recorded:
        captions = [". ".join(texts.get(fold.told.opened.clip_set.clips[row].id, [])) for row in tap.shown_clips]
        found = dissect_as_published(tap.shown, captions, fold.embedder)
        said[tap.tap.name] = [" ".join(neuron.open_concepts) for neuron in found]
    return said


def measure(number, embedder):
    """Every method on every class of a fold; kept, so that a stopped run goes on."""
    kept = KEPT / f"fold{number}.json"
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    fold = open_fold(number, embedder)
    published = said_as_published(fold)
    rows = []
    for target in range(len(fold.network.labels)):
        part = KEPT / f"fold{number}-class{target}.json"
        if not part.is_file():
            part.write_text(json.dumps([*of_class(fold, target, published)]), encoding="utf-8")
        rows += json.loads(part.read_text(encoding="utf-8"))
        print(f"fold {number}, class {target}", flush=True)
    found = {
        "fold": number,
        "labels": fold.network.labels,
        "clips": fold.judging.clip_ids,
        "classes": fold.judging.classes.tolist(),
        "right": right(fold.said_judging, fold.judging),
        "neurons": sum(tap.width for tap in fold.taps),
        "rows": rows,
    }
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def of_class(fold, target, published):
    """One row a method, with which of the fold's clips are still named right."""
    mine, taps = fold.chosen_for(target), fold.taps
    half = listened(fold, fold.half, fold.choosing_half, fold.said_by_half, mine)
    full = listened(fold, fold.network, fold.choosing, fold.said, mine)
    concept = full.concept(target)
    accuracy = float((full.judging_before.argmax(1) == full.judging.classes)[full.judging.classes == target].mean())

    def row(method, neurons, silencing, probed=False):
        with silencing():
            found = {"method": method, "class": target, "neurons": neurons}
            found["right"] = right(logits_of(fold.network, fold.judging), fold.judging)
        if probed:
            found |= aftermath(full, silencing, target, accuracy).model_dump(exclude={"reason"})
        return found

    def masked(method, chosen, probed=False):
        masks = full.masks(chosen, "zero")
        return row(method, sum(map(len, chosen.values())), partial(silenced, fold.network, masks), probed)

    yield {"method": "nothing", "class": target, "neurons": 0, "right": right(full.judging_before, fold.judging)}
    passes = by_passes(half.network, taps, half.choosing, target)
    _, chosen = choose_within(half, passes, concept, "zero", Budget())
    count = sum(map(len, chosen.values()))
    yield masked("passes", chosen, probed=True)
    for draw in range(DRAWS):
        drawn = matched_random(full.masks(chosen, "zero"), np.random.default_rng([fold.number, target, draw]))
        yield row("random", count, partial(silenced, fold.network, drawn))
    for method, ranking in rankings(fold, half, concept):
        yield masked(method, ranking.best(count) if ranking else {})
    for method, chosen in everything_that_says(fold, half, concept, published):
        yield masked(method, chosen)
    (eraser,) = fit_erasers(fold.network, full.classifier, fold.choosing, target)
    yield row("LEACE", 0, partial(erased, fold.network, full.classifier, eraser), probed=True)


def listened(fold, network, choosing, said, rows):
    """A network with the clips that choose for a class; what it says untouched was heard once for the fold."""
    classifier = find_taps(network, ["classifier"])[0]
    few = choosing.only(rows)
    return Subject(
        network, fold.taps, fold.recorded, few, fold.judging, said[np.sort(rows)], fold.said_judging, classifier
    )


def right(logits, clips):
    """Which clips are named right, as a string of 0 and 1."""
    return "".join("01"[hit] for hit in (logits.argmax(1) == clips.classes).tolist())


def main():
    folds = [int(word) for word in sys.argv[1:]] or [1, 2, 3, 4, 5]
    torch.set_num_threads(1)
    KEPT.mkdir(parents=True, exist_ok=True)
    embedder = EachTextOnce(SentenceVectors())
    write_table([measure(number, embedder) for number in folds], settings())


def settings():
    """What the figures depend on."""
    return {
        "taps": TAPS,
        "clips that choose": f"the class's 32 and {RETAINED_A_CLASS} of each other class, of the training folds",
        "retain_drop": 0.03,
        "random draws a fold": DRAWS,
    }


if __name__ == "__main__":
    main()
