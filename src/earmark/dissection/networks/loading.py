"""Load an audio network: a folder or hub id of the transformers library, a factory of yours, or one that ships."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.dissection.networks.mel import ast_features
from earmark.dissection.networks.network import AudioNetwork, TokenLayout, Waveform
from earmark.errors import InvalidInput, UnknownName
from earmark.samples.networks import find_network, network_names
from earmark.weights.folder import find_folder
from earmark.weights.opening import open_weights, open_words, reading

if TYPE_CHECKING:
    from torch import Tensor

# Keys that a checkpoint may lack: the head of a bare encoder, and what only training uses.
_HEADS = ("classifier", "projector", "layer_weights")
_TRAINING_ONLY = ("masked_spec_embed",)
_KIND = "audio classification network"
_HOPS_S = (0.002, 4.0)


def is_factory(reference: str) -> bool:
    """Whether a reference names code, which is imported to make the network."""
    return re.fullmatch(r"[\w.]+:[\w.]+", reference) is not None and not Path(reference).is_dir()


def load_network(reference: str, *, trust_pickle: bool = False, imported_from: Path | None = None) -> AudioNetwork:
    """Load a network by reference.

    Args:
        reference: a local folder or hub id that ``AutoModelForAudioClassification`` loads, a
            ``package.module:factory`` that returns an :class:`AudioNetwork`, or the name of a network that ships
            with earmark ("reference").
        trust_pickle: also load weights that are pickles, which can run code. Remote code is never run.
        imported_from: the folder that a factory may be imported from; the current one by default.

    Raises:
        InvalidInput: nothing of that kind can be loaded; the sentence says why.
    """
    if not reference.strip():
        raise InvalidInput("a network is needed: a folder, a hub id, package.module:factory, or reference.")
    if Path(reference).is_dir():
        return _from_transformers(reference, trust_pickle, name=str(Path(reference).resolve()))
    if is_factory(reference):
        return _from_factory(reference, imported_from or Path.cwd())
    shipped = _shipped(reference)
    if shipped is not None:
        return _from_transformers(str(shipped), trust_pickle, name=reference)
    if reference.startswith((".", "/", "~")) or "\\" in reference or reference.count("/") > 1:
        raise InvalidInput(f"there is no folder {reference}.")
    return _from_transformers(reference, trust_pickle, name=reference)


def _shipped(name: str) -> Path | None:
    """The folder of a network that ships with earmark, or ``None``."""
    try:
        return find_network(name)
    except UnknownName:
        return None


def _from_factory(reference: str, folder: Path) -> AudioNetwork:
    """Call ``package.module:factory``; the folder can be imported from, as the current one with ``python -m``."""
    module_name, _, attribute = reference.partition(":")
    try:
        with _on_path(str(folder)):
            factory = getattr(import_module(module_name), attribute)
            network = factory()
    except Exception as error:  # the factory is the user's own code: whatever it raises is theirs to mend
        raise InvalidInput(f"the factory {reference!r} failed: {type(error).__name__}: {error}.") from error
    if not isinstance(network, AudioNetwork):
        raise InvalidInput(
            f"the factory {reference!r} must return an earmark AudioNetwork, not {type(network).__name__}."
        )
    if isinstance(network.rate_hz, bool) or not isinstance(network.rate_hz, int) or network.rate_hz <= 0:
        raise InvalidInput(
            f"the factory {reference!r} gives no sampling rate: set rate_hz to a whole number of samples a second."
        )
    network.module.eval()
    return replace(network, name=reference)


@contextmanager
def _on_path(folder: str) -> Iterator[None]:
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _from_transformers(source: str, trust_pickle: bool, name: str) -> AudioNetwork:
    import torch
    from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

    from earmark.dissection.networks.families import equal_lengths_only, layout_of, refuse_other_features

    folder = _folder(source, trust_pickle)
    module, missing = open_weights(
        AutoModelForAudioClassification, folder, _KIND, trust_pickle=trust_pickle, may_lack=None, dtype=torch.float32
    )
    untrained = _untrained(source, module, missing)
    if not any((folder / file).is_file() for file in ("preprocessor_config.json", "processor_config.json")):
        raise InvalidInput(
            f"{source} has no preprocessor_config.json, so its sampling rate is unknown: save its feature extractor "
            "beside the weights."
        )
    extractor = open_words(AutoFeatureExtractor, folder, _KIND)
    with reading(folder, _KIND):
        rate_hz, layout = int(extractor.sampling_rate), layout_of(module, extractor)
        refuse_other_features(source, module, extractor)
    _refuse_impossible(source, layout)
    equal = equal_lengths_only(module)
    labels = () if "classifier" in untrained else _labels(module.config)
    return AudioNetwork(
        module=module.eval(),
        rate_hz=rate_hz,
        prepare=_Prepare(extractor, str(module.config.model_type), equal),
        name=name,
        labels=labels,
        equal_lengths_only=equal,
        layout=layout,
        untrained=untrained,
    )


def _folder(source: str, trust_pickle: bool) -> Path:
    """Where the network lies; a word that means nothing may have been meant for one that ships."""
    try:
        return find_folder(source, _KIND, trust_pickle=trust_pickle)
    except InvalidInput as error:
        if Path(source).is_dir() or "/" in source:
            raise
        shipped = ", ".join(network_names()) or "none"
        raise InvalidInput(f"{str(error).rstrip('.')}; with earmark come {shipped}.") from error


def _refuse_impossible(source: str, layout: TokenLayout) -> None:
    """Refuse strides that would make a second of sound into so many frames, or so few, that nothing can be read.

    Raises:
        InvalidInput: frames follow each other in no time, or stand still.
    """
    if layout.hop_s is not None and not _HOPS_S[0] <= layout.hop_s <= _HOPS_S[1]:
        raise InvalidInput(
            f"{source} reads a frame every {layout.hop_s * 1000:g} ms, where {_HOPS_S[0] * 1000:g} to "
            f"{_HOPS_S[1] * 1000:g} ms can be read: its config.json is damaged."
        )


class _Prepare:
    """Waveforms to the inputs of a transformers network, without letting padding change a clip."""

    def __init__(self, extractor: Any, model_type: str, equal_lengths_only: bool) -> None:
        self.extractor = extractor
        self._makes_mel = model_type == "audio-spectrogram-transformer" and hasattr(extractor, "mel_filters")
        self._fixed_window = model_type in ("audio-spectrogram-transformer", "whisper")
        self._equal_lengths_only = equal_lengths_only

    def __call__(self, waveforms: Sequence[Waveform]) -> dict[str, "Tensor"]:
        if self._makes_mel:
            import torch

            return {"input_values": torch.from_numpy(ast_features(self.extractor, waveforms))}
        options: dict[str, Any] = {"sampling_rate": self.extractor.sampling_rate, "return_tensors": "pt"}
        if not self._fixed_window:
            options |= {"padding": True, "return_attention_mask": not self._equal_lengths_only}
            if self._equal_lengths_only and len({len(waveform) for waveform in waveforms}) > 1:
                raise ValueError("this network takes clips of one length at a time")
        return dict(self.extractor(list(waveforms), **options))


def _labels(config: Any) -> tuple[str, ...]:
    """Class names by logit; none where they are only the numbers that transformers fills in."""
    names = tuple(str(config.id2label[index]) for index in sorted(config.id2label))
    return () if all(re.fullmatch(r"LABEL_\d+", name) for name in names) else names


def _untrained(source: str, module: Any, lacking: Sequence[str]) -> tuple[str, ...]:
    """The modules of the head that the checkpoint lacks.

    Raises:
        InvalidInput: the checkpoint lacks more than a head, so it is not one of this architecture.
    """
    missing = [key for key in lacking if not key.endswith(_TRAINING_ONLY)]
    beyond = [key for key in missing if not key.startswith(_HEADS)]
    if beyond:
        raise InvalidInput(
            f"the weights of {source} lack {len(beyond)} of {len(module.state_dict())} tensors of a "
            f"{type(module).__name__} ({beyond[0]}, ...): they belong to another architecture."
        )
    return tuple(sorted({key.split(".")[0] for key in missing}))
