"""A linear map with bias and nonlinearity over another tap: a sparse autoencoder's encoder, or a probe.

The file is safetensors. Its metadata names the tap it reads (``tap``) and its ``nonlinearity`` (``relu``, the
default, ``identity``, ``sigmoid`` or ``jumprelu``); its tensors are

- ``weight`` (neuron, input) and ``bias`` (neuron,), or ``W_enc`` (input, neuron) and ``b_enc`` (neuron,);
- ``b_dec`` (input,), taken from the input first, where there is one;
- ``threshold`` (neuron,), for ``jumprelu``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from earmark.dissection.networks.network import Tap
from earmark.errors import InvalidInput, UnknownName

_NONLINEARITIES = ("relu", "identity", "sigmoid", "jumprelu")


@dataclass(frozen=True)
class Encoder:
    """The map itself; ``weight`` is (neuron, input)."""

    weight: Tensor
    bias: Tensor
    centre: Tensor | None
    threshold: Tensor | None
    nonlinearity: str

    def __call__(self, values: Tensor) -> Tensor:
        """Encode (..., input) as (..., neuron)."""
        weight = self.weight.to(values.device)
        inputs = values.to(weight.dtype)
        if self.centre is not None:
            inputs = inputs - self.centre.to(values.device)
        hidden = torch.nn.functional.linear(inputs, weight, self.bias.to(values.device))
        if self.nonlinearity == "relu":
            return hidden.relu()
        if self.nonlinearity == "sigmoid":
            return hidden.sigmoid()
        if self.threshold is not None:
            return hidden * (hidden > self.threshold.to(values.device))
        return hidden


def load_dictionary(path: str, taps: Mapping[str, Tap]) -> Tap:
    """Read a dictionary as a tap named ``TAP/FILE``.

    Args:
        path: the safetensors file.
        taps: the network's own taps by name.

    Raises:
        InvalidInput: the file cannot be read, lacks a tensor, or does not fit its tap.
        UnknownName: it names a tap that the network does not have.
    """
    tensors, metadata = _read(path)
    name = metadata.get("tap", "")
    if name not in taps:
        raise UnknownName("tap of a dictionary", name, taps)
    base = taps[name]
    nonlinearity = metadata.get("nonlinearity", "relu")
    if nonlinearity not in _NONLINEARITIES:
        raise InvalidInput(f"{path}: the nonlinearity {nonlinearity!r} is none of {', '.join(_NONLINEARITIES)}.")
    encoder = _encoder(path, tensors, nonlinearity, base.width)
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


def _read(path: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (not a mapping)
            return tensors, dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise InvalidInput(f"no dictionary can be read from {path}: {error}.") from error


def _encoder(path: str, tensors: dict[str, Tensor], nonlinearity: str, width: int) -> Encoder:
    weight = tensors.get("weight", tensors["W_enc"].T if "W_enc" in tensors else None)
    if weight is None or weight.ndim != 2 or weight.shape[1] != width:
        raise InvalidInput(
            f"{path} needs a tensor 'weight' of shape (neurons, {width}), or 'W_enc' of ({width}, neurons)."
        )
    bias = tensors.get("bias", tensors.get("b_enc", torch.zeros(weight.shape[0])))
    centre, threshold = tensors.get("b_dec"), tensors.get("threshold")
    if nonlinearity == "jumprelu" and threshold is None:
        raise InvalidInput(f"{path} needs a tensor 'threshold' for its nonlinearity, jumprelu.")
    if nonlinearity != "jumprelu":
        threshold = None
    for tensor, size, called in (
        (bias, weight.shape[0], "bias"),
        (centre, width, "b_dec"),
        (threshold, weight.shape[0], "threshold"),
    ):
        if tensor is not None and tuple(tensor.shape) != (size,):
            raise InvalidInput(f"{path}: the tensor {called!r} must have shape ({size},), not {tuple(tensor.shape)}.")
    return Encoder(weight.contiguous(), bias, centre, threshold, nonlinearity)
