"""Records to Parquet columns and back, with a schema that comes from the record and not from the data."""

import types
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq

from earmark.evidence import Record

SomeRecord = TypeVar("SomeRecord", bound=Record)

_PLAIN = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), bytes: pa.binary()}


def arrow_schema(record: type[Record]) -> pa.Schema:
    """The columns of a record; nested records become structs, tuples become lists, str-keyed dicts maps.

    Raises:
        TypeError: a field has a type that has no column.
    """
    return pa.schema([pa.field(name, _arrow_type(field.annotation)) for name, field in record.model_fields.items()])


def write_records(path: Path, record: type[SomeRecord], rows: Iterable[SomeRecord]) -> None:
    """Write records to one Parquet file, whole or not at all."""
    table = pa.Table.from_pylist([row.model_dump() for row in rows], schema=arrow_schema(record))
    unfinished = path.with_name(path.name + ".unfinished")
    pq.write_table(table, unfinished, compression="zstd")
    unfinished.replace(path)


def read_records(path: Path, record: type[SomeRecord]) -> list[SomeRecord]:
    """Read records back, validated."""
    schema = arrow_schema(record)
    maps = [field.name for field in schema if pa.types.is_map(field.type)]
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        row.update({name: dict(row[name]) for name in maps if row[name] is not None})
    return [record.model_validate(row) for row in rows]


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
