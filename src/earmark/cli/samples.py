"""``earmark samples``: sounds and reviews made by formula, to try every command on."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.terminal import print_line

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Make sample sounds and reviews by formula.")


@app.command()
def sounds(
    out: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    per_class: Annotated[int, typer.Option(help="Sounds of each class, up to 10000.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same sounds.")] = 0,
    seconds: Annotated[float, typer.Option(help="Length of each sound, 0.25 to 60.")] = 2.0,
    harder: Annotated[
        bool, typer.Option("--harder", help="Parameters outside the usual ranges, noise as loud as the sound.")
    ] = False,
) -> None:
    """Write sounds in a folder per class, with captions and the parameters they were made with."""
    from earmark.samples.sounds import SOUND_CLASSES, write_sounds

    manifest = write_sounds(out, per_class, seed, seconds=seconds, harder=harder)
    print_line(f"{per_class * len(SOUND_CLASSES)} sounds of {len(SOUND_CLASSES)} classes: {manifest}")


@app.command()
def reviews(
    out: Annotated[Path, typer.Argument(help="The table to write, as CSV.")],
    products: Annotated[int, typer.Option(min=1, help="Made-up products.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same reviews.")] = 0,
) -> None:
    """Write made-up products with made-up reviews."""
    from earmark.samples.reviews import write_reviews

    write_reviews(out, products, seed)
    print_line(f"reviews of {products} products: {out}")
