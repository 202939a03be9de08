"""Files that a user names: looked at before they are opened."""

from pathlib import Path

from earmark.errors import InvalidInput

_LARGEST_TEXT = 16 << 20


def check_file(path: Path, wanted: str) -> None:
    """Make sure that something is a file that can be read from its beginning, and again.

    Args:
        path: what the user named.
        wanted: what is asked for, as an order: ``give a table of reviews``.

    Raises:
        InvalidInput: nothing is there, or a folder, a pipe, a device; reading these would never end, or only once.
    """
    try:
        there, is_file, is_folder = path.exists(), path.is_file(), path.is_dir()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not is_file:
        what = "a folder" if is_folder else "a pipe or a device" if there else "not there"
        raise InvalidInput(f"{path} is {what}, not a file: {wanted}.")


def read_text_file(path: Path, wanted: str) -> str:
    """The text of a small file in UTF-8.

    Raises:
        InvalidInput: it is no file, too large, or in another encoding.
    """
    check_file(path, wanted)
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            raise InvalidInput(f"{path} is larger than {_LARGEST_TEXT >> 20} MB: {wanted}.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8 text: save it as UTF-8.") from error
