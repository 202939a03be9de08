"""``earmark unlearn``: silence a class of a dissected network, and count what else was lost."""

import json
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.options import field_docs
from earmark.cli.progress import drawn
from earmark.dissection.unlearning.forgetting import Forgetting
from earmark.dissection.unlearning.recipe import UnlearnConfig, unlearn
from earmark.runs import RunFolder

app = typer.Typer(add_completion=False)
_HELP = field_docs(UnlearnConfig)
_DEFAULT = UnlearnConfig()


@app.command(name="unlearn")
def command(
    run: Annotated[Path, typer.Argument(help="A finished dissection.")],
    concepts: Annotated[list[str], typer.Argument(help="Classes of the network.")],
    out: Annotated[Path, typer.Option(help="Where the results go; new or empty.")] = Path("runs/unlearning"),
    method: Annotated[str, typer.Option(help=_HELP["method"])] = _DEFAULT.method,
    how: Annotated[str, typer.Option(help=_HELP["how"])] = _DEFAULT.how,
    budget: Annotated[int | None, typer.Option(help=_HELP["neurons"])] = None,
    share: Annotated[float | None, typer.Option(help=_HELP["share"])] = None,
    retain_drop: Annotated[float | None, typer.Option(help=_HELP["retain_drop"])] = None,
    taps: Annotated[list[str] | None, typer.Option("--taps", help=_HELP["taps"])] = None,
    random_prunes: Annotated[int, typer.Option(min=0, help=_HELP["random_prunes"])] = _DEFAULT.random_prunes,
    zero: Annotated[
        bool, typer.Option("--zero", help="Zero hidden neurons in the exported network rather than remove them.")
    ] = False,
    seed: Annotated[int, typer.Option(help=_HELP["seed"])] = _DEFAULT.seed,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a class, for machines.")] = False,
) -> None:
    """Silence the neurons of a class, check on held-out clips what else was lost, and export the network."""
    config = UnlearnConfig(
        method=method,  # type: ignore[arg-type]
        how=how,  # type: ignore[arg-type]
        neurons=budget,
        share=share,
        retain_drop=retain_drop,
        taps=tuple(taps or ()),
        random_prunes=random_prunes,
        seed=seed,
    )
    with drawn(not as_json) as progress:
        finished = unlearn(run, concepts, out, config, remove=not zero, progress=progress)
    _show(finished, as_json)


def _show(run: RunFolder, as_json: bool) -> None:
    for found in run.read("forgetting", Forgetting):
        if as_json:
            typer.echo(json.dumps(found.model_dump(exclude={"silenced": True, "damage": {"classes"}})))
            continue
        damage = found.damage
        typer.echo(f"{found.concept}: {found.neurons} of {found.of} neurons silenced ({found.method}, {found.how})")
        typer.echo(
            f"  its accuracy        {damage.forget_before:.1%} -> {damage.forget_after:.1%}"
            f"   (95% {damage.forget_low:.1%} to {damage.forget_high:.1%}{_random(found.random_forget)})"
        )
        typer.echo(
            f"  the other classes'  {damage.retained_before:.1%} -> {damage.retained_after:.1%}"
            f"   (95% {damage.retained_low:.1%} to {damage.retained_high:.1%}{_random(found.random_retained)})"
        )
    if not as_json:
        typer.echo(f"run   {run.path}")


def _random(values: tuple[float, ...]) -> str:
    return f"; random prunes {min(values):.1%} to {max(values):.1%}" if values else ""
