"""What the command line says when a writer has been trained."""

import json
from dataclasses import asdict

import typer

from earmark.copywriting.training.training_recipe import TrainedWriter


def show_writer(done: TrainedWriter, as_json: bool) -> None:
    """Print what came of a training, for people or for machines."""
    if as_json:
        plain = {name: str(value) if name == "folder" else value for name, value in asdict(done).items()}
        typer.echo(json.dumps(plain))
        return
    typer.echo(f"{done.pairs} lessons, validation loss {done.validation_loss:.3f}")
    if done.before is not None and done.after is not None:
        typer.echo(
            f"gated sum for held-out products {done.before:.3f} fine-tuned, {done.after:.3f} at its best, after step "
            f"{done.best_step} of {done.steps}; it ended because {done.stopped_because}"
        )
    typer.echo(f"policy: {done.folder}")
