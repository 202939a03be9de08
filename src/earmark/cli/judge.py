"""``earmark judge``: compare two files of copy, or let people judge."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.model_options import Asking, asks_a_model, prompt_set
from earmark.cli.options import MOST_SEEDS
from earmark.cli.terminal import print_json, print_line
from earmark.errors import InvalidInput
from earmark.language.untrusted import clean_text

if TYPE_CHECKING:
    from earmark.copywriting.evaluation.judging import PairJudge

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command(help="Compare two sets of copy, or let people judge a run.")
@asks_a_model
def judge(
    asking: Asking,
    copies: Annotated[
        list[Path] | None, typer.Argument(help="Two JSONL files of copy, as 'earmark write --out' leaves them.")
    ] = None,
    reviews: Annotated[
        Path | None, typer.Option(help="The reviews they were written from, to count faithful sentences.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A language model that prefers; written-down rules by default.")
    ] = None,
    prompts: Annotated[str, typer.Option(help="How the model is asked: own, or published.")] = "own",
    people: Annotated[
        Path | None,
        typer.Option(
            help="With two files: the blinded sheet (CSV) to write, or, filled in, to read back. Alone: the run folder "
            "of a dissection."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="For a run: the sheet (CSV) that people fill in.")] = None,
    answers: Annotated[
        list[Path] | None, typer.Option(help="For a run: a filled-in copy of the sheet; repeat it for each person.")
    ] = None,
    pairs: Annotated[
        int, typer.Option(min=1, max=10_000, help="Pairs, or neurons of a run, on a sheet for people.")
    ] = 50,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEEDS, help="Of sides, order and bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Compare two files of copy, or let people judge a run."""
    if people is not None and not copies:
        _neurons(people, out, answers or [], pairs, seed, as_json)
        return
    if not copies or len(copies) != 2:
        raise InvalidInput("judge compares two JSONL files of copy: earmark judge A.jsonl B.jsonl --reviews FILE.")
    first, second = copies
    if people is not None:
        _people(first, second, people, pairs, seed, as_json)
    else:
        with asking.opened(model, go_on="Give the same command again: what was answered is not asked again.") as opened:
            from earmark.copywriting.rewards.allure import ModelJudge, RuleJudge

            pair_judge = ModelJudge(opened, prompt_set(prompts)) if opened else RuleJudge()
            _judge(first, second, reviews, pair_judge, seed, as_json)


def _judge(first: Path, second: Path, reviews: Path | None, judge: "PairJudge", seed: int, as_json: bool) -> None:
    from earmark.copywriting.evaluation.judged_files import judge_files, told

    faithful = {}
    if reviews is not None:
        from earmark.copywriting.evaluation.faithfulness import faithful_share

        faithful = {path: share for path in (first, second) if (share := faithful_share(path, reviews)) is not None}
    found = judge_files(first, second, judge, seed=seed, faithful=faithful)
    if as_json:
        plain = {**asdict(found)} | {
            "files": [report.model_dump() for report in found.files],
            "left_out": [item.model_dump() for item in found.left_out],
        }
        print_json(json.dumps(plain, indent=2))
        return
    print_line(
        f"judge: {found.judge}, asked in both orders; it changed its mind in {found.preference.disagreements:.0%}"
    )
    for item in found.left_out:
        print_line(f"not judged, it speaks to the judge: {clean_text(item.uri)}, {item.reason}")
    for report in found.files:
        kept = "" if report.faithfulness is None else f", {report.faithfulness:.0%} of sentences carried by the reviews"
        print_line(f"{report.file}: {report.pieces} pieces of {report.words:.0f} words{kept}")
    print_line(told(found.preference, (first.name, second.name)))


def _people(first: Path, second: Path, sheet: Path, pairs: int, seed: int, as_json: bool) -> None:
    from earmark.copywriting.evaluation.judged_files import key_file, read_sheet, told, write_sheet

    if sheet.suffix.lower() != ".csv":
        raise InvalidInput(f"a sheet for people is a .csv file, not {sheet.name!r}.")
    if not sheet.exists():
        count = write_sheet(first, second, sheet, seed=seed, pairs=pairs)
        print_line(
            f"{count} pairs: {sheet}. Fill in 'better' with first, second or tie, then give the same command again; "
            f"keep {key_file(sheet).name} from those who judge."
        )
        return
    found = read_sheet(sheet, seed=seed)
    if as_json:
        print_json(json.dumps(asdict(found), indent=2))
    else:
        print_line(told(found, (first.name, second.name)))


def _neurons(run: Path, out: Path | None, answers: list[Path], neurons: int, seed: int, as_json: bool) -> None:
    from earmark.dissection.people.people import clips_folder, key_file, read_answers, read_key, write_sheet
    from earmark.dissection.people.people_results import judge_answers, told
    from earmark.runs import RunFolder

    if out is None or out.suffix.lower() != ".csv":
        raise InvalidInput("a run is judged on a sheet: name it with --out SHEET.csv, also when reading --answers.")
    if answers:
        key = read_key(out)
        found = judge_answers(key, [read_answers(filled, key) for filled in answers])
        if as_json:
            print_json(found.model_dump_json(indent=2))
            return
        for line in told(found).splitlines():
            print_line(line)
        return
    count = write_sheet(RunFolder.open(run), out, seed=seed, neurons=neurons)
    if as_json:
        paths = {"sheet": out, "clips": clips_folder(out), "key": key_file(out)}
        print_json(json.dumps({"questions": count} | {name: str(path) for name, path in paths.items()}))
        return
    print_line(
        f"{count} questions: {out}, sounds in {clips_folder(out)}. Hear the clips of a line, write the letter of the "
        f"description that fits them best, or none, under 'answer', and give the same command with --answers FILE. "
        f"Keep {key_file(out).name} from those who judge."
    )
