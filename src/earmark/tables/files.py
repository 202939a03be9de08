"""Files that a user names: looked at before they are opened."""

from pathlib import Path

from earmark.errors import InvalidInput

LARGEST_TEXT = 16 << 20
"""Bytes of a file that is read at once."""


def check_file(path: Path, wanted: str, largest: int | None = None) -> None:
    """Make sure that something is a file that can be read from its beginning, and again.

    Args:
        path: what the user named.
        wanted: what is asked for, as an order: ``give a table of reviews``.
        largest: how many bytes it may have.

    Raises:
        InvalidInput: nothing is there, or a folder, a pipe, a device; reading these would never end, or only once.
    """
    try:
        there, is_file, is_folder = path.exists(), path.is_file(), path.is_dir()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not there:
        raise InvalidInput(f"{path} cannot be read: there is no such file.")
    if not is_file:
        what = "a folder" if is_folder else "a pipe or a device"
        raise InvalidInput(f"{path} is {what}, not a file: {wanted}.")
    if largest is not None and path.stat().st_size > largest:
        raise InvalidInput(f"{path} is larger than {largest >> 20} MB: {wanted}.")
