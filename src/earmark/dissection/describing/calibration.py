"""Take away from what the strong clips say whatever the weak clips say too.

Paper: AND (arXiv 2406.16990), module B. There the threshold stands at 0.9, 0.6 and 0.5 in figure, flag and code, and
sentences are deleted from the list that is walked, so that they meet each other's vectors. Here there is one threshold,
and what is kept is a new list.
"""

from collections.abc import Sequence

import numpy as np

from earmark.dissection.describing.association import Associations
from earmark.dissection.describing.features import ClipFeatures
from earmark.language import Embedder

ALSO_SAID = 0.6
"""The one threshold. A phrase goes when the weak side says it at least this much: for sentences, the cosine with the
nearest weak sentence; for measured phrases, the mean fit of the weak clips over that of the strong ones. Pairs of short
captions that mean the same lie above it and pairs about different sources below (tests/dissection/test_calibration.py
has such pairs)."""


def calibrate(
    strong: Sequence[str], weak: Sequence[str], embedder: Embedder
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Divide what the strong clips share into what is theirs alone and what the weak clips share too.

    Args:
        strong: sentences or phrases about the strong clips.
        weak: sentences or phrases about the weak clips.
        embedder: sentence vectors.

    Returns:
        The kept ones and the withheld ones, each in the order given.
    """
    if not strong or not weak:
        return tuple(strong), ()
    nearest = (embedder.embed(list(strong)) @ embedder.embed(list(weak)).T).max(1)
    kept = tuple(text for text, near in zip(strong, nearest.tolist(), strict=True) if near < ALSO_SAID)
    return kept, tuple(text for text in strong if text not in kept)


def calibrate_associations(
    associations: Associations, features: ClipFeatures
) -> tuple[Associations, list[tuple[str, ...]]]:
    """The same for measured phrases, a layer at once.

    Returns:
        The associations without what the weak clips fit too, and per neuron the phrases that went.
    """
    strong = np.maximum(associations.strong, 1e-6)
    shared = (associations.candidates >= 0) & (associations.weak >= ALSO_SAID * strong)
    kept = Associations(
        neurons=associations.neurons,
        candidates=np.where(shared, -1, associations.candidates),
        p_values=associations.p_values,
        strong=associations.strong,
        weak=associations.weak,
    )
    texts = [candidate.text for candidate in features.candidates]
    withheld = [
        tuple(texts[column] for column in row[gone]) for row, gone in zip(associations.candidates, shared, strict=True)
    ]
    return kept, withheld
