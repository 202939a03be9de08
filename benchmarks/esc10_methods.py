"""Every way of describing a neuron that the ESC-10 benchmark compares, each as earmark Descriptions.

All of them see the shown clips of one split only, get the same captions and vectors, and are then judged by the same
predictor on the same held-out clips, so that only the way of describing differs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earmark.dissection.clips import ClipSet
from earmark.dissection.concepts.concepts import ClipConcepts, score_concepts
from earmark.dissection.concepts.similarity import SCORES, ScoreName
from earmark.dissection.describing.choosing import ChoosingConfig
from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase, PhraseKind
from earmark.dissection.describing.features import ClipFeatures
from earmark.dissection.describing.summaries import DescribeConfig, describe
from earmark.dissection.recording.activations import Activations
from earmark.dissection.recording.selection import select
from earmark.evidence import Claim
from earmark.language import Embedder
from published import dissect_as_published, majority_label

OURS = "earmark, at most three phrases"
PUBLISHED = "published procedure (K = 5)"
MAJORITY = "majority label of the top 5"
ATTRIBUTES_AT_MOST = 8


@dataclass(frozen=True)
class Setting:
    """What every method gets for one split."""

    seed: int
    clip_set: ClipSet
    features: ClipFeatures
    embedder: Embedder
    classes: ClipConcepts
    """Titles against the network's ten class names."""
    sounds: ClipConcepts
    """Titles against the packaged list of 500."""
    captions: Sequence[str | None]
    """(clip,): title and acoustic words, for the published procedure."""


Method = Callable[[Activations, Setting], Sequence[Description]]


def three_phrases(activations: Activations, setting: Setting) -> Sequence[Description]:
    """Earmark's embedded writer as it is."""
    evidence = select(activations, setting.clip_set)
    return describe(activations, evidence, setting.features, seed=setting.seed)


def full_attributes(activations: Activations, setting: Setting) -> Sequence[Description]:
    """The same writer with room for more phrases."""
    config = DescribeConfig(choosing=ChoosingConfig(max_phrases=ATTRIBUTES_AT_MOST))
    evidence = select(activations, setting.clip_set)
    return describe(activations, evidence, setting.features, config, seed=setting.seed)


def open_concepts(activations: Activations, setting: Setting) -> Sequence[Description]:
    """The open concepts of earmark's descriptions, alone."""
    return [
        in_words(said.neuron, said.open_concepts, "concept")
        for said in three_phrases(activations, setting)
        if said.open_concepts
    ]


def closed(matrix_of: Callable[[Setting], ClipConcepts], score: ScoreName) -> Method:
    """The best name of a closed list by one of the published scores."""

    def name(activations: Activations, setting: Setting) -> Sequence[Description]:
        rows = score_concepts(activations, matrix_of(setting), (score,), best=1)
        return [in_words(NeuronId(tap=row.tap, index=row.neuron), (row.concept,), "concept") for row in rows]

    return name


def as_published(activations: Activations, setting: Setting) -> Sequence[Description]:
    """AND's procedure, on the shown clips."""
    captions = [setting.captions[clip] for clip in activations.shown_clips]
    neurons = dissect_as_published(activations.shown, captions, setting.embedder)
    return [
        in_words(NeuronId(tap=activations.tap.name, index=index), neuron.calibrated, "words")
        for index, neuron in enumerate(neurons)
        if neuron.calibrated and not activations.dead[index]
    ]


def majority(activations: Activations, setting: Setting) -> Sequence[Description]:
    """The class that most of the five strongest shown clips belong to: true labels, which no other method sees."""
    labels = [setting.clip_set.clips[clip].label for clip in activations.shown_clips]
    return [
        in_words(NeuronId(tap=activations.tap.name, index=index), (label,), "concept")
        for index, label in enumerate(majority_label(activations.shown, labels))
        if label and not activations.dead[index]
    ]


METHODS: dict[str, Method] = {
    OURS: three_phrases,
    f"earmark, at most {ATTRIBUTES_AT_MOST} phrases": full_attributes,
    "earmark, open concepts alone": open_concepts,
    **{f"closed, 10 classes, {score}": closed(lambda setting: setting.classes, score) for score in SCORES},
    **{f"closed, 500 sounds, {score}": closed(lambda setting: setting.sounds, score) for score in SCORES},
    MAJORITY: majority,
    PUBLISHED: as_published,
}


def in_words(neuron: NeuronId, texts: Sequence[str], kind: PhraseKind) -> Description:
    """A description that says these words, every one counting the same."""
    text = ", ".join(texts)
    phrases = tuple(Phrase(text=said, kind=kind, weight=1.0) for said in texts)
    claim = Claim(id=f"{neuron}:{text}", text=text, evidence_ids=())
    return Description(neuron=neuron, text=text, claims=(NeuronClaim(claim=claim, phrases=phrases),))
