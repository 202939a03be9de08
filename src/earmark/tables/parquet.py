"""Parquet as a table, whatever stands in its cells: what has no text is read as empty, and told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput
from earmark.tables.json_records import rows_of
from earmark.tables.rows import Fault, Row

_ROWS_AT_ONCE = 64


def read_parquet(path: Path, most_columns: int) -> Iterator[Row | Fault]:
    """Stream the rows of a Parquet file, numbered from 1.

    Raises:
        InvalidInput: the file cannot be read, or has too many columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    unread: set[str] = set()
    try:
        with pq.ParquetFile(path) as file:
            names = [str(name) for name in file.schema_arrow.names]
            if len(names) > most_columns:
                raise InvalidInput(
                    f"{path} has {len(names):,} columns, more than the {most_columns:,} that are read: keep those that"
                    " matter."
                )
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                columns = [_cells(column) for column in batch.columns]
                for name, (_, whole) in zip(names, columns, strict=True):
                    if not whole and name not in unread:
                        unread.add(name)
                        yield Fault(number + 1, f"the column {name!r} holds values that have no text", row_lost=False)
                for row in zip(*(cells for cells, _ in columns), strict=True):
                    number += 1
                    yield from rows_of(dict(zip(names, row, strict=True)), number)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise InvalidInput(f"{path} cannot be read as Parquet: {told}") from error


def _cells(column: Any) -> tuple[list[Any], bool]:
    """The values of a column, and whether each that is there could be read."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = column.cast(pa.large_binary())
    elif pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    values: list[Any] = []
    whole = True
    for cell in column:
        try:
            value = cell.as_py()
        except (ValueError, OverflowError, pa.ArrowException):
            value, whole = None, False
        values.append(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
    return values, whole
