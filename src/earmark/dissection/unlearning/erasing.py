"""Erase a class as a direction (LEACE) in what the classifier reads: the rival of silencing neurons."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.unlearning.aftermath import last_hidden
from earmark.dissection.unlearning.leace import Eraser, MomentsOfConcept
from earmark.dissection.unlearning.listening import PreparedClips
from earmark.dissection.unlearning.masks import changed

if TYPE_CHECKING:
    from torch import Tensor


def fit_eraser(network: AudioNetwork, classifier: Tap, choosing: PreparedClips, target: int) -> Eraser:
    """The least-squares eraser of one class from the last hidden layer, from the clips that choose."""
    features = last_hidden(network, classifier, choosing)
    moments = MomentsOfConcept(features.shape[1], 1)
    moments.add(features, (choosing.classes == target).astype(np.float64)[:, None])
    return moments.eraser()


def erased(network: AudioNetwork, classifier: Tap, eraser: Eraser) -> AbstractContextManager[Any]:
    """Put what the classifier reads through an eraser while the block runs."""
    import torch

    width = len(eraser.mean)
    reads = replace(classifier, name=f"{classifier.name}.input", kind="linear", width=width, reads="input")
    reads = replace(reads, module=classifier.module or classifier.name)
    mean, projection = torch.from_numpy(eraser.mean), torch.from_numpy(eraser.projection)

    def erase(values: "Tensor") -> "Tensor":
        wide = values.double()
        return (wide - (wide - mean) @ projection.T).to(values.dtype)

    return changed(network, [(reads, erase)])
