"""Damage for the folder of a network: settings of the wrong type, size or depth, cut and bent weights, false indexes.

``damage(folder, seed)`` spoils a copy of a network's folder in place, always in the same way for a seed, and says how.
"""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

GARBAGE: tuple[Any, ...] = (
    None,
    True,
    "",
    "many",
    "\x1b[31mred\x1b[0m",
    -1,
    0,
    3,
    0.5,
    10**5,
    10**6,
    10**9,
    10**30,
    float("nan"),
    float("inf"),
    [],
    [1, 2, 3],
    [0] * 50_000,
    {},
    {"value": [{"value": None}]},
)
CONFIG, EXTRACTOR, WEIGHTS = "config.json", "preprocessor_config.json", "model.safetensors"
INDEX = "model.safetensors.index.json"


def damage(folder: Path, seed: int) -> str:
    """Spoil a network's folder.

    Args:
        folder: holds config.json, preprocessor_config.json and model.safetensors; changed in place.
        seed: which damage, and where.

    Returns:
        What was done, in words.
    """
    random = Random(seed)
    kinds: tuple[Callable[[Path, Random], str], ...] = (
        _setting,
        _setting,
        _setting,
        _settings,
        _text,
        _weights,
        _weights,
        _header,
        _index,
        _file,
    )
    return random.choice(kinds)(folder, random)


def _setting(folder: Path, random: Random) -> str:
    """One setting becomes something else, or goes."""
    file = folder / random.choice((CONFIG, EXTRACTOR))
    return _change(file, random)


def _settings(folder: Path, random: Random) -> str:
    """Several settings at once."""
    return ", ".join(_change(folder / random.choice((CONFIG, EXTRACTOR)), random) for _ in range(random.randint(2, 6)))


def _change(file: Path, random: Random) -> str:
    settings = json.loads(file.read_text(encoding="utf-8"))
    name = random.choice(sorted(settings))
    value = random.choice(GARBAGE)
    if random.random() < 0.15:
        del settings[name]
        told = "is gone"
    else:
        if isinstance(settings[name], int | float) and not isinstance(settings[name], bool) and random.random() < 0.4:
            value = random.choice((settings[name] * 2, settings[name] + 1, -settings[name], str(settings[name])))
        settings[name] = value
        told = f"is {str(value)[:40]!r}"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return f"{file.name}: {name} {told}"


def _text(folder: Path, random: Random) -> str:
    """A file of settings that is no JSON object any more."""
    file = folder / random.choice((CONFIG, EXTRACTOR))
    text = file.read_bytes()
    cut = random.randrange(len(text))
    ways: dict[str, bytes] = {
        "empty": b"",
        "cut off": text[:cut],
        "of nested lists": b"[" * 100_000,
        "deep": b'{"a":' * 400 + b"1" + b"}" * 400,
        "a list": b"[1, 2]",
        "a number": b"7",
        "UTF-16": text.decode().encode("utf-16"),
        "bytes": random.randbytes(500),
        "with a bent byte": text[:cut] + bytes([text[cut] ^ 1 << random.randrange(8)]) + text[cut + 1 :],
    }
    way = random.choice(sorted(ways))
    file.write_bytes(ways[way])
    return f"{file.name} is {way}"


def _weights(folder: Path, random: Random) -> str:
    """Weights cut off, or with bytes of chance among them."""
    file = folder / WEIGHTS
    whole = file.read_bytes()
    if random.random() < 0.4:
        left = random.randrange(len(whole))
        file.write_bytes(whole[:left])
        return f"{WEIGHTS} ends after {left} bytes"
    start, size = random.randrange(len(whole)), random.choice((1, 8, 1_000, 100_000))
    file.write_bytes(whole[:start] + random.randbytes(min(size, len(whole) - start)) + whole[start + size :])
    return f"{WEIGHTS} has {size} bytes of chance at {start}"


def _header(folder: Path, random: Random) -> str:
    """The table of tensors at the head of the weights says something else."""
    file = folder / WEIGHTS
    whole = file.read_bytes()
    (length,) = struct.unpack("<Q", whole[:8])
    header = json.loads(whole[8 : 8 + length])
    name = random.choice(sorted(key for key in header if key != "__metadata__"))
    way = random.choice(("gone", "renamed", "of another shape", "of another type", "a huge header", "nested"))
    if way == "gone":
        del header[name]
    elif way == "renamed":
        header[f"{name}.other"] = header.pop(name)
    elif way == "of another shape":
        header[name]["shape"] = random.choice(([10**12], [-1], [], list(reversed(header[name]["shape"])), ["a"]))
    elif way == "of another type":
        header[name]["dtype"] = random.choice(("F64", "I64", "BOOL", "F8_E4M3", "X", None))
    elif way == "nested":
        header[name] = [[[[name]]]]
    text = json.dumps(header).encode()
    size = 10**12 if way == "a huge header" else len(text)
    file.write_bytes(struct.pack("<Q", size) + text + whole[8 + length :])
    return f"{WEIGHTS}: {name} is {way}"


def _index(folder: Path, random: Random) -> str:
    """An index beside the weights, or instead of them, that names what it should not."""
    values: tuple[Any, ...] = ("weights.bin", "../outside.safetensors", "/etc/hostname", WEIGHTS, "none.safetensors", 7)
    value = random.choice(values)
    bad: Any = random.choice(({"weight_map": {"a.weight": value}}, {"weight_map": value}, {}, [value], None))
    (folder / INDEX).write_text(json.dumps(bad), encoding="utf-8")
    alone = random.random() < 0.7
    if alone:
        (folder / WEIGHTS).rename(folder / "weights.bin")
    return f"{INDEX} {'instead of' if alone else 'beside'} the weights says {str(bad)[:60]}"


def _file(folder: Path, random: Random) -> str:
    """A file goes, or becomes a folder, or a link to itself."""
    file = folder / random.choice((CONFIG, EXTRACTOR, WEIGHTS))
    way = random.choice(("gone", "a folder", "a link to itself", "empty"))
    file.unlink()
    if way == "a folder":
        file.mkdir()
    elif way == "a link to itself":
        file.symlink_to(file.name)
    elif way == "empty":
        file.touch()
    return f"{file.name} is {way}"
