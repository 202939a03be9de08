"""A linear map with bias and nonlinearity over another tap: a sparse autoencoder's encoder, or a probe, from a file.

The file is safetensors. What it is stands in its metadata, or in ``cfg.json`` beside it; ``tap`` names what it reads.
Its nonlinearity is ``relu``, ``identity``, ``sigmoid``, ``jumprelu``, ``topk``, ``batchtopk`` or ``gated``: under
``nonlinearity``, or as SAELens, sparsify and dictionary_learning say it, and where nobody says, as its tensors do. What
is said, and what the tensors are, must agree; what is not known here is refused by name and never read as another.

Tensors, by any of these names:

- ``weight`` or ``encoder.weight`` (neuron, input), or ``W_enc`` or ``W_gate`` (input, neuron);
- ``bias``, ``b_enc``, ``encoder.bias`` or ``latent_bias`` (neuron,); ``b_mag`` or ``mag_bias`` where gated;
- ``b_dec``, ``decoder_bias`` or ``pre_bias`` (input,), taken from the input first, but for ``apply_b_dec_to_input`` no;
- ``threshold`` or ``log_threshold``; ``k``; ``b_gate`` or ``gate_bias``, and ``r_mag``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import torch
from torch import Tensor

from earmark.dissection.networks.encoders import Encoder, InputNorm, Nonlinearity
from earmark.dissection.networks.network import Tap
from earmark.errors import InvalidInput, UnknownName
from earmark.weights.settings import read_settings

# What others call an encoder, without case, dashes and underscores.
_NAMES: dict[str, Nonlinearity] = {
    **{name: name for name in get_args(Nonlinearity)},
    "linear": "identity",
    "standard": "relu",
    "autoencoder": "relu",
    "jumpreluautoencoder": "jumprelu",
    "autoencodertopk": "topk",
    "batchtopksae": "batchtopk",
    "matryoshkabatchtopk": "batchtopk",
    "matryoshkabatchtopksae": "batchtopk",
    "gatedautoencoder": "gated",
}
_SAID_UNDER = ("nonlinearity", "architecture", "dict_class", "activation_fn", "activation_fn_str", "activation")
_BIASES = ("bias", "b_enc", "encoder.bias", "latent_bias")
# What a nonlinearity needs, and what tensors that have it look like.
_NEEDS: dict[Nonlinearity, str] = {
    "jumprelu": "tensor 'threshold'",
    "topk": "number k",
    "batchtopk": "tensor 'threshold', or a number k,",
    "gated": "tensor 'b_gate'",
}
_FITS: dict[Nonlinearity, tuple[Nonlinearity, ...]] = {
    "jumprelu": ("jumprelu",),
    "topk": ("topk", "jumprelu"),
    "batchtopk": ("jumprelu", "topk"),
    "gated": ("gated",),
}
# Tensors that only decode: what they hold changes nothing here.
_DECODES = {"W_dec", "decoder.weight", "b_dec_out", "W_skip"}


@dataclass
class _File:
    """What a file holds; each tensor is taken once, so that none is passed over."""

    path: str
    tensors: dict[str, Tensor]
    settings: dict[str, Any]

    def take(self, *names: str, shape: tuple[int, ...] | None = None) -> Tensor | None:
        """A tensor by any of its names."""
        name = next((name for name in names if name in self.tensors), None)
        if name is None:
            return None
        tensor = self.tensors.pop(name)
        if shape is not None and tuple(tensor.shape) != shape:
            raise InvalidInput(f"{self.path}: the tensor {name!r} must have shape {shape}, not {tuple(tensor.shape)}.")
        return tensor

    def says(self, name: str, *, otherwise: bool) -> bool:
        """A setting that is yes or no, in JSON or in words."""
        value = self.settings.get(name, otherwise)
        return str(value).lower() not in ("false", "0", "no", "none")


def load_dictionary(path: str, taps: Mapping[str, Tap]) -> Tap:
    """Read a dictionary as a tap named ``TAP/FILE``.

    Args:
        path: the safetensors file.
        taps: the network's own taps by name.

    Raises:
        InvalidInput: the file cannot be read, lacks a tensor, does not fit its tap, or is of a kind that is not known.
        UnknownName: it names a tap that the network does not have.
    """
    file = _read(path)
    name = str(file.settings.get("tap", ""))
    if name not in taps:
        raise UnknownName("tap of a dictionary", name, taps)
    base = taps[name]
    encoder = _encoder(file, base.width)
    return Tap(
        name=f"{base.name}/{Path(path).stem}",
        kind="dictionary",
        width=encoder.weight.shape[0],
        layer=base.layer,
        module=base.module or base.name,
        reads=base.reads,
        channels_first=base.channels_first,
        encode=encoder,
    )


def _read(path: str) -> _File:
    """The tensors, and what is said of them: in the file, and where that says nothing, in the settings beside it."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (not a mapping)
            said: dict[str, Any] = dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise InvalidInput(f"no dictionary can be read from {path}: {error}.") from error
    beside = Path(path).with_name("cfg.json")
    settings = read_settings(beside) if beside.is_file() else {}
    for part in ("activation_fn_kwargs", "trainer", "metadata"):
        inner = settings.get(part, said.get(part))
        inner = _plain(inner) if isinstance(inner, str) else inner
        settings |= inner if isinstance(inner, dict) else {}
    return _File(path, tensors, settings | said)


