"""Whom to silence: how much each neuron speaks of a concept, by words, by closed lists, by how it tells it apart.

Paper: AND (arXiv 2406.16990), concept-specific pruning by DB, TAB and OCP. The published OCP matches substrings, so
that "ring" prunes "pouring"; here whole lemmas match, and synonyms by sentence vectors above a stated bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.describing.phrases import lemmas_of
from earmark.dissection.networks import Tap
from earmark.dissection.recording.activations import Activations
from earmark.dissection.unlearning.listening import plain_name
from earmark.dissection.verification.verification import Verification
from earmark.errors import InvalidInput, UnknownName
from earmark.language import Embedder

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """How much each neuron speaks of a concept; minus infinity where it does not at all."""

    method: str
    scores: Mapping[str, Doubles]
    """(neuron,) by tap."""

    @property
    def speaking(self) -> int:
        """Neurons that speak of the concept."""
        return int(sum(np.isfinite(scores).sum() for scores in self.scores.values()))

    def best(self, count: int) -> dict[str, list[int]]:
        """The neurons that speak most of the concept, by tap; fewer where fewer speak. Ties go to earlier neurons."""
        names = list(self.scores)
        flat = np.concatenate([self.scores[name] for name in names])
        owner = np.repeat(np.arange(len(names)), [len(self.scores[name]) for name in names])
        index = np.concatenate([np.arange(len(self.scores[name])) for name in names])
        order = np.argsort(-flat, kind="stable")[:count]
        chosen: dict[str, list[int]] = {}
        for at in order[np.isfinite(flat[order])].tolist():
            chosen.setdefault(names[owner[at]], []).append(int(index[at]))
        return chosen


def by_closed_concept(
    rows: Iterable[ConceptScore],
    concept: str,
    taps: Sequence[Tap],
    source: Literal["DB", "TAB", "ICL"] = "DB",
    score_name: str | None = "cosine_cubed",
) -> Ranking:
    """Neurons whose best name in the closed list is the concept (DB, TAB or ICL).

    Raises:
        UnknownName: no neuron has that name; the nearest names are given.
    """
    wanted = plain_name(concept)
    scores = _silent(taps)
    seen = set()
    for row in rows:
        if row.rank != 1 or row.source != source or (source != "ICL" and row.score_name != score_name):
            continue
        seen.add(row.concept)
        if plain_name(row.concept) == wanted and row.tap in scores:
            scores[row.tap][row.neuron] = 1.0 if row.score is None else row.score
    _refuse_silence(scores, concept, seen)
    return Ranking(source, scores)


def by_open_concepts(
    descriptions: Iterable[Description],
    concept: str,
    taps: Sequence[Tap],
    embedder: Embedder,
    synonym_cosine: float = 0.6,
    verdicts: Iterable[Verification] | None = None,
) -> Ranking:
    """Neurons whose description says the concept (OCP): its lemmas, or an open concept that means nearly the same.

    Args:
        descriptions: of all neurons.
        concept: what to look for.
        taps: of the run.
        embedder: sentence vectors for synonyms.
        synonym_cosine: an open concept at least this near counts as the concept.
        verdicts: where given, only neurons whose whole description is supported count, by their held-out Pearson.

    Raises:
        UnknownName: no description says it; the nearest open concepts are given.
    """
    held = _pearson_of_supported(verdicts) if verdicts is not None else None
    descriptions = [one for one in descriptions if one.text is not None]
    words = sorted({word for one in descriptions for word in one.open_concepts})
    close = dict(zip(words, _closeness(words, concept, embedder), strict=True))
    wanted = set(lemmas_of(concept))
    scores = _silent(taps)
    for one in descriptions:
        neuron = one.neuron
        if neuron.tap not in scores or (held is not None and (neuron.tap, neuron.index) not in held):
            continue
        said = {lemma for word in one.open_concepts for lemma in lemmas_of(word)}
        nearest = 1.0 if wanted and wanted <= said else max((close[word] for word in one.open_concepts), default=0.0)
        if nearest >= synonym_cosine:
            scores[neuron.tap][neuron.index] = nearest if held is None else held[neuron.tap, neuron.index]
    _refuse_silence(scores, concept, words)
    return Ranking("OCP" if held is None else "supported", scores)


def by_selectivity(recorded: Sequence[Activations], is_concept: npt.NDArray[np.bool_]) -> Ranking:
    """How far the concept's shown clips lie above the others, in standard deviations (d').

    Args:
        recorded: activations of every tap.
        is_concept: (clip,), over all clips of the set.
    """
    scores = {}
    for tap in recorded:
        own = is_concept[tap.shown_clips]
        if not own.any() or own.all():
            raise InvalidInput("selectivity needs shown clips of the concept and of others.")
        inside, outside = tap.shown[own].astype(np.float64), tap.shown[~own].astype(np.float64)
        spread = np.sqrt((inside.var(0) + outside.var(0)) / 2)
        distance = np.divide(inside.mean(0) - outside.mean(0), spread, out=np.zeros(len(spread)), where=spread > 0)
        scores[tap.tap.name] = np.where(tap.dead, -np.inf, distance)
    return Ranking("selectivity", scores)


def mix(*rankings: Ranking) -> Ranking:
    """Mean rank over rankings; a neuron that one of them leaves out counts there as the last."""
    scores: dict[str, Doubles] = {}
    sizes = {name: len(values) for name, values in rankings[0].scores.items()}
    whole = [_ranks(np.concatenate([ranking.scores[name] for name in sizes])) for ranking in rankings]
    mean = np.mean(whole, axis=0)
    start = 0
    for name, size in sizes.items():
        scores[name] = mean[start : start + size]
        start += size
    return Ranking("+".join(ranking.method for ranking in rankings), scores)


def _ranks(values: Doubles) -> Doubles:
    from scipy.stats import rankdata

    lowest = values[np.isfinite(values)].min(initial=0.0) - 1
    ranks: Doubles = rankdata(np.where(np.isfinite(values), values, lowest)) / len(values)
    return ranks


def _silent(taps: Sequence[Tap]) -> dict[str, Doubles]:
    return {tap.name: np.full(tap.width, -np.inf) for tap in taps if tap.encode is None and tap.kind != "dictionary"}


def _refuse_silence(scores: Mapping[str, Doubles], concept: str, known: Iterable[str]) -> None:
    if not any(np.isfinite(values).any() for values in scores.values()):
        raise UnknownName("neuron's concept", concept, known)


def _closeness(words: Sequence[str], concept: str, embedder: Embedder) -> list[float]:
    if not words:
        return []
    vectors = embedder.embed([concept, *words])
    return [float(value) for value in vectors[1:] @ vectors[0]]


def _pearson_of_supported(verdicts: Iterable[Verification]) -> dict[tuple[str, int], float]:
    return {
        (one.neuron.tap, one.neuron.index): one.pearson
        for one in verdicts
        if one.subject == "description" and one.verdict.outcome == "supported" and one.pearson is not None
    }
