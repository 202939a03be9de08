"""From what a tap gives for a batch to one number a neuron and clip, leaving padding out."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from earmark.dissection.networks.network import AudioNetwork, Pooling, Tap, TokenLayout
from earmark.errors import InvalidInput


def check_pooling(network: AudioNetwork, pooling: Pooling) -> None:
    """Refuse a pooling that the network has no tokens for, before any work.

    Raises:
        InvalidInput: it has no CLS token.
    """
    if pooling == "cls" and not network.layout.special:
        raise InvalidInput(f"{network.name} has no CLS token: pool with first, mean, max or head.")


def tokens_of(values: Tensor, tap: Tap, clips: int) -> Tensor:
    """Lay what a module gave out as (clip, token, channel).

    Args:
        values: a convolution's (clip, channel, ...) or a linear map's (clip, ..., channel).
        tap: where it comes from.
        clips: how many clips the batch holds.

    Raises:
        InvalidInput: the first axis is not the clip.
    """
    if values.ndim < 2 or values.shape[0] != clips:
        raise InvalidInput(
            f"the tap {tap.name} gives {tuple(values.shape)} for {clips} clips, so its values belong to no "
            "single clip: leave it out."
        )
    if values.ndim == 2:
        return values.unsqueeze(1)
    if tap.channels_first:
        return values.flatten(2).transpose(1, 2)
    return values.flatten(1, -2)


def pool(tokens: Tensor, tap: Tap, layout: TokenLayout, pooling: Pooling, samples: Sequence[int]) -> Tensor:
    """Reduce (clip, token, channel) to (clip, neuron).

    ``head`` reads what the network's own head reads; ``cls`` and ``first`` take one token; ``mean`` and ``max`` go
    over the frames that the clip fills.

    Args:
        tokens: see :func:`tokens_of`.
        tap: its encoder, if any, is applied to every token before the reduction.
        layout: how the network's tokens lie over a clip.
        pooling: the reduction.
        samples: the clips' lengths at the network's rate.

    Raises:
        InvalidInput: the tap has no CLS token.
    """
    encode = tap.encode or _same
    if tokens.shape[1] == 1:
        return encode(tokens[:, 0])
    special = layout.special if _is_sequence(tokens.shape[1], layout) else 0
    if pooling == "cls":
        if not special:
            raise InvalidInput(f"the tap {tap.name} has no CLS token: pool with first, mean, max or head.")
        return encode(tokens[:, 0])
    if pooling == "first":
        return encode(tokens[:, special])
    if pooling == "head" and layout.head == "special" and special:
        return encode(tokens[:, :special]).mean(1)
    if pooling == "head" and layout.head == "all":
        return encode(tokens).mean(1)
    frames = encode(tokens[:, special:])
    filled = filled_tokens(frames.shape[1], layout, samples)
    if filled is None:
        return frames.amax(1) if pooling == "max" else frames.mean(1)
    mask = filled.to(frames.device)
    if pooling == "max":
        return frames.masked_fill(~mask.unsqueeze(2), -torch.inf).amax(1)
    weights = mask.to(frames.dtype) / mask.sum(1, keepdim=True)
    return torch.bmm(weights.unsqueeze(1), frames).squeeze(1)


def filled_tokens(frames: int, layout: TokenLayout, samples: Sequence[int]) -> Tensor | None:
    """Which frames the clips fill, (clip, frame); ``None`` where they fill every one."""
    if layout.columns is None:
        return None
    filled = [layout.columns(length) for length in samples]
    columns = frames
    if layout.window_columns is None:
        # One more than the longest clip fills is an incomplete group that the network masks. Any other number is a
        # stage at another rate, where all clips are of one length (see one_length_a_batch).
        if not 0 <= frames - max(filled) <= 1:
            return None
    elif frames == layout.rows * layout.window_columns:
        columns = layout.window_columns
    else:
        # An earlier stage of the window, at another rate: the same share of it.
        filled = [-(-columns * count // layout.window_columns) for count in filled]
    if min(filled) >= columns:
        return None
    mask = torch.arange(columns).unsqueeze(0) < torch.tensor(filled).unsqueeze(1)
    return mask.repeat(1, frames // columns)


def _is_sequence(tokens: int, layout: TokenLayout) -> bool:
    """Whether so many tokens are the network's own sequence, special tokens included."""
    if layout.window_columns is None:
        return layout.special > 0
    return tokens == layout.special + layout.rows * layout.window_columns


def _same(values: Tensor) -> Tensor:
    return values


@dataclass(frozen=True)
class Timeline:
    """A clip's frames at one tap, and when each sounds: frame i from ``i * hop_s`` for ``span_s``."""

    frames: Tensor
    """(frame, neuron), only those that the clip fills."""
    hop_s: float
    span_s: float


def timeline(
    values: Tensor, tap: Tap, layout: TokenLayout, pooling: Pooling, samples: int, rate_hz: int
) -> Timeline | None:
    """The frames of a batch's first clip, where the activation is made of frames in time; else ``None``.

    It is not where the tap gives one value a clip, where the pooling reads single tokens, and where nothing says that
    the tokens follow time.
    """
    tokens = tokens_of(values, tap, len(values))[:1]
    count = tokens.shape[1]
    special = layout.special if _is_sequence(count, layout) else 0
    reads_frames = pooling in ("mean", "max") or (pooling == "head" and not (layout.head == "special" and special))
    rows = layout.rows if layout.window_columns and count - special == layout.rows * layout.window_columns else 1
    in_time = layout.columns is not None or (tap.channels_first and values.ndim == 3)
    if count == 1 or not reads_frames or not in_time or (values.ndim > 3 and rows == 1):
        return None
    frames = (tap.encode or _same)(tokens[0, special:])
    frames = frames.reshape(rows, -1, frames.shape[1])
    frames = frames.amax(0) if pooling == "max" else frames.mean(0)
    filled = filled_tokens(count - special, layout, [samples])
    used = len(frames) if filled is None else int(filled[0, : len(frames)].sum())
    window_s = samples / rate_hz
    if layout.window_columns is not None and layout.hop_s is not None:
        window_s = layout.window_columns * layout.hop_s
    if layout.hop_s is None or layout.span_s is None or not _in_step(len(frames), layout, samples):
        return Timeline(frames[:used], window_s / len(frames), window_s / len(frames))
    return Timeline(frames[:used], layout.hop_s, layout.span_s)


def _in_step(frames: int, layout: TokenLayout, samples: int) -> bool:
    """Whether frames come at the pace that the layout gives, and not at that of another stage."""
    if layout.window_columns is not None:
        return frames == layout.window_columns
    return layout.columns is not None and 0 <= frames - layout.columns(samples) <= 1
