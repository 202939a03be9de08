"""CSV and its kin, row by row. A row that breaks the table's shape is mended where one reading alone fits, or left out.

The csv module parses; it is asked to be strict, since what it forgives (a quotation mark that never closes, one inside
a quoted cell) swallows the rows below. Where it complains, or where a cell has swallowed lines that are rows by
themselves, the line is read again on its own.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from earmark.errors import InvalidInput
from earmark.tables.dialect import Dialect, sniff
from earmark.tables.quotes import backslashed, loosely
from earmark.tables.rows import Fault, Row, Table
from earmark.tables.shape import Shape

_SAMPLE = 200
"""Lines from which dialect and shape are learned."""
_LONGEST_RECORD = 1_000
"""Lines of one row; a quoted cell that runs on is one whose end is missing."""
_MENDED_LINES = 20
"""Lines of one row among which a misplaced quotation mark is looked for."""
_WIDEST_CELL = 8 << 20
MOST_COLUMNS = 5_000


def read_delimited(lines: Iterable[str], where: str, delimiter: str | None = None) -> Table:
    """Read a delimited table.

    Args:
        lines: its text, line by line with the line ends, such as a file that was opened with ``newline=""``.
        where: the table's name in sentences.
        delimiter: what parts the cells; found where ``None``.

    Returns:
        The columns, and the rows with the faults between them in the order of the lines.

    Raises:
        InvalidInput: there is no header that names columns.
    """
    csv.field_size_limit(_WIDEST_CELL)
    source = iter(lines)
    sample = list(islice(source, _SAMPLE))
    dialect = sniff(sample, delimiter)
    pulled = _Lines(chain(sample, source))
    pulled.skip(dialect.above)
    header, columns = _header(pulled, dialect, where)
    shape = Shape(len(columns), dialect, list(_whole_lines(sample[pulled.number :], dialect)))
    return Table(columns, _rows(_records(pulled, shape), columns, header, shape))


class _Lines:
    """Lines with their numbers, which can be given back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source, self._back = source, deque[str]()
        self.number = 0
        """Of the last line that was taken."""
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LONGEST_RECORD:
            raise csv.Error("the cell does not end")
        line = self._back.popleft() if self._back else next(self._source)
        line = line.replace("\0", "").lstrip("\ufeff")
        self.number += 1
        self.taken.append(line)
        return line

    def skip(self, count: int) -> None:
        """Pass over lines."""
        for _ in islice(self, count):
            self.taken.clear()

    def give_back(self, keep: int) -> None:
        """Give back all lines taken for this record but the first ones."""
        self._back.extendleft(reversed(self.taken[keep:]))
        self.number -= len(self.taken) - keep
        del self.taken[keep:]


@dataclass(frozen=True)
class _Record:
    line: int
    cells: list[str]
    lines: int = 1
    mended: str | None = None
    """What was wrong, where the record is not what the csv module reads."""


def _header(lines: _Lines, dialect: Dialect, where: str) -> tuple[list[str], tuple[str, ...]]:
    try:
        cells = next(csv.reader(lines, strict=True, **dialect.options), [])
    except csv.Error:
        lines.give_back(keep=1)
        cells = [cell.strip('"') for cell in dialect.parts(lines.taken[0])]
    lines.taken.clear()
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise InvalidInput(f"{where} has no header: its first row must name the columns.")
    if len(names) > MOST_COLUMNS:
        raise InvalidInput(
            f"{where} has {len(names):,} columns, more than the {MOST_COLUMNS:,} that are read: keep those that matter."
        )
    doubled = sorted(name for name in set(names) if name and names.count(name) > 1)
    if doubled:
        raise InvalidInput(f"{where} has two columns named {doubled[0]!r}: rename one.")
    return cells, tuple(name or f"column {index + 1}" for index, name in enumerate(names))


def _whole_lines(sample: list[str], dialect: Dialect) -> Iterator[list[str]]:
    """The records of a sample that are one line each and without a fault."""
    lines = _Lines(iter(sample))
    reader = csv.reader(lines, strict=True, **dialect.options)
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.give_back(keep=1)
            continue
        if cells and len(lines.taken) == 1:
            yield cells


def _records(lines: _Lines, shape: Shape) -> Iterator[_Record]:
    """Records with the lines on which they begin; blank lines are left out."""
    reader = csv.reader(lines, strict=True, **shape.dialect.options)
    while True:
        lines.taken.clear()
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        taken = lines.taken
        if cells is None or (len(taken) > 1 and all(shape.is_row(line, taken[0]) for line in taken[:2])):
            yield _mended(lines, shape)
        elif cells:
            yield _Record(lines.number - len(taken) + 1, cells, len(taken))


