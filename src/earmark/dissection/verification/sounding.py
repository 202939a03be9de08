"""What is said of a neuron against held-out sounds themselves, by vectors that sounds and words share (CLAP).

No caption stands between: the sentence predicts a clip's activation by the cosine of its vector with the clip's.
"""

from collections.abc import Sequence

import numpy as np

from earmark.dissection.clips import ClipSet
from earmark.dissection.concepts.clap import AudioTextVectors
from earmark.dissection.describing.descriptions import Description, NeuronId
from earmark.dissection.describing.features import Indices
from earmark.dissection.describing.predictions import unit_columns
from earmark.dissection.recording.activations import Activations
from earmark.dissection.verification.nulls import bootstrap_weights
from earmark.dissection.verification.scores import average_precision, find_positives, pearson, pearson_interval
from earmark.evidence import Record
from earmark.language import FloatMatrix

_DRAWS = 500


class Sounding(Record):
    """How well a description predicts held-out activations by the sounds themselves; or the reason why not."""

    neuron: NeuronId
    text: str
    judge: str
    pearson: float | None = None
    pearson_low: float | None = None
    pearson_high: float | None = None
    auprc: float | None = None
    auprc_chance: float | None = None
    """The share of strong clips: what a guess would score."""
    clips: int = 0
    reason: str | None = None


def told(rows: Sequence[Sounding]) -> str:
    """What the sounds say of the descriptions, in one line."""
    judged = [row for row in rows if row.pearson is not None]
    if not judged:
        return f"by the sounds themselves: nothing could be judged; {rows[0].reason}" if rows else "nothing to judge"
    areas = [(row.auprc, row.auprc_chance) for row in judged if row.auprc is not None and row.auprc_chance is not None]
    area = f", mean AUPRC {np.mean(areas, axis=0)[0]:.2f} (chance {np.mean(areas, axis=0)[1]:.2f})" if areas else ""
    mean = np.mean([row.pearson for row in judged])
    return f"by the sounds themselves ({judged[0].judge}): mean held-out Pearson {mean:.2f}{area}"


def sound_out(
    descriptions: Sequence[Description],
    activations: Activations,
    sounds: FloatMatrix,
    vectors: AudioTextVectors,
    clip_set: ClipSet,
    groups: Indices,
    seed: int = 0,
) -> list[Sounding]:
    """Score one layer's descriptions on held-out sounds.

    Args:
        descriptions: of neurons of this tap; those that failed are passed over.
        activations: one tap's recording.
        sounds: (clip, dimension), one unit row for every clip of the set.
        vectors: the model that they come from, for the sentences.
        clip_set: the clips, for their side of the split.
        groups: (clip,): the source recording, for intervals.
        seed: of the bootstrap over sources.
    """
    said = [one for one in descriptions if one.text is not None]
    clips = activations.held_out_clips
    if any(clip_set.clips[row].split != "held_out" for row in clips.tolist()):
        raise AssertionError("a shown clip was about to judge a description")
    if not said or len(clips) < 2:
        reason = "no held-out clip."
        return [Sounding(neuron=one.neuron, text=one.text or "", judge=vectors.name, reason=reason) for one in said]
    texts = list(dict.fromkeys(one.text or "" for one in said))
    by_text = sounds[clips] @ vectors.embed_names(texts).T
    predicted = unit_columns(by_text[:, [texts.index(one.text or "") for one in said]])
    actual = unit_columns(activations.held_out[:, [one.neuron.index for one in said]])
    r = pearson(predicted, actual)
    low, high = pearson_interval(predicted, actual, bootstrap_weights(groups[clips], _DRAWS, seed))
    once = np.ones((1, len(clips)), dtype=np.float32)
    rows = []
    for at, one in enumerate(said):
        row = Sounding(neuron=one.neuron, text=one.text or "", judge=vectors.name, clips=len(clips))
        if not (predicted[:, at].any() and actual[:, at].any()):
            rows.append(row.model_copy(update={"reason": "nothing varies over the held-out clips."}))
            continue
        found: dict[str, object] = {
            "pearson": float(r[at]),
            "pearson_low": float(low[at]),
            "pearson_high": float(high[at]),
        }
        neuron = one.neuron.index
        positives = find_positives(activations.shown[:, neuron], activations.held_out[:, neuron])
        if positives.reason is None:
            found["auprc"] = float(average_precision(predicted[:, at], positives.clips, once)[0])
            found["auprc_chance"] = float(positives.clips.mean())
        rows.append(row.model_copy(update=found | {"reason": positives.reason}))
    return rows
