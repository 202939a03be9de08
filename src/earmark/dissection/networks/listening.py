"""Run a network over a batch and hand what its taps see to whoever listens."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn

from earmark.dissection.networks.network import AudioNetwork, Tap, Waveform
from earmark.errors import InvalidInput

Precision = Literal["fp32", "bf16", "fp16"]
Listener = Callable[[int, Tensor], None]
"""Called in the forward pass with a tap's number and what its module gave out; must not keep the tensor."""

# The taps whose tokens follow the clip as the network's layout says, so that padding can be told apart.
_IN_STEP = ("mlp_hidden", "mlp_output", "attention_output", "classifier")


def choose_device(wanted: str = "auto") -> torch.device:
    """The device to run on: the first GPU where there is one, unless another is named.

    Raises:
        InvalidInput: the device is not there.
    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InvalidInput(f"the device {wanted!r} is not there: set device to auto or to cpu.") from error
    return device


def one_length_a_batch(network: AudioNetwork, taps: Sequence[Tap]) -> bool:
    """Whether only clips of one length may share a batch, for padding never to change what a tap gives."""
    if network.equal_lengths_only or network.layout.columns is None:
        return True
    if network.layout.window_columns is not None:
        return False
    in_step = [
        tap.kind in _IN_STEP or (tap.kind == "dictionary" and tap.layer is not None and not tap.channels_first)
        for tap in taps
    ]
    return not all(in_step)


def batches_of(waveforms: Sequence[Waveform], *, one_length: bool) -> list[list[int]]:
    """Which waveforms may share a batch: all, or those of each length."""
    if not one_length:
        return [list(range(len(waveforms)))]
    by_length: dict[int, list[int]] = {}
    for index, waveform in enumerate(waveforms):
        by_length.setdefault(len(waveform), []).append(index)
    return list(by_length.values())


@contextmanager
def listening(network: AudioNetwork, taps: Sequence[Tap], listener: Listener) -> Iterator[Callable[[Any], None]]:
    """Hook the taps; yields a function that runs one prepared batch without gradients.

    Raises:
        InvalidInput: a tap was not reached in a forward pass.
    """
    reached = [False] * len(taps)

    def receive(index: int, values: Tensor) -> None:
        reached[index] = True
        listener(index, values)

    def run(inputs: Any) -> None:
        with warnings.catch_warnings():
            # WavLM hands torch a boolean and a float mask; torch may deprecate that, but the user cannot mend it.
            warnings.filterwarnings("ignore", message="Support for mismatched key_padding_mask")
            with _enough_memory():
                network.module(**inputs)
        if not all(reached):
            lost = next(tap.name for tap, heard in zip(taps, reached, strict=True) if not heard)
            raise InvalidInput(f"the tap {lost} is never reached in a forward pass: choose others with --taps.")

    with ExitStack() as stack:
        stack.callback(network.module.train, network.module.training)
        network.module.eval()
        for index, tap in enumerate(taps):
            module = network.module.get_submodule(tap.module or tap.name)
            stack.callback(_hook(module, tap, partial(receive, index)).remove)
        stack.enter_context(torch.inference_mode())
        yield run


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise InvalidInput(
            "the GPU has too little memory for a batch: give a smaller --batch-size, or set CUDA_VISIBLE_DEVICES to "
            "nothing to run on the CPU."
        ) from error


@contextmanager
def exact(device: torch.device, precision: Precision) -> Iterator[None]:
    """Full single precision, or lower where it was asked for."""
    with ExitStack() as stack:
        # Convolutions take TF32 on their own account unless told otherwise.
        stack.enter_context(torch.backends.cudnn.flags(enabled=True, allow_tf32=False))
        if precision != "fp32":
            dtype = torch.bfloat16 if precision == "bf16" else torch.float16
            stack.enter_context(torch.autocast(device.type, dtype=dtype))
        yield


def _hook(module: nn.Module, tap: Tap, receive: Callable[[Tensor], None]) -> Any:
    if tap.reads == "input":
        return module.register_forward_pre_hook(lambda _, inputs: receive(inputs[0]))

    def after(_: nn.Module, __: Any, output: Any) -> None:
        receive(output[0] if isinstance(output, tuple) else output)

    return module.register_forward_hook(after)
