"""Clips to log-mel spectrograms, exactly as the network's own feature extractor makes them."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from earmark.dissection.clips import Clip, read_waveform
from earmark.dissection.networks import Waveform
from earmark.errors import NotEnoughEvidence
from earmark.workers import Progress, Threads

Spectrograms = npt.NDArray[np.float32]
"""(clip, frame, mel), natural logarithm of power, not yet normalised."""

_FRAME_S = 0.01
FLOOR = math.log(1.192092955078125e-07)
"""The extractor's logarithm of no power at all."""


def frames_of(seconds: float) -> int:
    """How many whole frames of 25 ms, every 10 ms, fit into a clip."""
    return max(16, int((seconds - 0.025) / _FRAME_S + 1e-6) + 1)


def build_extractor(mels: int, frames: int, rate_hz: int) -> Any:
    """The extractor of an audio spectrogram transformer, not yet told the mean and spread of its clips."""
    from transformers import ASTFeatureExtractor

    return ASTFeatureExtractor(  # type: ignore[no-untyped-call]
        num_mel_bins=mels, max_length=frames, sampling_rate=rate_hz, do_normalize=False
    )


def extract(extractor: Any, waveforms: Sequence[Waveform]) -> Spectrograms:
    """(clip, frame, mel): spectrograms without normalisation; what a clip lacks in length is filled with zeros."""
    normalises, extractor.do_normalize = extractor.do_normalize, False
    try:
        made = extractor(list(waveforms), sampling_rate=extractor.sampling_rate, return_tensors="np")
    finally:
        extractor.do_normalize = normalises
    return np.asarray(made["input_values"], dtype=np.float32)


def read_spectrograms(root: Path, clips: Sequence[Clip], extractor: Any, progress: Progress) -> Spectrograms:
    """Decode clips and extract their spectrograms, in order; (clip, frame, mel).

    Raises:
        NotEnoughEvidence: there are no clips.
        InvalidInput: a file has gone or changed since it was listed.
    """
    if not clips:
        raise NotEnoughEvidence("there are no clips to train on: give a folder with a folder of audio per class.")

    def one(clip: Clip) -> Spectrograms:
        (made,) = extract(extractor, [read_waveform(root, clip, extractor.sampling_rate)])
        return np.asarray(made)

    made = np.empty((len(clips), extractor.max_length, extractor.num_mel_bins), dtype=np.float32)
    for index, spectrogram in enumerate(Threads(2).map(one, clips)):
        made[index] = spectrogram
        progress("reading clips", index + 1, len(clips))
    return made


def spread(spectrograms: Spectrograms) -> tuple[float, float]:
    """Mean and standard deviation over all cells that are not padding."""
    cells = spectrograms[np.any(spectrograms != 0.0, axis=2)]
    return float(cells.mean(dtype=np.float64)), max(float(cells.std(dtype=np.float64)), 1e-3)
