"""``earmark models``: try a language model out before a run relies on it."""

import json
from typing import Annotated

import typer

from earmark.cli.model_options import Asking, asks_a_model
from earmark.cli.terminal import print_json, print_line
from earmark.errors import InvalidInput
from earmark.language.trial import try_out

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Try language models out.")


@app.callback()
def models() -> None:
    """Try language models out."""


@app.command()
@asks_a_model
def check(
    asking: Asking,
    name: Annotated[str, typer.Argument(help="openai:NAME, http://HOST/v1#NAME, local:FOLDER or scripted:NAME.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")] = False,
) -> None:
    """Ask for one reply of each kind that earmark needs, and say what works.

    Exit code 2 where the model cannot be used at all; one that cannot listen still can.
    """
    # A reply from the cache would say nothing of the model as it is now.
    with asking.opened(name, go_on="Ask again with more.", cached=False) as model:
        if model is None:
            raise InvalidInput("the embedded rules are no language model: there is nothing to check.")
        usable = True
        for trial in try_out(model):
            usable = usable and (trial.works or trial.kind == "audio")
            if as_json:
                print_json(json.dumps(trial.model_dump()))
            else:
                print_line(f"{trial.kind:<11}{'works' if trial.works else 'does not work':<15}{trial.detail}")
    if not usable:
        raise typer.Exit(InvalidInput.exit_code)
