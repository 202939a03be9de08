"""What decides an unlearning: one config for Python, the command line and the manifest. Loads no torch."""

from dataclasses import dataclass
from typing import Literal, get_args

from earmark.dissection.unlearning.budget import Budget
from earmark.dissection.unlearning.masks import Ablation
from earmark.errors import InvalidInput, UnknownName

Method = Literal[
    "passes", "attribution", "taylor", "selectivity", "db", "tab", "icl", "open", "supported", "mix", "leace"
]
BY_WORDS = ("db", "tab", "icl", "open", "supported")
"""Methods that need words only, so that a concept need not be a class."""


@dataclass(frozen=True)
class UnlearnConfig:
    """Whom to silence, how, and how many."""

    method: Method = "passes"
    """passes: activation times gradient of what is to be forgotten and retained, anew after every few neurons, over at
    most 64 clips of the class and 192 others; attribution, taylor: once, for the class alone; selectivity: d' of the
    class; db, tab, icl: by closed concept; open: descriptions that say it (OCP); supported: those that hold on held-out
    clips; mix: descriptions that say it, with selectivity; leace: no neurons, but the direction of the class before the
    output layer."""
    how: Ablation = "zero"
    """What stands in a silenced neuron's place: zero, mean, or resample (another shown clip's value)."""
    neurons: int | None = None
    """Silence so many neurons."""
    share: float | None = None
    """Silence this share of all neurons of the taps."""
    retain_drop: float | None = None
    """As many as forget most while the other classes lose at most this accuracy on shown clips; 0.03 by default."""
    taps: tuple[str, ...] = ()
    """Globs of the recorded taps to silence in; by default all but the classifier, whose neurons are the classes."""
    synonym_cosine: float = 0.6
    """For open, supported and mix: an open concept counts as the concept from this cosine of their vectors on."""
    beside: tuple[Method, ...] = ()
    """Other methods whose trade-off is shown beside it, on the same budget; nothing is exported for them."""
    random_prunes: int = 20
    """Random prunes matched in tap and count to compare with."""
    seed: int = 0
    """Of the clips that passes look at, and of the random prunes."""

    def __post_init__(self) -> None:
        for method in (self.method, *self.beside):
            if method not in get_args(Method):
                raise UnknownName("method", method, get_args(Method))
        if self.how not in get_args(Ablation):
            raise UnknownName("ablation", self.how, get_args(Ablation))
        if not 0 < self.synonym_cosine <= 1:
            raise InvalidInput("--synonym-cosine lies above 0 and at most at 1.")
        budget = Budget(self.neurons, self.share, self.retain_drop)
        if self.method == "leace" and (budget != Budget() or self.taps or self.how != "zero"):
            raise InvalidInput(
                "leace removes one direction before the output layer: it takes no budget, taps or --how."
            )

    @property
    def budget(self) -> Budget:
        """How many neurons may be silenced."""
        return Budget(self.neurons, self.share, self.retain_drop)
