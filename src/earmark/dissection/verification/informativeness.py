"""Does a description say something about *its* neuron? Against rival descriptions, and against other neurons.

Both questions are put to the words alone (every phrase counting the same), on held-out clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.features import Floats, Indices

Values = npt.NDArray[np.float64]

_FEWEST_RIVALS = 40
_LINE_UP = 20
_SPECIFIC_RATE = 0.05


@dataclass(frozen=True)
class Specificity:
    """Whether a description beats those of other neurons that say something different."""

    specific: bool | None
    reason: str | None


def judge_specificity(
    own: Values, across: Floats, words: Sequence[frozenset[str]], distinct: Sequence[int]
) -> list[Specificity]:
    """Compare each description with the layer's other descriptions, on its own neuron.

    A rival says something different when it shares no word with the description. A description is specific when at
    most one in twenty, itself counted, predicts its neuron at least as well.

    Args:
        own: (description,), r of each description on its own neuron.
        across: (distinct description, description), r of each distinct description on each description's neuron.
        words: the lemmas of each description.
        distinct: which description stands for each distinct one.
    """
    vocabulary = {word: row for row, word in enumerate(sorted(frozenset().union(*words)))}
    uses = np.zeros((len(words), len(vocabulary)), dtype=np.float32)
    for row, said in enumerate(words):
        uses[row, [vocabulary[word] for word in said]] = 1
    different = uses[list(distinct)] @ uses.T == 0
    rivals = different.sum(0)
    as_good = (different & (across >= own[None, :] - 1e-7)).sum(0)
    return [
        Specificity(None, f"only {count} other distinct descriptions in its layer; at least {_FEWEST_RIVALS} needed.")
        if count < _FEWEST_RIVALS
        else Specificity(bool((good + 1) / (count + 1) <= _SPECIFIC_RATE), None)
        for count, good in zip(rivals.tolist(), as_good.tolist(), strict=True)
    ]


def find_among_twenty(scores: Floats, own: Indices) -> Values | None:
    """The chance that a description picks its neuron out of a line-up of 20 of its layer.

    The exact expectation over all line-ups, ties broken at random, so a description that fits every neuron alike
    ("a sound") scores 1/20.

    Args:
        scores: (description, neuron), r of every description on every living neuron.
        own: (description,), the column of each description's neuron.

    Returns:
        (description,), or ``None`` when the layer has fewer than 20 living neurons.
    """
    others = scores.shape[1] - 1
    if others < _LINE_UP - 1:
        return None
    mine = scores[np.arange(len(own)), own][:, None]
    better = (scores > mine + 1e-6).sum(1)
    tied = (np.abs(scores - mine) <= 1e-6).sum(1) - 1
    # unseen[k]: the chance that none of k given neurons stands in the line-up of 19 others.
    unseen = np.zeros(others + 2)
    unseen[0] = 1
    for k in range(others):
        unseen[k + 1] = unseen[k] * max(0, others - k - (_LINE_UP - 1)) / (others - k)
    total = np.append(0, np.cumsum(unseen))
    chance: Values = (total[better + tied + 1] - total[better]) / (tied + 1)
    return chance
