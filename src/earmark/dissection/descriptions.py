"""What is said of a neuron: claims made of phrases, each with its clips, and what became of them."""

from typing import Literal

from earmark.evidence import Claim, Record


class NeuronId(Record):
    """A neuron: a tap and an index in it."""

    tap: str
    index: int


class Phrase(Record):
    """The smallest thing that is said: a few words, and how a clip's fit to them is measured."""

    text: str
    kind: Literal["acoustic", "words", "concept"]
    """``acoustic``: a measured attribute of :mod:`acoustics`; ``words``: from captions; ``concept``: closed list."""
    attribute: str | None = None
    """The name of the measured attribute where kind is ``acoustic``."""
    weight: float
    """Standardised association with the neuron on the shown sample, after shrinkage; never zero."""
    p_value: float | None = None
    """On shown clips only; a bound for the false-discovery procedure, not a verdict."""


class NeuronClaim(Record):
    """A claim about a neuron: one group of its strong clips, in at most a few phrases."""

    claim: Claim
    phrases: tuple[Phrase, ...]


class Description(Record):
    """Everything said of one neuron. Where nothing could be said, ``failure`` gives the reason."""

    neuron: NeuronId
    text: str | None
    """The whole description as one sentence, ``None`` with a failure."""
    claims: tuple[NeuronClaim, ...] = ()
    open_concepts: tuple[str, ...] = ()
    failure: str | None = None
