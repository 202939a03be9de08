"""What rows of one table look like, learned from those that keep its shape."""

import re
from collections import Counter

from earmark.tables.dialect import Dialect

_NUMBER = re.compile(r"[\W_]*\d[\d\s.,:/%+\-]*[\W_]*")
_KEPT = 100_000
"""Keys that are remembered."""


class Shape:
    """The number of cells, the columns of numbers, and the values that the first column has taken.

    Args:
        width: how many columns the header names.
        dialect: how the file is written.
        sample: rows of the beginning, as they are.
    """

    def __init__(self, width: int, dialect: Dialect, sample: list[list[str]]) -> None:
        self.width, self.dialect = width, dialect
        self.usual = _usual_width(width, sample)
        """Cells of most rows: some programs leave the empty ones at the end of a row out."""
        self._filled, self._numbers = [0] * width, [0] * width
        self._keys: set[str] = set()
        self._starts: set[str] = set()
        for cells in sample:
            self.learn(cells)

    def learn(self, cells: list[str]) -> None:
        """Remember a row, if it has the right width and no cell that looks like the middle of a text."""
        if len(cells) not in (self.width, self.usual) or (self.width > 1 and self._spaced(cells)):
            return
        if len(self._keys) >= _KEPT:
            return
        self._keys.add(cells[0].strip())
        self._starts.add(_start(cells[0]))
        for column, cell in enumerate(cells):
            if cell:
                self._filled[column] += 1
                self._numbers[column] += _NUMBER.fullmatch(cell) is not None

    def fits(self, cells: list[str]) -> bool:
        """Whether cells, too few or just enough, could be a row: it has a key that was seen, or looks like one."""
        if len(cells) > self.width or (len(cells) < 2 <= self.width):
            return False
        key = cells[0].strip()
        known = key in self._keys
        wordy = any(self._counts(at) and len(cell.split()) > 2 for at, cell in enumerate(cells))
        counted = any(self._counts(at) and _NUMBER.fullmatch(cell) for at, cell in enumerate(cells))
        spaced = self._spaced(cells)
        odd_key = bool(self._starts) and (_start(key) not in self._starts or key[-1:] in tuple(".!?"))
        if len(cells) not in (self.width, self.usual):
            return not wordy and not spaced and (known or (counted and not odd_key))
        return known or not ((wordy or spaced) and odd_key)

    def could_be(self, cells: list[str]) -> bool:
        """Whether cells are no more than a row has, with numbers where the table has numbers."""
        return len(cells) <= self.width and all(
            not cell.strip() or _NUMBER.fullmatch(cell) for at, cell in enumerate(cells) if self._counts(at)
        )

    def goes_on(self, cells: list[str]) -> bool:
        """Whether the last of some cells is text, so that a line below may belong to it."""
        return not self._counts(len(cells) - 1)

    def is_row(self, line: str, beside: str) -> bool:
        """Whether a line is a whole row by itself, though a quotation mark was open before it.

        Args:
            line: the line.
            beside: the line in which the mark was opened.
        """
        cells, others = self.dialect.tight_parts(line), self.dialect.tight_parts(beside)
        if len(cells) != self.width or self.width < 2 or any(cell[:1] == " " for cell in cells):
            return False
        key = cells[0].strip('" ')
        same_key = key in self._keys or key == others[0].strip('" ')
        numbers = [at for at, cell in enumerate(cells) if _NUMBER.fullmatch(cell)]
        alike = (
            len(others) == self.width and [at for at, cell in enumerate(others) if _NUMBER.fullmatch(cell)] == numbers
        )
        # A comma before a capital letter, without a space, is hardly a sentence's.
        capital = all(cell.strip('"')[:1].isupper() for cell in (*cells, *others)) and len(others) == self.width
        return same_key or capital or (bool(numbers) and (alike or all(self._counts(at) for at in numbers)))

    def _spaced(self, cells: list[str]) -> bool:
        return not self.dialect.spaced and any(cell[:1] == " " for cell in cells)

    def _counts(self, column: int) -> bool:
        return self._filled[column] > 0 and self._numbers[column] * 10 >= self._filled[column] * 9


def _usual_width(width: int, sample: list[list[str]]) -> int:
    """The number of cells of most rows, where these are alike: the halves of rows that are cut in two are not."""
    for count, rows in Counter(len(cells) for cells in sample if 1 < len(cells) <= width).most_common(1):
        numbers = [
            sum(_NUMBER.fullmatch(cells[at]) is not None for cells in sample if len(cells) == count)
            for at in range(count)
        ]
        if rows * 2 > len(sample) and all(found * 10 <= rows or found * 10 >= rows * 9 for found in numbers):
            return count
    return width


def _start(key: str) -> str:
    """How a key begins: with a digit, a capital, a small letter, or anything else."""
    first = key.strip()[:1]
    return "0" if first.isdigit() else "A" if first.isupper() else "a" if first.islower() else first
