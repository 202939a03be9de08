"""The options of every command that opens a run: what it may do though its manifest may be somebody else's."""

from typing import Annotated

import typer

_PANEL = "Runs that you did not begin here"


def _option(*names: str, help: str) -> typer.models.OptionInfo:  # noqa: A002 (as typer calls it)
    option: typer.models.OptionInfo = typer.Option(*names, help=help, rich_help_panel=_PANEL)
    return option


Network = Annotated[
    str | None, _option("--network", help="The network by name: where it has moved, or where code makes it.")
]
Networks = Annotated[
    list[str] | None,
    _option("--network", help="The network of each run, once a run in their order: where one has moved or is code."),
]
TrustPickle = Annotated[
    bool, _option("--trust-pickle", help="Let it load weights that are pickles, which can run code.")
]
AllowOutside = Annotated[bool, _option("--allow-outside", help="Let it read clips outside their folder.")]
Model = Annotated[str | None, _option("--model", help="The language model that it names, which reads its texts.")]
