"""Records to Parquet columns and back, with a schema that comes from the record and not from the data."""

import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from earmark.errors import InvalidInput
from earmark.evidence import Record
from earmark.runs.files import whole_file

SomeRecord = TypeVar("SomeRecord", bound=Record)

ROWS_AT_ONCE = 1024

_PLAIN = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), bytes: pa.binary()}


def arrow_schema(record: type[Record]) -> pa.Schema:
    """The columns of a record; nested records become structs, tuples become lists, str-keyed dicts maps.

    Raises:
        TypeError: a field has a type that has no column.
    """
    return pa.schema([pa.field(name, _arrow_type(field.annotation)) for name, field in record.model_fields.items()])


def write_records(path: Path, record: type[SomeRecord], rows: Iterable[SomeRecord]) -> None:
    """Write records to one Parquet file, whole or not at all.

    Raises:
        InvalidInput: the disk is full, or the file cannot be written.
    """
    schema, remaining = arrow_schema(record), iter(rows)
    with whole_file(path) as unfinished, pq.ParquetWriter(unfinished, schema, compression="zstd") as file:
        # Row groups of fixed size: memory does not grow with the rows, and the bytes do not depend on who passes them.
        while batch := list(islice(remaining, ROWS_AT_ONCE)):
            file.write_table(pa.Table.from_pylist([row.model_dump() for row in batch], schema=schema))


def read_records(path: Path, record: type[SomeRecord]) -> list[SomeRecord]:
    """Read records back, validated."""
    return list(stream_records(path, record))


def stream_records(path: Path, record: type[SomeRecord]) -> Iterator[SomeRecord]:
    """Read records back, validated, a few in memory at a time.

    Raises:
        InvalidInput: the file is no table of such records.
    """
    maps = [field.name for field in arrow_schema(record) if pa.types.is_map(field.type)]
    with opened_table(path) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE):
            for row in batch.to_pylist():
                row.update({name: dict(row[name]) for name in maps if row[name] is not None})
                yield record.model_validate(row)


@contextmanager
def opened_table(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file to read from it.

    Raises:
        InvalidInput: it is damaged, or holds other columns than whoever reads asks for.
    """
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, pa.ArrowException, ValidationError, KeyError, TypeError, UnicodeDecodeError) as error:
        reason = f"{len(error.errors())} of its values do not fit" if isinstance(error, ValidationError) else error
        raise InvalidInput(
            f"{path} is damaged or no table of a run ({str(reason).splitlines()[0][:200]}): put it back from a copy, "
            "or start a new run."
        ) from error


def _arrow_type(annotation: Any) -> pa.DataType:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return pa.struct(list(arrow_schema(annotation)))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _arrow_type(arguments[0])
    if origin is Literal:
        return _arrow_type(type(arguments[0]))
    if origin in (Union, types.UnionType):
        (present,) = [argument for argument in arguments if argument is not type(None)]
        return _arrow_type(present)
    if origin in (tuple, list):
        return pa.list_(_arrow_type(arguments[0]))
    if origin is dict:
        return pa.map_(_arrow_type(arguments[0]), _arrow_type(arguments[1]))
    raise TypeError(f"no Parquet column for {annotation!r}")
