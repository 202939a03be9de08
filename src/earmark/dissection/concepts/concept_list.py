"""The closed list of names: a file, else the network's own classes, else the packaged sounds."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from earmark.errors import InvalidInput
from earmark.language.orders import find_orders, holds_order
from earmark.language.untrusted import clean_text
from earmark.samples.concepts import sound_names

_LONGEST_NAME = 200
_LARGEST_FILE_MB = 8
_PLACEHOLDER = re.compile(r"LABEL_\d+", re.IGNORECASE)


def load_concepts(path: Path | None = None, network_labels: Sequence[str] = ()) -> tuple[str, ...]:
    """Read the closed list of concepts.

    Args:
        path: a UTF-8 text file with a name a line; nothing is skipped silently.
        network_labels: the network's class names, used where there is no file, unless they are placeholders.

    Returns:
        At least two names, distinct however they are written.

    Raises:
        InvalidInput: the file cannot be read, or has blank lines, duplicates, control characters or a name that is
            too long; the sentence says which lines.
    """
    if path is not None:
        return _read_list(path)
    names: dict[str, str] = {}
    for label in map(readable_label, network_labels):
        names.setdefault(label.casefold(), label)
    own = tuple(name for name in names.values() if name and not holds_order(name))
    if len(own) < 2 or all(_PLACEHOLDER.fullmatch(label) for label in network_labels):
        return sound_names()
    return own


def readable_label(label: str) -> str:
    """A class name as people write it: on one line, without underscores and what a reader cannot see.

    >>> readable_label("crying_baby")
    'crying baby'
    """
    return clean_text(label.replace("_", " "), _LONGEST_NAME)


def _read_list(path: Path) -> tuple[str, ...]:
    try:
        if path.stat().st_size > _LARGEST_FILE_MB * 2**20:
            raise InvalidInput(f"{path} is larger than {_LARGEST_FILE_MB} MB: a concept file has one name a line.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"the concept file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"the concept file {path} is not UTF-8 text (byte {error.start}): save it as UTF-8."
        ) from error
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    _refuse(path, "blank", [number for number, line in enumerate(lines, start=1) if not line.strip()])
    _refuse(path, "with control characters", [n for n, line in enumerate(lines, start=1) if _has_control(line)])
    _refuse(
        path,
        f"longer than {_LONGEST_NAME} characters",
        [n for n, line in enumerate(lines, start=1) if len(line.strip()) > _LONGEST_NAME],
    )
    orders = [f"{number} ({order.told()})" for number, line in enumerate(lines, start=1) for order in find_orders(line)]
    if orders:
        more = f" and {len(orders) - 3} more" if len(orders) > 3 else ""
        raise InvalidInput(
            f"the concept file {path} must have names of sounds, and lines that speak to a machine are none: line "
            f"{', '.join(orders[:3])}{more}."
        )
    names = [" ".join(line.split()) for line in lines]
    _refuse_duplicates(path, names)
    if len(names) < 2:
        raise InvalidInput(f"the concept file {path} names one concept: a choice needs two, better dozens.")
    return tuple(names)


def _refuse(path: Path, what: str, numbers: Sequence[int]) -> None:
    if numbers:
        shown = ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
        lines, verb = ("lines", "are") if len(numbers) > 1 else ("line", "is")
        raise InvalidInput(f"the concept file {path} must have one name a line, and {lines} {shown} {verb} {what}.")


def _refuse_duplicates(path: Path, names: Sequence[str]) -> None:
    first: dict[str, int] = {}
    doubles = []
    for number, name in enumerate(names, start=1):
        key = unicodedata.normalize("NFKC", name).casefold()
        if key in first:
            doubles.append(f"line {number} repeats line {first[key]} ({name!r})")
        first.setdefault(key, number)
    if doubles:
        more = f", and {len(doubles) - 3} more do" if len(doubles) > 3 else ""
        raise InvalidInput(f"the concept file {path} has duplicates: {', '.join(doubles[:3])}{more}; remove them.")


def _has_control(line: str) -> bool:
    return any(_is_control(character) for character in line if character != "\t")


def _is_control(character: str) -> bool:
    """Control and formatting characters (escape codes, direction overrides), and line breaks of other kinds."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
