"""How well a concept fits what a neuron does: the five published scores, for a whole layer at once.

Papers: CLIP-Dissect (Oikarinen and Weng, ICLR 2023, arXiv 2204.10965), section 3.2: cosine, rank reorder, WPMI and
soft-WPMI, the last two with the settings that its authors released; Label-free Concept Bottleneck Models (Oikarinen
et al., ICLR 2023, arXiv 2304.06129), section 3, step 3: cosine cubed. AND (arXiv 2406.16990) takes all five over to
sound (module A). In their letters: ``P`` is (clip, concept), ``q_k`` a neuron's activations over the clips, ``B_k``
its strongest clips and ``t_m`` a concept. Scores are for ranking the concepts of one neuron by one score; their
scales differ, and only the cosine passes the sanity tests of arXiv 2506.05774.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from earmark.errors import InvalidInput, NotEnoughEvidence

Doubles = npt.NDArray[np.float64]
ScoreName = Literal["cosine", "cosine_cubed", "rank_reorder", "wpmi", "soft_wpmi"]
SCORES: tuple[ScoreName, ...] = get_args(ScoreName)

_BLOCK = 1 << 18
"""Numbers worked on at once: 2 MiB of float64, near the cache, whatever the size of the layer."""


@dataclass(frozen=True)
class SimilarityConfig:
    """The constants of the published scores."""

    rank_share: float = 0.05
    """Rank reorder looks at this share of the clips, the strongest."""
    rank_power: int = 3
    """Rank reorder raises differences of activations to this power."""
    rank_level_power: float = 0.5
    """Rank reorder divides by the mean similarity of those clips raised to this power."""
    rank_level_floor: float = 0.01
    """No mean similarity counts as less: those of sentence vectors can be negative, CLIP's never were."""
    wpmi_clips: int = 28
    """Size of ``B_k`` in WPMI."""
    wpmi_scale: float = 2.0
    """WPMI multiplies similarities by this before the softmax over concepts."""
    wpmi_lambda: float = 0.6
    """Weight of the concept's own probability in WPMI."""
    soft_clips: int = 100
    """Strongest clips that may belong to ``B_k`` in soft-WPMI."""
    soft_scale: float = 10.0
    """Soft-WPMI multiplies similarities by this before the softmax over concepts."""
    soft_lambda: float = 1.0
    """Weight of the concept's own probability in soft-WPMI."""
    soft_first: float = 0.998
    """Probability that the strongest clip belongs to ``B_k``; it falls linearly along the ranking."""
    soft_last: float = 0.97
    """The probability that the clip after the last would have."""
    largest_share: float = 0.05
    """No score looks at more than this share of the clips: 100 of 2,000, as of the published probing sets."""
    fewest_clips: int = 10
    """But at this many, where there are so many."""
    seed: int = 0
    """Breaks ties between clips, so that the order of the probing set decides nothing."""


def score_layer(
    activations: npt.NDArray[np.floating],
    clip_concepts: npt.NDArray[np.floating],
    names: Sequence[ScoreName] = SCORES,
    config: SimilarityConfig | None = None,
) -> dict[ScoreName, Doubles]:
    """Score every concept against every neuron of a layer.

    The strongest clips of a neuron are found once for all scores, comparing activations as float32, the precision
    in which they are recorded; arithmetic is float64. Memory beyond the inputs and the result is a few blocks.

    Args:
        activations: (clip, neuron), finite; leave neurons out that do not vary.
        clip_concepts: (clip, concept), finite, rows as in ``activations``.
        names: which scores.
        config: their constants.

    Returns:
        (neuron, concept) by name, higher is better.

    Raises:
        InvalidInput: shapes do not fit, or a value is not finite.
        NotEnoughEvidence: WPMI or soft-WPMI of fewer than two neurons: both subtract what is common to the layer,
            which for a neuron alone is the neuron itself (soft-WPMI would be zero for every concept).
    """
    config = config or SimilarityConfig()
    _refuse_unusable(activations, clip_concepts)
    neurons = activations.shape[1]
    if neurons < 2 and {"wpmi", "soft_wpmi"} & set(names):
        raise NotEnoughEvidence(
            "WPMI compares a neuron with the rest of its layer: score at least two neurons that vary, or use cosine."
        )
    order = np.random.default_rng(config.seed).permutation(len(activations))
    concepts = clip_concepts[order].astype(np.float64)
    strongest = _Strongest(activations, order, _most_clips(len(order), config)) if set(names) - _WHOLE else None
    scores: dict[ScoreName, Doubles] = {}
    for name in names:
        if name in _WHOLE:
            scores[name] = _cosine(activations, clip_concepts.astype(np.float64), cubed=name == "cosine_cubed")
        elif strongest is not None:
            scores[name] = _BY_STRONGEST[name](strongest, concepts, config)
    return scores


