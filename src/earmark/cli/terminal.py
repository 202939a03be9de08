"""Print for people and machines; nothing that others wrote moves the cursor, hides, or starts a line of its own.

File names, columns, manifests, captions and replies are data. Every line of a command goes out through
:func:`print_line`, :func:`print_json` or a :func:`console`; what libraries, warnings and tracebacks print is escaped on
its way, and rich, whose own colours must come through, writes past that and cleans each piece before it is coloured.
"""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from earmark.language.untrusted import escaped


def print_line(line: str, *, err: bool = False) -> None:
    """Print one line; a line break in it can only come from data and is escaped like all that is not seen."""
    typer.echo(escaped(line, one_line=True), err=err)


def print_json(text: str) -> None:
    """Print JSON; what is escaped in it stands for the same character, so it loads to the true values."""
    typer.echo(escaped(text))


def console(*, err: bool = False) -> Console:
    """A console for styled text, on standard output or error."""
    return _CleanConsole(file=sys.stderr if err else sys.stdout, highlight=False, markup=False, emoji=False)


class _CleanConsole(Console):
    def render_str(self, text: str, **style: Any) -> Text:
        return super().render_str(escaped(text, one_line=True), **style)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=escaped(segment.text))


class _CleanStream:
    """A text stream that escapes what is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream
        """Where rich writes instead, by its own convention for wrapped streams."""

    def write(self, text: str) -> int:
        self.rich_proxied_file.write(escaped(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError("bytes would not be cleaned")
        return getattr(self.rich_proxied_file, name)


@contextmanager
def cleaned_output() -> Iterator[None]:
    """Escape whatever is printed within, also by libraries; no character is a reason not to print."""
    out, err = sys.stdout, sys.stderr
    for stream in (out, err):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = (cast(TextIO, _CleanStream(stream)) for stream in (out, err))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err
