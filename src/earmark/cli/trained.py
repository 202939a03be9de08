"""What the command line says when a writer has been trained."""

import json
from dataclasses import asdict

from earmark.cli.terminal import print_json, print_line
from earmark.copywriting.training.training_recipe import TrainedWriter


def show_writer(done: TrainedWriter, as_json: bool) -> None:
    """Print what came of a training, for people or for machines."""
    if as_json:
        plain = {name: str(value) if name == "folder" else value for name, value in asdict(done).items()}
        print_json(json.dumps(plain))
        return
    print_line(f"{done.pairs} lessons, validation loss {done.validation_loss:.3f}")
    if done.before is not None and done.after is not None:
        print_line(
            f"gated sum for held-out products {done.before:.3f} fine-tuned, {done.after:.3f} at its best, after step "
            f"{done.best_step} of {done.steps}; it ended because {done.stopped_because}"
        )
    print_line(f"policy: {done.folder}")
