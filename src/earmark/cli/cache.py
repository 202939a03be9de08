"""``earmark cache``: the replies kept so that nothing is paid twice."""

from typing import Annotated

import typer

from earmark.cli.terminal import print_line
from earmark.language.cache import ReplyCache

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Look at the cache of model replies, and keep it small."
)


@app.command()
def info() -> None:
    """Say where the cache lies, how many replies it keeps and how large they are."""
    found = ReplyCache().info()
    print_line(f"{found.path}: {found.replies} replies, {found.bytes / 1e6:.1f} MB")


@app.command()
def prune(
    megabytes: Annotated[float, typer.Option(min=0, help="Keep this much, newest first.")] = 0.0,
) -> None:
    """Drop the oldest replies until the rest fits."""
    dropped = ReplyCache().prune(int(megabytes * 1e6))
    print_line(f"dropped {dropped} replies")
