"""The options of every command that may ask a language model: what may be spent, and where texts may go."""

from typing import Annotated

import typer

from earmark.cli.options import field_docs
from earmark.language.budget import Budget, BudgetConfig
from earmark.language.cache import ReplyCache
from earmark.language.choose import EMBEDDED, leaves_this_machine, open_model
from earmark.language.model import LanguageModel

_HELP = field_docs(BudgetConfig)

MaxRequests = Annotated[int | None, typer.Option(min=1, help=_HELP["max_requests"])]
MaxTokens = Annotated[int | None, typer.Option(min=1, help=_HELP["max_tokens"])]
MaxCost = Annotated[float | None, typer.Option(min=0, help=_HELP["max_cost"])]
PromptPrice = Annotated[float, typer.Option(min=0, help=_HELP["prompt_price"])]
ReplyPrice = Annotated[float, typer.Option(min=0, help=_HELP["reply_price"])]
AllowPlainHttp = Annotated[
    bool, typer.Option("--allow-plain-http", help="Let questions travel unencrypted beyond this machine.")
]
SendRaw = Annotated[
    bool, typer.Option("--send-raw", help="Do not mask names, addresses and numbers: for a server of your own.")
]


def open_within(
    name: str, budget: BudgetConfig, *, allow_plain_http: bool = False, send_raw: bool = False
) -> LanguageModel | None:
    """Open the model that a name means within a budget, with the cache, and say once which host will read the texts."""
    if name == EMBEDDED:
        return None
    host = leaves_this_machine(name)
    if host is not None:
        typer.echo(
            f"questions go to {host}{'' if send_raw else ', with names, addresses and numbers masked'}", err=True
        )
    cache = None if name.startswith("scripted:") else ReplyCache()
    return open_model(name, Budget(budget), cache, allow_plain_http=allow_plain_http, send_raw=send_raw)
