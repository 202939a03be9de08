"""Write what the strong clips share and the weak ones do not: the embedded writer, which needs no language model.

A whole layer at once: candidates that go with each neuron more than chance allows (:mod:`association`), minus what the
weak clips fit too (:mod:`calibration`), at most three that predict the shown activations best together
(:mod:`choosing`). Where the strong clips of the chosen phrases are different clips, each group becomes a claim of its
own. Where nothing passes, nothing is said.

Paper: AND (arXiv 2406.16990), module B, with statistics in the place of the language model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.association import associate
from earmark.dissection.describing.calibration import calibrate_associations
from earmark.dissection.describing.choosing import Choices, ChoosingConfig, choose
from earmark.dissection.describing.descriptions import Description, NeuronClaim, Phrase
from earmark.dissection.describing.features import ClipFeatures, Floats, Indices
from earmark.dissection.describing.open_concepts import open_concepts
from earmark.dissection.describing.wording import say_claim, say_description
from earmark.dissection.recording.activations import Activations
from earmark.evidence import Claim, Evidence, content_id

if TYPE_CHECKING:
    from earmark.dissection.recording.selection import NeuronEvidence

_OVERLAP = 0.5
"""Two phrases belong to one claim when at least this share of the rarer one's strong clips say both ..."""
_ALIKE = 0.3
"""... or when their fits correlate at least so much over all shown clips: two names for the same sounds."""
_STRONG_SHARE = 0.05
"""Beside the extremes, the top of the shown sample that counts as strong when phrases are grouped."""


@dataclass(frozen=True)
class DescribeConfig:
    """How the embedded writer decides what to say."""

    false_discovery: float = 0.05
    """The share of false associations allowed over all phrases and neurons of a layer."""
    places: int = 32
    """Associated candidates among which a neuron's phrases are chosen."""
    choosing: ChoosingConfig = field(default_factory=ChoosingConfig)
    """How phrases are chosen among them."""


def describe(
    activations: Activations,
    evidence: Sequence["NeuronEvidence"],
    features: ClipFeatures,
    config: DescribeConfig | None = None,
    seed: int = 0,
) -> list[Description]:
    """Describe the neurons of one layer from shown clips only.

    Args:
        activations: one tap's recording.
        evidence: the strong and weak clips of the neurons to describe, any of this tap's.
        features: every clip's fit to every phrase.
        config: how to decide what to say.
        seed: deals sources to the folds that test a choice of phrases.

    Returns:
        One description for each item of ``evidence``, in order.
    """
    config = config or DescribeConfig()
    associations = associate(activations, features, config.places, config.false_discovery)
    associations, withheld = calibrate_associations(associations, features)
    choices = choose(activations, features, associations, config.choosing, seed)
    row_of = {int(neuron): row for row, neuron in enumerate(choices.neurons)}
    return [
        _describe_neuron(item, activations, features, choices, row_of.get(item.neuron.index), withheld)
        for item in evidence
    ]


def _describe_neuron(
    item: "NeuronEvidence",
    activations: Activations,
    features: ClipFeatures,
    choices: Choices,
    row: int | None,
    withheld: list[tuple[str, ...]],
) -> Description:
    if row is None:
        return Description(neuron=item.neuron, text=None, failure="dead: it does not vary over the shown clips.")
    gone = withheld[row][:3]
    columns = choices.columns[row]
    columns = columns[columns >= 0]
    if not len(columns):
        shared = f"the weak clips say the same ({', '.join(gone)})." if gone else None
        reason = shared or "no phrase sets its strong clips apart from the other shown clips more than chance does."
        return Description(neuron=item.neuron, text=None, withheld=gone, failure=reason)
    strong = strong_clips(activations, item.neuron.index)
    phrases = {
        int(column): Phrase(
            text=features.candidates[column].text,
            kind=features.candidates[column].kind,
            attribute=features.candidates[column].attribute,
            weight=float(weight),
            p_value=float(p_value),
        )
        for column, weight, p_value in zip(columns, choices.weights[row], choices.p_values[row], strict=False)
    }
    shown = features.fits[features.is_shown][:, columns]
    alike: Floats = np.divide(shown.T @ shown, len(shown), dtype=np.float32)
    groups = group_phrases(columns, features.says[strong], alike)
    claims = tuple(_claim(item, [phrases[c] for c in group], group, features) for group in groups)
    text = say_description([claim.claim.text for claim in claims])
    measured = [phrase.text for claim in claims for phrase in claim.phrases if phrase.attribute is not None]
    concepts = open_concepts(text, measured)
    return Description(neuron=item.neuron, text=text, claims=claims, open_concepts=concepts, withheld=gone)


def strong_clips(activations: Activations, neuron: int) -> Indices:
    """The extremes of a neuron and the top of its shown sample, each once."""
    values = activations.shown[:, neuron]
    top = activations.shown_clips[values > np.quantile(values, 1 - _STRONG_SHARE)]
    return np.union1d(activations.high_clips[neuron], top)


def group_phrases(columns: Indices, says: npt.NDArray[np.bool_], alike: Floats) -> list[list[int]]:
    """Put phrases that are said of the same strong clips together, and those of different clips apart.

    Args:
        columns: the chosen candidates, most important first.
        says: (strong clip, candidate).
        alike: (chosen, chosen), how far the fits of the chosen candidates correlate over shown clips.

    Returns:
        Groups of columns, in the order of their most important phrase.
    """
    groups: list[list[int]] = []
    for place, column in enumerate(columns.tolist()):
        together = [
            other
            for at, other in enumerate(columns.tolist())
            if alike[place, at] >= _ALIKE or _overlap(says, column, other)
        ]
        home = next((group for group in groups if set(group) & set(together)), None)
        if home is None:
            groups.append([column])
        else:
            home.append(column)
    return groups


def _overlap(says: npt.NDArray[np.bool_], one: int, other: int) -> bool:
    rarer = min(says[:, one].sum(), says[:, other].sum())
    return bool((says[:, one] & says[:, other]).sum() >= _OVERLAP * rarer)


def _claim(
    item: "NeuronEvidence", phrases: Sequence[Phrase], group: Sequence[int], features: ClipFeatures
) -> NeuronClaim:
    text = say_claim([features.candidates[column] for column in group])
    evidence = _evidence_of(item.high, features, group, [phrase.weight for phrase in phrases])
    identity = content_id(str(item.neuron), text, *evidence)
    return NeuronClaim(claim=Claim(id=identity, text=text, evidence_ids=evidence), phrases=tuple(phrases))


def _evidence_of(
    high: Sequence[Evidence], features: ClipFeatures, group: Sequence[int], weights: Sequence[float]
) -> tuple[str, ...]:
    """The strong clips that carry a claim: those that say one of its phrases, or else the one that fits best."""
    rows = [features.row_of[item.excerpt.source_id] for item in high]
    fits: Floats = features.fits[np.ix_(rows, list(group))] @ np.asarray(weights, dtype=np.float32)
    best = int(fits.argmax())
    said = features.says[np.ix_(rows, list(group))]
    return tuple(item.id for at, item in enumerate(high) if at == best or said[at].any())
