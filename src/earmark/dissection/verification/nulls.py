"""What chance would do: permutations and bootstraps over source recordings, and false-discovery bounds.

Clips of one source are alike, so sources are permuted and drawn, never single clips.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.features import Floats, Indices

Values = npt.NDArray[np.float64]


def benjamini_hochberg(p_values: Values) -> Values:
    """Benjamini and Hochberg's q-values (1995), in the order given."""
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    q_values = np.empty_like(scaled)
    q_values[order] = np.minimum(1, np.minimum.accumulate(scaled[::-1])[::-1])
    return q_values


def benjamini_hochberg_bound(small: Values, tests: int, rate: float) -> float:
    """The largest p-value that passes at a rate; -1 when none does.

    Args:
        small: the smallest p-values; those left out cannot pass.
        tests: how many p-values there were in all.
        rate: the false-discovery rate.
    """
    ordered = np.sort(small)
    passing = np.flatnonzero(ordered <= rate * np.arange(1, len(ordered) + 1) / max(1, tests))
    return float(ordered[passing[-1]]) if len(passing) else -1.0


class SourcePermutations:
    """Permutations of clips that keep each source's clips together and in order.

    The sources are laid out in a random order, one after another; position for position this gives every clip the
    activation of another, and neighbours within a source stay neighbours.

    Args:
        groups: (clip,).
        seed: where the orders come from.
    """

    def __init__(self, groups: Indices, seed: int) -> None:
        names, self._members = np.unique(groups, return_inverse=True)
        self._sources = len(names)
        self._home = np.argsort(self._members, kind="stable")
        self._rng = np.random.default_rng(seed)

    def draw(self) -> Indices:
        """The next permutation, (clip,)."""
        order = self._rng.permutation(self._sources)
        permutation = np.empty(len(self._members), dtype=np.int64)
        permutation[self._home] = np.argsort(order[self._members], kind="stable")
        return permutation


def permutation_p_values(
    predicted: Floats, actual: Floats, groups: Indices, seed: int, at_least: int = 999, at_most: int = 49_999
) -> Values:
    """How often the activations, permuted over sources, are predicted at least as well as the real ones.

    All columns share permutations. Columns that no permutation has beaten yet get more of them, until the layer's
    false-discovery procedure could decide about each.

    Args:
        predicted: (clip, neuron), zero mean, unit length.
        actual: (clip, neuron), zero mean, unit length.
        groups: (clip,).
        seed: of the permutations.
        at_least: permutations for every column.
        at_most: permutations for the columns that are hardest to tell.

    Returns:
        (neuron,), (beaten + 1) / (permutations + 1).
    """
    permutations = SourcePermutations(groups, seed)
    observed = np.einsum("cn,cn->n", predicted, actual)
    beaten, done = np.zeros(observed.shape), np.zeros(observed.shape)
    left = np.arange(len(observed))
    rounds = at_least
    while len(left) and rounds:
        some_predicted, some_actual = predicted[:, left], actual[:, left]
        for _ in range(rounds):
            chance = np.einsum("cn,cn->n", some_predicted, some_actual[permutations.draw()])
            beaten[left] += chance >= observed[left] - 1e-7
        done[left] += rounds
        unbeaten = np.flatnonzero(beaten == 0)
        enough = min(at_most, 40 * len(observed) // max(1, len(unbeaten)))
        left = unbeaten
        rounds = max(0, enough - int(done[left].max())) if len(left) else 0
    p_values: Values = (beaten + 1) / (done + 1)
    return p_values


def bootstrap_weights(groups: Indices, draws: int, seed: int) -> Floats:
    """How often each clip is drawn when sources are drawn with replacement; (draw, clip)."""
    names, members = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return counts[:, members].astype(np.float32)


def bootstrap_interval(statistic: Callable[[Floats], Values], weights: Floats) -> tuple[Values, Values]:
    """The central 95% of a statistic over bootstrap draws.

    Args:
        statistic: (draw, clip) weights to (draw, neuron) values.
        weights: (draw, clip).

    Returns:
        The lower and upper ends, (neuron,).
    """
    values = statistic(weights)
    low, high = np.nanquantile(values, [0.025, 0.975], axis=0)
    return low, high
