"""What is said of a neuron: claims made of phrases, each with its clips, and what became of them."""

from typing import Literal, Self

from pydantic import model_validator

from earmark.evidence import Claim, Record

PhraseKind = Literal["acoustic", "words", "concept"]


class NeuronId(Record):
    """A neuron: a tap and an index in it."""

    tap: str
    index: int

    def __str__(self) -> str:
        return f"{self.tap}:{self.index}"


class Phrase(Record):
    """The smallest thing that is said: a few words, and how a clip's fit to them is measured."""

    text: str
    kind: PhraseKind
    """``acoustic``: a measured attribute of :mod:`acoustics`; ``words``: from captions; ``concept``: closed list."""
    attribute: str | None = None
    """The name of the measured attribute where kind is ``acoustic``."""
    weight: float
    """Standardised association with the neuron on the shown sample, after shrinkage; never zero."""
    p_value: float | None = None
    """On shown clips only; a bound for the false-discovery procedure, not a verdict."""


class NeuronClaim(Record):
    """A claim about a neuron: one group of its strong clips, in at most a few phrases.

    ``claim.evidence_ids`` name the strong clips of this group.
    """

    claim: Claim
    phrases: tuple[Phrase, ...]


class Description(Record):
    """Everything said of one neuron. Where nothing could be said, ``failure`` gives the reason."""

    neuron: NeuronId
    text: str | None
    """The whole description as one sentence, ``None`` with a failure."""
    claims: tuple[NeuronClaim, ...] = ()
    open_concepts: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    """Phrases of the strong clips that the weak clips share, so that calibration took them away."""
    writer: str = "embedded"
    """Who wrote it: ``embedded``, or the name of a language model."""
    failure: str | None = None

    @model_validator(mode="after")
    def _text_or_failure(self) -> Self:
        if (self.text is None) != bool(self.failure):
            raise ValueError("a description has either a text or the reason why it has none")
        if self.text is not None and not self.phrases:
            raise ValueError("a description with a text needs the phrases that it says")
        return self

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases of all claims, in the order in which they are said."""
        return tuple(phrase for claim in self.claims for phrase in claim.phrases)