def _refuse_unusable(activations: npt.NDArray[np.floating], concepts: npt.NDArray[np.floating]) -> None:
    if activations.ndim != 2 or concepts.ndim != 2 or len(activations) != len(concepts) or not concepts.size:
        raise InvalidInput(
            f"activations (clip, neuron) of shape {activations.shape} and similarities (clip, concept) of shape "
            f"{concepts.shape} do not describe the same clips."
        )
    if not (np.isfinite(activations).all() and np.isfinite(concepts).all()):
        raise InvalidInput("activations and similarities must be finite numbers.")


def _most_clips(clips: int, config: SimilarityConfig) -> dict[ScoreName, int]:
    """How many of the strongest clips each score looks at."""
    most = min(clips, max(config.fewest_clips, int(clips * config.largest_share)))
    return {
        "rank_reorder": min(clips, max(config.fewest_clips, int(clips * config.rank_share))),
        "wpmi": min(most, config.wpmi_clips),
        "soft_wpmi": min(most, config.soft_clips),
    }


def _blocks(neurons: int, numbers_each: int) -> Iterator[slice]:
    """Stretches of neurons small enough to be worked on at once."""
    step = max(1, _BLOCK // max(1, numbers_each))
    for start in range(0, neurons, step):
        yield slice(start, min(neurons, start + step))


def _cosine(activations: npt.NDArray[np.floating], concepts: Doubles, cubed: bool) -> Doubles:
    """Cosine between activations and similarities, or between the cubes of both after centring.

    CLIP-Dissect, section 3.2; Label-free CBM, section 3, step 3. A constant neuron or concept scores 0.
    """
    directions = _unit(_centred_cubes(concepts) if cubed else concepts)
    scores = np.empty((activations.shape[1], concepts.shape[1]))
    for block in _blocks(len(scores), len(activations)):
        columns = activations[:, block].astype(np.float64)
        scores[block] = _unit(_centred_cubes(columns) if cubed else columns).T @ directions
    return scores


def _centred_cubes(columns: Doubles) -> Doubles:
    centred: Doubles = columns - columns.mean(axis=0)
    return centred * centred * centred


def _unit(columns: Doubles) -> Doubles:
    length = np.linalg.norm(columns, axis=0)
    return np.asarray(columns / np.where(length > 0, length, 1.0))


class _Strongest:
    """The strongest clips of every neuron, strongest first, in rows of the shuffled order; ties by that order."""

    def __init__(
        self, activations: npt.NDArray[np.floating], order: npt.NDArray[np.int64], most: dict[ScoreName, int]
    ) -> None:
        clips, neurons = activations.shape
        self.count = most
        top = max(most.values())
        self.rows = np.empty((neurons, top), dtype=np.int64)
        self.values = np.empty((neurons, top))
        for block in _blocks(neurons, clips):
            shuffled = np.ascontiguousarray(activations[:, block].T)[:, order]
            # Finite float32 numbers sort like their bits read as integers once negative ones are mirrored; the row
            # in the lower half of the key makes every key distinct, so no tie is left to the sorting.
            bits = (shuffled.astype(np.float32) + 0.0).view(np.int32)
            keys = np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64) << 32
            keys |= np.arange(clips - 1, -1, -1)
            keys.partition(clips - top, axis=1)
            chosen = np.sort(keys[:, clips - top :], axis=1)[:, ::-1]
            self.rows[block] = clips - 1 - (chosen & 0xFFFFFFFF)
            self.values[block] = np.take_along_axis(shuffled, self.rows[block], axis=1)


