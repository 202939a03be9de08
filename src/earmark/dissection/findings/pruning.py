"""The causal test: silence neurons by the kind of words they carry, beside as many of the same layers at random.

Paper: AND (arXiv 2406.16990), the experiment behind its first conclusion. Its published masks are appended in sorted
order and never indexed by neuron, so they silence other neurons than they name; here a mask is a vector over a tap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.findings.records import Damage, Figure, Pruning
from earmark.dissection.findings.resampling import holm, over_draws_and_sources
from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.unlearning.listening import PreparedClips, logits_of
from earmark.dissection.unlearning.masks import NeuronMask, masks_from, matched_random, silenced
from earmark.workers import Progress

Bools = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Neuron = tuple[str, int]


@dataclass(frozen=True)
class Listener:
    """A network with the clips that judge it."""

    network: AudioNetwork
    taps: Sequence[Tap]
    """Hidden ones."""
    prepared: PreparedClips
    groups: npt.NDArray[np.int64]
    """(row,): the source recording of each prepared clip."""

    @property
    def neurons(self) -> int:
        """Hidden neurons of all taps."""
        return sum(tap.width for tap in self.taps)

    def right(self, masks: Sequence[NeuronMask] = ()) -> Bools:
        """(row,): which clips the network names right with these neurons silenced."""
        with silenced(self.network, masks):
            return np.asarray(logits_of(self.network, self.prepared).argmax(1) == self.prepared.classes)


@dataclass(frozen=True)
class Pruned:
    """One way of choosing neurons at several shares."""

    rows: tuple[Pruning, ...]
    loss: Values | None
    """(draw, clip): accuracy after the random draw minus accuracy after the choice, averaged over the shares; ``None``
    where too few neurons carry what is asked for."""


def prune(
    listener: Listener,
    chosen_by: str,
    carried: Mapping[Neuron, float],
    shares: Sequence[float],
    draws: int,
    seed: int,
    progress: Progress,
) -> Pruned:
    """Silence the neurons that carry most of something, beside random draws.

    Args:
        listener: the network and the clips.
        chosen_by: what the neurons are chosen by, in words.
        carried: how much of it each neuron carries, above 0; ties are broken by chance in every draw.
        shares: of all hidden neurons.
        draws: at each share.
        seed: of ties and random draws.
        progress: told how many masks were tried.
    """
    rows, losses = [], []
    for share in shares:
        count = max(1, round(share * listener.neurons))
        if len(carried) < count:
            reason = f"only {len(carried)} neurons carry it, and {share:.0%} are {count}."
            rows.append(_row(chosen_by, share, count, None, None, reason))
            continue
        chosen, random = _draws(listener, carried, count, draws, np.random.default_rng([seed, count]))
        progress(f"pruning by {chosen_by}", len(rows) + 1, len(shares))
        rows.append(_row(chosen_by, share, count, float(chosen.mean()), float(random.mean())))
        losses.append(random.astype(np.float64) - chosen)
    complete = len(losses) == len(shares)
    return Pruned(tuple(rows), np.mean(losses, axis=0) if complete else None)


def order(carried: Mapping[Neuron, float], count: int, rng: np.random.Generator) -> dict[str, list[int]]:
    """The neurons that carry most, by tap; ties by chance."""
    neurons = sorted(carried)
    amounts = np.array([carried[neuron] for neuron in neurons])
    best = np.lexsort((rng.random(len(neurons)), -amounts))[:count]
    found: dict[str, list[int]] = {}
    for place in best.tolist():
        tap, index = neurons[place]
        found.setdefault(tap, []).append(index)
    return found


def damages(pruned: Mapping[str, Pruned], listener: Listener, seed: int) -> tuple[Damage, ...]:
    """What each choice cost, with p-values corrected for their number."""
    figures = {name: _damage(one, listener, seed) for name, one in pruned.items()}
    return tuple(Damage(chosen_by=name, damage=figure) for name, figure in holm(figures).items())


def _damage(pruned: Pruned, listener: Listener, seed: int) -> Figure:
    if pruned.loss is None:
        return Figure(reason=next(row.reason for row in pruned.rows if row.reason))
    return over_draws_and_sources(pruned.loss, listener.groups, seed)


def _draws(
    listener: Listener, carried: Mapping[Neuron, float], count: int, draws: int, rng: np.random.Generator
) -> tuple[Bools, Bools]:
    """(draw, clip) twice: right after the choice, and after a random draw of as many from the same taps."""
    chosen, random = [], []
    for _ in range(draws):
        masks = masks_from(listener.taps, order(carried, count, rng))
        chosen.append(listener.right(masks))
        random.append(listener.right(matched_random(masks, rng)))
    return np.stack(chosen), np.stack(random)


def _row(
    chosen_by: str, share: float, count: int, accuracy: float | None, random: float | None, reason: str | None = None
) -> Pruning:
    return Pruning(
        chosen_by=chosen_by, share=share, neurons=count, accuracy=accuracy, random_accuracy=random, reason=reason
    )
