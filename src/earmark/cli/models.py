"""``earmark models``: try a language model out before a run relies on it."""

import json
from typing import Annotated

import typer

from earmark.errors import InvalidInput
from earmark.language.choose import leaves_this_machine, open_model
from earmark.language.trial import try_out

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Try language models out.")


@app.callback()
def models() -> None:
    """Try language models out."""


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="openai:NAME, http://HOST/v1#NAME, local:FOLDER or scripted:NAME.")],
    allow_plain_http: Annotated[
        bool, typer.Option("--allow-plain-http", help="Let questions travel unencrypted beyond this machine.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")] = False,
) -> None:
    """Ask for one reply of each kind that earmark needs, and say what works."""
    model = open_model(name, allow_plain_http=allow_plain_http)
    if model is None:
        raise InvalidInput("the embedded rules are no language model: there is nothing to check.")
    host = leaves_this_machine(name)
    if host and not as_json:
        typer.echo(f"sending a note and a tone to {host}", err=True)
    for trial in try_out(model):
        if as_json:
            typer.echo(json.dumps(trial.model_dump()))
        else:
            typer.echo(f"{trial.kind:<11}{'works' if trial.works else 'does not work':<15}{trial.detail}")
