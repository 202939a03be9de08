"""``earmark check``: the same receipts for copy that a person wrote."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.options import tell_encoding
from earmark.cli.terminal import print_json

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command(help="Tie copy that a person wrote to the reviews that carry it.")
def check(
    copy: Annotated[Path, typer.Argument(help="The copy, as plain text.")],
    reviews: Annotated[Path, typer.Argument(help="The reviews, as CSV, TSV, JSON, JSONL or Parquet.")],
    product: Annotated[str | None, typer.Option(help="The product with this id or name; needed where several.")] = None,
    facts: Annotated[Path | None, typer.Option(help="The seller's own record of the product.")] = None,
    must: Annotated[list[str] | None, typer.Option(help="A phrase that is the seller's own; may be repeated.")] = None,
    aspects: Annotated[Path | None, typer.Option(help="Your own aspects, in TOML.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="KIND=NAME", help="Which column of the reviews holds what.")
    ] = None,
    one_product: Annotated[str | None, typer.Option(help="All reviews are about one product, with this name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say of every sentence what carries it, or why nothing does."""
    from earmark.cli.receipts import show_copy
    from earmark.copywriting.copy_run import columns_told
    from earmark.copywriting.export import as_json as to_json
    from earmark.copywriting.grounding.checking import check_copy

    tell_encoding(copy, reviews, facts, aspects)
    found = check_copy(
        copy,
        reviews,
        product=product,
        facts=facts,
        must=tuple(must or ()),
        aspects=aspects,
        columns=columns_told(column or (), one_product),
    )
    if as_json:
        print_json(to_json(found))
    else:
        show_copy(found)
