"""Keep what a benchmark found: figures with seed, versions and machine load, as JSON and as a table to read."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from earmark.runs.manifest import installed_packages

RESULTS = Path(__file__).with_name("results")


def keep(name, rows, *, seed, settings=None, notes=()):
    """Write ``results/NAME.json`` and ``results/NAME.md`` and print the table.

    Args:
        name: of the benchmark.
        rows: dicts with the same keys: the table.
        seed: what was drawn from.
        settings: what else the figures depend on.
        notes: sentences that a reader of the figures must know.
    """
    kept = {
        "benchmark": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "settings": settings or {},
        "python": platform.python_version(),
        "packages": installed_packages(),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()},
        "notes": list(notes),
        "rows": rows,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    load = ", ".join(f"{value:.1f}" for value in kept["machine"]["load"])
    lines = [f"# {name}", "", f"`make bench NAME={name}`, seed {seed}, load {load} on {os.cpu_count()} cores.", ""]
    lines += [*table(rows), "", *(f"- {note}" for note in notes)]
    text = "\n".join(lines).rstrip() + "\n"
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def table(rows):
    """The lines of a Markdown table."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    yield "| " + " | ".join(columns) + " |"
    yield "|" + " --- |" * len(columns)
    for row in rows:
        yield "| " + " | ".join(_cell(row.get(column)) for column in columns) + " |"


def _cell(value):
    if value is None:
        return "not run"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
