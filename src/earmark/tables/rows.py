"""What a table gives: its columns, its rows, and the lines that are no rows or were mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Row(NamedTuple):
    """One row, every cell as text."""

    line: int
    """The line of the file on which the row begins; the first is 1."""
    cells: dict[str, str]


class Fault(NamedTuple):
    """A place where the table breaks its own shape."""

    line: int
    reason: str
    """What is wrong, as a clause that goes on ``line N:``."""
    row_lost: bool = True
    """Whether something was left out; where not, the line was mended and its row follows."""


@dataclass(frozen=True)
class Table:
    """A table that is read as it is gone through, once."""

    columns: tuple[str, ...]
    """The names of the header; empty where each row brings its own (JSON)."""
    rows: Iterator[Row | Fault]
