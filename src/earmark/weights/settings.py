"""Settings of a model as JSON, read without believing them: their size, and numbers that mean much work."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput

_MOST_BYTES = 16 * 2**20
_MOST_VALUES = 10_000
_MOST_CLASSES = 100_000

# What a feature extractor may be asked for, least and most: its tables and paddings are as large as these say.
_EXTRACTOR: dict[str, tuple[float, float]] = {
    "sampling_rate": (1_000, 400_000),
    "feature_size": (1, 4_096),
    "num_mel_bins": (1, 4_096),
    "nb_frequency_bins": (1, 65_536),
    "n_fft": (2, 65_536),
    "fft_window_size": (2, 65_536),
    "hop_length": (1, 65_536),
    "stride": (1, 1_024),
    "max_length": (1, 100_000),
    "max_length_s": (0.01, 600),
    "chunk_length": (0.01, 600),
    "chunk_length_s": (0.01, 600),
    "nb_max_frames": (1, 100_000),
    "nb_max_samples": (1, 100_000_000),
    "n_samples": (1, 100_000_000),
    "mean": (-1e9, 1e9),
    "std": (1e-9, 1e9),
    "padding_value": (-1e9, 1e9),
    "frequency_min": (0, 1e6),
    "frequency_max": (1, 1e6),
}


def read_settings(file: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        InvalidInput: it cannot be read, is too large, or is no object.
    """
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InvalidInput(f"{file} is larger than {_MOST_BYTES >> 20} MB, which no settings of a model are.")
        settings = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} is damaged: it is no JSON that can be read.") from error
    if not isinstance(settings, dict):
        raise InvalidInput(f"{file} is damaged: it holds no settings by name.")
    return settings


def refuse_impossible(file: Path, settings: dict[str, Any], most_layers: int) -> None:
    """Refuse a configuration whose numbers alone would keep a machine busy before any weight is looked at.

    Args:
        file: where it was read.
        settings: the configuration.
        most_layers: more layers than this cannot be, for there are not so many weights.

    Raises:
        InvalidInput: a number or a list is larger than the weights, or anything else, can explain.
    """
    for name, value in each_setting(settings):
        counts = "layer" in name or "expert" in name or "block" in name
        if isinstance(value, list) and len(value) > _MOST_VALUES:
            raise InvalidInput(f"{file} is damaged: {name} lists {len(value)} values.")
        if isinstance(value, bool) or not isinstance(value, int):
            continue
        if name == "num_labels" and not 0 <= value <= _MOST_CLASSES:
            raise InvalidInput(f"{file} is damaged: num_labels is {_short(value)}.")
        if counts and value > most_layers:
            raise InvalidInput(
                f"{file} is damaged: {name} is {_short(value)}, and its weights are {most_layers} tensors in all."
            )


def refuse_impossible_extractor(file: Path, settings: dict[str, Any]) -> None:
    """Refuse settings of a feature extractor that no sound needs.

    Raises:
        InvalidInput: a setting is no number, or one that is too small or too large.
    """
    for name, value in each_setting(settings):
        least, most = _EXTRACTOR.get(name, (-math.inf, math.inf))
        if name in _EXTRACTOR and value is not None and not _lies(value, least, most):
            raise InvalidInput(
                f"{file} is damaged: {name} is {_short(value)}, where a number from {least:g} to {most:g} is needed."
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidInput(f"{file} is damaged: {name} is {value}.")


def _lies(value: Any, least: float, most: float) -> bool:
    # CLAP keeps a size as a pair of equal numbers.
    values = value if isinstance(value, list) and value else [value]
    return all(not isinstance(one, bool) and isinstance(one, int | float) and least <= one <= most for one in values)


def each_setting(settings: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every named value, those of parts too, however deep."""
    left: list[Any] = [settings]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield from part.items()
        left.extend(one for one in (part.values() if isinstance(part, dict) else part) if isinstance(one, dict | list))


def _short(value: Any) -> str:
    # Python refuses to write out integers of thousands of digits.
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a number of more than 18 digits"
    return repr(value)[:60]
