"""What silencing cost, on clips that chose nothing: the concept's own accuracy, the others', whose neighbours suffered.

Paper: AND (arXiv 2406.16990), section on machine unlearning: Delta A is the loss on the ablated concept, Delta R the
mean loss on the remaining ones. The paper reports them on mean logits; here they are reported on accuracy, too.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from earmark.dissection.unlearning.listening import Logits
from earmark.errors import NotEnoughEvidence
from earmark.evidence import Record
from earmark.evidence.interval import wilson

Classes = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


class Accuracy(Record):
    """Accuracy on some clips before and after, with Wilson's 95% intervals."""

    clips: int
    before: float
    before_low: float
    before_high: float
    after: float
    after_low: float
    after_high: float

    @property
    def lost(self) -> float:
        """How much fell away; negative where accuracy rose."""
        return self.before - self.after


class ClassDamage(Record):
    """One class before and after."""

    label: str
    accuracy: Accuracy
    logit_before: float
    """Mean logit of the class on its own clips."""
    logit_after: float
    confidence_before: float
    """Mean calibrated probability of the class on its own clips (see :func:`calibrated`)."""
    confidence_after: float


class Damage(Record):
    """What one silencing did to a set of clips."""

    target: str | None
    """The class that was to be forgotten; ``None`` where the concept is no class, so that all classes are others."""
    forget: Accuracy | None
    """On the target's clips."""
    retained: Accuracy
    """On all other clips."""
    delta_a: float | None
    """Mean loss of the target's logit on its own clips, as published."""
    delta_r: float
    """The same, averaged over the other classes."""
    classes: tuple[ClassDamage, ...]

    @property
    def neighbours(self) -> tuple[ClassDamage, ...]:
        """The other classes that lost accuracy, most damaged first."""
        others = [one for one in self.classes if one.label != self.target and one.accuracy.lost > 0]
        return tuple(sorted(others, key=lambda one: -one.accuracy.lost))


def assess(before: Logits, after: Logits, classes: Classes, labels: Sequence[str], target: int | None) -> Damage:
    """Compare logits before and after.

    Args:
        before: (clip, class).
        after: (clip, class).
        classes: (clip,), the true class of each clip.
        labels: class names.
        target: the class that was to be forgotten; ``None`` where the concept is none.

    Raises:
        NotEnoughEvidence: no clip of the target, or none of the others.
    """
    own = np.zeros(len(classes), dtype=bool) if target is None else classes == target
    if target is not None:
        refuse_one_sided(own, labels[target], "held-out")
    right_before, right_after = before.argmax(1) == classes, after.argmax(1) == classes
    sure_before, sure_after = calibrated(before, after, classes)
    rows = []
    for index in np.unique(classes).tolist():
        of = classes == index
        rows.append(
            ClassDamage(
                label=labels[index],
                accuracy=_accuracy(right_before[of], right_after[of]),
                logit_before=float(before[of, index].mean()),
                logit_after=float(after[of, index].mean()),
                confidence_before=float(sure_before[of, index].mean()),
                confidence_after=float(sure_after[of, index].mean()),
            )
        )
    name = None if target is None else labels[target]
    losses = {row.label: row.logit_before - row.logit_after for row in rows}
    delta_a = losses.pop(name) if name is not None else None
    return Damage(
        target=name,
        forget=None if target is None else _accuracy(right_before[own], right_after[own]),
        retained=_accuracy(right_before[~own], right_after[~own]),
        delta_a=delta_a,
        delta_r=float(np.mean(list(losses.values()))),
        classes=tuple(rows),
    )


def refuse_one_sided(own: npt.NDArray[np.bool_], label: str, side: str) -> None:
    """Refuse clips that are all of a class, or none.

    Raises:
        NotEnoughEvidence: they are.
    """
    if not own.any() or own.all():
        missing = f"clips of {label!r}" if not own.any() else f"clips of other classes than {label!r}"
        raise NotEnoughEvidence(
            f"there are no {missing} among the {side} clips, so what is forgotten and what is kept cannot be told "
            "apart: dissect again with clips of both."
        )


def calibrated(before: Logits, after: Logits, classes: Classes) -> tuple[Shares, Shares]:
    """Probabilities before and after, at temperatures that calibrate the untouched network (Guo et al., ICML 2017).

    Every other clip of each class is in one half; the temperature of a half is fitted on the other half, so that no
    clip is judged at a temperature that it chose.

    Returns:
        Two arrays (clip, class).
    """
    order = np.argsort(classes, kind="stable")
    half = np.empty(len(classes), dtype=bool)
    half[order] = np.arange(len(classes)) % 2 == 0
    found = np.empty(before.shape), np.empty(after.shape)
    for judged in (half, ~half):
        others = ~judged if judged.any() and not judged.all() else judged
        temperature = calibrating_temperature(before[others], classes[others]) if others.any() else 1.0
        for logits, shares in zip((before, after), found, strict=True):
            shares[judged] = _softmax(logits[judged] / temperature)
    return found


def calibrating_temperature(logits: Logits, classes: Classes) -> float:
    """The temperature at which the likelihood of the true classes is largest."""
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        shares = _softmax(logits.astype(np.float64) / math.exp(log_temperature))
        return float(-np.log(np.maximum(shares[np.arange(len(classes)), classes], 1e-300)).mean())

    return math.exp(float(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))


def _accuracy(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> Accuracy:
    (was_low, was_high), (is_low, is_high) = (wilson(int(right.sum()), len(right)) for right in (before, after))
    return Accuracy(
        clips=len(before),
        before=float(before.mean()),
        before_low=was_low,
        before_high=was_high,
        after=float(after.mean()),
        after_low=is_low,
        after_high=is_high,
    )


def _softmax(logits: npt.NDArray[np.floating]) -> Shares:
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    shares: Shares = shifted / shifted.sum(1, keepdims=True)
    return shares
