"""What is found of a network as a whole: figures with intervals, or the reason why there is none."""

from typing import Literal, Self

from pydantic import model_validator

from earmark.evidence import Record

Kind = Literal["basic adjectives", "other adjectives", "nouns", "verbs"]
KINDS: tuple[Kind, ...] = ("basic adjectives", "other adjectives", "nouns", "verbs")
TOP = 5
"""Top clips of a neuron that may share a cluster of captions."""
SHARED = (3, 4, 5)
"""How many of them must, for the neuron to count as interpretable; the first decides."""
Decision = Literal["holds", "fails", "undecided"]
Speaks = Literal["supports", "contradicts", "silent"]


class Figure(Record):
    """A number with its interval; where it cannot be computed, the reason."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    """Of the interval."""
    p_value: float | None = None
    """Two-sided, against 0."""
    adjusted: float | None = None
    """The p-value corrected for the figures that stand beside it."""
    reason: str | None = None

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) != bool(self.reason):
            raise ValueError("a figure has either a value or the reason why it has none")
        return self


class WordShare(Record):
    """One kind of words in the descriptions of all hidden neurons."""

    kind: Kind
    share: float
    """Of all words, each counted once a neuron."""
    per_neuron: float
    """Distinct words of the kind a described neuron."""
    untrained_share: float | None
    untrained_per_neuron: float | None
    commonest: tuple[tuple[str, int], ...]
    """Words, and how many neurons carry each."""


class Pruning(Record):
    """One kind of neurons silenced at one share, beside random draws matched in layer and count."""

    chosen_by: str
    share: float
    """Of all hidden neurons."""
    neurons: int
    accuracy: float | None
    """Mean over draws."""
    random_accuracy: float | None
    reason: str | None = None


class Damage(Record):
    """What silencing neurons by their words cost more than silencing random ones of the same layers."""

    chosen_by: str
    damage: Figure
    """Accuracy after random draws minus accuracy after the choice, averaged over the shares."""


class DecisiveTest(Record):
    """One of the three tests of the first finding."""

    name: Literal["causal", "prediction", "explanation"]
    question: str
    figure: Figure
    """The number that decides."""
    says: Speaks
    untrained: Figure
    """The same of the untrained twin."""
    details: dict[str, float | None] = {}


class LayerReading(Record):
    """How well measured properties and class labels explain the activations of one layer."""

    layer: int
    neurons: int
    acoustics: float
    """Mean cross-validated R² from measured properties."""
    classes: float
    """The same from class labels."""
    untrained_acoustics: float | None
    untrained_classes: float | None


class CombinationFinding(Record):
    """Finding (i) of one network: a combination of basic acoustic features, not of abstract concepts?"""

    network: str
    strategy: str
    accuracy: float | None
    """Of the untouched network on the clips that judge; 0% silenced."""
    untrained_accuracy: float | None
    chance: float | None
    judged_on: int
    """Clips."""
    words: tuple[WordShare, ...]
    prunings: tuple[Pruning, ...]
    damages: tuple[Damage, ...]
    adjectives: tuple[Damage, ...]
    """Single adjectives."""
    layers: tuple[LayerReading, ...]
    tests: tuple[DecisiveTest, ...]
    decision: Decision
    because: str


class LayerFigures(Record):
    """One block of one network; ``untrained`` is the same of its twin."""

    layer: int
    neurons: int
    """Living ones."""
    adjectives: float
    """A neuron, mean."""
    concepts: float
    """Distinct words a neuron, mean."""
    interpretable: dict[int, float] | None
    """Share of neurons with at least so many of 5 top clips in one cluster of captions."""
    interpretable_chance: dict[int, float] | None
    """The same of random clips."""
    spread: float
    """Of the top clips in measured properties; random clips have 1."""
    modes: float
    """Groups of top clips that stay apart, mean."""
    modes_chance: float


class LayerDifference(Record):
    """How one block differs from the same block of the untrained twin."""

    layer: int
    measure: str
    difference: Figure


class Trend(Record):
    """How a measure changes from the first block to the last."""

    measure: str
    slope: Figure
    """With the twin's subtracted where there is one."""
    beside_twin: bool


class PolysemanticityFinding(Record):
    """What finding (ii) asks of one network."""

    network: str
    strategy: str
    layers: tuple[LayerFigures, ...]
    untrained: tuple[LayerFigures, ...]
    differences: tuple[LayerDifference, ...]
    trends: tuple[Trend, ...]
    reason: str | None = None
    """Why there is nothing, where there is nothing."""


class Comparison(Record):
    """One of the four decisive tests of finding (ii), over networks."""

    question: str
    expected: Literal["above 0", "below 0"]
    figure: Figure


class Findings(Record):
    """Both findings over one or more networks."""

    combination: tuple[CombinationFinding, ...]
    combination_decision: Decision
    combination_because: str
    polysemanticity: tuple[PolysemanticityFinding, ...]
    comparisons: tuple[Comparison, ...]
    polysemanticity_decision: Decision
    polysemanticity_because: str
    clips: int
    seed: int
