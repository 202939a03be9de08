"""Review tables as they come in: one damaged or odd table a seed, and in words what was done to it."""

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Rows = list[dict[str, str]]
Writer = Callable[[Path, Rows, random.Random], tuple[Path, str]]

_THINGS = ("mug", "lamp", "kettle", "chair", "handle", "lid", "switch", "cable", "shade", "box")
_JUDGED = (
    "sturdy",
    "bright",
    "quiet",
    "comfortable",
    "broken",
    "dim",
    "loud",
    "cheap, and thin",
    '"solid"',
    "well made",
)
_WORDS = (
    "We use it every day.",
    "It came on Monday.",
    "I would buy it again.",
    "It was a present.",
    "Not what I hoped for.",
)
_RATINGS = (
    "5",
    "4/10",
    "80%",
    "★★★★☆",
    "4,0 von 5 Sternen",
    "nan",
    "A+",
    "-3",
    "9" * 400,
    "FIVE",
    "1e308",
    "inf",
    "4\n5",
)
_CELLS = (
    "nan",
    "#REF!",
    "",
    "\\N",
    "\x00",
    "\ufffd" * 9,
    '"',
    "'",
    "=cmd()",
    "\u202e",
    "x" * 200_000,
    "\ud83d",
    "a\rb",
    "\\",
)
_HEADERS = (
    "Produkt",
    "product_handle",
    "Review Score",
    "name",
    "title",
    "",
    "product",
    "\ufefftext",
    "a" * 500,
    "sep=;",
)


def damage(folder: Path, seed: int) -> tuple[Path, str]:
    """Write one review table with faults into a folder.

    Args:
        folder: where it goes.
        seed: another seed writes another table; the same seed the same bytes.

    Returns:
        The file, and in words what is wrong with it.
    """
    draw = random.Random(seed)
    rows = _rows(draw)
    told = [change(rows, draw) for change in draw.sample(_CHANGES, draw.randrange(3))]
    file, written = draw.choice(_WRITERS)(folder, rows, draw)
    told.append(written)
    if draw.random() < 0.6:
        file, broken = _broken(file, draw)
        told.append(broken)
    return file, f"seed {seed}, {file.name}: " + "; ".join(told)


def _rows(draw: random.Random) -> Rows:
    return [
        {
            "product": f"Shop {draw.randrange(4)}",
            "text": f"The {draw.choice(_THINGS)} is {draw.choice(_JUDGED)}. {draw.choice(_WORDS)}",
            "stars": str(draw.randint(1, 5)),
            "date": f"2024-0{draw.randint(1, 9)}-1{draw.randrange(10)}",
            "author": f"Ann {draw.randrange(90)}",
        }
        for _ in range(draw.choice((1, 5, 40, 400)))
    ]


def _odd_cells(rows: Rows, draw: random.Random) -> str:
    for row in rows:
        if draw.random() < 0.2:
            row[draw.choice(list(row))] = draw.choice(_CELLS)
    return "a fifth of the rows has an odd cell"


def _odd_ratings(rows: Rows, draw: random.Random) -> str:
    for row in rows:
        row["stars"] = draw.choice(_RATINGS)
    return "ratings on every scale and on none"


def _odd_headers(rows: Rows, draw: random.Random) -> str:
    old, new = draw.choice(list(rows[0])), draw.choice(_HEADERS)
    for row in rows:
        row[new] = row.pop(old, "")
    return f"the column {old!r} is called {new[:20]!r}"


def _many_columns(rows: Rows, draw: random.Random) -> str:
    count = draw.choice((30, 300, 300, 6_000))
    for row in rows[:40]:
        row.update({f"extra {number}": "1" for number in range(count)})
    del rows[40:]
    return f"{count} more columns"


_CHANGES = (_odd_cells, _odd_ratings, _odd_headers, _many_columns)


def _delimited(folder: Path, rows: Rows, draw: random.Random) -> tuple[Path, str]:
    file = folder / f"reviews{draw.choice(('.csv', '.tsv', '.txt', '.CSV'))}"
    delimiter = "\t" if file.suffix == ".tsv" else draw.choice(",;\t|")
    end, encoding = (
        draw.choice(("\n", "\r\n", "\r", "\n\n")),
        draw.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman")),
    )
    fault = draw.choice(list(_QUOTING))
    lines = [_line(cells, delimiter, fault, draw) for cells in (rows[0], *(row.values() for row in rows))]
    if draw.random() < 0.3:
        lines.insert(
            draw.randrange(len(lines)), draw.choice(("sep=;", lines[0], "# a comment", "Sales of May", ",,,,", '"'))
        )
    if draw.random() < 0.3:
        lines = [line + delimiter * draw.randrange(4) for line in lines]
    file.write_bytes((end.join(lines) + end).encode(encoding, "replace"))
    return file, f"parted by {delimiter!r}, lines end in {end!r}, {encoding}, {fault}"


