"""``earmark unlearn``: silence a concept of a dissected network, and count what else was lost."""

import json
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.allowing import AllowOutside, Network, TrustPickle
from earmark.cli.options import field_docs
from earmark.cli.progress import drawn
from earmark.cli.terminal import print_json, print_line
from earmark.dissection.unlearning.config import UnlearnConfig
from earmark.dissection.unlearning.damage import Accuracy
from earmark.dissection.unlearning.forgetting import Forgetting, How
from earmark.language.untrusted import clean_text
from earmark.report.unlearning_page import write_unlearning_page
from earmark.runs import RunFolder
from earmark.runs.grants import Allowed

app = typer.Typer(add_completion=False)
_HELP = field_docs(UnlearnConfig)
_DEFAULT = UnlearnConfig()
_WORST = 3


@app.command(name="unlearn")
def command(
    run: Annotated[Path, typer.Argument(help="A finished dissection.")],
    concepts: Annotated[list[str], typer.Argument(help="Classes of the network, or words that its neurons carry.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder, or one of the same unlearning, stopped.")] = Path(
        "runs/unlearning"
    ),
    method: Annotated[str, typer.Option(help=_HELP["method"])] = _DEFAULT.method,
    how: Annotated[str, typer.Option(help=_HELP["how"])] = _DEFAULT.how,
    budget: Annotated[int | None, typer.Option(help=_HELP["neurons"])] = None,
    share: Annotated[float | None, typer.Option(help=_HELP["share"])] = None,
    retain_drop: Annotated[float | None, typer.Option(help=_HELP["retain_drop"])] = None,
    taps: Annotated[list[str] | None, typer.Option("--taps", help=_HELP["taps"])] = None,
    beside: Annotated[list[str] | None, typer.Option("--beside", help=_HELP["beside"])] = None,
    synonym_cosine: Annotated[float, typer.Option(help=_HELP["synonym_cosine"])] = _DEFAULT.synonym_cosine,
    network: Network = None,
    trust_pickle: TrustPickle = False,
    allow_outside: AllowOutside = False,
    random_prunes: Annotated[int, typer.Option(min=0, help=_HELP["random_prunes"])] = _DEFAULT.random_prunes,
    zero: Annotated[
        bool, typer.Option("--zero", help="Zero hidden neurons in the exported network rather than remove them.")
    ] = False,
    seed: Annotated[int, typer.Option(help=_HELP["seed"])] = _DEFAULT.seed,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a class, for machines.")] = False,
) -> None:
    """Silence the neurons of a concept, check on held-out clips what else was lost, and export the network."""
    config = UnlearnConfig(
        method=method,  # type: ignore[arg-type]
        how=how,  # type: ignore[arg-type]
        neurons=budget,
        share=share,
        retain_drop=retain_drop,
        taps=tuple(taps or ()),
        beside=tuple(beside or ()),  # type: ignore[arg-type]
        synonym_cosine=synonym_cosine,
        random_prunes=random_prunes,
        seed=seed,
    )
    with drawn(not as_json) as progress:
        from earmark.dissection.unlearning.recipe import unlearn

        allowed = Allowed(trust_pickle, allow_outside)
        finished = unlearn(
            run, concepts, out, config, network=network, allowed=allowed, remove=not zero, progress=progress
        )
    show_run(finished, as_json)


def show_run(run: RunFolder, as_json: bool) -> None:
    """Write the page and say what was forgotten, for people or for machines."""
    page = write_unlearning_page(run, run.path / "page.html")
    for found in run.read("forgetting", Forgetting):
        if as_json:
            print_json(json.dumps(found.model_dump(exclude={"silenced": True, "damage": {"classes"}})))
        else:
            for line in forgetting_lines(found):
                print_line(line)
    if not as_json:
        for note in run.manifest.notes:
            print_line(f"note: {clean_text(note)}")
        print_line(f"run   {run.path}")
        print_line(f"page  {page}")


def forgetting_lines(found: Forgetting) -> list[str]:
    """What became of one concept, in a few lines."""
    name, damage = clean_text(found.concept), found.damage
    what = f"{found.neurons} of {found.of} neurons silenced ({found.method}, {found.how})"
    if found.how == "erase":
        what = f"{found.directions} of the directions before the output layer removed ({found.method})"
    lines = [f"{name}: {what}"]
    if damage.forget is None:
        lines[0] += "; it is no class, so only the cost is counted"
        lines.append(_line("the classes'  ", damage.retained, found.random_retained, found.how))
    else:
        lines.append(_line("its accuracy  ", damage.forget, found.random_forget, found.how))
        lines.append(_line("the others'   ", damage.retained, found.random_retained, found.how))
    worst = damage.neighbours[:_WORST]
    if worst:
        named = (f"{clean_text(one.label)} {one.accuracy.before:.0%} -> {one.accuracy.after:.0%}" for one in worst)
        lines.append(f"  most damaged    {', '.join(named)}")
    return lines


def _line(name: str, accuracy: Accuracy, random: tuple[float, ...], how: How) -> str:
    interval = f"95% {accuracy.after_low:.1%} to {accuracy.after_high:.1%}"
    line = f"  {name}  {accuracy.before:.1%} -> {accuracy.after:.1%}   ({interval})"
    if not random:
        return line
    drawn = "erasers of random clips" if how == "erase" else "random prunes of as many neurons in the same taps"
    ends = dict.fromkeys((f"{min(random):.1%}", f"{max(random):.1%}"))
    return f"{line}; {accuracy.before:.1%} -> {' to '.join(ends)} by {len(random)} {drawn}"
