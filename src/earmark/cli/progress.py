"""Draw progress for people, on standard error, and nothing where nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from earmark.cli.terminal import console
from earmark.workers import Progress as Hook
from earmark.workers import silent


@contextmanager
def drawn(wanted: bool = True) -> Iterator[Hook]:
    """Yield a progress hook that draws one bar per stage.

    Args:
        wanted: False draws nothing, as when the output is for machines.
    """
    if not wanted or not sys.stderr.isatty():
        yield silent
        return
    columns = (
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(err=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def hook(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield hook