def _rank_reorder(strongest: _Strongest, concepts: Doubles, config: SimilarityConfig) -> Doubles:
    """How little the strongest activations change when the concept decides their order.

    CLIP-Dissect, section 3.2, with the two divisors of its authors' settings: by what random orders change (here
    the exact mean over all orders instead of five draws), and by the level of the similarities. One sort of
    integers, each a clip's rank by the concept above its rank by the neuron, yields the reordered activations.
    """
    count = strongest.count["rank_reorder"]
    bits = count.bit_length()
    whole: type[np.signedinteger] = np.int32 if len(concepts) << bits < 2**31 else np.int64
    by_concept = (np.argsort(np.argsort(-concepts, axis=0, kind="stable"), axis=0) << bits).astype(whole)
    rows, values = strongest.rows[:, :count], strongest.values[:, :count]
    scores = np.empty((len(rows), concepts.shape[1]))
    for block in _blocks(len(rows), count * concepts.shape[1]):
        keys = by_concept.T[:, rows[block]]
        keys |= np.arange(count, dtype=whole)
        keys.sort(axis=2)
        keys &= (1 << bits) - 1
        table = values[block]
        flat = (keys + (np.arange(len(table)) * count)[:, None]).ravel()
        moved = np.take(table.ravel(), flat).reshape(keys.shape)
        moved -= table
        scores[block] = _mean_power(moved, config.rank_power).T
    scores /= _random_orders(values, config.rank_power)[:, None]
    level = np.maximum(_summed(rows, concepts) / count, config.rank_level_floor)
    return np.asarray(-scores / level**config.rank_level_power)


def _mean_power(differences: Doubles, power: int) -> Doubles:
    """Mean over the last axis of absolute differences raised to a whole power."""
    size = np.abs(differences)
    raised = size.copy()
    for _ in range(power - 1):
        raised *= size
    return np.asarray(raised.mean(axis=-1))


def _random_orders(values: Doubles, power: int) -> Doubles:
    """The mean power of the difference under a random order: that of all pairs; 1 where all values are equal."""
    count = values.shape[1]
    total = np.zeros(len(values))
    for lag in range(1, count):
        total += 2 * (count - lag) * _mean_power(values[:, lag:] - values[:, :-lag], power)
    return np.where(total > 0, total / count**2, 1.0)


def _wpmi(strongest: _Strongest, concepts: Doubles, config: SimilarityConfig) -> Doubles:
    """``log p(t_m | B_k) - lambda log p(t_m)``, ``p(t_m | B_k)`` the product over ``B_k``: CLIP-Dissect, 3.2."""
    rows = strongest.rows[:, : strongest.count["wpmi"]]
    given = _summed(rows, _log_softmax(config.wpmi_scale * concepts))
    return given - config.wpmi_lambda * _log_mean(given)


def _soft_wpmi(strongest: _Strongest, concepts: Doubles, config: SimilarityConfig) -> Doubles:
    """WPMI with a probability of belonging to ``B_k``: the product of ``1 + p(x in B_k)(p(t_m | x) - 1)``.

    CLIP-Dissect, section 3.2. Factors are at least ``1 - soft_first``, so 64 of them multiply without underflow and
    one logarithm serves them all.
    """
    count = strongest.count["soft_wpmi"]
    rows = strongest.rows[:, :count]
    belongs = config.soft_first - np.arange(count) / count * (config.soft_first - config.soft_last)
    short = np.exp(_log_softmax(config.soft_scale * concepts)) - 1
    given = np.zeros((len(rows), concepts.shape[1]))
    for block in _blocks(len(rows), concepts.shape[1]):
        for start in range(0, count, 64):
            product = np.ones((block.stop - block.start, concepts.shape[1]))
            for rank in range(start, min(count, start + 64)):
                factor = short[rows[block, rank]]
                factor *= belongs[rank]
                factor += 1
                product *= factor
            given[block] += np.log(product)
    return given - config.soft_lambda * _log_mean(given)


def _summed(rows: npt.NDArray[np.int64], table: Doubles) -> Doubles:
    """Sum the rows of a (clip, concept) table that each neuron names; (neuron, concept)."""
    total = np.zeros((len(rows), table.shape[1]))
    for block in _blocks(len(rows), table.shape[1]):
        for rank in range(rows.shape[1]):
            total[block] += table[rows[block, rank]]
    return total


def _log_softmax(logits: Doubles) -> Doubles:
    """Over concepts, the last axis."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def _log_mean(given: Doubles) -> Doubles:
    """``log p(t_m)``: the mean of ``p(t_m | B_k)`` over the neurons of the layer; (1, concept)."""
    highest = given.max(axis=0, keepdims=True)
    mean = np.zeros((1, given.shape[1]))
    for block in _blocks(len(given), given.shape[1]):
        mean += np.exp(given[block] - highest).sum(axis=0, keepdims=True)
    return np.asarray(highest + np.log(mean / len(given)))


_WHOLE = frozenset({"cosine", "cosine_cubed"})
_BY_STRONGEST = {"rank_reorder": _rank_reorder, "wpmi": _wpmi, "soft_wpmi": _soft_wpmi}