_OPEN = "one cell in ten is never closed"
_QUOTING: dict[str, Callable[[str], str]] = {
    "quoted as RFC 4180 has it": lambda cell: '"' + cell.replace('"', '""') + '"',
    "nothing is quoted": lambda cell: cell,
    "quotation marks behind backslashes": lambda cell: '"' + cell.replace('"', '\\"') + '"',
    "quotation marks inside cells as they are": lambda cell: f'"{cell}"',
    _OPEN: lambda cell: '"' + cell.replace('"', '""') + '"',
}


def _line(cells: Iterable[str], delimiter: str, fault: str, draw: random.Random) -> str:
    quoted = (_QUOTING[fault](cell) for cell in cells)
    return delimiter.join(cell[:-1] if fault == _OPEN and draw.random() < 0.1 else cell for cell in quoted)


def _json_lines(folder: Path, rows: Rows, draw: random.Random) -> tuple[Path, str]:
    file = folder / "reviews.jsonl"
    lines = [json.dumps(row, ensure_ascii=draw.random() < 0.5) for row in rows]
    odd = draw.choice(
        ("", "[" * 50_000, "null", '{"a": ' + "9" * 5_000 + "}", '{"product": "x", "product": "y"}', "{", "[1, 2]")
    )
    lines.insert(draw.randrange(len(lines) + 1), odd)
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    return file, f"one line is {odd[:20]!r}"


def _json_document(folder: Path, rows: Rows, draw: random.Random) -> tuple[Path, str]:
    file = folder / "reviews.json"
    held, told = draw.choice(
        (
            (rows, "an array"),
            ({"reviews": rows}, "an object with reviews"),
            (
                {"result": {"name": "Shop", "reviews": [{**row, "text": {"text": row.get("text")}} for row in rows]}},
                "nested",
            ),
            ({"data": [{"id": 1, "reviews": rows}, {"id": 2, "reviews": []}, 3]}, "products with reviews"),
        )
    )
    file.write_text(json.dumps(held, indent=draw.choice((None, 1))), encoding="utf-8")
    return file, f"JSON, {told}"


def _parquet(folder: Path, rows: Rows, draw: random.Random) -> tuple[Path, str]:
    file = folder / "reviews.parquet"
    count = len(rows)
    sober = [{key: cell.encode("utf-8", "replace").decode() for key, cell in row.items()} for row in rows]
    table = pa.Table.from_pylist(sober)
    bad = pa.array([b"\xff good"] * count, pa.binary())
    odd: dict[str, pa.Array] = {
        "bad UTF-8": pa.StringArray.from_buffers(count, bad.buffers()[1], bad.buffers()[2]),
        "far days": pa.array([2**30] * count, pa.date32()),
        "far times": pa.array([2**62] * count, pa.timestamp("us")),
        "nanoseconds": pa.array([2**62 + 1] * count, pa.timestamp("ns")),
        "durations": pa.array([2**62] * count, pa.duration("s")),
        "lists": pa.array([["a", None]] * count),
        "structs": pa.array([{"a": {"b": 1}}] * count),
        "maps": pa.array([[("a", 1)]] * count, pa.map_(pa.string(), pa.int64())),
        "nulls": pa.nulls(count),
        "a dictionary": pa.array(["x"] * count).dictionary_encode(),
        "numbers that are none": pa.array([float("nan")] * count),
    }
    kind = draw.choice(list(odd))
    name = draw.choice(("stars", "date", "text", "extra"))
    at = table.schema.get_field_index(name)
    table = table.append_column(name, odd[kind]) if at < 0 else table.set_column(at, name, odd[kind])
    pq.write_table(table, file)
    return file, f"the column {name!r} holds {kind}"


_WRITERS: tuple[Writer, ...] = (_delimited, _delimited, _delimited, _json_lines, _json_document, _parquet)


def _broken(file: Path, draw: random.Random) -> tuple[Path, str]:
    """Damage the file as disks and connections do."""
    raw = bytearray(file.read_bytes())
    how = draw.choice(
        ("cut off", "flipped", "filled with zeros", "with a block twice", "with a stray byte", "renamed", "empty")
    )
    at = draw.randrange(len(raw) + 1)
    if how == "cut off":
        del raw[at:]
    elif how == "flipped":
        for place in draw.sample(range(len(raw)), min(8, len(raw))):
            raw[place] ^= 1 << draw.randrange(8)
    elif how == "filled with zeros":
        raw[at : at + 64] = bytes(len(raw[at : at + 64]))
    elif how == "with a block twice":
        raw[at:at] = raw[max(0, at - 200) : at]
    elif how == "with a stray byte":
        raw.insert(at, draw.choice((0x81, 0xFF, 0x00, 0x22, 0x0D, 0x93)))
    elif how == "empty":
        raw.clear()
    elif how == "renamed":
        return file.rename(file.with_suffix(".csv" if file.suffix != ".csv" else ".jsonl")), "under another ending"
    file.write_bytes(raw)
    return file, how
