"""The rows of a file in a temporary database, by product, with what the file as a whole must be told of."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from earmark.copywriting.reviews.cleaning import clean_text
from earmark.copywriting.reviews.columns import Columns
from earmark.copywriting.reviews.ratings import RatingScale, scale_of
from earmark.copywriting.reviews.sifting import is_blank
from earmark.copywriting.reviews.tables import open_table
from earmark.errors import InvalidInput
from earmark.runs import Skipped
from earmark.tables import Fault

_DETAIL_CHARACTERS = 500
_FAULTS_TOLD = 20
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Complaints:
    """What is wrong with a file, line by line, the first twenty of many."""

    file: str
    told: list[Skipped] = field(default_factory=list)
    lost: int = 0
    """Rows that were left out."""
    more: int = 0

    def add(self, line: int, reason: str, *, lost: bool = True) -> None:
        """Complain of a line."""
        self.lost += lost
        if len(self.told) < _FAULTS_TOLD:
            self.told.append(Skipped(uri=f"{self.file}, line {line}", reason=f"line {line}: {reason}"))
        else:
            self.more += 1

    def all(self) -> tuple[Skipped, ...]:
        """Every complaint, those beyond the first as a count."""
        more = [Skipped(uri=self.file, reason=f"{self.more} more lines of the file with faults")] if self.more else []
        return (*self.told, *more)


def gather(
    path: Path, columns: Columns, database: Path, characters: int
) -> tuple[sqlite3.Connection, RatingScale, Complaints]:
    """Every review of the file, indexed by product; the scale of its ratings; and the file's faults.

    Args:
        path: the table.
        columns: where it keeps what.
        database: a new file.
        characters: the longest review that is wanted.

    Raises:
        InvalidInput: the table cannot be read, or more of its rows are broken than whole.
    """
    connection = sqlite3.connect(database)
    connection.executescript(
        "pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-16000;"
        "create table rows (number integer primary key, product text, name text, category text, column text,"
        " place integer, title text, text text, stars text, date text, author text, language text)"
    )
    complaints = Complaints(path.name)
    with connection:
        connection.executemany(
            "insert into rows (product, name, category, language, place, column, text, title, stars, date, author)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _cells(path, columns, characters, complaints),
        )
    connection.execute("create index by_product on rows (product, number)")
    (rows,) = connection.execute("select count(*) from rows").fetchone()
    if complaints.lost > rows:
        first = complaints.told[0].reason
        raise InvalidInput(
            f"{path} has more rows that cannot be read ({complaints.lost}) than others ({rows}); the first is {first}."
        )
    return connection, _scale(path, columns, connection, complaints), complaints


def _cells(path: Path, columns: Columns, characters: int, complaints: Complaints) -> Iterator[tuple[str | int, ...]]:
    number = 0
    for item in open_table(path).rows:
        if isinstance(item, Fault):
            complaints.add(item.line, item.reason, lost=item.row_lost)
            continue
        number += 1
        row = item.cells

        def cell(column: str | None, row: dict[str, str] = row) -> str:
            value = row.get(column, "")[:_DETAIL_CHARACTERS] if column else ""
            return "" if is_blank(value) else _storable(value)

        product = columns.one_product or columns.from_file or clean_text(cell(columns.product), 200)
        if not product:
            complaints.add(item.line, f"no product stands in the column {columns.product!r}")
            continue
        common = product, cell(columns.name), cell(columns.category), cell(columns.language), number
        for text in columns.text:
            # Four times the limit is what cleaning looks at; the true length is kept for the sentence about the cut.
            kept = _storable(row.get(text, "")[: 4 * characters])
            if len(columns.text) > 1 and is_blank(kept):
                continue
            details = (cell(columns.of(text, kind)) for kind in ("title", "stars", "date", "author"))
            yield *common, text, kept, *details


def _storable(text: str) -> str:
    """Without lone surrogates, which no database keeps; a question mark in their place would make a question."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _scale(path: Path, columns: Columns, rows: sqlite3.Connection, complaints: Complaints) -> RatingScale:
    """The scale of all ratings of a file, told where it is not stars of five."""
    names = [name for text in columns.text if (name := columns.of(text, "stars"))]
    cells = dict(rows.execute("select stars, count(*) from rows where stars != '' group by stars"))
    scale = scale_of(names[0] if names else "", cells)
    if not cells:
        return scale
    told = [scale.told()]
    if scale.best is not None and (unread := sum(cells[cell] for cell in cells if scale.stars(cell) is None)):
        told.append(f"{unread} of its cells hold no rating that can be read")
    where = f"column {names[0]!r}"
    complaints.told += [Skipped(uri=f"{path.name}, {where}", reason=f"{where}: {reason}") for reason in told if reason]
    return scale
