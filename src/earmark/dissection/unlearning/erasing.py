"""Erase a class as a direction (LEACE) in what the classifier reads: the rival of silencing neurons.

The classifier is linear, so an eraser before it can be folded into its weights exactly: ``W (x - P (x - m)) + b`` is
``(W - W P) x + (b + W P m)``.
"""

import copy
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.unlearning.aftermath import stream_last_hidden
from earmark.dissection.unlearning.leace import Eraser, MomentsOfConcept
from earmark.dissection.unlearning.listening import PreparedClips
from earmark.dissection.unlearning.masks import changed
from earmark.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor, nn


def fit_erasers(
    network: AudioNetwork, classifier: Tap, choosing: PreparedClips, index: int, random_draws: int = 0, seed: int = 0
) -> list[Eraser]:
    """The least-squares eraser of a class from what the classifier reads, streamed over the clips that choose.

    Args:
        network: the network.
        classifier: its last linear map.
        choosing: the clips that choose.
        index: the class.
        random_draws: erasers of as many clips drawn at random, to compare with.
        seed: of the draws.

    Returns:
        The eraser of the class, then those of the draws.
    """
    rng = np.random.default_rng(seed)
    own = (choosing.classes == index).astype(np.float64)
    concepts = np.stack([own, *(rng.permutation(own) for _ in range(random_draws))], axis=1)
    width = int(network.module.get_submodule(classifier.module or classifier.name).in_features)  # type: ignore[arg-type]
    moments = MomentsOfConcept(width, concepts.shape[1])
    for rows, features in stream_last_hidden(network, classifier, choosing):
        moments.add(features, concepts[list(rows)])
    return [moments.eraser(column) for column in range(concepts.shape[1])]


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


def folded_copy(network: AudioNetwork, classifier: Tap, eraser: Eraser) -> "nn.Module":
    """A copy of the module whose classifier does not see what an eraser removes.

    Raises:
        InvalidInput: the classifier has no bias to hold the constant part.
    """
    import torch

    module = copy.deepcopy(network.module)
    head: Any = module.get_submodule(classifier.module or classifier.name)
    if head.bias is None:
        raise InvalidInput(f"{classifier.name} has no bias, so the eraser cannot be folded into its weights exactly.")
    with torch.no_grad():
        weight = head.weight.double()
        seen = weight @ torch.from_numpy(eraser.projection)
        head.bias.copy_(head.bias.double() + seen @ torch.from_numpy(eraser.mean))
        head.weight.copy_(weight - seen)
    return module
