"""Finding (i): a combination of basic acoustic features, not of abstract concepts?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.findings.material import NO_TWIN, Material, Side
from earmark.dissection.findings.pruning import Listener, Neuron, Pruned, damages, prune
from earmark.dissection.findings.reading import Exam, Explained, class_predictions, explain
from earmark.dissection.findings.records import (
    KINDS,
    CombinationFinding,
    Decision,
    DecisiveTest,
    Figure,
    LayerReading,
    Speaks,
)
from earmark.dissection.findings.resampling import from_bootstrap, over_draws_and_sources
from earmark.dissection.findings.words import commonest, count_of, distribution, share_of
from earmark.evidence.interval import wilson
from earmark.workers import Progress

Values = npt.NDArray[np.float64]

MARGIN = -0.05
"""Acoustic-word neurons may be this much worse than concept-word neurons and still support the finding."""
_LENGTH = "number of words"
_SINGLE = 5


@dataclass(frozen=True)
class Settings:
    """How much is tried."""

    shares: tuple[float, ...]
    draws: int
    prediction_draws: int
    seed: int


def examine(
    material: Material,
    listener: Listener | None,
    untrained: Listener | None,
    why_silent: str | None,
    settings: Settings,
    progress: Progress,
) -> CombinationFinding:
    """Put the three tests to one network.

    Args:
        material: the run.
        listener: the network with the clips that judge; ``None`` where its accuracy cannot be known.
        untrained: its twin, likewise.
        why_silent: the reason where there is no listener.
        settings: how much is tried.
        progress: told how far each step is.
    """
    right = listener.right() if listener else None
    chance = 1 / len(listener.network.labels) if listener else None
    if right is not None and chance is not None and wilson(int(right.sum()), len(right))[0] <= chance:
        listener = None
        why_silent = (
            f"it names {right.mean():.0%} of {len(right)} clips right, no more than chance: it has none to lose."
        )
    pruned = _prune_by_kinds(listener, material.trained, settings, progress) if listener else {}
    singles = _prune_by_adjectives(listener, material.trained, settings, progress) if listener else {}
    exam = _exam(material, settings.seed)
    layers, explanation = _explanation(material, exam)
    tests = (
        _causal(pruned, listener, why_silent, settings.seed),
        _prediction(material, exam, settings),
        explanation,
    )
    decision, because = decide(tests)
    words = list(material.trained.words.values())
    return CombinationFinding(
        network=material.network,
        strategy=material.strategy,
        accuracy=None if right is None else float(right.mean()),
        untrained_accuracy=float(untrained.right().mean()) if untrained else None,
        chance=chance,
        judged_on=0 if right is None else len(right),
        words=distribution(words, list(material.untrained.words.values()) if material.untrained else None),
        prunings=tuple(row for one in (*pruned.values(), *singles.values()) for row in one.rows),
        damages=damages(pruned, listener, settings.seed) if listener else (),
        adjectives=damages(singles, listener, settings.seed) if listener else (),
        layers=layers,
        tests=tests,
        decision=decision,
        because=because,
    )


def decide(tests: Sequence[DecisiveTest]) -> tuple[Decision, str]:
    """The rule of docs/design/findings.md."""
    against = [test.name for test in tests if test.says == "contradicts"]
    silent = [test.name for test in tests if test.says == "silent"]
    if against:
        return "fails", f"{' and '.join(against)} contradict{'s' if len(against) == 1 else ''} it."
    if silent:
        return "undecided", f"{' and '.join(silent)} {'is' if len(silent) == 1 else 'are'} silent."
    return "holds", "all three tests support it."


def speaks(figure: Figure, bound: float) -> Speaks:
    """Which side of a bound the whole interval lies on."""
    if figure.low is None or figure.high is None:
        return "silent"
    return "supports" if figure.low > bound else "contradicts" if figure.high < bound else "silent"


def _prune_by_kinds(listener: Listener, side: Side, settings: Settings, progress: Progress) -> dict[str, Pruned]:
    carried: dict[str, dict[Neuron, float]] = {
        kind: {neuron: share_of(words, kind) for neuron, words in side.words.items() if words[kind]} for kind in KINDS
    }
    carried[_LENGTH] = {neuron: float(count_of(words)) for neuron, words in side.words.items() if count_of(words)}
    return {
        name: prune(listener, name, some, settings.shares, settings.draws, settings.seed, progress)
        for name, some in carried.items()
    }


def _prune_by_adjectives(listener: Listener, side: Side, settings: Settings, progress: Progress) -> dict[str, Pruned]:
    """The adjectives that most neurons carry, each by itself at the smallest share."""
    adjectives = commonest(list(side.words.values()), "basic adjectives", _SINGLE)
    return {
        f'"{adjective}"': prune(
            listener,
            f'"{adjective}"',
            {neuron: 1.0 for neuron, words in side.words.items() if adjective in words["basic adjectives"]},
            settings.shares[:1],
            settings.draws,
            settings.seed,
            progress,
        )
        for adjective, _ in adjectives
    }


def _causal(pruned: Mapping[str, Pruned], listener: Listener | None, why_silent: str | None, seed: int) -> DecisiveTest:
    """Damage of basic adjectives above 0, and above that of nouns."""
    silent = Figure(reason="an untrained network is at chance: it has no accuracy to lose.")
    question = "damage of basic adjectives minus damage of nouns, beside random prunes"
    if listener is None:
        figure = Figure(reason=why_silent or "the network was not asked.")
        return DecisiveTest(name="causal", question=question, figure=figure, says="silent", untrained=silent)
    missing = [name for name in ("basic adjectives", "nouns") if pruned[name].loss is None]
    own, others = pruned["basic adjectives"].loss, pruned["nouns"].loss
    if own is None or others is None:
        figure = Figure(reason=f"too few neurons carry {' and '.join(missing)}.")
        return DecisiveTest(name="causal", question=question, figure=figure, says="silent", untrained=silent)
    above_nouns = over_draws_and_sources(own - others, listener.groups, seed)
    above_zero = over_draws_and_sources(own, listener.groups, seed)
    says = speaks(above_nouns, 0.0)
    if says == "supports" and speaks(above_zero, 0.0) != "supports":
        says = "silent"
    details = {"basic_adjectives": float(own.mean()), "nouns": float(others.mean()), "low": above_zero.low}
    return DecisiveTest(
        name="causal", question=question, figure=above_nouns, says=says, untrained=silent, details=details
    )


def _prediction(material: Material, exam: Exam | None, settings: Settings) -> DecisiveTest:
    """Acoustic-word neurons read classes as well as concept-word neurons, but for a margin."""
    question = "classes read from acoustic-word neurons minus from as many concept-word neurons"
    figure, details = _read_classes(exam, material.trained, settings)
    twin, twin_details = _read_classes(exam, material.untrained, settings)
    details |= {f"untrained_{name}": value for name, value in twin_details.items()}
    return DecisiveTest(
        name="prediction",
        question=question,
        figure=figure,
        says=speaks(figure, MARGIN),
        untrained=twin,
        details=details,
    )


def _read_classes(exam: Exam | None, side: Side | None, settings: Settings) -> tuple[Figure, dict[str, float | None]]:
    if exam is None:
        return Figure(reason=_NO_CLASSES), {}
    if side is None:
        return Figure(reason=NO_TWIN), {}
    found = class_predictions(exam, side, settings.prediction_draws)
    if found is None:
        return Figure(reason="fewer than 8 acoustic-word and concept-word neurons stand in the same layers."), {}
    acoustic, concept, neurons = found
    figure = over_draws_and_sources(acoustic - concept, exam.groups, settings.seed)
    return figure, {
        "acoustic_words": float(acoustic.mean()),
        "concept_words": float(concept.mean()),
        "neurons": float(neurons),
    }


def _explanation(material: Material, exam: Exam | None) -> tuple[tuple[LayerReading, ...], DecisiveTest]:
    """Measured properties explain the deeper half of the network better than class labels do."""
    question = "R² from measured properties minus R² from class labels, deeper half of the blocks"
    no_twin = Figure(reason=NO_TWIN)
    if exam is None:
        figure = Figure(reason=_NO_CLASSES)
        return (), DecisiveTest(name="explanation", question=question, figure=figure, says="silent", untrained=no_twin)
    own = _explain_layers(exam, material.trained)
    twin = _explain_layers(exam, material.untrained) if material.untrained else {}
    figure = _deeper_half(own)
    rows = tuple(
        LayerReading(
            layer=layer,
            neurons=one.neurons,
            acoustics=one.acoustics,
            classes=one.classes,
            untrained_acoustics=twin[layer].acoustics if layer in twin else None,
            untrained_classes=twin[layer].classes if layer in twin else None,
        )
        for layer, one in own.items()
    )
    return rows, DecisiveTest(
        name="explanation",
        question=question,
        figure=figure,
        says=speaks(figure, 0.0),
        untrained=_deeper_half(twin) if twin else no_twin,
    )


def _explain_layers(exam: Exam, side: Side) -> dict[int, Explained]:
    """Every layer with a neuron that varies over the held-out clips."""
    found = {layer: explain(exam, recorded) for layer, recorded in side.by_layer.items()}
    return {layer: one for layer, one in found.items() if one is not None}


def _deeper_half(layers: Mapping[int, Explained]) -> Figure:
    deep = list(layers.values())[len(layers) // 2 :]
    if not deep:
        return Figure(reason="no hidden neuron varies over the held-out clips.")
    neurons = np.array([one.neurons for one in deep], dtype=np.float64)
    value = float(neurons @ np.array([one.acoustics - one.classes for one in deep]) / neurons.sum())
    draws = neurons @ np.stack([one.acoustics_draws - one.classes_draws for one in deep]) / neurons.sum()
    return from_bootstrap(value, np.asarray(draws))


_NO_CLASSES = "the held-out clips have fewer than two classes."


def _exam(material: Material, seed: int) -> Exam | None:
    """The held-out clips with labels; ``None`` where they cannot be told apart."""
    rows = material.trained.recorded[0].held_out_clips
    labels = [material.clips[row].label or "" for row in rows.tolist()]
    names, classes = np.unique(labels, return_inverse=True)
    if len(names) < 2 or "" in names:
        return None
    return Exam(classes.astype(np.int64), material.properties[rows], material.groups[rows], seed)
