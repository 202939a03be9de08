"""Texts to vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatMatrix = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed texts.

        Returns:
            (text, dimension), float32, each row of unit length.
        """


class EachTextOnce:
    """An embedder that remembers: every distinct text is encoded exactly once, and counted.

    Args:
        embedder: what encodes a text the first time it is seen.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows: dict[str, npt.NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """The name of the embedder underneath."""
        return self._embedder.name

    @property
    def encoded(self) -> int:
        """How many texts have been encoded so far."""
        return len(self._rows)

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed texts, encoding only those not seen before; (text, dimension), unit rows."""
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            self._rows.update(zip(new, self._embedder.embed(new), strict=True))
        if not texts:
            return self._embedder.embed(())
        return np.stack([self._rows[text] for text in texts])
