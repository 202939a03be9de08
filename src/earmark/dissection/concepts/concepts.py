"""Which names of a closed list fit what each neuron does.

Paper: AND (arXiv 2406.16990), module A. Its three sources: DB compares captions with the names, TAB sounds with the
names, and ICL lets a language model pick (:mod:`earmark.dissection.concepts.picking`). DB and TAB give one
(clip, concept) matrix for the whole network, so that every caption, sound and name is encoded once; scoring a layer is
arithmetic on it (:mod:`earmark.dissection.concepts.similarity`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from earmark.dissection.clips import Clip
from earmark.dissection.concepts.clap import AudioTextVectors
from earmark.dissection.concepts.concept_list import readable_label
from earmark.dissection.concepts.similarity import ScoreName, SimilarityConfig, score_layer
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.phrases import affirmed
from earmark.dissection.networks import Waveform
from earmark.dissection.recording.activations import Activations, Indices
from earmark.errors import NotEnoughEvidence
from earmark.evidence import Record
from earmark.language import Embedder, FloatMatrix

ConceptSource = Literal["DB", "TAB", "ICL"]

_FEWEST_CLIPS = 10


class ConceptScore(Record):
    """One name for one neuron: a row of the concepts table."""

    tap: str
    neuron: int
    source: ConceptSource
    score_name: ScoreName | None
    """``None`` for ICL: a language model picks and scores nothing."""
    rank: int
    """1 is the best."""
    concept: str
    score: float | None
    """Comparable among the concepts of one neuron and score, not between scores."""


class LastLayerAccuracy(Record):
    """How often the names of the output layer's neurons are the classes that they stand for."""

    source: ConceptSource
    score_name: ScoreName | None
    neurons: int
    listed: int
    """How many of the true names stand in the list; the others cannot be right."""
    top_1: float
    top_5: float
    text_similarity: float | None
    """Mean cosine between the vectors of the best name and the true one; ``None`` where no neuron has a name."""


@dataclass(frozen=True)
class ClipConcepts:
    """How well each name fits each clip, from one source."""

    source: Literal["DB", "TAB"]
    clips: Indices
    """(row,): positions in ``ClipSet.clips``, ascending; clips without a caption are absent."""
    concepts: tuple[str, ...]
    values: FloatMatrix
    """(row, concept): cosine."""


def match_captions(
    captions: Iterable[Caption], clips: Sequence[Clip], concepts: Sequence[str], embedder: Embedder
) -> ClipConcepts:
    """Compare what captions affirm with the names (DB); several captions of a clip count alike.

    Args:
        captions: of any of the clips; those that affirm nothing are left out.
        clips: all clips of the set, in order.
        concepts: the names.
        embedder: sentence vectors; every distinct text is given to it once.

    Raises:
        NotEnoughEvidence: no caption says anything.
    """
    position = {clip.id: index for index, clip in enumerate(clips)}
    said: dict[int, list[str]] = defaultdict(list)
    for caption in captions:
        if caption.clip_id in position and (text := affirmed(caption.text)):
            said[position[caption.clip_id]].append(text)
    if not said:
        raise NotEnoughEvidence("no clip has a caption that says anything: choose another source with --captions.")
    texts = {text: row for row, text in enumerate(dict.fromkeys(text for own in said.values() for text in own))}
    by_text = embedder.embed(list(texts)) @ embedder.embed(list(concepts)).T
    rows = sorted(said)
    values = np.stack([by_text[[texts[text] for text in said[row]]].mean(axis=0) for row in rows])
    return ClipConcepts("DB", np.array(rows, dtype=np.int64), tuple(concepts), values.astype(np.float32))


def embed_sounds(waveforms: Iterable[Waveform], vectors: AudioTextVectors) -> FloatMatrix:
    """The vectors of sounds, each heard once and let go; (clip, dimension), unit rows.

    Args:
        waveforms: at ``vectors.rate_hz``.
        vectors: an audio-text model.
    """
    return np.stack([vectors.embed_sound(waveform) for waveform in waveforms]).astype(np.float32)


def match_sounds(
    clips: Sequence[int], sounds: FloatMatrix, concepts: Sequence[str], vectors: AudioTextVectors
) -> ClipConcepts:
    """Compare the sounds themselves with the names (TAB).

    Args:
        clips: positions in ``ClipSet.clips``, ascending.
        sounds: (clip, dimension), their vectors in that order.
        concepts: the names.
        vectors: the model that they come from.
    """
    if len(clips) != len(sounds):
        raise ValueError(f"{len(sounds)} vectors for {len(clips)} clips")
    values = (sounds @ vectors.embed_names(concepts).T).astype(np.float32)
    return ClipConcepts("TAB", np.asarray(clips, dtype=np.int64), tuple(concepts), values)


