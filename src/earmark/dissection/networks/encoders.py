"""The encoder of a sparse autoencoder, or a linear probe: from the values of a tap to those of a dictionary."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.functional import linear

Nonlinearity = Literal["relu", "identity", "sigmoid", "jumprelu", "topk", "batchtopk", "gated"]
InputNorm = Literal["none", "constant_norm_rescale", "layer_norm"]


@dataclass(frozen=True)
class Encoder:
    """The map itself.

    ``jumprelu`` is Rajamanoharan et al. 2024 (arXiv 2407.14435), ``gated`` the same authors' (arXiv 2404.16014) with
    shared weights, ``topk`` Gao et al. 2024 (arXiv 2406.04093), ``batchtopk`` Bussmann et al. 2024 (arXiv 2412.06410),
    which a threshold stands for outside training; without one, k are kept of each row as by ``topk``.
    """

    weight: Tensor
    """(neuron, input)."""
    bias: Tensor
    """(neuron,); of the magnitudes where gated."""
    centre: Tensor | None
    """(input,), taken from the input first."""
    nonlinearity: Nonlinearity
    threshold: Tensor | None = None
    """(neuron,) or ()."""
    k: int | None = None
    gate_bias: Tensor | None = None
    """(neuron,)."""
    log_magnitude: Tensor | None = None
    """(neuron,): how much larger the weights of a magnitude are than those of its gate, as a logarithm."""
    decoder_norm: Tensor | None = None
    """(neuron,), where neurons are ranked by what they write."""
    input_norm: InputNorm = "none"

    def __call__(self, values: Tensor) -> Tensor:
        """Encode (..., input) as (..., neuron)."""
        on = self._on(values.device)
        inputs = _normed(values.to(on.weight.dtype), on.input_norm)
        if on.centre is not None:
            inputs = inputs - on.centre
        if on.gate_bias is not None and on.log_magnitude is not None:
            hidden = linear(inputs, on.weight)
            return (hidden * on.log_magnitude.exp() + on.bias).relu() * (hidden + on.gate_bias > 0)
        hidden = linear(inputs, on.weight, on.bias)
        if on.decoder_norm is not None:
            hidden = hidden * on.decoder_norm
        return on._activated(hidden)

    def _activated(self, hidden: Tensor) -> Tensor:
        if self.nonlinearity == "identity":
            return hidden
        if self.nonlinearity == "sigmoid":
            return hidden.sigmoid()
        if self.threshold is not None:
            return hidden.relu() * (hidden > self.threshold)
        if self.k is not None:
            kept = hidden.topk(self.k, dim=-1)
            return torch.zeros_like(hidden).scatter(-1, kept.indices, kept.values.relu())
        return hidden.relu()

    def _on(self, device: torch.device) -> "Encoder":
        """The same on the device of the values."""
        if self.weight.device == device:
            return self
        moved: dict[str, Any] = {name: each.to(device) for name, each in vars(self).items() if isinstance(each, Tensor)}
        return replace(self, **moved)


def _normed(inputs: Tensor, how: InputNorm) -> Tensor:
    """Inputs as the encoder was trained on them, as SAELens scales them."""
    if how == "constant_norm_rescale":
        return inputs / inputs.square().mean(dim=-1, keepdim=True).sqrt()
    if how == "layer_norm":
        centred = inputs - inputs.mean(dim=-1, keepdim=True)
        return centred / (centred.std(dim=-1, keepdim=True) + 1e-5)
    return inputs
