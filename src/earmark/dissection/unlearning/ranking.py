"""One name for each way to choose neurons, from what a dissection holds."""

from functools import cached_property

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
from earmark.language.embedder import EachTextOnce

_SOURCES: dict[str, ConceptSource] = {"db": "DB", "tab": "TAB", "icl": "ICL"}


class Told:
    """What a dissection says of its neurons; each table is read once, however many concepts are looked for."""

    def __init__(self, opened: Reopened, embedder: Embedder) -> None:
        self.opened = opened
        self.embedder = EachTextOnce(embedder)

    @cached_property
    def names(self) -> list[ConceptScore]:
        """The best names of the closed list."""
        return [row for row in self.opened.run.stream("concepts", ConceptScore) if row.rank == 1]

    @cached_property
    def descriptions(self) -> list[Description]:
        """All descriptions."""
        return self.opened.run.read("descriptions", Description)

    @cached_property
    def verdicts(self) -> list[Verification]:
        """What held-out clips say of them."""
        return self.opened.run.read("verdicts", Verification)


def rank(
    told: Told,
    subject: Subject,
    concept: Concept,
    method: Method,
    *,
    synonym_cosine: float = 0.6,
    most: int | None = None,
    seed: int = 0,
) -> Ranking:
    """Rank the neurons of the taps by how much they speak of a concept.

    Args:
        told: what the dissection says of its neurons.
        subject: its network and clips.
        concept: what to look for.
        method: how.
        synonym_cosine: an open concept at least this near counts as the concept.
        most: neurons that will be silenced at most, where that is known; passes need no more.
        seed: draws the clips that passes look at.

    Raises:
        UnknownName: none does; the nearest concepts are given.
    """
    taps = subject.taps
    if method in _SOURCES:
        return by_closed_concept(told.names, concept.name, taps, _SOURCES[method])
    if concept.index is not None and method == "passes":
        return by_passes(subject.network, taps, subject.choosing, concept.index, most, seed=seed)
    if concept.index is not None and (method == "attribution" or method == "taylor"):
        return by_attribution(subject.network, taps, subject.choosing, concept.index, method)
    if method == "selectivity":
        return _selectivity(told.opened, subject, concept)
    said = by_open_concepts(
        told.descriptions,
        plain_name(concept.name),
        taps,
        told.embedder,
        synonym_cosine,
        told.verdicts if method == "supported" else None,
    )
    return mix(said, _selectivity(told.opened, subject, concept)) if method == "mix" else said


def _selectivity(opened: Reopened, subject: Subject, concept: Concept) -> Ranking:
    wanted = plain_name(concept.name)
    own = [wanted in map(plain_name, clip.labels) for clip in opened.clip_set.clips]
    return by_selectivity(subject.recorded, np.array(own, dtype=bool))
