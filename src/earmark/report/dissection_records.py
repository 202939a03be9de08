"""What the page of a dissection shows: the whole of it except sounds and pictures, as plain values."""

from typing import Literal

from earmark.evidence import Record
from earmark.runs import Skipped

Outcome = Literal["supported", "undecided", "refuted", "silent"]
BINS = 70
"""Of a layer's distribution over Pearson from -0.4 to 1."""


class PageClip(Record):
    """A clip that some neuron shows."""

    id: str
    path: str
    start_s: float
    end_s: float
    words: tuple[str, ...]
    """What its captions say, each once."""
    label: str | None
    author: str | None
    licence: str | None
    source_url: str | None
    silence: str | None = None
    """Why it cannot be heard on the page, where it cannot."""


class PageMoment(Record):
    """A clip as evidence for one neuron, with the stretch of it that excites the neuron most."""

    clip: int
    """Its place in ``DissectionData.clips``."""
    strength: float
    start_s: float | None = None
    """In the file, as the clip's own start; ``None`` where no moment was looked for."""
    end_s: float | None = None


class PageTuning(Record):
    """What generated sweeps say of one attribute of a claim."""

    attribute: str
    outcome: Outcome
    reason: str | None


class PageClaim(Record):
    """One claim, what held-out clips say of it, and the clips it was written from."""

    text: str
    outcome: Outcome | None
    reason: str | None
    pearson: float | None
    low: float | None
    high: float | None
    clips: tuple[PageMoment, ...]
    tuning: tuple[PageTuning, ...] = ()


class ConceptList(Record):
    """The best names of the closed list for one neuron, from one source."""

    source: str
    concepts: tuple[tuple[str, float | None], ...]


class PageNeuron(Record):
    """A row of the table."""

    layer: int
    """Its place in ``DissectionData.layers``."""
    index: int
    text: str | None
    failure: str | None
    outcome: Outcome
    pearson: float | None
    low: float | None
    high: float | None
    auprc: float | None
    specific: bool | None
    informativeness: float | None
    label: str | None
    """The class that it stands for, in a classifier."""
    words: tuple[str, ...]
    """Concepts and its class, to be searched."""


class NeuronDetail(Record):
    """What opens under a row."""

    claims: tuple[PageClaim, ...]
    strongest: tuple[PageMoment, ...]
    weakest: tuple[PageMoment, ...]
    closed: tuple[ConceptList, ...]
    open: tuple[str, ...]
    withheld: tuple[str, ...]
    opinions: tuple[str, ...] = ()
    """What other judges say on held-out clips: a language model that read captions, the sounds themselves."""


class PageLayer(Record):
    """A tap, and how its descriptions did. Distributions have BINS bins of Pearson from -0.4 to 1."""

    name: str
    short: str
    neurons: int
    judged: int
    supported: int
    median: float | None
    scores: tuple[float, ...] | None
    null: tuple[float, ...] | None
    twin: tuple[float, ...] | None


class Figure(Record):
    """One number on top of the page."""

    value: str
    meaning: str


class DissectionData(Record):
    """Everything the page shows except sounds and pictures."""

    title: str
    network: str
    version: str
    counts: dict[str, int]
    figures: tuple[Figure, ...]
    facts: tuple[tuple[str, str], ...]
    """Of the run: name and value."""
    notes: tuple[str, ...]
    layers: tuple[PageLayer, ...]
    neurons: tuple[PageNeuron, ...]
    details: tuple[NeuronDetail, ...]
    """(neuron,)."""
    clips: tuple[PageClip, ...]
    skipped: tuple[Skipped, ...]
