"""Does a description hold on clips that it was not written from?

Every description, every claim and every open concept predicts its neuron's activations on one uniform sample of
held-out clips, the same for all neurons. *Supported*: the prediction beats the activations permuted over source
recordings (false discoveries bounded within the layer) and reaches a least Pearson; *refuted*: its interval lies below
zero; else undecided. *Specific*: it beats the layer's other, different descriptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips import ClipSet
from earmark.dissection.describing.descriptions import Description, NeuronId, Phrase
from earmark.dissection.describing.features import ClipFeatures, Floats, Indices
from earmark.dissection.describing.phrases import lemmas_of
from earmark.dissection.describing.predictions import predict, unit_columns
from earmark.dissection.recording.activations import Activations
from earmark.dissection.verification.informativeness import Specificity, find_among_twenty, judge_specificity
from earmark.dissection.verification.nulls import benjamini_hochberg, bootstrap_weights, permutation_p_values
from earmark.dissection.verification.scores import average_precision, find_positives, pearson, pearson_interval
from earmark.evidence import Outcome, Record, Verdict, content_id

Subject = Literal["description", "claim", "concept"]
Values = npt.NDArray[np.float64]

JUDGE = "held-out pearson"


@dataclass(frozen=True)
class VerifyConfig:
    """When a description counts as supported."""

    false_discovery: float = 0.05
    """Benjamini-Hochberg rate within a layer, for each of descriptions, claims and concepts."""
    least_pearson: float = 0.15
    """A smaller correlation is not called support, however certain."""
    least_clips: int = 150
    """With fewer held-out clips nothing is judged."""
    permutations: int = 999
    """At least so many permutations over sources for every prediction."""
    draws: int = 1000
    """Bootstrap draws of sources for the interval of Pearson."""
    precision_draws: int = 200
    """The same for the area under the precision-recall curve."""


class Verification(Record):
    """What held-out clips say of one description, claim or concept. One row of the table of verdicts."""

    neuron: NeuronId
    subject: Subject
    claim_id: str | None
    """``None`` for the whole description and for concepts."""
    text: str
    verdict: Verdict
    pearson: float | None = None
    """With the phrases weighted as on the shown clips."""
    pearson_low: float | None = None
    pearson_high: float | None = None
    pearson_words: float | None = None
    """By the words alone, every phrase counting the same."""
    p_value: float | None = None
    q_value: float | None = None
    auprc: float | None = None
    auprc_low: float | None = None
    auprc_high: float | None = None
    auprc_chance: float | None = None
    """The share of positives: what a guess would score."""
    auprc_reason: str | None = None
    specific: bool | None = None
    specific_reason: str | None = None
    informativeness: float | None = None
    """The chance to find the neuron among 20 of its layer; 0.05 for words that tell nothing apart."""
    informativeness_reason: str | None = None
    untrained_share: float | None = None
    """The share of the untrained twin's descriptions at this tap that do at least as well on their own neurons."""
    untrained_reason: str | None = "no untrained twin was recorded."
    held_out_clips: int
    held_out_sources: int


@dataclass(frozen=True)
class _Row:
    neuron: NeuronId
    subject: Subject
    claim_id: str | None
    text: str
    phrases: tuple[Phrase, ...]


def verify(
    descriptions: Sequence[Description],
    activations: Activations,
    features: ClipFeatures,
    clip_set: ClipSet,
    config: VerifyConfig | None = None,
    seed: int = 0,
) -> list[Verification]:
    """Judge one layer's descriptions, their claims and their open concepts on held-out clips.

    Args:
        descriptions: of neurons of this tap; those that failed get no row.
        activations: one tap's recording.
        features: every clip's fit to every phrase.
        clip_set: the clips, for their sources and their side of the split.
        config: when a description counts as supported.
        seed: of the permutations and draws.

    Returns:
        One row for each description, claim and concept, in that order for each neuron.
    """
    config = config or VerifyConfig()
    rows = [row for description in descriptions if description.text is not None for row in _rows_of(description)]
    clips = activations.held_out_clips
    if any(clip_set.clips[row].split != "held_out" for row in clips.tolist()):
        raise AssertionError("a shown clip was about to judge a description")
    sources = len(np.unique(features.groups[clips]))
    if reason := too_few_to_judge(len(clips), config):
        return [_unjudged(row, reason, len(clips), sources) for row in rows]
    found: dict[int, Verification] = {}
    for subject in ("description", "claim", "concept"):
        places = [at for at, row in enumerate(rows) if row.subject == subject]
        judged = _judge([rows[at] for at in places], activations, features, config, seed)
        found.update(zip(places, judged, strict=True))
    return [found[at] for at in range(len(rows))]


