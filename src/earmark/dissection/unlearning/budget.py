"""How many neurons may be silenced, and the count that forgets most within what the other classes may lose."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from earmark.dissection.unlearning.damage import Classes
from earmark.dissection.unlearning.listening import Logits, logits_of
from earmark.dissection.unlearning.masks import Ablation, silenced
from earmark.dissection.unlearning.subject import Concept, Subject
from earmark.dissection.unlearning.whom import Ranking
from earmark.errors import InvalidInput

_RETAIN_DROP = 0.03


@dataclass(frozen=True)
class Budget:
    """How much may be silenced. One of the three; by default as much as the retained classes can bear."""

    neurons: int | None = None
    """So many neurons."""
    share: float | None = None
    """This share of all neurons of the taps."""
    retain_drop: float | None = None
    """As many as forget most while the retained classes lose at most this accuracy on the shown clips (0.03)."""

    def __post_init__(self) -> None:
        given = [value for value in (self.neurons, self.share, self.retain_drop) if value is not None]
        if len(given) > 1:
            raise InvalidInput("give one of --budget, --share and --retain-drop.")
        if self.neurons is not None and self.neurons < 1:
            raise InvalidInput("a budget is at least 1 neuron.")
        if self.share is not None and not 0 < self.share < 1:
            raise InvalidInput("a share lies between 0 and 1: silencing everything is no unlearning.")
        if self.retain_drop is not None and not 0 <= self.retain_drop < 1:
            raise InvalidInput("--retain-drop lies between 0 and 1.")

    def count(self, of: int) -> int | None:
        """The neurons to silence out of so many, ``None`` where the retained classes decide.

        Raises:
            InvalidInput: it would be all of them.
        """
        if self.neurons is None and self.share is None:
            return None
        count = self.neurons if self.neurons is not None else max(1, round((self.share or 0) * of))
        if count >= of:
            raise InvalidInput(f"a budget of {count} would silence all {of} neurons: nothing would be left.")
        return count


class Tried(NamedTuple):
    """A count of neurons and what silencing them did to the shown clips; the least is the best."""

    forgotten: float
    """Accuracy on the concept."""
    margin: float
    """Mean of how far the concept's logit lies above the best other, on its own clips."""
    neurons: int
    lost: float
    """Accuracy that the others lost."""


def choose_within(
    subject: Subject,
    ranking: Ranking,
    concept: Concept,
    how: Ablation,
    budget: Budget,
    otherwise: Iterable[Ranking] = (),
) -> tuple[Ranking, dict[str, list[int]]]:
    """The neurons to silence: a fixed number, or as many as forget most within what the others may lose.

    Of two counts that leave the class no accuracy, the one that pushes its logit further below the others is taken,
    so that the class stays forgotten on clips that are not shown; of two that do the same, the smaller. Of a concept
    that is no class, everything that speaks is silenced as far as the classes can bear it.

    Args:
        subject: the network and its clips; the shown ones choose.
        ranking: whom to silence first.
        concept: what is to be forgotten.
        how: what stands in a silenced neuron's place.
        budget: how much may be silenced.
        otherwise: rankings to take instead where the first leaves the class some accuracy and one of them less.

    Returns:
        The ranking that was taken, and its neurons by tap.
    """
    count = budget.count(subject.neurons)
    if count is not None:
        return ranking, ranking.best(count)
    least, taken = _least_left(subject, ranking, concept, how, budget), ranking
    rivals = iter(otherwise)
    while (least is None or least.forgotten > 0) and (rival := next(rivals, None)) is not None:
        left = _least_left(subject, rival, concept, how, budget)
        if left is not None and (least is None or left < least):
            least, taken = left, rival
    return taken, taken.best(least.neurons if least is not None else 1)


def _least_left(subject: Subject, ranking: Ranking, concept: Concept, how: Ablation, budget: Budget) -> Tried | None:
    """The best count of a ranking; ``None`` where the others bear none."""
    allowed = _RETAIN_DROP if budget.retain_drop is None else budget.retain_drop
    most = min(ranking.speaking, subject.neurons - 1)
    tried: list[Tried] = []
    for count in _counts(subject.neurons, most):
        tried.append(_try(subject, ranking, concept, how, count))
        # The others have long lost too much: more neurons only cost more.
        if tried[-1].lost > 3 * allowed + 0.1:
            break
    best = min((one for one in tried if one.lost <= allowed), default=None)
    if best is None:
        return None
    nearby = _between(best.neurons, [one.neurons for one in tried])
    tried += [_try(subject, ranking, concept, how, count) for count in nearby]
    return min(one for one in tried if one.lost <= allowed)


def _try(subject: Subject, ranking: Ranking, concept: Concept, how: Ablation, count: int) -> Tried:
    with silenced(subject.network, subject.masks(ranking.best(count), how)):
        logits = logits_of(subject.network, subject.choosing)
    classes, before = subject.choosing.classes, subject.choosing_before
    own = classes == concept.index
    lost = _accuracy(before[~own], classes[~own]) - _accuracy(logits[~own], classes[~own])
    if concept.index is None:
        return Tried(0.0, -count, count, lost)
    return Tried(_accuracy(logits[own], classes[own]), _margin(logits[own], concept.index), count, lost)


def _counts(of: int, most: int) -> Iterator[int]:
    """From a few neurons (one of 256) to all that speak, doubling."""
    count = max(1, of // 256)
    while count < most:
        yield count
        count *= 2
    if most:
        yield most


def _between(best: int, tried: list[int]) -> list[int]:
    """A few counts on either side of the best one, up to its neighbours."""
    ordered = sorted(tried)
    place = ordered.index(best)
    ends = ordered[max(0, place - 1)], ordered[min(len(ordered) - 1, place + 1)]
    finer = np.linspace(ends[0], ends[1], 5).round().astype(int).tolist()
    return [count for count in dict.fromkeys(finer) if count not in tried]


def _accuracy(logits: Logits, classes: Classes) -> float:
    return float((logits.argmax(1) == classes).mean())


def _margin(logits: Logits, index: int) -> float:
    others = np.delete(logits, index, axis=1)
    return float((logits[:, index] - others.max(1)).mean())
