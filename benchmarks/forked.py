"""Run the command line in children forked from one warm process, so that a run costs its own work and not its imports.

A child is a whole process with streams, a folder and a peak of memory of its own; only the imports are shared. Nothing
may start a thread in the parent before it forks.
"""

import contextlib
import importlib
import os
import resource
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

KILLED = -signal.SIGKILL
_WARM = (
    "earmark.cli.app",
    "earmark.cli.dissect",
    "earmark.cli.networks",
    "earmark.cli.write",
    "earmark.dissection.recipe",
    "earmark.copywriting.recipe",
    "transformers.models.audio_spectrogram_transformer",
)
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Outcome:
    """How one run ended."""

    code: int
    """Its exit code; negative for the signal that ended it."""
    output: str
    """Both streams, standard error last."""
    seconds: float
    peak_gb: float
    """The most resident memory of the child beyond what it shared with the parent at birth."""
    stopped: str | None = None
    """Why it was ended from outside: ``time`` or ``memory``."""


def warm_up():
    """Import what the commands import; children inherit it."""
    for name in _WARM:
        importlib.import_module(name)


def run(arguments, folder, *, limit_s=60.0, limit_gb=4.0):
    """Run ``earmark ARGUMENTS`` in a folder, within a time and a memory.

    Args:
        arguments: words of the command line, without ``earmark``.
        folder: where it runs; its streams are kept there while it does.
        limit_s: seconds after which it is ended.
        limit_gb: gigabytes of resident memory above which it is ended.
    """
    folder = Path(folder)
    streams = [folder / ".out", folder / ".err"]
    born = _resident_gb(os.getpid())
    clock = time.perf_counter()
    # What stands in a buffer would be written by both.
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _be_the_command(arguments, folder, streams)
    peak, stopped = 0.0, None
    while True:
        ended, status, _ = os.wait4(child, os.WNOHANG)
        if ended:
            break
        peak = max(peak, _resident_gb(child) - born)
        if stopped is None and (time.perf_counter() - clock > limit_s or peak > limit_gb):
            stopped = "memory" if peak > limit_gb else "time"
            os.kill(child, signal.SIGKILL)
        time.sleep(_LOOK_EVERY_S)
    seconds = time.perf_counter() - clock
    output = "\n".join(stream.read_text(encoding="utf-8", errors="replace") for stream in streams if stream.exists())
    return Outcome(os.waitstatus_to_exitcode(status), output, seconds, peak, stopped)


def _be_the_command(arguments, folder, streams):
    code = 1
    try:
        for number, stream in enumerate(streams, start=1):
            os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        # A last resort against what grows between two looks; far above what the limit of a run allows.
        resource.setrlimit(resource.RLIMIT_DATA, (16 << 30, 16 << 30))
        os.chdir(folder)
        sys.argv = ["earmark", *map(str, arguments)]
        importlib.import_module("earmark.cli.app").main()
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _resident_gb(process):
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**30
