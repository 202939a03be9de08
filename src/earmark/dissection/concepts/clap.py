"""Vectors that sounds and words share, from a CLAP model (TAB): a folder or hub id that ``ClapModel`` loads.

Model: Wu et al., "Large-scale contrastive language-audio pretraining", ICASSP 2023. Whatever the extractor would
choose at random (a crop of a long clip, which clip of a batch counts as long) is decided here: a long clip is cut
into equal windows, whose vectors are averaged.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import Waveform
from earmark.errors import MissingExtra
from earmark.language import FloatMatrix
from earmark.weights.folder import find_folder
from earmark.weights.opening import open_weights, open_words


class AudioTextVectors(Protocol):
    """Anything that puts sounds and names into one space."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    @property
    def rate_hz(self) -> int:
        """The rate at which it wants its waveforms."""

    def embed_names(self, names: Sequence[str]) -> FloatMatrix:
        """Embed names; (name, dimension), unit rows."""

    def embed_sound(self, waveform: Waveform) -> npt.NDArray[np.float32]:
        """Embed one sound; (dimension,), of unit length."""


class ClapVectors:
    """A CLAP model of transformers, from safetensors only.

    Args:
        model: a folder or hub id.
        sentence: what a name is put into, as in the model's training captions.
        batch_size: names encoded at once.

    Raises:
        MissingExtra: torch or transformers is not installed.
        InvalidInput: the folder or hub id cannot be loaded.
    """

    def __init__(self, model: str, sentence: str = "This is a sound of {}.", batch_size: int = 64) -> None:
        for needed in ("torch", "transformers"):
            if find_spec(needed) is None:
                raise MissingExtra(needed, "dissect")
        from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

        kind = "CLAP model"
        folder = find_folder(model, kind)
        loaded, _ = open_weights(ClapModel, folder, kind)
        self._tokenizer = open_words(AutoTokenizer, folder, kind)
        self._extractor = open_words(ClapFeatureExtractor, folder, kind)
        self._model = loaded.eval()
        self.name = f"clap:{model}"
        self.rate_hz = int(self._extractor.sampling_rate)
        self._window = int(self._extractor.nb_max_samples)
        # The extractor's own setting may not match the model's: fused models read four spectrograms, others one.
        self._truncation = "fusion" if self._model.config.audio_config.enable_fusion else "rand_trunc"
        self._sentence = sentence
        self._batch_size = batch_size

    def embed_names(self, names: Sequence[str]) -> FloatMatrix:
        """Embed names, each in its sentence; (name, dimension), unit rows."""
        import torch

        rows = []
        with torch.inference_mode():
            for start in range(0, len(names), self._batch_size):
                sentences = [self._sentence.format(name) for name in names[start : start + self._batch_size]]
                tokens = self._tokenizer(sentences, padding=True, truncation=True, max_length=77, return_tensors="pt")
                features = self._model.get_text_features(
                    input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
                )
                rows.append(features.pooler_output.float().numpy())
        return np.concatenate(rows)

    def embed_sound(self, waveform: Waveform) -> npt.NDArray[np.float32]:
        """Embed one sound, window by window where it is longer than the model reads; (dimension,), unit length."""
        import torch

        windows = np.array_split(waveform, max(1, -(-len(waveform) // self._window)))
        inputs = self._extractor(
            windows,
            sampling_rate=self.rate_hz,
            max_length=self._window,
            truncation=self._truncation,
            return_tensors="pt",
        )
        with torch.inference_mode():
            features = self._model.get_audio_features(
                input_features=inputs["input_features"].float(),
                is_longer=torch.zeros(len(windows), 1, dtype=torch.bool),
            )
        mean = features.pooler_output.float().mean(dim=0)
        return np.asarray(torch.nn.functional.normalize(mean, dim=0).numpy())
