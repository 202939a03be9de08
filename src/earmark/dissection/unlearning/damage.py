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


class ClassDamage(Record):
    """One class before and after."""

    label: str
    clips: int
    accuracy_before: float
    accuracy_after: float
    low_after: float
    """Wilson's interval of the accuracy after, 95%."""
    high_after: float
    logit_before: float
    """Mean logit of the class on its own clips."""
    logit_after: float
    confidence_before: float
    """Mean probability of the class on its own clips, at the temperature that calibrates the untouched network."""
    confidence_after: float


class Damage(Record):
    """What one silencing did to a set of clips."""

    target: str
    forget_before: float
    """Accuracy on the target's clips."""
    forget_after: float
    forget_low: float
    forget_high: float
    retained_before: float
    """Accuracy on all other clips."""
    retained_after: float
    retained_low: float
    retained_high: float
    delta_a: float
    """Mean loss of the target's logit on its own clips, as published."""
    delta_r: float
    """The same, averaged over the other classes."""
    classes: tuple[ClassDamage, ...]

    @property
    def neighbours(self) -> tuple[ClassDamage, ...]:
        """The other classes that lost accuracy, most damaged first."""
        others = [one for one in self.classes if one.label != self.target and one.accuracy_after < one.accuracy_before]
        return tuple(sorted(others, key=lambda one: one.accuracy_after - one.accuracy_before))


def assess(before: Logits, after: Logits, classes: npt.NDArray[np.int64], labels: Sequence[str], target: int) -> Damage:
    """Compare logits before and after.

    Args:
        before: (clip, class).
        after: (clip, class).
        classes: (clip,), the true class of each clip.
        labels: class names.
        target: the class that was to be forgotten.

    Raises:
        NotEnoughEvidence: no clip of the target, or none of the others.
    """
    own = classes == target
    if not own.any() or own.all():
        missing = f"clips of {labels[target]!r}" if not own.any() else "clips of other classes"
        raise NotEnoughEvidence(f"there are no {missing} among the clips kept for checking: give more clips.")
    temperature = calibrating_temperature(before, classes)
    right_before, right_after = before.argmax(1) == classes, after.argmax(1) == classes
    rows = tuple(
        _class_damage(index, labels, classes, before, after, temperature) for index in np.unique(classes).tolist()
    )
    losses = {row.label: row.logit_before - row.logit_after for row in rows}
    delta_a = losses.pop(labels[target])
    forget_low, forget_high = wilson(int(right_after[own].sum()), int(own.sum()))
    kept_low, kept_high = wilson(int(right_after[~own].sum()), int((~own).sum()))
    return Damage(
        target=labels[target],
        forget_before=float(right_before[own].mean()),
        forget_after=float(right_after[own].mean()),
        forget_low=forget_low,
        forget_high=forget_high,
        retained_before=float(right_before[~own].mean()),
        retained_after=float(right_after[~own].mean()),
        retained_low=kept_low,
        retained_high=kept_high,
        delta_a=delta_a,
        delta_r=float(np.mean(list(losses.values()))),
        classes=rows,
    )


def _class_damage(
    index: int, labels: Sequence[str], classes: npt.NDArray[np.int64], before: Logits, after: Logits, temperature: float
) -> ClassDamage:
    own = classes == index
    right = int((after[own].argmax(1) == index).sum())
    low, high = wilson(right, int(own.sum()))
    return ClassDamage(
        label=labels[index],
        clips=int(own.sum()),
        accuracy_before=float((before[own].argmax(1) == index).mean()),
        accuracy_after=right / int(own.sum()),
        low_after=low,
        high_after=high,
        logit_before=float(before[own, index].mean()),
        logit_after=float(after[own, index].mean()),
        confidence_before=float(_softmax(before[own] / temperature)[:, index].mean()),
        confidence_after=float(_softmax(after[own] / temperature)[:, index].mean()),
    )


def calibrating_temperature(logits: Logits, classes: npt.NDArray[np.int64]) -> float:
    """The temperature at which the likelihood of the true classes is largest (Guo et al., ICML 2017)."""
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        shares = _softmax(logits.astype(np.float64) / math.exp(log_temperature))
        return float(-np.log(np.maximum(shares[np.arange(len(classes)), classes], 1e-300)).mean())

    return math.exp(float(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))


def _softmax(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    shares: npt.NDArray[np.float64] = shifted / shifted.sum(1, keepdims=True)
    return shares
