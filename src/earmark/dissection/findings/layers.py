"""How narrow the neurons of each block are: words, clusters of captions, and two measures that need no captions.

Paper: AND (arXiv 2406.16990), its second conclusion. A neuron counts as interpretable there when at least K' of its 5
top clips share one of 11 K-means clusters of caption sentences; random clips share clusters too, so they stand beside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.findings.material import Material, Side
from earmark.dissection.findings.records import SHARED, TOP, LayerFigures
from earmark.dissection.findings.words import NeuronWords, count_of
from earmark.dissection.recording.activations import Activations
from earmark.language import Embedder

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

CLUSTERS = 11
_RANDOM_SETS = 4000
_RANDOM_PAIRS = 20_000
_NEAR = 0.25


@dataclass(frozen=True)
class Yardstick:
    """What the top clips of every neuron are measured with; made from shown clips alone."""

    properties: Values
    """(clip, property), as normal scores."""
    shown: Indices
    """(shown clip,), rows of the clips."""
    clusters: tuple[Indices, ...] | None
    """One clustering a seed, (clip,); -1 for clips that were not shown. ``None`` with fewer captions than clusters."""
    variance: float
    """Of all properties together over the shown clips."""
    near: float
    """Squared distance within which the nearest quarter of random pairs lies."""
    per_side: int
    seed: int

    @classmethod
    def of(cls, material: Material, embedder: Embedder, clusterings: int, seed: int) -> "Yardstick":
        """Make it from a run's clips."""
        shown = np.flatnonzero([clip.split == "shown" for clip in material.clips])
        properties = material.properties
        rng = np.random.default_rng(seed)
        ones, others = rng.choice(shown, (2, _RANDOM_PAIRS))
        apart = ones != others
        distances = ((properties[ones[apart]] - properties[others[apart]]) ** 2).sum(1)
        return cls(
            properties=properties,
            shown=shown,
            clusters=_cluster(material, shown, embedder, clusterings, seed),
            variance=float(properties[shown].var(0, ddof=1).sum()),
            near=float(np.quantile(distances, _NEAR)),
            per_side=material.trained.recorded[0].high_clips.shape[1],
            seed=seed,
        )

    def random_sets(self, size: int) -> Indices:
        """(set, clip): random shown clips, none twice in a set."""
        rng = np.random.default_rng([self.seed, size])
        return self.shown[rng.random((_RANDOM_SETS, len(self.shown))).argpartition(size, axis=1)[:, :size]]


@dataclass(frozen=True)
class LayerNeurons:
    """Every measure of every living neuron of one block."""

    layer: int
    values: Mapping[str, Values]
    """(neuron,) by the name of the measure."""
    interpretable: Mapping[int, Values] | None
    """(neuron,) by K'."""


def measure_layers(side: Side, yardstick: Yardstick) -> list[LayerNeurons]:
    """Measure every block of a network that has a living neuron."""
    return [
        _measure(layer, recorded, side.words, yardstick)
        for layer, recorded in side.by_layer.items()
        if not all(one.dead.all() for one in recorded)
    ]


def summarise_layers(layers: Sequence[LayerNeurons], yardstick: Yardstick) -> tuple[LayerFigures, ...]:
    """Means of every block, beside those of random clips."""
    chance = (
        None
        if yardstick.clusters is None
        else {
            least: float(share.mean())
            for least, share in sharing(yardstick.random_sets(TOP), yardstick.clusters).items()
        }
    )
    sets = yardstick.random_sets(yardstick.per_side)
    modes_chance = float(count_modes(yardstick.properties[sets], yardstick.near).mean())
    return tuple(
        LayerFigures(
            layer=one.layer,
            neurons=len(one.values["spread"]),
            adjectives=float(one.values["adjectives"].mean()),
            concepts=float(one.values["concepts"].mean()),
            interpretable=None
            if one.interpretable is None
            else {least: float(share.mean()) for least, share in one.interpretable.items()},
            interpretable_chance=chance,
            spread=float(one.values["spread"].mean()),
            modes=float(one.values["modes"].mean()),
            modes_chance=modes_chance,
        )
        for one in layers
    )


