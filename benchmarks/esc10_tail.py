"""The last blocks of an ESC-10 network, from what the blocks below gave: the same logits at a quarter of the cost.

Silencing in the last blocks leaves everything below as it is, so that it is computed once. The head reads two tokens,
so that the last block is computed for these alone. In half precision (bfloat16) a pass costs half again; neurons may be
chosen so, and every figure that is reported comes from full precision.
"""

import copy
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from earmark.dissection.networks import AudioNetwork
from earmark.dissection.unlearning.listening import logits_of

_READ = 2


class Tail(nn.Module):
    """Blocks from one on, and the head; its parts keep their names, so that taps find them."""

    def __init__(self, module, first):
        super().__init__()
        self.audio_spectrogram_transformer = module.audio_spectrogram_transformer
        self.classifier = module.classifier
        self.first = first

    def forward(self, hidden):
        """Logits from what the block before gave."""
        body = self.audio_spectrogram_transformer
        for block in body.layers[self.first : -1]:
            hidden = block(hidden)
        block = body.layers[-1]
        read = attended(block, hidden) + hidden[:, :_READ]
        read = body.layernorm(read + block.mlp(block.layernorm_after(read)))
        return self.classifier(read.mean(1)).float()


def attended(block, hidden):
    """What the last block's attention gives to the tokens that the head reads."""

    def heads(values):
        return values.unflatten(-1, (block.attention.num_attention_heads, -1)).transpose(1, 2)

    attention, normed = block.attention, block.layernorm_before(hidden)
    queries, keys = heads(attention.q_proj(normed[:, :_READ])), heads(attention.k_proj(normed))
    found = nn.functional.scaled_dot_product_attention(queries, keys, heads(attention.v_proj(normed)))
    return attention.o_proj(found.transpose(1, 2).flatten(2))


def tail_of(network, prepared, first, dtype=torch.float32):
    """The tail of a network, and clips as it takes them.

    Args:
        network: an AST network.
        prepared: clips as the whole network takes them.
        first: the block that it begins with.
        dtype: of weights and clips.
    """
    pieces = []
    block = network.module.audio_spectrogram_transformer.layers[first]
    hook = block.register_forward_pre_hook(lambda _, inputs: pieces.append(inputs[0].clone().to(dtype)))
    whole = logits_of(network, prepared)
    hook.remove()
    batches = tuple((rows, {"hidden": piece}) for (rows, _), piece in zip(prepared.batches, pieces, strict=True))
    module = Tail(copy.deepcopy(network.module).to(dtype), first).eval()
    tail = AudioNetwork(module, network.rate_hz, network.prepare, f"{network.name} (tail)", labels=network.labels)
    clips = replace(prepared, batches=batches)
    if dtype == torch.float32:
        assert np.abs(logits_of(tail, clips) - whole).max() < 1e-4
    return tail, clips
