"""How much is tried for the two findings."""

from dataclasses import dataclass
from typing import Literal, get_args

from earmark.errors import InvalidInput, UnknownName

Which = Literal["both", "combination", "polysemanticity"]


@dataclass(frozen=True)
class FindingsConfig:
    """How much is tried for the two findings. The rule is in docs/design/findings.md."""

    only: Which = "both"
    """combination (the first finding, which needs labelled clips and the network), polysemanticity (the second, which
    needs neither), or both."""
    shares: tuple[float, ...] = (0.02, 0.04, 0.08, 0.12)
    """Shares of the hidden neurons that are silenced."""
    draws: int = 8
    """Choices, each beside a random one of the same layers, at every share."""
    judging_clips: int = 264
    """Held-out clips on which a silenced network is judged, as many of every class as that allows."""
    prediction_draws: int = 20
    """Sets of neurons from which classes are read."""
    clusterings: int = 5
    """Seeds of K-means over caption sentences."""
    seed: int = 0
    """Of draws, folds, clusterings and intervals."""

    def __post_init__(self) -> None:
        """Refuse what no figure can be computed with."""
        if self.only not in get_args(Which):
            raise UnknownName("finding", self.only, get_args(Which))
        if not self.shares or not all(0 < share < 1 for share in self.shares):
            raise InvalidInput("shares of neurons lie between 0 and 1.")
        if min(self.draws, self.prediction_draws, self.clusterings, self.judging_clips) < 1:
            raise InvalidInput("draws, clusterings and judging clips are at least 1.")
