"""``earmark write``: product copy from reviews, with a receipt for every sentence."""

from pathlib import Path
from typing import Annotated, Any

import typer

from earmark.cli.model_options import Asking, asks_a_model, prompt_set
from earmark.cli.options import MOST_SEEDS, field_docs, finite, tell_encoding
from earmark.cli.terminal import print_line
from earmark.copywriting.config import MOST_DRAFTS, CopyConfig, checked
from earmark.copywriting.copy_run import CopyRequest

app = typer.Typer(add_completion=False, no_args_is_help=True)

_DOCS = field_docs(CopyConfig) | {key: text for key, text in field_docs(CopyRequest).items() if key != "config"}


def _option(field: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=_DOCS[field], **more)


@app.command(help="Write product copy from reviews, with a receipt for every sentence.")
@asks_a_model
def write(
    asking: Asking,
    reviews: Annotated[Path, typer.Argument(help="Reviews as CSV, TSV, JSON, JSONL or Parquet, one or several a row.")],
    product: Annotated[str | None, _option("product")] = None,
    aspect: Annotated[str | None, _option("aspect")] = None,
    facts: Annotated[str | None, _option("facts", metavar="FILE")] = None,
    tone: Annotated[str, _option("tone")] = "plain",
    length: Annotated[str, _option("length")] = "paragraph",
    channel: Annotated[str, _option("channel")] = "shop",
    must: Annotated[list[str] | None, _option("must")] = None,
    never: Annotated[list[str] | None, _option("never")] = None,
    writer: Annotated[str, _option("writer")] = "composer",
    policy: Annotated[str | None, _option("policy", metavar="DIR")] = None,
    model: Annotated[str | None, _option("model", metavar="NAME")] = None,
    summarise_by: Annotated[str, _option("summarise_by")] = "embedded",
    prompts: Annotated[str, _option("prompts")] = "own",
    drafts: Annotated[int, _option("drafts", min=1, max=MOST_DRAFTS)] = 4,
    aspects: Annotated[str | None, _option("aspects", metavar="FILE")] = None,
    discover: Annotated[bool, _option("discover", "--discover")] = False,
    vectors: Annotated[str, _option("vectors")] = "minilm",
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=NAME",
            help="Which column holds what: product, text, title, stars, date, author, language, category or name; may "
            "be repeated, also for several text columns.",
        ),
    ] = None,
    one_product: Annotated[str | None, typer.Option(help="The file is about one product, with this name.")] = None,
    dissent_share: Annotated[float, _option("dissent_share", min=0.01, max=1.0, callback=finite)] = 0.25,
    stale_years: Annotated[float, _option("stale_years", min=0.0, callback=finite)] = 3.0,
    seed: Annotated[int, _option("seed", min=0, max=MOST_SEEDS)] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Where to keep it: .jsonl, .csv or .md, with the run beside it, or a run folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON a product.")] = False,
) -> None:
    """Write copy for every product of a file."""
    from earmark.copywriting.copy_run import columns_told
    from earmark.copywriting.reviews import guess_columns

    _check_choices(tone=tone, length=length, channel=channel, writer=writer, summarise_by=summarise_by)
    given = columns_told(column or (), one_product)
    config = CopyConfig(
        product=product,
        aspect=aspect,
        tone=tone,  # type: ignore[arg-type]
        length=length,  # type: ignore[arg-type]
        channel=channel,  # type: ignore[arg-type]
        must=tuple(must or ()),
        never=tuple(never or ()),
        drafts=drafts,
        dissent_share=dissent_share,
        stale_years=stale_years,
        seed=seed,
    )
    request = CopyRequest(
        reviews=str(reviews),
        config=config,
        columns=given,
        writer=writer,  # type: ignore[arg-type]
        policy=policy,
        model=model,
        summarise_by=summarise_by,  # type: ignore[arg-type]
        prompts=prompt_set(prompts),
        discover=discover,
        facts=facts,
        aspects=aspects,
        vectors=vectors,
    )
    tell_encoding(reviews, facts, aspects)
    if not as_json:
        print_line(f"columns: {guess_columns(reviews, given).told()}", err=True)
    _run(request, out, as_json, asking)


def _run(request: CopyRequest, out: Path | None, as_json: bool, asking: Asking) -> None:
    from earmark.cli.progress import drawn
    from earmark.cli.written import check_out, run_folder, show_copies, show_run
    from earmark.copywriting.recipe import write_copy

    checked(request.config)
    if out is not None:
        check_out(out)
    go_on = (
        "Give the same command again: what was answered is not asked again."
        if out is None
        else f"Go on with: earmark resume {run_folder(out)}"
    )
    with asking.opened(request.model, go_on=go_on) as model, drawn(not as_json) as progress:
        if out is None:
            parts = request.parts(model, send_raw=asking.send_raw)
            made = write_copy(Path(request.reviews), request.config, parts, request.columns, progress=progress)
            show_copies(made, as_json)
        else:
            show_run(run_folder(out), request, as_json, progress, model=model, send_raw=asking.send_raw)


def _check_choices(**given: str) -> None:
    from typing import get_args

    from earmark.copywriting.copy_run import SummaryKind, WriterKind
    from earmark.copywriting.writers.drafts import Channel, Length, Tone
    from earmark.errors import UnknownName

    kinds: dict[str, Any] = {
        "tone": Tone,
        "length": Length,
        "channel": Channel,
        "writer": WriterKind,
        "summarise_by": SummaryKind,
    }
    for name, value in given.items():
        if value not in get_args(kinds[name]):
            raise UnknownName(f"--{name.replace('_', '-')}", value, get_args(kinds[name]))
