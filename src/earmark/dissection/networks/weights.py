"""A network's weights as a fingerprint, and the same network with fresh ones."""

import hashlib
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn

from earmark.dissection.networks.network import AudioNetwork


def fingerprint(network: AudioNetwork) -> str:
    """Name the network by its weights: 16 hexadecimal digits over every tensor, in the order of their names."""
    digest = hashlib.blake2b(digest_size=8)
    for name, tensor in sorted(network.module.state_dict().items()):
        digest.update(f"{name}:{tensor.dtype}:{tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def untrained_twin(network: AudioNetwork, seed: int) -> AudioNetwork:
    """The same architecture with fresh random weights, the strongest control of a description.

    A transformers network is built anew from its configuration. In any other module every part that can reset its
    parameters does so, and parameters that belong to no such part are shuffled, which keeps how they are distributed.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = getattr(network.module, "config", None)
        if config is not None and hasattr(network.module, "post_init"):
            module = type(network.module)(deepcopy(config))
            module = module.to(next(network.module.parameters()).device)
        else:
            module = deepcopy(network.module)
            _reset(module)
    return replace(network, module=module.eval(), name=f"{network.name} (untrained)", untrained=())


def _reset(module: nn.Module) -> None:
    covered: set[int] = set()
    for part in module.modules():
        reset = getattr(part, "reset_parameters", None)
        if callable(reset):
            reset()
            covered.update(id(parameter) for parameter in part.parameters(recurse=False))
    with torch.no_grad():
        for parameter in module.parameters():
            if id(parameter) not in covered:
                flat = parameter.reshape(-1)
                parameter.copy_(flat[torch.randperm(flat.numel())].reshape(parameter.shape))
