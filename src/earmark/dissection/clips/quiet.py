"""Decoders that write to the terminal by themselves, kept from it.

The MPEG decoder inside libsndfile prints its warnings with C's ``fprintf(stderr, ...)``. While it works, C's ``stderr``
stands for a file that goes nowhere. File descriptor 2 and Python's ``sys.stderr`` stay as they are, so that no thread
loses a message of ours.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock

_lock = Lock()
_inside = 0
_original: int | None = None


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Let C libraries print nothing to the terminal until the last of all threads inside has left."""
    global _inside, _original
    found = _streams()
    with _lock:
        _inside += 1
        if found and _inside == 1:
            stderr, nowhere = found
            _original, stderr.value = stderr.value, nowhere
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if found and _inside == 0:
                found[0].value = _original


@lru_cache(maxsize=1)
def _streams() -> tuple[ctypes.c_void_p, int] | None:
    """C's ``stderr`` and a stream that goes nowhere; ``None`` where the C library names neither (Windows)."""
    try:
        libc = ctypes.CDLL(None)
        libc.fopen.restype = ctypes.c_void_p
        name = "__stderrp" if os.uname().sysname == "Darwin" else "stderr"
        nowhere = libc.fopen(os.devnull.encode(), b"w")
        return (ctypes.c_void_p.in_dll(libc, name), nowhere) if nowhere else None
    except (AttributeError, OSError, TypeError, ValueError):
        return None
