"""JSON as a table: objects a line, an array of objects, or an answer of some service with the objects inside."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from earmark.errors import InvalidInput
from earmark.tables.rows import Fault, Row, Table

_LONGEST_DOCUMENT = 256 << 20
_DEEPEST = 4
_DEEPEST_LIST = 12
# Where services keep the records of an answer; what stands beside reviews says what they are about.
_LISTS = frozenset(
    ("data", "items", "results", "records", "rows", "entries", "products", "businesses", "places", "list")
)
_OF_A_PRODUCT = frozenset(("reviews", "comments", "reviewlist", "customerreviews", "productreviews"))
_WRAPPERS = frozenset(("result", "response", "data", "place", "body"))


def read_json(lines: Iterable[str], where: str) -> Table:
    """Read objects as rows: ``{"text": {"en": "..."}}`` has the cell ``text.en``, and every value is text.

    Args:
        lines: one object a line, or the lines of one document.
        where: the table's name in sentences.

    Raises:
        InvalidInput: a document that is too long or holds no objects.
    """
    source = iter(lines)
    first = next(((number, line) for number, line in enumerate(source, start=1) if line.strip(" \t\r\n\ufeff\0")), None)
    if first is None:
        return Table((), iter(()))
    number, line = first
    line = line.lstrip("\ufeff")
    value = _parsed(line)
    # A line that looks like an object, broken or not, is the first of many; anything else begins a document.
    if isinstance(value, dict) or (
        isinstance(value, Fault) and line.strip().startswith("{") and line.strip()[-1] == "}"
    ):
        return Table((), _line_rows(chain([line], source), number))
    return Table((), _document_rows(_whole(chain([line], source), where), number, where))


def as_cells(value: Mapping[Any, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """The names and texts of an object's values; objects inside are told apart by a dot."""
    for key, cell in value.items():
        name = f"{before}{key}"
        if isinstance(cell, dict) and depth < _DEEPEST:
            yield from as_cells(cell, f"{name}.", depth + 1)
        else:
            yield name, as_text(cell)


def as_text(cell: object) -> str:
    """One value as text; nothing is an empty text, and half a surrogate pair a replacement character."""
    if cell is None:
        return ""
    text = cell if isinstance(cell, str) else _dumped(cell) if isinstance(cell, (list, dict, tuple)) else str(cell)
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _dumped(cell: object) -> str:
    try:
        return json.dumps(cell, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return ""


def _line_rows(lines: Iterable[str], start: int) -> Iterator[Row | Fault]:
    for number, line in enumerate(lines, start=start):
        if line.strip(" \t\r\n\0"):
            value = _parsed(line.replace("\0", ""))
            if isinstance(value, Fault):
                yield value._replace(line=number)
            else:
                yield from rows_of(value, number)


def _parsed(text: str) -> Any:
    """The value, or what is wrong with it (its line still to be named)."""
    try:
        return _decoder.decode(text.strip())
    except json.JSONDecodeError as error:
        return Fault(error.lineno, f"it is no JSON ({error.msg})")
    except RecursionError:
        return Fault(1, "it is JSON that is nested too deeply")
    except ValueError as error:
        return Fault(1, str(error))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has two values named {doubled!r}")
    return value


# Numbers stay as they were written: of 5,000 digits, or 4.50.
_decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object)


def _whole(lines: Iterable[str], where: str) -> str:
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > _LONGEST_DOCUMENT:
            raise InvalidInput(
                f"{where} is one JSON document of more than {_LONGEST_DOCUMENT >> 20} MB: write one object a line."
            )
        kept.append(line)
    return "".join(kept).replace("\0", "")


def _document_rows(text: str, start: int, where: str) -> Iterator[Row | Fault]:
    """The rows of a document; of an array that breaks off, those before the break."""
    if not text.lstrip().startswith("["):
        value = _parsed(text)
        if isinstance(value, Fault):
            raise InvalidInput(f"{where}, line {value.line + start - 1}: {value.reason}.")
        yield from rows_of(value, start)
        return
    at, line = text.index("[") + 1, start
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            line += text[at] == "\n"
            at += 1
        if text[at : at + 1] == "]":
            return
        try:
            value, end = _decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            yield Fault(error.lineno + start - 1, f"it is no JSON ({error.msg}), and what follows is not read")
            return
        except (RecursionError, ValueError) as error:
            yield Fault(line, f"it cannot be read ({error}), and what follows is not read")
            return
        yield from rows_of(value, line)
        line += text.count("\n", at, end)
        at = end


def rows_of(value: Any, line: int, of: Mapping[str, str] | None = None, depth: int = 0) -> Iterator[Row | Fault]:
    """The rows in a value: itself, or the records that it keeps in a list, each with what they are of."""
    if depth > _DEEPEST_LIST:
        yield Fault(line, "its records are nested too deeply")
        return
    if isinstance(value, list):
        for item in (item for item in value if isinstance(item, dict)):
            yield from rows_of(item, line, of, depth + 1)
        if all(isinstance(item, dict) for item in value):
            return
    if not isinstance(value, dict):
        yield Fault(line, "it is no JSON object")
        return
    for key, inside in value.items():
        name = "".join(character for character in key.lower() if character.isalpha())
        listed = isinstance(inside, list) and any(isinstance(item, dict) for item in inside)
        if name in _OF_A_PRODUCT and (listed or inside == []):
            beside = {other: cell for other, cell in value.items() if other != key}
            yield from rows_of(inside, line, {**(of or {}), **dict(as_cells(_of_the_product(beside)))}, depth + 1)
            return
        if name in _OF_A_PRODUCT and isinstance(inside, list) and all(isinstance(item, str) for item in inside):
            yield from _side_by_side(value, key, line, of)
            return
        if (listed and name in _LISTS) or (isinstance(inside, dict) and name in _WRAPPERS):
            yield from rows_of(inside, line, of, depth + 1)
            return
    yield Row(line, {**(of or {}), **dict(as_cells(value))})


def _side_by_side(value: Mapping[str, Any], texts: str, line: int, of: Mapping[str, str] | None) -> Iterator[Row]:
    """A row for each text of a list, with what stands in its place in the lists beside it."""
    count = len(value[texts])
    lists = {key: cell for key, cell in value.items() if isinstance(cell, list) and len(cell) == count}
    common = dict(as_cells(_of_the_product({key: cell for key, cell in value.items() if key not in lists})))
    for at in range(count):
        yield Row(line, {**(of or {}), **common, **dict(as_cells({key: cell[at] for key, cell in lists.items()}))})


def _of_the_product(value: Mapping[str, Any]) -> dict[str, Any]:
    """What stands beside a product's reviews, by names that tell it from what each review says of itself."""
    return {key if key.lower().startswith("product") else f"product.{key}": cell for key, cell in value.items()}
