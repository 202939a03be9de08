"""Unlearn classes of a dissected network: choose, silence, check, keep, and export what stays forgotten."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.recipe import Reopened, reopen
from earmark.dissection.recording.activations import load_activations
from earmark.dissection.unlearning.card import write_card
from earmark.dissection.unlearning.export import Exported, export
from earmark.dissection.unlearning.forgetting import Budget, Forgetting, Subject, forget
from earmark.dissection.unlearning.listening import class_indices, plain_name, prepare_clips
from earmark.dissection.unlearning.masks import Ablation, masks_from
from earmark.dissection.unlearning.whom import (
    Ranking,
    by_attribution,
    by_closed_concept,
    by_open_concepts,
    by_selectivity,
    mix,
)
from earmark.dissection.verification.verification import Verification
from earmark.errors import InvalidInput, UnknownName
from earmark.language import Embedder
from earmark.language.providers.minilm import SentenceVectors
from earmark.runs import Manifest, RunFolder
from earmark.workers import Progress, silent

Method = Literal["db", "tab", "open", "supported", "selectivity", "attribution", "taylor", "mix"]


@dataclass(frozen=True)
class UnlearnConfig:
    """Whom to silence, how, and how many."""

    method: Method = "attribution"
    """db and tab: by closed concept; open: descriptions that say the class (OCP); supported: the same, held-out verdict
    supported only; selectivity: d' of the class; attribution and taylor: activation times gradient; mix: descriptions
    that say it, with selectivity."""
    how: Ablation = "zero"
    """What stands in a silenced neuron's place: zero, mean, or resample (another shown clip's value)."""
    neurons: int | None = None
    """Silence so many neurons."""
    share: float | None = None
    """Silence this share of all neurons of the taps."""
    retain_drop: float | None = None
    """As many as forget most while the other classes lose at most this accuracy on shown clips; 0.03 by default."""
    taps: tuple[str, ...] = ()
    """Globs of the recorded taps to silence in; by default all but the classifier, whose neurons are the classes."""
    random_prunes: int = 20
    """Random prunes matched in tap and count to compare with."""
    seed: int = 0
    """Of the random prunes."""

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise UnknownName("method", self.method, get_args(Method))
        if self.how not in get_args(Ablation):
            raise UnknownName("ablation", self.how, get_args(Ablation))
        Budget(self.neurons, self.share, self.retain_drop)


def unlearn(
    path: Path | str,
    concepts: Sequence[str],
    out: Path | str,
    config: UnlearnConfig | None = None,
    *,
    network: AudioNetwork | None = None,
    embedder: Embedder | None = None,
    remove: bool = True,
    progress: Progress = silent,
) -> RunFolder:
    """Silence classes one by one, count the damage on held-out clips, and export a network for each.

    The shown clips of the run choose, its held-out clips judge. The original network is never changed.

    Args:
        path: a finished dissection.
        concepts: names of the network's classes.
        out: where the results go; new or empty.
        config: whom to silence, how, and how many.
        network: the network, where the dissection was not given it by name.
        embedder: sentence vectors for synonyms.
        remove: really remove hidden neurons in the exported network rather than zero them.
        progress: told how many concepts are done.

    Returns:
        A run with the table ``forgetting`` and, for zero ablation, a folder ``networks/CONCEPT`` each.

    Raises:
        UnknownName: a concept is no class, or no neuron carries it; the nearest names are given.
        RunConflict: the network or the clips have changed since the dissection.
    """
    config = config or UnlearnConfig()
    if not concepts:
        raise InvalidInput("name at least one concept to unlearn.")
    RunFolder.refuse_taken(Path(out))
    opened = reopen(path, network=network)
    targets = [class_of(opened.network, concept) for concept in concepts]
    taps = _silenceable(opened, config.taps)
    budget = Budget(config.neurons, config.share, config.retain_drop)
    budget.count(sum(tap.width for tap in taps))
    embedder = embedder or SentenceVectors()
    subject = _subject(opened, taps)
    rankings = [rank(opened, subject, target, config.method, embedder) for target in targets]
    arguments = {"run": str(Path(path).resolve()), "concepts": list(concepts), "config": asdict(config)}
    run = RunFolder.create(Path(out), Manifest.begin("unlearning", arguments, config.seed))
    with run.stage("forgetting") as counts:
        for number, (target, ranking) in enumerate(zip(targets, rankings, strict=True)):
            found = forget(
                subject,
                ranking,
                target,
                how=config.how,
                budget=budget,
                random_prunes=config.random_prunes,
                seed=config.seed,
            )
            run.append("forgetting", Forgetting, [found], number)
            exported = _export(opened.network, subject.taps, found, run.path / "networks", remove)
            write_card(run.path, found, exported, opened.network)
            progress("unlearn", number + 1, len(targets))
        run.finish("forgetting", Forgetting)
        counts["concepts"] = len(targets)
    return run


def class_of(network: AudioNetwork, concept: str) -> int:
    """The class that a name means.

    Raises:
        UnknownName: none; the nearest are given.
    """
    classes = class_indices(network)
    if plain_name(concept) not in classes:
        raise UnknownName("class of the network", concept, network.labels)
    return classes[plain_name(concept)]


def rank(opened: Reopened, subject: Subject, target: int, method: Method, embedder: Embedder) -> Ranking:
    """Rank the neurons of the taps by how much they speak of a class."""
    label, taps = opened.network.labels[target], subject.taps
    if method in ("db", "tab"):
        source: Literal["DB", "TAB"] = "DB" if method == "db" else "TAB"
        return by_closed_concept(opened.run.read("concepts", ConceptScore), label, taps, source)
    if method in ("attribution", "taylor"):
        how: Literal["attribution", "taylor"] = "attribution" if method == "attribution" else "taylor"
        return by_attribution(opened.network, taps, subject.choosing, target, how)
    if method in ("open", "supported", "mix"):
        verdicts = opened.run.read("verdicts", Verification) if method == "supported" else None
        said = by_open_concepts(
            opened.run.read("descriptions", Description), plain_name(label), taps, embedder, verdicts=verdicts
        )
        return said if method != "mix" else mix(said, _selectivity(opened, subject, label))
    return _selectivity(opened, subject, label)


def _selectivity(opened: Reopened, subject: Subject, label: str) -> Ranking:
    own = [clip.label is not None and plain_name(clip.label) == plain_name(label) for clip in opened.clip_set.clips]
    return by_selectivity(subject.recorded, np.array(own, dtype=bool))


def _subject(opened: Reopened, taps: Sequence[Tap]) -> Subject:
    names = {tap.name for tap in taps}
    recorded = [one for one in load_activations(opened.run) if one.tap.name in names]
    shown, held_out = (
        prepare_clips(opened.network, opened.clip_set, opened.clip_set.of(side), opened.config.batch_size)
        for side in ("shown", "held_out")
    )
    return Subject.listen(opened.network, taps, recorded, shown, held_out, _classifier(opened))


def _classifier(opened: Reopened) -> Tap | None:
    return next((tap for tap in opened.taps if tap.kind == "classifier"), None)


def _silenceable(opened: Reopened, globs: Sequence[str]) -> list[Tap]:
    usable = [tap for tap in opened.taps if tap.kind != "dictionary"]
    if not globs:
        inner = [tap for tap in usable if tap.kind != "classifier"]
        return inner or usable
    chosen = [tap for tap in usable if any(fnmatchcase(tap.name, glob) or tap.kind == glob for glob in globs)]
    if not chosen:
        raise UnknownName("recorded tap", globs[0], [tap.name for tap in usable])
    return chosen


def _export(
    network: AudioNetwork, taps: Sequence[Tap], found: Forgetting, folder: Path, remove: bool
) -> Exported | None:
    """Weights that stay forgotten, where zero ablation of a transformers network allows it."""
    if found.how != "zero" or not hasattr(network.module, "save_pretrained"):
        return None
    masks = masks_from(taps, {one.tap: one.neurons for one in found.silenced})
    return export(network, masks, folder / safe_name(found.concept), remove=remove)


def safe_name(concept: str) -> str:
    """A folder name from a class name, which is untrusted text."""
    plain = "".join(character if character.isascii() and character.isalnum() else "-" for character in concept.lower())
    return plain.strip("-")[:60] or "concept"
