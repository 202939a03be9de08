"""``earmark runs``: which runs there are, what one did, how two differ."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from earmark.cli.terminal import print_json, print_line
from earmark.errors import InvalidInput
from earmark.runs import RunFolder

_EACH_WAY = 3

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, show and compare runs.")

_AsJson = Annotated[bool, typer.Option("--json", help="JSON, for machines.")]


@app.command("list")
def list_runs(
    folder: Annotated[Path, typer.Argument(help="Where to look, two folders deep.")] = Path(),
    as_json: _AsJson = False,
) -> None:
    """List the runs in a folder, the oldest first."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder.")
    found, broken = _runs_in(folder)
    for reason in broken:
        print_line(reason, err=True)
    if as_json:
        print_json(json.dumps([_line(run) for run in found], indent=2))
        return
    if not found:
        print_line(f"no runs in {folder}.")
    for line in map(_line, found):
        print_line(f"{line['created_at']}  {line['kind']:<12}  {line['status']:<10}  {line['path']}")


@app.command()
def show(run: Annotated[Path, typer.Argument(help="A run folder.")], as_json: _AsJson = False) -> None:
    """Show what a run was asked, what it did and what it could not use."""
    from earmark.language.untrusted import clean_text
    from earmark.runs.compare import table_rows

    opened = RunFolder.open(run)
    if as_json:
        print_json(json.dumps({**opened.manifest.model_dump(mode="json"), "tables": table_rows(opened)}, indent=2))
        return
    manifest = opened.manifest
    git = f", git {manifest.git}" if manifest.git else ""
    lines = [
        f"{opened.path}: {manifest.kind}, {_status(opened)}",
        f"  made {manifest.created_at} by earmark {manifest.earmark_version}{git}, seed {manifest.seed}",
        *(f"  {name}: {_plain(value)}" for name, value in manifest.arguments.items()),
    ]
    for stage in manifest.stages:
        took = f"{stage.seconds:.1f} s" if stage.seconds is not None else stage.status
        counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in stage.counts.items())
        lines.append(f"  stage {stage.name}: {took}{f' ({counts})' if counts else ''}")
    lines += [f"  table {name}: {rows} rows" for name, rows in table_rows(opened).items()]
    lines += [f"  skipped {clean_text(f'{item.uri}: {item.reason}')}" for item in manifest.skipped]
    lines += [f"  note: {note}" for note in manifest.notes]
    lines += [*_best_and_worst(opened), *_other_judges(opened), *_forgotten(opened), *_copy_told(opened)]
    for line in lines:
        print_line(line)


def _best_and_worst(run: RunFolder) -> list[str]:
    """The descriptions of a dissection that hold best and worst on held-out clips, with their verdicts."""
    if run.manifest.kind != "dissection" or not run.has("verdicts"):
        return []
    from earmark.cli.dissected import score_line
    from earmark.dissection.verification.verification import Verification
    from earmark.language.untrusted import clean_text

    whole = [one for one in run.read("verdicts", Verification) if one.subject == "description"]
    judged = sorted((one for one in whole if one.pearson is not None), key=lambda one: -(one.pearson or 0))
    worst = judged[-_EACH_WAY:] if len(judged) >= 2 * _EACH_WAY else []
    lines = []
    for title, chosen in (("best", judged[:_EACH_WAY]), ("worst", worst)):
        lines += [f"  {title} {one.neuron}: {clean_text(one.text)}; {score_line(one)}" for one in chosen]
    return lines


def _forgotten(run: RunFolder) -> list[str]:
    """What an unlearning forgot, and what it cost."""
    if run.manifest.kind != "unlearning" or not run.has("forgetting"):
        return []
    from earmark.cli.unlearn import forgetting_lines
    from earmark.dissection.unlearning.forgetting import Forgetting

    return [f"  {line}" for found in run.read("forgetting", Forgetting) for line in forgetting_lines(found)]