def too_few_to_judge(held_out: int, config: VerifyConfig | None = None) -> str | None:
    """Why so many held-out clips judge nothing; ``None`` where they are enough."""
    least = (config or VerifyConfig()).least_clips
    return f"only {held_out} held-out clips; at least {least} are needed to judge." if held_out < least else None


def with_untrained(verifications: Sequence[Verification], twin: Sequence[Verification]) -> list[Verification]:
    """Fill in the strongest control: how the untrained twin's own descriptions fare at the same tap.

    Args:
        verifications: of the network.
        twin: of the same architecture with fresh random weights, described and judged in the same way.
    """
    scores: dict[str, list[float]] = {}
    for row in twin:
        if row.subject == "description" and row.pearson is not None:
            scores.setdefault(row.neuron.tap, []).append(row.pearson)
    filled = []
    for row in verifications:
        rivals = scores.get(row.neuron.tap)
        share: float | None = None
        reason: str | None = "the untrained twin has no judged description at this tap."
        if row.pearson is None:
            reason = "there is no Pearson to compare."
        elif rivals:
            share, reason = float(np.mean(np.array(rivals) >= row.pearson)), None
        filled.append(row.model_copy(update={"untrained_share": share, "untrained_reason": reason}))
    return filled


def _rows_of(description: Description) -> list[_Row]:
    neuron, text = description.neuron, description.text or ""
    rows = [_Row(neuron, "description", None, text, description.phrases)]
    rows += [_Row(neuron, "claim", c.claim.id, c.claim.text, c.phrases) for c in description.claims]
    for concept in description.open_concepts:
        rows.append(_Row(neuron, "concept", None, concept, (Phrase(text=concept, kind="concept", weight=1.0),)))
    return rows


def _judge(
    rows: Sequence[_Row], activations: Activations, features: ClipFeatures, config: VerifyConfig, seed: int
) -> list[Verification]:
    if not rows:
        return []
    clips, neurons = activations.held_out_clips, np.array([row.neuron.index for row in rows])
    groups = features.groups[clips]
    sources = len(np.unique(groups))
    phrases = [row.phrases for row in rows]
    predicted = unit_columns(predict(phrases, features, clips, weighted=True))
    words = unit_columns(predict(phrases, features, clips, weighted=False))
    living = unit_columns(activations.held_out)
    actual = living[:, neurons]
    told = np.asarray(predicted.any(0) & actual.any(0), dtype=bool)
    r, r_words = pearson(predicted, actual), pearson(words, actual)
    low, high = pearson_interval(predicted, actual, bootstrap_weights(groups, config.draws, seed))
    p_values = np.ones(len(rows))
    p_values[told] = permutation_p_values(predicted[:, told], actual[:, told], groups, seed, config.permutations)
    q_values = np.ones(len(rows))
    q_values[told] = benjamini_hochberg(p_values[told])
    judged = []
    for at, row in enumerate(rows):
        if not told[at]:
            silent = "the prediction" if actual[:, at].any() else "the neuron"
            judged.append(_unjudged(row, f"{silent} does not vary over the held-out clips.", len(clips), sources))
            continue
        scores = {
            "pearson": float(r[at]),
            "pearson_low": float(low[at]),
            "pearson_high": float(high[at]),
            "pearson_words": float(r_words[at]),
            "p_value": float(p_values[at]),
            "q_value": float(q_values[at]),
        }
        verdict = _decide(row, float(r[at]), float(high[at]), float(q_values[at]), config)
        judged.append(_blank(row, verdict, len(clips), sources).model_copy(update=scores))
    if rows[0].subject != "description":
        reason = "asked of whole descriptions only."
        update = {"auprc_reason": reason, "specific_reason": reason, "informativeness_reason": reason}
        return [item.model_copy(update=update) for item in judged]
    return _with_rivals(_with_precision(judged, predicted, activations, groups, config, seed), rows, words, living)


