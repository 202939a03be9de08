"""``earmark resume``: go on with a run that was stopped."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.progress import drawn
from earmark.errors import InvalidInput
from earmark.runs import RunFolder

app = typer.Typer(add_completion=False)


@app.command()
def resume(
    run: Annotated[Path, typer.Argument(help="The run folder.")],
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Leave the clips out of the page.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")] = False,
) -> None:
    """Go on with a run that was stopped, to the same result as if it had not been."""
    kind = RunFolder.open(run).manifest.kind
    if kind != "dissection":
        raise InvalidInput(f"{run} is a {kind} run: give its own command the same --out again to go on with it.")
    from earmark.cli.dissected import show_run
    from earmark.dissection.recipe import resume as go

    with drawn(not as_json) as progress:
        finished = go(run, progress=progress)
    show_run(finished, as_json=as_json, audio=not no_audio)
