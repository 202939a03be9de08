"""The reference writer: a small stock BART, taught and then improved by this framework on sample reviews.

It exists to exercise and to measure the trainer. Both stages take five minutes on two cores::

    python -m earmark.copywriting.training.reference_writer FOLDER
"""

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from earmark.copywriting.rewards.weigh import WeighConfig
from earmark.copywriting.training.finetune import FinetuneConfig
from earmark.copywriting.training.ppo import PolicyConfig
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.small_bart import SmallBartConfig
from earmark.copywriting.training.training_recipe import TrainedWriter, TrainingParts, TrainWriterConfig, train_writer
from earmark.copywriting.writers.drafts import Brief
from earmark.runs.files import whole_folder
from earmark.samples.reviews import make_products
from earmark.workers import Progress, silent

PRODUCTS, SEED, FEW = 1400, 0, (3, 9)

REFERENCE = TrainWriterConfig(
    size=SmallBartConfig(width=128, layers=2, dropout=0.0),
    lessons=FinetuneConfig(epochs=4, batch=16, learning_rate=2e-3, validate_every=250),
    weighing=WeighConfig(information=3.0),
    improvement=PolicyConfig(
        method="rloo",
        steps=72,
        prompts=16,
        samples=4,
        learning_rate=1e-4,
        validate_every=12,
        max_new_tokens=90,
    ),
    held_out=256,
)
"""How the packaged reference writer was made."""


def reference_briefs() -> Iterator[Brief]:
    """Four briefs for each of the sample products, from their truth; every other one has few reviews."""
    half = PRODUCTS // 2
    products = chain(make_products(half, SEED), make_products(half, SEED, start=half, reviews=FEW))
    return (brief for _, brief in sample_briefs(products, SEED + 1, each=REFERENCE.briefs_each))


def make_reference_writer(out: Path, progress: Progress = silent) -> TrainedWriter:
    """Teach and improve the reference writer in a run folder; a killed run goes on."""
    from earmark.language.providers.minilm import SentenceVectors

    return train_writer(
        reference_briefs,
        out,
        REFERENCE,
        TrainingParts(embedder=SentenceVectors()),
        source=f"{PRODUCTS} sample products made by formula, seed {SEED}, as perfect mining would have found them",
        arguments={"products": PRODUCTS, "seed": SEED},
        progress=progress,
    )


def ship(policy: Path, folder: Path) -> float:
    """Write a policy in half precision; megabytes on disk."""
    import torch

    from earmark.copywriting.training.encoder_decoder import load_seq2seq

    model, tokenizer = load_seq2seq(policy)
    with whole_folder(folder) as unfinished:
        model.to(torch.float16).save_pretrained(unfinished)
        tokenizer.save_pretrained(unfinished)
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


if __name__ == "__main__":
    made = make_reference_writer(Path(sys.argv[1]))
    sys.stdout.write(json.dumps({name: str(value) for name, value in vars(made).items()}, indent=1) + "\n")
