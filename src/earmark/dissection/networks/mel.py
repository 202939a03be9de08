"""The features of an audio spectrogram transformer, as its extractor makes them, all frames of a clip at once.

The extractor's own loop over frames costs more than a small network's forward pass.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks.network import Waveform

_FRAME, _HOP, _FFT = 400, 160, 512
_FLOOR = 1.192092955078125e-07
_PREEMPHASIS = 0.97


def ast_features(extractor: Any, waveforms: Sequence[Waveform]) -> npt.NDArray[np.float32]:
    """(clip, frame, mel): log-mel power, cut off or filled up with zeros to the network's length, and normalised.

    Args:
        extractor: an ``ASTFeatureExtractor`` whose filters are NumPy's (there is no torchaudio).
        waveforms: the clips, each (sample,).
    """
    window = extractor.window.astype(np.float64)
    features = np.zeros((len(waveforms), extractor.max_length, extractor.num_mel_bins), dtype=np.float32)
    for row, waveform in zip(features, waveforms, strict=True):
        heard = waveform[: (extractor.max_length - 1) * _HOP + _FRAME].astype(np.float64)
        if len(heard) < _FRAME:
            continue
        frames = np.lib.stride_tricks.sliding_window_view(heard, _FRAME)[::_HOP]
        frames = frames - frames.mean(axis=1, keepdims=True)
        emphasised = frames.copy()
        emphasised[:, 1:] -= _PREEMPHASIS * frames[:, :-1]
        emphasised[:, 0] *= 1 - _PREEMPHASIS
        spectrum = np.fft.rfft(emphasised * window, _FFT, axis=1).astype(np.complex64)
        power = np.abs(spectrum, dtype=np.float64) ** 2
        row[: len(frames)] = np.log(np.maximum(_FLOOR, power @ extractor.mel_filters))
    if extractor.do_normalize:
        features = (features - np.float32(extractor.mean)) / np.float32(extractor.std * 2)
    return features