def _encoder(file: _File, width: int) -> Encoder:
    weight = _weight(file, width)
    neurons = (weight.shape[0],)
    threshold = _threshold(file, neurons)
    gate = file.take("b_gate", "gate_bias", shape=neurons)
    magnitude = file.take("r_mag", shape=neurons)
    k = _k(file, neurons[0])
    nonlinearity = _nonlinearity(file, threshold, k, gate)
    bias = file.take(*(("b_mag", "mag_bias") if nonlinearity == "gated" else _BIASES), shape=neurons)
    centre = file.take("b_dec", "decoder_bias", "pre_bias", shape=(width,))
    if nonlinearity == "gated" and (gate is None or magnitude is None):
        raise InvalidInput(f"{file.path} needs the tensors 'b_gate' and 'r_mag' for its nonlinearity, gated.")
    encoder = Encoder(
        weight=weight.contiguous(),
        bias=torch.zeros(neurons) if bias is None else bias,
        centre=centre if file.says("apply_b_dec_to_input", otherwise=True) else None,
        nonlinearity=nonlinearity,
        threshold=threshold if nonlinearity in ("jumprelu", "batchtopk") else None,
        k=k if nonlinearity in ("topk", "batchtopk") else None,
        gate_bias=gate,
        log_magnitude=magnitude,
        decoder_norm=_decoder_norm(file, neurons[0], width),
        input_norm=_input_norm(file),
    )
    if left := sorted(set(file.tensors) - _DECODES):
        raise InvalidInput(
            f"{file.path}: what the tensor {left[0]!r} does in an encoder that is {nonlinearity} is not known here."
        )
    return encoder


def _weight(file: _File, width: int) -> Tensor:
    """(neuron, input)."""
    weight, turned = file.take("weight", "encoder.weight"), file.take("W_enc", "W_gate")
    if weight is None and turned is not None:
        weight = turned.T
    if weight is None or weight.ndim != 2 or weight.shape[1] != width:
        raise InvalidInput(
            f"{file.path} needs a tensor 'weight' of shape (neurons, {width}), or 'W_enc' of ({width}, neurons)."
        )
    # dictionary_learning calls what is taken from the input the bias, beside that of the encoder.
    if "encoder.bias" in file.tensors and "bias" in file.tensors:
        file.tensors["b_dec"] = file.tensors.pop("bias")
    return weight


def _threshold(file: _File, neurons: tuple[int, ...]) -> Tensor | None:
    """One for all neurons or one each; dictionary_learning writes -1 where none was measured."""
    logs, threshold = file.take("log_threshold"), file.take("threshold")
    if logs is not None:
        threshold = logs.exp()
    if threshold is None or (threshold.ndim == 0 and threshold < 0):
        return None
    if tuple(threshold.shape) not in ((), neurons):
        raise InvalidInput(
            f"{file.path}: the tensor 'threshold' must have shape {neurons}, not {tuple(threshold.shape)}."
        )
    return threshold


