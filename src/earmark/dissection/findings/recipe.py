"""From finished runs to the two findings."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.findings.combination import Settings, examine
from earmark.dissection.findings.config import FindingsConfig
from earmark.dissection.findings.layers import Yardstick
from earmark.dissection.findings.material import Material, read_material, refuse_different_clips
from earmark.dissection.findings.polysemanticity import compare, decide, study
from earmark.dissection.findings.pruning import Listener
from earmark.dissection.findings.records import CombinationFinding, Decision, Findings, PolysemanticityFinding
from earmark.dissection.unlearning.listening import class_indices, plain_name, prepare_clips
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.language import Embedder
from earmark.language.embedder import EachTextOnce
from earmark.runs.grants import NOTHING, Allowed
from earmark.workers import Progress, silent


def find(
    runs: Sequence[Path | str],
    config: FindingsConfig | None = None,
    *,
    strategies: Sequence[str] = (),
    networks: Sequence[str] = (),
    allowed: Allowed = NOTHING,
    embedder: Embedder | None = None,
    progress: Progress = silent,
) -> Findings:
    """Measure the two findings of the AND paper on finished dissections.

    Args:
        runs: run folders, of networks dissected with the same clips; with ``control`` 'untrained' for the twin.
        config: how much is tried.
        strategies: how each network was trained, in the order of the runs; by default what the networks say.
        networks: the networks, in the order of the runs; by default as the runs name them.
        allowed: what the runs may do though you did not begin them.
        embedder: sentence vectors; the packaged MiniLM by default.
        progress: told how far each step is.

    Raises:
        NotGranted: a run is somebody else's and wants what you have not allowed.
        InvalidInput: a folder holds no finished dissection, or its clips have no labels.
        RunConflict: the runs are of different clips, or a network or its clips have changed since.
    """
    config = config or FindingsConfig()
    if not runs:
        raise InvalidInput("name at least one run.")
    for given, called in ((strategies, "strategies"), (networks, "networks")):
        if given and len(given) != len(runs):
            raise InvalidInput(f"{len(runs)} runs need {len(runs)} {called}, in their order, not {len(given)}.")
    materials = [
        read_material(Path(run), strategies[number] if strategies else None) for number, run in enumerate(runs)
    ]
    refuse_different_clips(materials)
    both = config.only == "both"
    if both or config.only == "combination":
        _refuse_unlabelled(materials[0])
    combination = tuple(
        _combination(material, config, networks[number] if networks else None, allowed, progress)
        for number, material in enumerate(materials)
        if config.only != "polysemanticity"
    )
    polysemanticity: tuple[PolysemanticityFinding, ...] = ()
    if config.only != "combination":
        yardstick = Yardstick.of(materials[0], _embedder(embedder), config.clusterings, config.seed)
        polysemanticity = tuple(study(material, yardstick) for material in materials)
    comparisons = compare(polysemanticity)
    second, why_second = decide(comparisons)
    first, why_first = agree(combination)
    return Findings(
        combination=combination,
        combination_decision=first,
        combination_because=why_first,
        polysemanticity=polysemanticity,
        comparisons=comparisons,
        polysemanticity_decision=second,
        polysemanticity_because=why_second,
        clips=len(materials[0].clips),
        seed=config.seed,
    )


def agree(found: Sequence[CombinationFinding]) -> tuple[Decision, str]:
    """The word that all networks share, else undecided."""
    decisions = {one.decision for one in found}
    if not found:
        return "undecided", "it was not asked for."
    if len(decisions) > 1:
        counts = ", ".join(
            f"{sum(one.decision == word for one in found)} {word}" for word in ("holds", "fails", "undecided")
        )
        return "undecided", f"the networks disagree: {counts}."
    return found[0].decision, found[0].because if len(found) == 1 else f"all {len(found)} networks agree."


def _combination(
    material: Material, config: FindingsConfig, network: str | None, allowed: Allowed, progress: Progress
) -> CombinationFinding:
    listener, untrained, why = None, None, None
    try:
        listener, untrained = _listeners(material, config, network, allowed)
    except NotEnoughEvidence as error:
        why = str(error)
    settings = Settings(config.shares, config.draws, config.prediction_draws, config.seed)
    return examine(material, listener, untrained, why, settings, progress)


def _listeners(
    material: Material, config: FindingsConfig, network: str | None, allowed: Allowed
) -> tuple[Listener, Listener | None]:
    """The network and its twin with the clips that judge them.

    Raises:
        NotEnoughEvidence: the network names no class that a clip has, so it has no accuracy.
    """
    from earmark.dissection.networks.weights import untrained_twin
    from earmark.dissection.recipe import reopen

    opened = reopen(material.run.path, network=network, allowed=allowed)
    if not opened.network.labels:
        raise NotEnoughEvidence(f"{opened.network.name} has no head that names classes, so it has no accuracy.")
    clips = judging_clips(opened.clip_set, class_indices(opened.network), config.judging_clips, config.seed)
    prepared = prepare_clips(opened.network, opened.clip_set, clips, opened.config.batch_size)
    group_of = {clip.id: clip.group for clip in clips}
    groups = np.unique([group_of[clip_id] for clip_id in prepared.clip_ids], return_inverse=True)[1]
    hidden = {one.tap.name for one in material.trained.recorded}
    taps = [tap for tap in opened.taps if tap.name in hidden]
    listener = Listener(opened.network, taps, prepared, groups.astype(np.int64))
    twin = replace(listener, network=untrained_twin(opened.network, opened.config.seed))
    return listener, twin if material.untrained else None


def judging_clips(clip_set: ClipSet, classes: Collection[str], most: int, seed: int) -> list[Clip]:
    """Held-out clips, as many of every class of the network, drawn by chance; ``classes`` are plain names."""
    by_class: dict[str, list[Clip]] = {}
    for clip in clip_set.of("held_out"):
        if clip.label is not None and plain_name(clip.label) in classes:
            by_class.setdefault(clip.label, []).append(clip)
    rng = np.random.default_rng(seed)
    each = max(1, most // max(1, len(by_class)))
    return [
        some[place]
        for some in (by_class[label] for label in sorted(by_class))
        for place in sorted(rng.permutation(len(some))[:each].tolist())
    ]


def _refuse_unlabelled(material: Material) -> None:
    unlabelled = sum(clip.label is None for clip in material.clips)
    if unlabelled:
        raise InvalidInput(
            f"{unlabelled} of {len(material.clips)} clips of {material.run.path} have no label, and the first finding "
            "compares words with classes: dissect labelled clips, or ask for --only polysemanticity."
        )


def _embedder(given: Embedder | None) -> Embedder:
    if given is not None:
        return EachTextOnce(given)
    from earmark.language.providers.minilm import SentenceVectors

    return EachTextOnce(SentenceVectors())