def score_concepts(
    activations: Activations,
    clip_concepts: ClipConcepts,
    methods: Sequence[ScoreName] = ("cosine_cubed",),
    best: int = 5,
    config: SimilarityConfig | None = None,
) -> tuple[ConceptScore, ...]:
    """Name every neuron of a tap that varies, on the shown sample only.

    WPMI and soft-WPMI compare a neuron with its layer, so a tap where fewer than two neurons vary gets none of them.

    Args:
        activations: one tap's recording.
        clip_concepts: the matrix of the whole clip set; rows of held-out clips are not looked at.
        methods: which of the published scores.
        best: names kept for each neuron and score.
        config: constants of the scores.

    Returns:
        Rows by method, then neuron, then rank; equal scores rank in the order of the list.

    Raises:
        NotEnoughEvidence: fewer than ten clips of the shown sample have a row.
    """
    _, sampled, matched = np.intersect1d(
        activations.shown_clips, clip_concepts.clips, assume_unique=True, return_indices=True
    )
    if len(sampled) < _FEWEST_CLIPS:
        raise NotEnoughEvidence(
            f"only {len(sampled)} clips of the shown sample can be compared with concepts, and {_FEWEST_CLIPS} are "
            "needed: caption more clips, or choose another source with --captions."
        )
    live = np.flatnonzero(~activations.dead)
    usable = [name for name in methods if len(live) > 1 or name not in ("wpmi", "soft_wpmi")]
    if not len(live) or not usable:
        return ()
    scores = score_layer(activations.shown[np.ix_(sampled, live)], clip_concepts.values[matched], usable, config)
    rows = []
    for name in usable:
        order = np.argsort(-scores[name], axis=1, kind="stable")[:, :best]
        for own, neuron, chosen in zip(scores[name], live, order, strict=True):
            rows += [
                ConceptScore(
                    tap=activations.tap.name,
                    neuron=int(neuron),
                    source=clip_concepts.source,
                    score_name=name,
                    rank=rank,
                    concept=clip_concepts.concepts[concept],
                    score=float(own[concept]),
                )
                for rank, concept in enumerate(chosen, start=1)
            ]
    return tuple(rows)


def last_layer_accuracy(
    scores: Iterable[ConceptScore], labels: Sequence[str], concepts: Sequence[str], embedder: Embedder
) -> tuple[LastLayerAccuracy, ...]:
    """Compare the names of the classifier's neurons with the classes that they stand for.

    A neuron without a name (dead, or refused by the model) counts as wrong. Names are compared as they read, without
    regard to case and underscores.

    Args:
        scores: rows of the classifier's tap, of any sources and scores.
        labels: the true class names in the order of the neurons.
        concepts: the closed list.
        embedder: sentence vectors for the text similarity.
    """
    named: dict[tuple[ConceptSource, ScoreName | None], dict[int, dict[int, str]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for row in scores:
        named[row.source, row.score_name][row.neuron][row.rank] = row.concept
    truth = [readable_label(label) for label in labels]
    listed = {name.casefold() for name in concepts}
    return tuple(
        LastLayerAccuracy(
            source=source,
            score_name=score_name,
            neurons=len(truth),
            listed=sum(label.casefold() in listed for label in truth),
            top_1=_share_right(chosen, truth, 1),
            top_5=_share_right(chosen, truth, 5),
            text_similarity=_text_similarity(chosen, truth, embedder),
        )
        for (source, score_name), chosen in named.items()
    )


def _share_right(chosen: Mapping[int, Mapping[int, str]], truth: Sequence[str], best: int) -> float:
    right = 0
    for neuron, label in enumerate(truth):
        names = chosen.get(neuron, {})
        right += label.casefold() in {names[rank].casefold() for rank in names if rank <= best}
    return right / len(truth)


def _text_similarity(chosen: Mapping[int, Mapping[int, str]], truth: Sequence[str], embedder: Embedder) -> float | None:
    pairs = [(chosen[neuron][1], label) for neuron, label in enumerate(truth) if 1 in chosen.get(neuron, {})]
    if not pairs:
        return None
    names, labels = (embedder.embed(side) for side in zip(*pairs, strict=True))
    return float((names * labels).sum(axis=1).mean())