def _k(file: _File, neurons: int) -> int | None:
    """How many neurons of a row are kept, from a tensor or a setting."""
    tensor, said = file.take("k"), file.settings.get("k")
    value = tensor.item() if tensor is not None and tensor.numel() == 1 else _plain(said)
    if value in (None, 0) and tensor is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 or not 1 <= value <= neurons:
        raise InvalidInput(f"{file.path}: k is {value!r}, and must be a whole number from 1 to {neurons}.")
    return int(value)


def _nonlinearity(file: _File, threshold: Tensor | None, k: int | None, gate: Tensor | None) -> Nonlinearity:
    """What is said, where the tensors agree; what they are, where nothing is said."""
    said, held = _said(file), _held(threshold, k, gate)
    if said is None:
        if threshold is not None and k is not None:
            raise InvalidInput(
                f"{file.path} holds a threshold and a k: say in its metadata whether it is topk or batchtopk."
            )
        return held
    if said in _NEEDS and held not in _FITS[said]:
        raise InvalidInput(f"{file.path} needs a {_NEEDS[said]} for its nonlinearity, {said}.")
    if said == "topk" and k is None:
        raise InvalidInput(f"{file.path} needs a {_NEEDS[said]} for its nonlinearity, {said}.")
    if said not in _NEEDS and held != "relu":
        raise InvalidInput(f"{file.path} says that it is {said}, and what it holds is {held}: mend its metadata.")
    return said


def _said(file: _File) -> Nonlinearity | None:
    """The one nonlinearity that the settings name, by whichever word."""
    kinds: list[Nonlinearity] = []
    for name in _SAID_UNDER:
        value = file.settings.get(name)
        if not value:
            continue
        plain = re.sub(r"[^a-z]", "", str(value).rpartition(".")[2].lower())
        if plain not in _NAMES:
            known = ", ".join(get_args(Nonlinearity))
            raise InvalidInput(f"{file.path}: the nonlinearity {value!r} is none of {known} ({name}).")
        kinds.append(_NAMES[plain])
    # Of a standard architecture the activation may say more: that only the k largest are kept.
    special = sorted({kind for kind in kinds if kind != "relu"})
    if len(special) > 1:
        raise InvalidInput(
            f"{file.path} says of its nonlinearity that it is {' and '.join(special)}: mend its metadata."
        )
    return special[0] if special else kinds[0] if kinds else None


def _held(threshold: Tensor | None, k: int | None, gate: Tensor | None) -> Nonlinearity:
    """What the tensors are by themselves."""
    if gate is not None:
        return "gated"
    if threshold is not None:
        return "jumprelu"
    return "relu" if k is None else "topk"


def _decoder_norm(file: _File, neurons: int, width: int) -> Tensor | None:
    """(neuron,), where the settings rank neurons by it."""
    if not file.says("rescale_acts_by_decoder_norm", otherwise=False):
        return None
    rows, columns = file.tensors.get("W_dec"), file.tensors.get("decoder.weight")
    decoder = rows if rows is not None else columns.T if columns is not None else None
    if decoder is None or tuple(decoder.shape) != (neurons, width):
        raise InvalidInput(f"{file.path} needs a tensor 'W_dec' of shape ({neurons}, {width}): it ranks by its norm.")
    return decoder.square().sum(dim=1).sqrt()


def _input_norm(file: _File) -> InputNorm:
    """How inputs are scaled.

    Raises:
        InvalidInput: in a way that is not known here, or by a number that the file does not hold.
    """
    how = str(file.settings.get("normalize_activations") or "none").lower()
    if how in ("none", "false"):
        how = "none"
    if how not in get_args(InputNorm):
        raise InvalidInput(
            f"{file.path}: inputs that are scaled by {how!r} are not known here: fold the scale into the weights first."
        )
    for name, plain in (("reshape_activations", "none"), ("normalize", "false"), ("transcode", "false")):
        if str(file.settings.get(name) or plain).lower() != plain:
            raise InvalidInput(f"{file.path}: the setting {name} = {file.settings[name]!r} is not known here.")
    return how  # type: ignore[return-value]


def _plain(value: Any) -> Any:
    """A setting from metadata, where everything is text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
