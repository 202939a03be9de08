"""Is the concept really gone? A linear probe on the last hidden layer, and how fast the head learns it back."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.unlearning.listening import PreparedClips
from earmark.dissection.unlearning.subject import Silencing, Subject
from earmark.evidence import Record

Doubles = npt.NDArray[np.float64]

_RIDGE = 1e-2
_RELEARN_STEPS = 200
_RELEARN_RATE = 1e-2


class Aftermath(Record):
    """What is left of the concept in the last hidden layer."""

    probe_auc: float | None
    """Area under the ROC curve of a ridge probe for the concept, trained on clips that chose and tested on others."""
    relearning_steps: int | None
    """Steps of Adam on the head alone until nine tenths of the old accuracy on it are back; ``None``: never."""
    reason: str | None = None
    """Why nothing was measured, where nothing was."""


def aftermath(subject: Subject, silencing: Silencing, index: int | None, accuracy_before: float) -> Aftermath:
    """What is left of a class in the last hidden layer under a silencing."""
    classifier = subject.classifier
    if classifier is None or index is None:
        missing = "the network has no output layer" if classifier is None else "the concept is no class of the network"
        return Aftermath(probe_auc=None, relearning_steps=None, reason=missing)
    train, test = (
        last_hidden(subject.network, classifier, prepared, silencing)
        for prepared in (subject.choosing, subject.judging)
    )
    choosing, judging = subject.choosing.classes, subject.judging.classes
    return Aftermath(
        probe_auc=probe_auc(train, choosing == index, test, judging == index),
        relearning_steps=relearning_steps(
            subject.network, classifier, (train, choosing), (test, judging), index, 0.9 * accuracy_before
        ),
    )


def last_hidden(
    network: AudioNetwork, classifier: Tap, prepared: PreparedClips, silencing: Silencing = nullcontext
) -> Doubles:
    """What the classifier reads of every clip; (clip, feature)."""
    batches = list(stream_last_hidden(network, classifier, prepared, silencing))
    ordered = np.empty((len(prepared), batches[0][1].shape[1]))
    for rows, features in batches:
        ordered[list(rows)] = features
    return ordered


def stream_last_hidden(
    network: AudioNetwork, classifier: Tap, prepared: PreparedClips, silencing: Silencing = nullcontext
) -> Iterator[tuple[tuple[int, ...], Doubles]]:
    """What the classifier reads, a batch at a time: rows, and (clip, feature)."""
    import torch

    module = network.module.get_submodule(classifier.module or classifier.name)
    for rows, inputs in prepared.batches:
        pieces: list[Any] = []
        # What is silenced in the classifier's own input has to be put on before it is read.
        with silencing(), torch.inference_mode():
            hook = module.register_forward_pre_hook(lambda _, read, into=pieces: into.append(read[0].double().clone()))
            try:
                network.module(**inputs)
            finally:
                hook.remove()
        yield rows, np.asarray(pieces[0].reshape(len(rows), -1).numpy())


def probe_auc(
    train: Doubles, train_is: npt.NDArray[np.bool_], test: Doubles, test_is: npt.NDArray[np.bool_]
) -> float | None:
    """Whether a linear probe still finds the concept; ``None`` where a side has one kind of clips only."""
    if train_is.all() or not train_is.any() or test_is.all() or not test_is.any():
        return None
    mean, spread = train.mean(0), train.std(0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    x, y = (train - mean) / spread, np.where(train_is, 1.0, -1.0)
    weights = np.linalg.solve(x.T @ x + _RIDGE * len(x) * np.eye(x.shape[1]), x.T @ (y - y.mean()))
    return area_under_roc(((test - mean) / spread) @ weights, test_is)


def area_under_roc(scores: Doubles, positive: npt.NDArray[np.bool_]) -> float:
    """The share of (positive, negative) pairs in the right order; ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def relearning_steps(
    network: AudioNetwork,
    classifier: Tap,
    train: tuple[Doubles, npt.NDArray[np.int64]],
    test: tuple[Doubles, npt.NDArray[np.int64]],
    target: int,
    wanted: float,
) -> int | None:
    """Train a copy of the head on the silenced network's features until the concept's accuracy is back.

    Args:
        network: holds the head that is copied.
        classifier: its tap.
        train: features and classes that the head relearns from.
        test: features and classes on which accuracy is read.
        target: the class.
        wanted: nine tenths of the old accuracy on it.
    """
    import torch

    head: Any = network.module.get_submodule(classifier.module or classifier.name)
    weight = head.weight.detach().clone().requires_grad_()
    bias = (head.bias.detach().clone() if head.bias is not None else torch.zeros(len(weight))).requires_grad_()
    x, y = torch.tensor(train[0], dtype=torch.float32), torch.tensor(train[1])
    seen = torch.tensor(test[0][test[1] == target], dtype=torch.float32)
    optimiser = torch.optim.Adam([weight, bias], lr=_RELEARN_RATE)
    for step in range(_RELEARN_STEPS + 1):
        right = float(((seen @ weight.T + bias).argmax(1) == target).float().mean())
        if right >= wanted:
            return step
        optimiser.zero_grad()
        loss: Any = torch.nn.functional.cross_entropy(x @ weight.T + bias, y)
        loss.backward()
        optimiser.step()
    return None