def _measure(
    layer: int,
    recorded: Sequence[Activations],
    words: Mapping[tuple[str, int], NeuronWords],
    yardstick: Yardstick,
) -> LayerNeurons:
    top = np.concatenate([one.high_clips[~one.dead] for one in recorded])
    said = [words.get((one.tap.name, index)) for one in recorded for index in np.flatnonzero(~one.dead).tolist()]
    points = yardstick.properties[top]
    interpretable = None if yardstick.clusters is None else sharing(top[:, :TOP], yardstick.clusters)
    values = {
        "spread": points.var(1, ddof=1).sum(1) / yardstick.variance,
        "modes": count_modes(points, yardstick.near),
        "adjectives": np.array([_adjectives(one) for one in said], dtype=np.float64),
        "concepts": np.array([count_of(one) if one else 0 for one in said], dtype=np.float64),
    }
    if interpretable is not None:
        values["interpretable share"] = interpretable[SHARED[0]]
    return LayerNeurons(layer, values, interpretable)


def sharing(sets: Indices, clusters: Sequence[Indices]) -> dict[int, Values]:
    """By K': the share of clusterings in which at least K' clips of a set lie in one cluster; (set,).

    Args:
        sets: (set, clip).
        clusters: one clustering a seed, (clip,).
    """
    found = {least: np.zeros(len(sets)) for least in SHARED}
    for clustering in clusters:
        numbers = clustering[sets]
        most = (numbers[:, :, None] == numbers[:, None, :]).sum(2).max(1)
        for least, share in found.items():
            share += (most >= least) / len(clusters)
    return found


def count_modes(points: Values, near: float) -> Values:
    """How many groups of points stay apart when points within a distance are linked (single linkage); (set,).

    Args:
        points: (set, point, dimension).
        near: the squared distance.
    """
    squares = (points**2).sum(2)
    distances = squares[:, :, None] + squares[:, None, :] - 2 * points @ points.transpose(0, 2, 1)
    linked = distances <= near + 1e-9
    linked |= np.eye(points.shape[1], dtype=bool)
    # Squaring the relation log2(points) times links everything that any chain links.
    for _ in range(max(1, int(np.ceil(np.log2(points.shape[1]))))):
        linked = (linked.astype(np.float32) @ linked.astype(np.float32)) > 0
    return np.asarray((1 / linked.sum(2)).sum(1), dtype=np.float64)


def _adjectives(words: NeuronWords | None) -> int:
    return len(words["basic adjectives"]) + len(words["other adjectives"]) if words else 0


def _cluster(
    material: Material, shown: Indices, embedder: Embedder, clusterings: int, seed: int
) -> tuple[Indices, ...] | None:
    """K-means of the shown clips' caption sentences, with several seeds."""
    from scipy.cluster.vq import kmeans2

    spoken = _sentences(material)
    rows = np.array([row for row in shown.tolist() if spoken[row]], dtype=np.int64)
    if len({spoken[row] for row in rows.tolist()}) < CLUSTERS:
        return None
    vectors = np.asarray(embedder.embed([spoken[row] for row in rows.tolist()]), dtype=np.float64)
    found = []
    for number in range(clusterings):
        _, labels = kmeans2(vectors, CLUSTERS, iter=50, minit="++", rng=np.random.default_rng([seed, number]))
        # A clip without a caption shares a cluster with nothing, not even with another such clip.
        clustering = -1 - np.arange(len(material.clips))
        clustering[rows] = labels
        found.append(clustering)
    return tuple(found)


def _sentences(material: Material) -> list[str]:
    """A clip's captions in one; those from measurements only where there are no others."""
    said: dict[str, list[str]] = {}
    measured: dict[str, list[str]] = {}
    for caption in material.captions:
        (measured if caption.source == "acoustic" else said).setdefault(caption.clip_id, []).append(caption.text)
    chosen = said or measured
    return [". ".join(chosen.get(clip.id, ())) for clip in material.clips]
