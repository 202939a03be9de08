"""From words to numbers: what each clip's activation should be if a description is true."""

from collections.abc import Sequence

import numpy as np

from earmark.dissection.describing.descriptions import Phrase
from earmark.dissection.describing.features import ClipFeatures, Floats, Indices


def predict(phrases: Sequence[Sequence[Phrase]], features: ClipFeatures, clips: Indices, *, weighted: bool) -> Floats:
    """Predict activations, up to scale and shift, from the phrases of each description.

    A clip is predicted high where it fits the phrases: the sum of its fits, weighted as the description's phrases were
    on shown clips, or by the words alone, every phrase counting the same.

    Args:
        phrases: the phrases of each description, claim or concept.
        features: every clip's fit to every phrase.
        clips: (clip,), rows of ``features``.
        weighted: whether the phrases' stored weights count.

    Returns:
        (clip, description).
    """
    distinct = {(p.kind, p.text): p for said in phrases for p in said}
    place = {key: row for row, key in enumerate(distinct)}
    mixing = np.zeros((len(distinct), len(phrases)), dtype=np.float32)
    for column, said in enumerate(phrases):
        for phrase in said:
            mixing[place[phrase.kind, phrase.text], column] += phrase.weight if weighted else 1.0
    predicted: Floats = features.fit_phrases(list(distinct.values()))[clips] @ mixing
    return predicted


def unit_columns(values: Floats) -> Floats:
    """Columns with zero mean and unit length, so that a product of two is Pearson's r; flat ones become zero."""
    centred = values.astype(np.float64) - values.mean(0, dtype=np.float64)
    lengths = np.linalg.norm(centred, axis=0)
    flat = lengths <= 1e-6 * (1e-12 + np.abs(values).max(0, initial=0)) * np.sqrt(len(values))
    return np.where(flat, 0, centred / np.where(flat, 1, lengths)).astype(np.float32)
