"""What differs between the families of audio classifiers in transformers: token layout, and who sees padding."""

import math
from functools import partial
from typing import Any

from torch import nn

from earmark.dissection.networks.network import TokenLayout
from earmark.errors import InvalidInput

# With a mask or without, padding changes the clip: squeezing pools pairs of frames across its end, and Data2Vec's
# stacked positional convolutions and the Conformer's unmasked depthwise ones carry padding back into it.
_SEES_PADDING = ("sew", "sew-d", "data2vec-audio", "wav2vec2-conformer")


def equal_lengths_only(module: nn.Module) -> bool:
    """Whether padding would change a clip, so that only clips of one length may share a batch."""
    model_type = getattr(getattr(module, "config", None), "model_type", None)
    norms = (nn.GroupNorm, nn.InstanceNorm1d, nn.InstanceNorm2d)
    return model_type in _SEES_PADDING or any(isinstance(part, norms) for part in module.modules())


def layout_of(module: Any, extractor: Any) -> TokenLayout:
    """The token layout of a transformers audio classifier.

    Args:
        module: any ``...ForAudioClassification`` or ``...ForSequenceClassification`` of the 12 families.
        extractor: its feature extractor.
    """
    config, rate_hz = module.config, int(extractor.sampling_rate)
    if config.model_type == "audio-spectrogram-transformer":
        return _ast(config, rate_hz)
    if config.model_type == "whisper":
        return _whisper(config, extractor)
    if config.model_type == "wav2vec2-bert":
        return TokenLayout(
            columns=partial(_fbank_columns, group=int(extractor.stride)),
            hop_s=160 * int(extractor.stride) / rate_hz,
            span_s=(400 + 160 * (int(extractor.stride) - 1)) / rate_hz,
        )
    return _convolutional(config, rate_hz)


def refuse_other_features(source: str, module: Any, extractor: Any) -> None:
    """Refuse an extractor that makes other features than its network reads.

    Raises:
        InvalidInput: it makes more or fewer frames, or bands, than the network was made for.
    """
    config = module.config
    made = read = (0, 0)
    if config.model_type == "audio-spectrogram-transformer":
        made, read = (extractor.max_length, extractor.num_mel_bins), (config.max_length, config.num_mel_bins)
    elif config.model_type == "whisper":
        made, read = (
            (extractor.nb_max_frames, extractor.feature_size),
            (
                2 * config.max_source_positions,
                config.num_mel_bins,
            ),
        )
    if made != read:
        raise InvalidInput(
            f"the feature extractor of {source} makes {made[0]} frames of {made[1]} bands, and the network reads "
            f"{read[0]} of {read[1]}: they do not belong together."
        )


def _ast(config: Any, rate_hz: int) -> TokenLayout:
    """Patches of a mel spectrogram in rows of frequency; the head reads CLS and distillation tokens, averaged."""
    window = (config.max_length - config.patch_size) // config.time_stride + 1
    return TokenLayout(
        special=2,
        head="special",
        rows=(config.num_mel_bins - config.patch_size) // config.frequency_stride + 1,
        window_columns=window,
        columns=partial(_ast_columns, stride=config.time_stride, most=window),
        hop_s=config.time_stride * 160 / rate_hz,
        span_s=((config.patch_size - 1) * 160 + 400) / rate_hz,
    )


def _ast_columns(samples: int, stride: int, most: int) -> int:
    """Patches that begin inside the clip: fbank frames of 400 samples, 160 apart, without centring."""
    frames = max(0, 1 + (samples - 400) // 160)
    return min(most, math.ceil(frames / stride))


def _whisper(config: Any, extractor: Any) -> TokenLayout:
    """30 s windows of mel frames, halved by the second convolution; the head averages padding and all."""
    hop = int(extractor.hop_length)
    return TokenLayout(
        head="all",
        window_columns=config.max_source_positions,
        columns=partial(_whisper_columns, hop=hop, most=int(config.max_source_positions)),
        hop_s=2 * hop / int(extractor.sampling_rate),
        span_s=(4 * hop + int(extractor.n_fft)) / int(extractor.sampling_rate),
        centred=True,
    )


def _whisper_columns(samples: int, hop: int, most: int) -> int:
    return min(most, math.ceil(samples / (2 * hop)))


def _fbank_columns(samples: int, group: int) -> int:
    """Frames of 400 samples, 160 apart, joined in groups; an incomplete group is masked."""
    return max(0, 1 + (samples - 400) // 160) // group


def _convolutional(config: Any, rate_hz: int) -> TokenLayout:
    """wav2vec2 and its kin: a stack of convolutions without padding over the waveform."""
    kernels, strides = tuple(config.conv_kernel), tuple(config.conv_stride)
    reach, hop = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        reach += (kernel - 1) * hop
        hop *= stride
    return TokenLayout(
        columns=partial(_convolved, kernels=kernels, strides=strides), hop_s=hop / rate_hz, span_s=reach / rate_hz
    )


def _convolved(samples: int, kernels: tuple[int, ...], strides: tuple[int, ...]) -> int:
    for kernel, stride in zip(kernels, strides, strict=True):
        samples = max(0, (samples - kernel) // stride + 1)
    return samples
