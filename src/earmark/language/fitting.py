"""The answer in what a model says: the last value in it that fits, put right where it can mean one thing only."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from earmark.language.nearly_json import json_values

Shape = TypeVar("Shape", bound=BaseModel)


def read_answer(text: str, shape: type[Shape]) -> Shape:
    """The last value of a text that fits a shape; a strict reading goes before a lenient one.

    Raises:
        ValueError: none fits; what did not fit in the last one.
    """
    problem: ValueError = ValueError("the reply holds no JSON object")
    for lenient in (False, True):
        values = list(json_values(text, lenient=lenient))[::-1]
        if values and not isinstance(problem, ValidationError):
            problem = _misfit(values[0], shape) or problem
        for readings in (values, [one for value in values for one in _put_right(value, shape)]):
            for reading in readings:
                if _misfit(reading, shape) is None:
                    return shape.model_validate(reading)
    raise problem


@lru_cache(maxsize=64)
def schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """Made once a shape: making it takes a thousand times as long as finding a reply in the cache."""
    return shape.model_json_schema()


def _misfit(value: object, shape: type[BaseModel]) -> ValidationError | None:
    try:
        shape.model_validate(value)
    except ValidationError as error:
        return error
    return None


def _put_right(value: object, shape: type[BaseModel]) -> Iterator[object]:
    """What a value can only have meant: its one part that fits, the one list that was asked for, words in a wrapper."""
    schema = schema_of(shape)
    definitions = schema.get("$defs", {})
    yield _moulded(value, schema, definitions)
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], dict):
            yield from (value[0], *_put_right(value[0], shape))
        required = schema.get("required", [])
        if len(required) == 1 and schema["properties"][required[0]].get("type") == "array":
            yield _moulded({required[0]: value}, schema, definitions)
    elif isinstance(value, dict):
        # A tool call written out ({"name": "reply", "arguments": {...}}), or a cover of the model's own.
        fitting = [
            part for part in map(_unquoted, value.values()) if isinstance(part, dict) and not _misfit(part, shape)
        ]
        if len(fitting) == 1:
            yield fitting[0]


def _unquoted(value: object) -> object:
    """What a string of JSON holds; everything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return next(json_values(value), value)
    return value


def _moulded(value: object, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> object:
    """A string where a list of it is wanted, and the only string of an object where a string is wanted."""
    schema = definitions.get(str(schema.get("$ref", "")).rsplit("/", 1)[-1], schema)
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        wanted = schema.get("properties", {})
        return {name: _moulded(part, wanted.get(name, {}), definitions) for name, part in value.items()}
    if kind == "array":
        held = _unquoted(value)
        parts = held if isinstance(held, list) else [value]
        return [_moulded(part, schema.get("items", {}), definitions) for part in parts]
    if kind == "string" and isinstance(value, dict):
        words = [part for part in value.values() if isinstance(part, str | dict | list)]
        return words[0] if len(words) == 1 and isinstance(words[0], str) else value
    return value
