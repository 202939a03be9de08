"""``earmark resume``: go on with a run that was stopped."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.model_options import (
    AllowPlainHttp,
    MaxCost,
    MaxRequests,
    MaxTokens,
    PromptPrice,
    ReplyPrice,
    SendRaw,
    open_within,
)
from earmark.cli.progress import drawn
from earmark.errors import InvalidInput
from earmark.language.budget import BudgetConfig
from earmark.language.choose import EMBEDDED
from earmark.runs import RunFolder

app = typer.Typer(add_completion=False)


@app.command()
def resume(
    run: Annotated[Path, typer.Argument(help="The run folder.")],
    max_requests: MaxRequests = None,
    max_tokens: MaxTokens = None,
    max_cost: MaxCost = None,
    prompt_price: PromptPrice = 0.0,
    reply_price: ReplyPrice = 0.0,
    allow_plain_http: AllowPlainHttp = False,
    send_raw: SendRaw = False,
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Leave the clips out of the page.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")] = False,
) -> None:
    """Go on with a run that was stopped, to the same result as if it had not been."""
    manifest = RunFolder.open(run).manifest
    kind = manifest.kind
    if kind != "dissection":
        raise InvalidInput(f"{run} is a {kind} run: give its own command the same --out again to go on with it.")
    from earmark.cli.dissected import show_run
    from earmark.dissection.recipe import resume as go

    budget = BudgetConfig(max_requests, max_tokens, max_cost, prompt_price, reply_price)
    name = manifest.arguments["config"].get("model", EMBEDDED)
    asked = open_within(name, budget, allow_plain_http=allow_plain_http, send_raw=send_raw)
    with drawn(not as_json) as progress:
        finished = go(run, language_model=asked, progress=progress)
    show_run(finished, as_json=as_json, audio=not no_audio)
