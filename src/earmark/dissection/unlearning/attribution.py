"""Whom to silence by what neurons do to the logits: activation times gradient, once or in passes.

A neuron's activation times the gradient of a quantity is how much the quantity would fall, to first order, if the
neuron were silent (Molchanov et al., ICLR 2017, section 2.2). First order reaches only so far: silence a hundred
neurons and the rest do something else than before. In passes, the gradient is taken anew after every few neurons.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.unlearning.listening import PreparedClips, logits_from
from earmark.dissection.unlearning.masks import NeuronMask, changed, masks_from, silenced
from earmark.dissection.unlearning.whom import Ranking

if TYPE_CHECKING:
    from torch import Tensor

Doubles = npt.NDArray[np.float64]
How = Literal["sum", "size"]

_PASS_SHARE = 0.02
_MOST_SHARE = 0.5
_MARGIN = 2.0
_GENTLER = (4.0, 16.0)
_OWN_CLIPS, _OTHER_CLIPS = 64, 192


def by_attribution(
    network: AudioNetwork,
    taps: Sequence[Tap],
    prepared: PreparedClips,
    target: int,
    how: Literal["attribution", "taylor"] = "attribution",
) -> Ranking:
    """Activation times gradient of the target's logit beyond the mean of the others, over the target's clips.

    Args:
        network: the network.
        taps: where neurons are ranked.
        prepared: the clips that choose; only those of the target are run.
        target: the class.
        how: ``attribution`` sums with its sign; ``taylor`` (Molchanov et al., ICLR 2017) takes sizes.
    """

    def beyond_the_others(logits: "Tensor", classes: "Tensor") -> "Tensor":
        del classes
        others = [index for index in range(logits.shape[1]) if index != target]
        return (logits[:, target] - logits[:, others].mean(1)).sum()

    own = prepared.only(np.flatnonzero(prepared.classes == target))
    found, _ = attribute(network, taps, own, beyond_the_others, (), "size" if how == "taylor" else "sum")
    return Ranking(how, found)


def by_passes(
    network: AudioNetwork,
    taps: Sequence[Tap],
    prepared: PreparedClips,
    target: int,
    most: int | None = None,
    retain: float = 1.0,
    seed: int = 0,
) -> Ranking:
    """Attribution in passes: silence the neurons that hold the class up most, and ask anew who does.

    What is attributed is a loss that falls when the class is forgotten and when the others are kept. With m for how far
    the true class's logit lies above the best other, it is the mean over the target's clips of 2 + m (where that is
    negative, a tenth of it: the clip is forgotten already), and over the other clips of 2 - m (nothing where that is
    negative: the clip is safe), times ``retain``. The passes end where silencing more no longer lowers the loss.

    Args:
        network: the network.
        taps: where neurons are ranked.
        prepared: the clips that choose; at most 64 of the class and 192 others are run, evenly over their classes.
        target: the class.
        most: neurons to rank, whether or not they lower the loss; by default at most half of all.
        retain: how much keeping the others counts beside forgetting the class.
        seed: draws the clips that are run.

    Returns:
        Scores that fall from the neuron silenced first to the last; minus infinity for those never silenced.
    """
    prepared = prepared.a_few(target, _OWN_CLIPS, _OTHER_CLIPS, seed)
    of = sum(tap.width for tap in taps)
    most, told = min(most or round(_MOST_SHARE * of), of - 1), most is not None
    lowest = np.inf
    scores = {tap.name: np.full(tap.width, -np.inf) for tap in taps if tap.encode is None}
    ranked = 0
    while ranked < most:
        chosen = {name: np.flatnonzero(np.isfinite(values)).tolist() for name, values in scores.items()}
        found, loss = attribute(
            network, taps, prepared, _forget_and_retain(prepared, target, retain), masks_from(taps, chosen)
        )
        if loss >= lowest and not told:
            break
        lowest = min(lowest, loss)
        left = {
            name: np.where((values > 0) & ~np.isfinite(scores[name]), values, -np.inf) for name, values in found.items()
        }
        added = Ranking("passes", left).best(min(max(1, round(_PASS_SHARE * of)), most - ranked))
        if not added:
            break
        for name, neurons in added.items():
            # Within a pass, who holds the class up more comes first; any pass comes before the next one.
            scores[name][neurons] = -ranked - 1 + left[name][neurons] / (1 + max(map(np.max, left.values())))
        ranked += sum(map(len, added.values()))
    return Ranking("passes", scores)


def gentler_passes(
    network: AudioNetwork, taps: Sequence[Tap], prepared: PreparedClips, target: int, seed: int = 0
) -> Iterator[Ranking]:
    """Passes for which keeping the others counts more, made as they are asked for.

    Where few neurons carry many classes, the first passes cost the others too much before the class is forgotten.
    """
    for retain in _GENTLER:
        yield by_passes(network, taps, prepared, target, retain=retain, seed=seed)


def attribute(
    network: AudioNetwork,
    taps: Sequence[Tap],
    prepared: PreparedClips,
    quantity: Callable[["Tensor", "Tensor"], "Tensor"],
    masks: Sequence[NeuronMask] = (),
    how: How = "sum",
) -> tuple[dict[str, Doubles], float]:
    """Activation times gradient of a quantity, summed over clips and tokens; (neuron,) by tap, and the quantity.

    Args:
        network: the network.
        taps: where neurons are read.
        prepared: the clips.
        quantity: logits (clip, class) and classes (clip,) to a sum over the clips.
        masks: neurons that are silent meanwhile; theirs come out as zero.
        how: ``sum``: with its sign; ``size``: the size of each clip's.
    """
    import torch

    totals = {tap.name: np.zeros(tap.width) for tap in taps if tap.encode is None}
    whole = 0.0
    for rows, inputs in prepared.batches:
        captured: dict[str, Any] = {}
        with torch.enable_grad(), silenced(network, masks), _captured(network, taps, captured):
            value = quantity(logits_from(network.module(**inputs)), torch.from_numpy(prepared.classes[list(rows)]))
        whole += float(value.detach())
        # Asked for the captured values alone, the gradients of the weights are never computed.
        gradients = torch.autograd.grad(value, list(captured.values()), allow_unused=True)
        for (name, values), gradient in zip(captured.items(), gradients, strict=True):
            if gradient is not None:
                totals[name] += _summed(values.detach() * gradient, how)
    return totals, whole


def _forget_and_retain(prepared: PreparedClips, target: int, retain: float) -> Callable[["Tensor", "Tensor"], "Tensor"]:
    own_clips = int((prepared.classes == target).sum())
    other_clips = len(prepared) - own_clips

    def loss(logits: "Tensor", classes: "Tensor") -> "Tensor":
        import torch
        from torch.nn.functional import leaky_relu, one_hot, relu

        true = one_hot(classes, logits.shape[1]).bool()
        margin = logits[true] - logits.masked_fill(true, -torch.inf).max(1).values
        own = classes == target
        forget = leaky_relu(_MARGIN + margin[own], 0.1).sum() / max(1, own_clips)
        return forget + retain * relu(_MARGIN - margin[~own]).sum() / max(1, other_clips)

    return loss


def _captured(network: AudioNetwork, taps: Sequence[Tap], into: dict[str, Any]) -> Any:
    def keep(tap: Tap) -> Any:
        def through(values: Any) -> Any:
            # Where the weights ask for no gradient, a fresh leaf in the graph does.
            into[tap.name] = values if values.requires_grad else values.detach().requires_grad_()
            return into[tap.name]

        return through

    return changed(network, [(tap, keep(tap)) for tap in taps if tap.encode is None])


def _summed(product: "Tensor", how: How) -> Doubles:
    """Over tokens and clips; (neuron,)."""
    product = product.float()
    # Convolutions are captured with their channel axis last, so the last axis is the neuron in every case.
    tokens = tuple(range(1, product.ndim - 1))
    product = product.sum(tokens) if tokens else product
    per_clip = product.abs() if how == "size" else product
    return np.asarray(per_clip.sum(0).cpu().numpy(), dtype=np.float64)
