"""How two runs differ: what they were asked, what they ran on, and which tables came out equal."""

from typing import Any

from earmark.errors import InvalidInput
from earmark.evidence import Record
from earmark.runs.manifest import Manifest
from earmark.runs.store import RunFolder


class Difference(Record):
    """Something that is not the same in both manifests."""

    name: str
    first: str | None
    second: str | None


class TablePair(Record):
    """A table in both runs; ``None`` rows where a run has none of that name."""

    name: str
    first_rows: int | None
    second_rows: int | None
    equal: bool


class Comparison(Record):
    """Two runs of one kind."""

    kind: str
    differences: tuple[Difference, ...]
    tables: tuple[TablePair, ...]


def compare_runs(first: RunFolder, second: RunFolder) -> Comparison:
    """Set two runs side by side.

    Raises:
        InvalidInput: they are runs of different kinds.
    """
    kinds = first.manifest.kind, second.manifest.kind
    if kinds[0] != kinds[1]:
        raise InvalidInput(f"{first.path} is a run of {kinds[0]} and {second.path} one of {kinds[1]}: compare a kind.")
    asked, also = _stated(first.manifest), _stated(second.manifest)
    names = dict.fromkeys((*asked, *also))
    return Comparison(
        kind=kinds[0],
        differences=tuple(
            Difference(name=name, first=asked.get(name), second=also.get(name))
            for name in names
            if asked.get(name) != also.get(name)
        ),
        tables=tuple(_tables(first, second)),
    )


def table_rows(run: RunFolder) -> dict[str, int]:
    """How many rows each finished table holds, by its name."""
    return {file.stem: run.count(file.stem) for file in sorted((run.path / "tables").glob("*.parquet"))}


def _tables(first: RunFolder, second: RunFolder) -> list[TablePair]:
    rows, others = table_rows(first), table_rows(second)
    return [
        TablePair(
            name=name,
            first_rows=rows.get(name),
            second_rows=others.get(name),
            equal=rows.get(name) == others.get(name) and _same_bytes(first, second, name),
        )
        for name in dict.fromkeys((*rows, *others))
    ]


def _same_bytes(first: RunFolder, second: RunFolder, name: str) -> bool:
    # Times live in the manifest alone, so equal results are equal files.
    return first.table(name).read_bytes() == second.table(name).read_bytes()


def _stated(manifest: Manifest) -> dict[str, str]:
    """What can change a result, flat: argument and package names to values."""
    stated = {
        "seed": str(manifest.seed),
        "earmark": manifest.earmark_version,
        "git": manifest.git or "outside git",
        "python": manifest.python,
        "platform": manifest.platform,
    }
    stated |= {f"package {name}": version for name, version in manifest.packages.items()}
    return stated | _flat(manifest.arguments)


def _flat(values: dict[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = str(value)
    return found
