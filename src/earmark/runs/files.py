"""Files and folders that appear whole or not at all, and what a disk that is full says in one sentence."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from earmark.errors import CannotWrite, EarmarkError, InvalidInput

UNFINISHED = ".unfinished"
"""What the name of a file or folder ends in until it is whole; what a killed process left is written over."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What pyarrow, safetensors, SQLite, torch and tempfile say of a full disk, without its number.
_FULL_WORDS = ("no space left", "quota exceeded", "file too large", "disk is full", "inline_container.cc",
               "no usable temporary directory")  # fmt: skip
_LEVELS = 4
_OLDER = ".older"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all: it has its name, and is safely on the disk, when the block has ended.

    Args:
        path: the file; replaced if it is there.

    Yields:
        Where to write meanwhile; removed after an error.

    Raises:
        CannotWrite: the disk is full, or the file cannot be written.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    with mendable_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            _to_disk(unfinished)
            unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
        _to_disk(path.parent)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text or bytes, whole or not at all; see :func:`whole_file`."""
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Fill a folder whole or not at all; one that is there already gives way at the end.

    Yields:
        An empty folder to fill; removed after an error.

    Raises:
        CannotWrite: the disk is full, or the folder cannot be written.
    """
    unfinished, older = (path.with_name(path.name + ending) for ending in (UNFINISHED, _OLDER))
    with mendable_disk(path):
        shutil.rmtree(unfinished, ignore_errors=True)
        restore_folder(path)
        unfinished.mkdir(parents=True)
        try:
            yield unfinished
            for file in unfinished.rglob("*"):
                _to_disk(file)
            if path.exists():
                shutil.rmtree(older, ignore_errors=True)
                path.rename(older)
            unfinished.rename(path)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        _to_disk(path.parent)
        shutil.rmtree(older, ignore_errors=True)


def restore_folder(path: Path) -> None:
    """Bring the folder that was there before back, where :func:`whole_folder` was killed between two names."""
    older = path.with_name(path.name + _OLDER)
    if path.exists():
        shutil.rmtree(older, ignore_errors=True)
    elif older.is_dir():
        older.rename(path)


@contextmanager
def mendable_disk(path: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden folder, met while writing ``path``, into a sentence.

    Raises:
        CannotWrite: the disk is full, or the path cannot be written.
    """
    try:
        yield
    except EarmarkError:
        raise
    except Exception as error:
        if is_full(error):
            raise CannotWrite(f"the disk that holds {path} is full: free some space, then {_way_on(path)}.") from error
        if isinstance(error, OSError) and error.errno is not None:
            raise CannotWrite(f"{error.filename or path} cannot be written: {os.strerror(error.errno)}.") from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk is full, whichever library says it."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    said = str(error).lower()
    return any(words in said for words in _FULL_WORDS)


def _way_on(path: Path) -> str:
    """The command that goes on with what could not be written."""
    run = next((each for each in (path, *path.parents)[:_LEVELS] if (each / "manifest.json").is_file()), None)
    return f"'earmark resume {run}'" if run else "give the same command again"


def _to_disk(path: Path) -> None:
    """Have the system write what it holds back, so that a power cut does not undo it."""
    # Not every system lets a folder be opened.
    with suppress(PermissionError, IsADirectoryError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def content_hash(path: Path) -> str:
    """Name a file by its bytes, read piece by piece.

    Raises:
        InvalidInput: it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=8)
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()