def _decide(row: _Row, r: float, high: float, q: float, config: VerifyConfig) -> Verdict:
    outcome: Outcome = "undecided"
    reason = None
    if q <= config.false_discovery and r >= config.least_pearson:
        outcome = "supported"
    elif high < 0:
        outcome, reason = "refuted", "the held-out interval lies below zero."
    elif q > config.false_discovery:
        reason = f"not told from chance on held-out clips (q = {q:.2g})."
    else:
        reason = f"beats chance, but a Pearson of {r:.2f} is below {config.least_pearson}."
    return Verdict(claim_id=_identity(row), outcome=outcome, score=float(r), judge=JUDGE, reason=reason)


def _with_precision(
    judged: list[Verification],
    predicted: Floats,
    activations: Activations,
    groups: Indices,
    config: VerifyConfig,
    seed: int,
) -> list[Verification]:
    whole = np.ones((1, len(groups)), dtype=np.float32)
    weights = np.concatenate([whole, bootstrap_weights(groups, config.precision_draws, seed + 1)])
    scored = []
    for at, item in enumerate(judged):
        if item.pearson is None:
            scored.append(item)
            continue
        neuron = item.neuron.index
        positives = find_positives(activations.shown[:, neuron], activations.held_out[:, neuron])
        if positives.reason:
            scored.append(item.model_copy(update={"auprc_reason": positives.reason}))
            continue
        area = average_precision(predicted[:, at], positives.clips, weights)
        low, high = np.quantile(area[1:], [0.025, 0.975])
        update = {"auprc": float(area[0]), "auprc_low": float(low), "auprc_high": float(high)}
        scored.append(item.model_copy(update=update | {"auprc_chance": float(positives.clips.mean())}))
    return scored


def _with_rivals(judged: list[Verification], rows: Sequence[_Row], words: Floats, living: Floats) -> list[Verification]:
    """Put the words of each description against the layer's other descriptions and against its other neurons."""
    said = [frozenset(lemma for phrase in row.phrases for lemma in lemmas_of(phrase.text)) for row in rows]
    keys = [tuple(sorted(phrase.text for phrase in row.phrases)) for row in rows]
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    distinct = [first[key] for key in dict.fromkeys(keys)]
    neurons = np.array([row.neuron.index for row in rows])
    across = words[:, distinct].T @ living[:, neurons]
    specifics = judge_specificity(pearson(words, living[:, neurons]), across, said, distinct)
    varying = np.flatnonzero(living.any(0))
    column = np.searchsorted(varying, neurons).clip(0, max(0, len(varying) - 1))
    chances = find_among_twenty(words.T @ living[:, varying], column) if len(varying) else None
    return [
        _with_rival(item, specific, None if chances is None else float(chances[at]))
        for at, (item, specific) in enumerate(zip(judged, specifics, strict=True))
    ]


def _with_rival(item: Verification, specific: Specificity, chance: float | None) -> Verification:
    if item.pearson is None:
        return item
    update = {"specific": specific.specific, "specific_reason": specific.reason, "informativeness": chance}
    if chance is None:
        update["informativeness_reason"] = "fewer than 20 living neurons in the layer."
    return item.model_copy(update=update)


def _unjudged(row: _Row, reason: str, clips: int, sources: int) -> Verification:
    verdict = Verdict(claim_id=_identity(row), outcome="undecided", score=None, judge=JUDGE, reason=reason)
    update = {"auprc_reason": reason, "specific_reason": reason, "informativeness_reason": reason}
    return _blank(row, verdict, clips, sources).model_copy(update=update)


def _blank(row: _Row, verdict: Verdict, clips: int, sources: int) -> Verification:
    return Verification(
        neuron=row.neuron,
        subject=row.subject,
        claim_id=row.claim_id,
        text=row.text,
        verdict=verdict,
        held_out_clips=clips,
        held_out_sources=sources,
    )


def _identity(row: _Row) -> str:
    return row.claim_id or content_id(str(row.neuron), row.subject, row.text)
