"""``earmark findings``: what one or more dissected networks are like as a whole, by a rule set beforehand."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.allowing import AllowOutside, Networks, TrustPickle
from earmark.cli.options import field_docs
from earmark.cli.progress import drawn
from earmark.cli.terminal import print_json, print_line
from earmark.dissection.findings.config import FindingsConfig
from earmark.dissection.findings.records import CombinationFinding, Figure, Findings
from earmark.report.findings_page import write_findings_page
from earmark.runs.grants import Allowed

app = typer.Typer(add_completion=False)
_HELP = field_docs(FindingsConfig)
_DEFAULT = FindingsConfig()


@app.command(name="findings")
def command(
    runs: Annotated[list[Path], typer.Argument(help="Finished dissections of the same clips, best with a twin.")],
    out: Annotated[Path | None, typer.Option(help="An HTML page to write.")] = None,
    only: Annotated[str, typer.Option(help=_HELP["only"])] = _DEFAULT.only,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="How each network was trained, once a run in their order; by default what they say."),
    ] = None,
    share: Annotated[list[float] | None, typer.Option(help=_HELP["shares"])] = None,
    draws: Annotated[int, typer.Option(min=1, help=_HELP["draws"])] = _DEFAULT.draws,
    judging_clips: Annotated[int, typer.Option(min=1, help=_HELP["judging_clips"])] = _DEFAULT.judging_clips,
    seed: Annotated[int, typer.Option(min=0, help=_HELP["seed"])] = _DEFAULT.seed,
    network: Networks = None,
    trust_pickle: TrustPickle = False,
    allow_outside: AllowOutside = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")] = False,
) -> None:
    """Measure the two findings of the AND paper: basic features or concepts, narrow or polysemantic."""
    config = FindingsConfig(
        only=only,  # type: ignore[arg-type]
        shares=tuple(share or _DEFAULT.shares),
        draws=draws,
        judging_clips=judging_clips,
        seed=seed,
    )
    with drawn(not as_json) as progress:
        from earmark.dissection.findings.recipe import find

        allowed = Allowed(trust_pickle, allow_outside)
        found = find(
            runs, config, strategies=strategy or (), networks=network or (), allowed=allowed, progress=progress
        )
    if out is not None:
        write_findings_page(found, out)
    if as_json:
        print_json(found.model_dump_json(indent=2))
        return
    _show(found)
    if out is not None:
        print_line(f"page  {out}")


def _show(found: Findings) -> None:
    if found.combination:
        print_line("(i) A combination of basic acoustic features, not of abstract concepts?")
        print_line(f"    {found.combination_decision}: {found.combination_because}")
    for network in found.combination:
        _show_tests(network)
    if found.polysemanticity:
        print_line("(ii) Supervised training narrows, self-supervised stays polysemantic?")
        print_line(f"    {found.polysemanticity_decision}: {found.polysemanticity_because}")
    for one in found.polysemanticity:
        print_line(f"  {one.network} ({one.strategy})")
        for trend in one.trends:
            beside = "beside its twin" if trend.beside_twin else "no twin"
            print_line(f"    {trend.measure} from first block to last, {beside}: {said(trend.slope)}")
    for comparison in found.comparisons if found.polysemanticity else ():
        print_line(f"  {comparison.question} (expected {comparison.expected}): {said(comparison.figure)}")


def _show_tests(network: CombinationFinding) -> None:
    accuracy = "" if network.accuracy is None else f", {network.accuracy:.1%} right on {network.judged_on} clips"
    print_line(f"  {network.network} ({network.strategy}{accuracy}): {network.decision}, {network.because}")
    for test in network.tests:
        print_line(f"    {test.name}: {test.says}; {test.question}: {said(test.figure)}; twin {said(test.untrained)}")
    for damage in (*network.damages, *network.adjectives):
        print_line(f"    silenced by {damage.chosen_by}: accuracy lost beyond random prunes {said(damage.damage)}")


def said(figure: Figure) -> str:
    """A figure on one line, or why there is none."""
    if figure.value is None:
        return figure.reason or ""
    text = f"{figure.value:.3f}"
    if figure.low is not None and figure.high is not None:
        text += f" ({figure.low:.3f} to {figure.high:.3f})"
    if figure.adjusted is not None:
        text += f", corrected p {figure.adjusted:.3g}"
    return text
