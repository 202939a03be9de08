"""One name for each way to choose neurons, from what a dissection holds."""

import numpy as np

from earmark.dissection.concepts.concepts import ConceptScore, ConceptSource
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.recipe import Reopened
from earmark.dissection.unlearning.attribution import by_attribution, by_passes
from earmark.dissection.unlearning.config import Method
from earmark.dissection.unlearning.listening import plain_name
from earmark.dissection.unlearning.subject import Concept, Subject
from earmark.dissection.unlearning.whom import (
    Ranking,
    by_closed_concept,
    by_open_concepts,
    by_selectivity,
    mix,
)
from earmark.dissection.verification.verification import Verification
from earmark.language import Embedder

_SOURCES: dict[str, ConceptSource] = {"db": "DB", "tab": "TAB", "icl": "ICL"}


def rank(
    opened: Reopened,
    subject: Subject,
    concept: Concept,
    method: Method,
    embedder: Embedder,
    *,
    synonym_cosine: float = 0.6,
    most: int | None = None,
) -> Ranking:
    """Rank the neurons of the taps by how much they speak of a concept.

    Args:
        opened: the dissection.
        subject: its network and clips.
        concept: what to look for.
        method: how.
        embedder: sentence vectors for synonyms.
        synonym_cosine: an open concept at least this near counts as the concept.
        most: neurons that will be silenced at most, where that is known; passes need no more.

    Raises:
        UnknownName: none does; the nearest concepts are given.
    """
    taps = subject.taps
    if method in _SOURCES:
        return by_closed_concept(opened.run.read("concepts", ConceptScore), concept.name, taps, _SOURCES[method])
    if concept.index is not None and method == "passes":
        return by_passes(opened.network, taps, subject.choosing, concept.index, most)
    if concept.index is not None and (method == "attribution" or method == "taylor"):
        return by_attribution(opened.network, taps, subject.choosing, concept.index, method)
    if method == "selectivity":
        return _selectivity(opened, subject, concept)
    said = by_open_concepts(
        opened.run.read("descriptions", Description),
        plain_name(concept.name),
        taps,
        embedder,
        synonym_cosine,
        opened.run.read("verdicts", Verification) if method == "supported" else None,
    )
    return mix(said, _selectivity(opened, subject, concept)) if method == "mix" else said


def _selectivity(opened: Reopened, subject: Subject, concept: Concept) -> Ranking:
    wanted = plain_name(concept.name)
    own = [clip.label is not None and plain_name(clip.label) == wanted for clip in opened.clip_set.clips]
    return by_selectivity(subject.recorded, np.array(own, dtype=bool))
