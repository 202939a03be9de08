"""``earmark train writer``: what a person may choose, opened and handed to the training recipe."""

from dataclasses import dataclass
from pathlib import Path

from earmark.copywriting.recipe import Parts
from earmark.copywriting.summaries.recent_vectors import RecentTexts
from earmark.copywriting.training.finetune import FinetuneConfig
from earmark.copywriting.training.ppo import PolicyConfig
from earmark.copywriting.training.training_recipe import (
    TrainedWriter,
    TrainingParts,
    TrainWriterConfig,
    briefs_from_reviews,
    train_writer,
)
from earmark.copywriting.writers.policy import packaged
from earmark.errors import InvalidInput
from earmark.workers import Progress, silent


@dataclass(frozen=True)
class WriterRequest:
    """A training as it is asked for."""

    reviews: Path
    start_from: str | None = None
    epochs: float = 10.0
    learning_rate: float = 1e-3
    method: str = "rloo"
    steps: int = 100
    model: str | None = None
    nli: Path | None = None
    briefs: int = 4
    vectors: str = "minilm"
    seed: int = 0


def train_from_reviews(request: WriterRequest, out: Path, progress: Progress = silent) -> TrainedWriter:
    """Train a writer from a review table.

    Raises:
        Mendable: the table, the folder, a model or an option cannot be used; the sentence says which.
    """
    if request.method not in ("rloo", "ppo"):
        raise InvalidInput(f"--method is rloo or ppo, not {request.method!r}.")
    parts = _parts(request)
    config = TrainWriterConfig(
        start=str(packaged(request.start_from)) if request.start_from else None,
        briefs_each=request.briefs,
        lessons=FinetuneConfig(epochs=request.epochs, learning_rate=request.learning_rate, seed=request.seed),
        improvement=PolicyConfig(
            method=request.method,  # type: ignore[arg-type]
            steps=request.steps,
            max_new_tokens=96,
            seed=request.seed,
        ),
        seed=request.seed,
    )
    mined = Parts(embedder=parts.embedder)
    return train_writer(
        lambda: briefs_from_reviews(request.reviews, None, config, mined),
        out,
        config,
        parts,
        source=f"the table {request.reviews.name}",
        arguments={"reviews": str(request.reviews), "model": request.model, "nli": str(request.nli or "")},
        progress=progress,
    )


def _parts(request: WriterRequest) -> TrainingParts:
    from earmark.language.judge import EntailmentJudge
    from earmark.language.providers.minilm import SentenceVectors

    embedder = RecentTexts(SentenceVectors(None if request.vectors == "minilm" else request.vectors))
    judge = EntailmentJudge(request.nli) if request.nli else None
    if request.model is None:
        return TrainingParts(embedder=embedder, judge=judge)
    from earmark.copywriting.rewards.allure import ModelJudge
    from earmark.copywriting.writers.model_writer import ModelWriter
    from earmark.language.choose import open_model

    model = open_model(request.model)
    if model is None:
        return TrainingParts(embedder=embedder, judge=judge)
    return TrainingParts(embedder=embedder, judge=judge, writer=ModelWriter(model), pair_judge=ModelJudge(model))