def _copy_told(run: RunFolder) -> list[str]:
    """Why products of a copy run were refused, and a few of its pieces."""
    if run.manifest.kind != "copywriting":
        return []
    from earmark.copywriting.copy_run import copies_of
    from earmark.language.untrusted import clean_text

    reasons: Counter[str] = Counter()
    pieces: list[str] = []
    for copy in copies_of(run.path):
        if copy.refusal is not None:
            # The reason without what is this product's own.
            reasons[re.sub(r"\s*\(.*?\)|\d+ ", "", clean_text(copy.refusal, 800)).rstrip(".")] += 1
        elif len(pieces) < _EACH_WAY:
            pieces.append(f"  {clean_text(copy.product_name or copy.product_id, 80)}: {clean_text(copy.text, 300)}")
    lines = [f"  refused {count}: {reason}" for reason, count in reasons.most_common(_EACH_WAY)]
    page = run.path / "page.html"
    return [*pieces, *lines, *([f"  page: {page}"] if page.is_file() else [])]


def _other_judges(run: RunFolder) -> list[str]:
    """What was said of the descriptions besides the embedded verdicts."""
    if run.manifest.kind != "dissection":
        return []
    from earmark.cli.dissected import other_judges

    return [f"  {line}" for line in other_judges(run)]


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="A run folder.")],
    second: Annotated[Path, typer.Argument(help="Another run folder of the same kind.")],
    as_json: _AsJson = False,
) -> None:
    """Say how two runs differ: arguments, versions, tables and, for dissections, what they say of each neuron."""
    from earmark.report.dissection_comparison import compare_dissections
    from earmark.runs.compare import compare_runs

    one, other = RunFolder.open(first), RunFolder.open(second)
    compared = compare_runs(one, other)
    neurons = compare_dissections(one, other)
    if as_json:
        plain = {**compared.model_dump(), "neurons": neurons.model_dump() if neurons else None}
        print_json(json.dumps(plain, indent=2))
        return
    for item in compared.differences:
        print_line(f"{item.name}: {item.first or '(absent)'} | {item.second or '(absent)'}")
    for table in compared.tables:
        rows = f"{_count(table.first_rows)} | {_count(table.second_rows)}"
        print_line(f"table {table.name}: {'equal' if table.equal else 'differs'}, rows {rows}")
    if neurons is None:
        return
    print_line(
        f"{neurons.both} neurons described in both ({neurons.only_first} only in the first, {neurons.only_second} only "
        f"in the second), {neurons.same_words} in the same words"
    )
    for change, count in neurons.outcomes.items():
        print_line(f"  {change}: {count}")
    if neurons.first_pearson is not None and neurons.second_pearson is not None:
        print_line(f"  mean held-out Pearson: {neurons.first_pearson:.3f} | {neurons.second_pearson:.3f}")


def _runs_in(folder: Path) -> tuple[list[RunFolder], list[str]]:
    """The runs that can be read, and a sentence for each that cannot."""
    found, broken = [], []
    for depth in ("manifest.json", "*/manifest.json", "*/*/manifest.json"):
        for file in sorted(folder.glob(depth)):
            try:
                found.append(RunFolder.open(file.parent))
            except InvalidInput as error:
                broken.append(str(error))
    return sorted(found, key=lambda run: (run.manifest.created_at, run.path)), broken


def _line(run: RunFolder) -> dict[str, Any]:
    return {
        "path": str(run.path),
        "kind": run.manifest.kind,
        "status": _status(run),
        "created_at": run.manifest.created_at,
        "seed": run.manifest.seed,
        "skipped": len(run.manifest.skipped),
    }


def _status(run: RunFolder) -> str:
    """A stage that was never begun leaves no trace, so a finished stage says no more than that."""
    unfinished = [stage.name for stage in run.manifest.stages if stage.status != "done"]
    if unfinished:
        return f"stopped in {unfinished[0]}"
    return "done" if run.manifest.stages else "not begun"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items() if each not in (None, [], "", False))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _count(rows: int | None) -> str:
    return "none" if rows is None else str(rows)
