"""``earmark train writer``: what a person may choose, opened and handed to the training recipe."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from earmark.copywriting.config import Parts
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
from earmark.language import LanguageModel
from earmark.language.budget import counted
from earmark.language.choose import open_model, shared_cache
from earmark.language.prompt_files import PromptSet
from earmark.runs.arguments import plainly
from earmark.runs.files import content_hash
from earmark.samples.writers import writer_names
from earmark.workers import Progress, silent


@dataclass(frozen=True)
class WriterRequest:
    """A training as it is asked for."""

    reviews: str
    start_from: str | None = None
    epochs: float = 10.0
    learning_rate: float = 1e-3
    method: str = "rloo"
    steps: int = 100
    model: str | None = None
    prompts: PromptSet = "own"
    nli: str | None = None
    briefs: int = 4
    vectors: str = "minilm"
    seed: int = 0

    @classmethod
    def from_arguments(cls, arguments: dict[str, Any]) -> "WriterRequest":
        """Back from the manifest.

        Raises:
            InvalidInput: the arguments are not a training from a review table.
        """
        return plainly(cls, arguments.get("request", {}), "the manifest does not hold a training from a review table")


def train_from_reviews(
    request: WriterRequest,
    out: Path,
    progress: Progress = silent,
    *,
    model: LanguageModel | None = None,
    send_raw: bool = False,
) -> TrainedWriter:
    """Train a writer from a review table.

    Args:
        request: what is wanted.
        out: a new or empty folder, or one of a killed run of the same request.
        progress: told as it goes.
        model: used instead of the one that the request names.
        send_raw: whether the writer of the corpus hands the model names and contact details as they stand.

    Raises:
        BudgetSpent: stopped early by a budget; the same call goes on.
        Mendable: the table, the folder, a model or an option cannot be used; the sentence says which.
    """
    if request.method not in ("rloo", "ppo"):
        raise InvalidInput(f"--method is rloo or ppo, not {request.method!r}.")
    parts = _parts(request, model, send_raw)
    config = TrainWriterConfig(
        start=str(packaged(request.start_from)) if request.start_from else None,
        briefs_each=request.briefs,
        lessons=FinetuneConfig(epochs=request.epochs, learning_rate=request.learning_rate, seed=request.seed),
        improvement=PolicyConfig(
            method=request.method,  # type: ignore[arg-type]
            steps=request.steps,
            # The rate that suits a large model leaves a small one where it is.
            learning_rate=1e-4 if request.start_from in (None, *writer_names()) else PolicyConfig.learning_rate,
            max_new_tokens=96,
            seed=request.seed,
        ),
        seed=request.seed,
    )
    mined = Parts(embedder=parts.embedder)
    return train_writer(
        lambda: briefs_from_reviews(Path(request.reviews), None, config, mined),
        out,
        config,
        parts,
        source=f"the table {Path(request.reviews).name}",
        arguments={"request": asdict(request), "reviews_hash": content_hash(Path(request.reviews))},
        progress=progress,
    )


def _parts(request: WriterRequest, model: LanguageModel | None, send_raw: bool) -> TrainingParts:
    from earmark.language.judge import EntailmentJudge
    from earmark.language.providers.minilm import SentenceVectors

    embedder = RecentTexts(SentenceVectors(None if request.vectors == "minilm" else request.vectors))
    judge = EntailmentJudge(Path(request.nli)) if request.nli else None
    if model is None and request.model:
        model = open_model(request.model, cache=shared_cache(request.model))
    if model is None:
        return TrainingParts(embedder=embedder, judge=judge)
    from earmark.copywriting.rewards.allure import ModelJudge
    from earmark.copywriting.writers.model_writer import ModelWriter

    asked = counted(model)
    return TrainingParts(
        embedder=embedder,
        judge=judge,
        model=asked,
        writer=ModelWriter(asked, send_raw=send_raw),
        pair_judge=ModelJudge(asked, request.prompts),
    )
