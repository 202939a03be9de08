"""LEACE: remove the direction of a concept instead of neurons, in closed form, from streamed moments.

Source: Belrose et al., "LEACE: Perfect linear concept erasure in closed form" (NeurIPS 2023, arXiv 2306.03819),
Theorem 4.3: of all affine maps after which no linear probe finds the concept, the one that moves the values least.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.errors import NotEnoughEvidence

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Eraser:
    """``x - projection @ (x - mean)``."""

    mean: Doubles
    """(neuron,)."""
    projection: Doubles
    """(neuron, neuron): onto what is removed; its rank is at most the number of concepts."""

    @property
    def directions(self) -> int:
        """How many directions are removed."""
        return round(float(np.trace(self.projection)))

    def __call__(self, values: Doubles) -> Doubles:
        """Erase the concept from (..., neuron)."""
        erased: Doubles = values - (values - self.mean) @ self.projection.T
        return erased


class MomentsOfConcept:
    """Streamed means and covariances of values with a concept: neuron x (neuron + concept) numbers, however many clips.

    Args:
        width: neurons.
        concepts: columns of the concept, one-hot or not.
    """

    def __init__(self, width: int, concepts: int) -> None:
        self.count = 0
        self._mean_x, self._mean_z = np.zeros(width), np.zeros(concepts)
        self._xx, self._xz = np.zeros((width, width)), np.zeros((width, concepts))

    def add(self, values: npt.NDArray[np.floating], concept: npt.NDArray[np.floating]) -> None:
        """Add a batch: values (clip, neuron) and concept (clip, concept), merged stably (Chan et al. 1983)."""
        x, z = np.asarray(values, dtype=np.float64), np.asarray(concept, dtype=np.float64)
        if not len(x):
            return
        mean_x, mean_z = x.mean(0), z.mean(0)
        total = self.count + len(x)
        step_x, step_z = mean_x - self._mean_x, mean_z - self._mean_z
        share = self.count * len(x) / total
        self._xx += (x - mean_x).T @ (x - mean_x) + share * np.outer(step_x, step_x)
        self._xz += (x - mean_x).T @ (z - mean_z) + share * np.outer(step_x, step_z)
        self._mean_x += step_x * len(x) / total
        self._mean_z += step_z * len(x) / total
        self.count = total

    def eraser(self, concept: int | None = None, tolerance: float = 1e-6) -> Eraser:
        """The least-squares eraser of what has been added.

        Args:
            concept: erase this column of the concept alone; all of them by default.
            tolerance: directions whose variance is below this share of the largest are left alone.

        Raises:
            NotEnoughEvidence: fewer than two values.
        """
        if self.count < 2:
            raise NotEnoughEvidence("erasing a direction needs at least two clips.")
        power, axes = np.linalg.eigh(self._xx / (self.count - 1))
        kept = power > tolerance * max(power[-1], np.finfo(np.float64).tiny)
        roots = np.sqrt(power[kept])
        whiten = (axes[:, kept] / roots).T
        colour = axes[:, kept] * roots
        with_concept = self._xz if concept is None else self._xz[:, [concept]]
        along = whiten @ (with_concept / (self.count - 1))
        left, sizes, _ = np.linalg.svd(along, full_matrices=False)
        # A covariance of rounding size is no direction: correlations are at most 1 after whitening.
        span = left[:, sizes > 1e-10 * max(1.0, float(np.sqrt(along.shape[1])))]
        return Eraser(self._mean_x.copy(), colour @ span @ span.T @ whiten)
