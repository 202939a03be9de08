"""How a delimited file is written: what parts its cells, whether quotes quote, and where its header stands."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

DELIMITERS = ",;\t|"
NONE = "\x1f"
_LOOKED_AT = 50
"""Lines that tell delimiters apart."""
_SEP = re.compile(r'"?sep=(?P<delimiter>\\t|.)"?\s*', re.IGNORECASE)
_NUMBER = re.compile(r"[\d\s.,:/%+\-]*\d[\d\s.,:/%+\-]*")


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    delimiter: str
    """:data:`NONE`, which no line holds, where there is one column only."""
    above: int
    """Lines above the header: blank ones, ``sep=;``, a title, comments."""
    quotes: bool = True
    """Whether quotation marks quote."""
    spaced: bool = False
    """Whether a space follows every delimiter of the header."""

    @property
    def options(self) -> dict[str, Any]:
        """As the csv module wants it."""
        return {
            "delimiter": self.delimiter,
            "quoting": csv.QUOTE_MINIMAL if self.quotes else csv.QUOTE_NONE,
            "skipinitialspace": self.spaced,
        }

    def parts(self, line: str) -> list[str]:
        """The cells of one line, whatever its quotation marks say."""
        return line.rstrip("\r\n").split(self.delimiter)

    def tight_parts(self, line: str) -> list[str]:
        """The cells of one line where a delimiter before a space is the text's own: ``cheap, and good``."""
        if self.spaced or self.delimiter == "\t":
            return self.parts(line)
        return re.split(re.escape(self.delimiter) + r"(?! )", line.rstrip("\r\n"))


def sniff(lines: Sequence[str], delimiter: str | None = None) -> Dialect:
    """Tell how a file is written from its first lines.

    Args:
        lines: the first lines, with their ends.
        delimiter: what parts the cells, where that is known.
    """
    above = _blank(lines, 0)
    if above < len(lines) and (named := _SEP.fullmatch(lines[above])):
        delimiter = "\t" if named["delimiter"] == r"\t" else named["delimiter"]
        above = _blank(lines, above + 1)
    seen = [
        (number, line) for number, line in enumerate(lines[: above + _LOOKED_AT]) if number >= above and line.strip()
    ]
    best = max(
        (_Guess.of(seen, one) for one in ([delimiter] if delimiter else DELIMITERS)), key=lambda guess: guess.rank
    )
    if not best.rank[0]:
        return Dialect(NONE, above)
    header = lines[best.header]
    return Dialect(
        best.delimiter,
        best.header,
        quotes=best.delimiter != "\t" or _quotes_are_paired(lines[best.header + 1 :]),
        spaced=header.count(best.delimiter) == header.count(best.delimiter + " ") > 0,
    )


@dataclass(frozen=True)
class _Guess:
    delimiter: str
    header: int
    rank: tuple[int, int]
    """Lines that agree on a number of cells, and that number; zeros where the delimiter parts no header."""

    @classmethod
    def of(cls, seen: Sequence[tuple[int, str]], delimiter: str) -> "_Guess":
        cells = [_cells(line, delimiter) for _, line in seen]
        several = Counter(len(row) for row in cells if len(row) > 1)
        if not several:
            return cls(delimiter, 0, (0, 0))
        # Of numbers that are equally frequent, the first line's own.
        usual = max(several, key=lambda count: (several[count], count == len(cells[0])))
        first = next((at for at, row in enumerate(cells) if not _stands_above(row, usual)), 0)
        if first and not (len(cells[first]) == usual and several[usual] > 1 and _names_columns(cells[first])):
            first = 0
        return cls(delimiter, seen[first][0], (several[usual], usual) if len(cells[first]) > 1 else (0, 0))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        # A cell beyond every limit.
        return []


def _stands_above(cells: list[str], usual: int) -> bool:
    """Whether a line is a title or a comment above a header: nearly empty, or with a number, which no header has."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2:
        return usual > 1
    if len(cells) == usual:
        return False
    return filled[0].startswith("#") or (len(filled) * 2 <= usual and any(_NUMBER.fullmatch(cell) for cell in filled))


def _names_columns(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return len(set(filled)) == len(filled) and not any(
        len(cell) > 60 or cell[0] == " " or cell[-1] in ".!?" or _NUMBER.fullmatch(cell) for cell in filled
    )


def _blank(lines: Sequence[str], start: int) -> int:
    return next((at for at in range(start, len(lines)) if lines[at].strip()), len(lines))


def _quotes_are_paired(lines: Sequence[str]) -> bool:
    """Tab-separated files are often written without any quoting, and then a text may begin with a quotation mark."""
    opened = [cell for line in lines for cell in line.rstrip("\r\n").split("\t") if cell.startswith('"')]
    paired = (len(cell) > 1 and cell.endswith('"') and cell[1:-1].count('"') % 2 == 0 for cell in opened)
    return sum(paired) * 4 > len(opened) * 3
