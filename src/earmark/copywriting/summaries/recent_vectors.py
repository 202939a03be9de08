"""Sentence vectors of recent texts are kept, so that what every product asks for again is encoded once."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from earmark.language.embedder import Embedder, FloatMatrix


class RecentTexts:
    """An embedder that remembers the texts used last, up to a bound: 20,000 MiniLM vectors take 31 MB.

    Args:
        embedder: what encodes a text that is not remembered.
        keep: texts remembered at most.
    """

    def __init__(self, embedder: Embedder, keep: int = 20_000) -> None:
        self._embedder = embedder
        self._keep = keep
        self._rows: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()

    @property
    def name(self) -> str:
        """The name of the embedder underneath."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed texts; (text, dimension), unit rows."""
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new or not texts:
            encoded = self._embedder.embed(new)
            if not texts:
                return encoded
            self._rows.update(zip(new, encoded, strict=True))
        rows = np.stack([self._rows[text] for text in texts])
        for text in texts:
            self._rows.move_to_end(text)
        while len(self._rows) > self._keep:
            self._rows.popitem(last=False)
        return rows