def _mended(lines: _Lines, shape: Shape) -> _Record:
    """The record that begins at the first line taken, where the csv module reads none or one that swallows rows."""
    lines.give_back(keep=1)
    first, line = lines.taken[0], lines.number
    if len(first) > _WIDEST_CELL:
        return _Record(line, [], 1, f"it is longer than {_WIDEST_CELL >> 20} MB")
    for text in _growing(lines, shape):
        for cells, fault in (
            (backslashed(text, shape.dialect), None),
            (loosely(text, shape.dialect), "a quotation mark stands inside a quoted cell"),
        ):
            if cells is not None and (len(cells) == shape.usual or _width(cells) <= shape.width <= len(cells)):
                return _Record(line, cells, len(lines.taken), fault)
    lines.give_back(keep=1)
    cells = shape.dialect.parts(first)
    if len(cells) > shape.width:
        cells = shape.dialect.tight_parts(first)
    opened = [
        (cell[1:-1] if re.fullmatch('".+"', cell) else cell.removeprefix('"')).replace('""', '"') for cell in cells
    ]
    return _Record(line, opened, 1, "a quotation mark opens a cell and is never closed")


def _growing(lines: _Lines, shape: Shape) -> Iterator[str]:
    """The first line taken, then it and the next, and so on, up to one that is a row by itself or opens a cell."""
    text = lines.taken[0]
    yield text
    opens = re.compile(rf'(?:^|{re.escape(shape.dialect.delimiter)})"')
    for line in islice(lines, _MENDED_LINES):
        if shape.is_row(line, lines.taken[0]) or opens.search(line):
            return
        text += line
        yield text


def _width(cells: list[str]) -> int:
    """How many cells there are up to the last that holds something."""
    return next((at for at in range(len(cells), 0, -1) if cells[at - 1].strip()), 0)


def _rows(
    records: Iterator[_Record], columns: tuple[str, ...], header: list[str], shape: Shape
) -> Iterator[Row | Fault]:
    """Rows of the records, those joined that a line end outside quotes has cut."""
    before: _Record | None = None
    for record in records:
        if record.cells == header:
            if before is not None:
                yield from _judged(before, columns, shape)
            before = None
            yield Fault(record.line, "the header stands here again", row_lost=False)
        elif not record.mended and not any(cell.strip() for cell in record.cells):
            continue
        elif before is not None and (joined := _joined(before, record, shape)):
            before = joined
        else:
            if before is not None:
                yield from _judged(before, columns, shape)
            before = record
    if before is not None:
        yield from _judged(before, columns, shape)


def _joined(before: _Record, record: _Record, shape: Shape) -> _Record | None:
    """A record and the one below it as one row, where the lower is no row by itself and together they are."""
    if shape.width < 2 or not before.cells or not record.cells or record.lines > 1 or record.cells[0].startswith("#"):
        return None
    fits = shape.fits(record.cells)
    if fits and len(before.cells) >= shape.usual:
        return None
    for cells in (record.cells, _merged(record.cells, shape.dialect)):
        together = [*before.cells[:-1], f"{before.cells[-1]}\n{cells[0]}", *cells[1:]]
        completes = len(before.cells) < len(together) == shape.width and len(cells) < len(record.cells)
        if shape.could_be(together) and shape.goes_on(before.cells) and (completes or not fits):
            return replace(before, cells=together, mended="a line end stands outside quotation marks")
    return None


def _merged(cells: list[str], dialect: Dialect) -> list[str]:
    """Cells where one that begins with a space belongs to the one before, with its comma."""
    return dialect.tight_parts(dialect.delimiter.join(cells))


def _judged(record: _Record, columns: tuple[str, ...], shape: Shape) -> Iterator[Row | Fault]:
    """The row of a record, with a word where it was mended; or why there is none."""
    cells, width = record.cells, shape.width
    if len(cells) > width and _width(cells) > width:
        tight = _merged(cells, shape.dialect)
        if len(tight) == width and shape.could_be(tight):
            cells, record = tight, replace(record, mended="a delimiter stands outside quotation marks")
    if len(cells) > width and _width(cells) > width:
        yield Fault(record.line, _count_told(len(cells), width) + ": quote the text that contains the delimiter")
    elif len(cells) < width and not shape.fits(cells):
        yield Fault(record.line, record.mended or _count_told(len(cells), width))
    else:
        if record.mended:
            yield Fault(record.line, record.mended, row_lost=False)
        shape.learn(cells[:width])
        yield Row(record.line, dict(zip(columns, cells, strict=False)))


def _count_told(cells: int, columns: int) -> str:
    return f"{cells} cell{'s' if cells > 1 else ''} under {columns} column{'s' if columns > 1 else ''}"
