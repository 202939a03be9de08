"""What a run asked of models, kept in its manifest: by stage and prompt, with the hash of each prompt's file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from earmark.language.budget import Budget, Counting, Purpose
from earmark.language.model import LanguageModel, Usage
from earmark.runs.manifest import ModelUse
from earmark.runs.store import RunFolder


@contextmanager
def spending(run: RunFolder, stage: str, model: LanguageModel | None) -> Iterator[Callable[[], None]]:
    """Book what is asked inside under a stage, and keep it in the manifest, however the stage ends.

    Args:
        run: whose manifest.
        stage: the stage under way.
        model: who is asked; see :func:`~earmark.language.budget.counted`. Nothing happens without one.

    Yields:
        Keeps what was spent so far, so that a killed process loses no more than what came after.
    """
    if model is None or not isinstance(model, Counting):
        yield lambda: None
        return
    budget, name = model.budget, model.name
    earlier, began = run.manifest.model_use, budget.ledger()

    def keep() -> None:
        rows = (*earlier, *_since(began, budget, stage, name))
        if rows:
            run.update(run.manifest.model_copy(update={"model_use": added_up(rows)}))

    with budget.during(stage):
        try:
            yield keep
        finally:
            keep()


def _since(began: Mapping[Purpose, Usage], budget: Budget, stage: str, model: str) -> Iterator[ModelUse]:
    for purpose, usage in budget.ledger().items():
        known = began.get(purpose, Usage())
        spent = Usage(**{name: value - getattr(known, name) for name, value in usage})
        if purpose.stage == stage and spent != Usage():
            yield ModelUse(
                stage=stage,
                model=model,
                prompt=purpose.prompt,
                prompt_version=purpose.version,
                prompt_hash=purpose.prompt_hash,
                cost=budget.cost(spent),
                **spent.model_dump(),
            )


def added_up(rows: Iterable[ModelUse]) -> tuple[ModelUse, ...]:
    """One row for each stage, model and prompt, in the order in which they first stand."""
    found: dict[tuple[str, ...], ModelUse] = {}
    for row in rows:
        key = (row.stage, row.model, row.prompt, row.prompt_version, row.prompt_hash or "")
        found[key] = found[key] + row if key in found else row
    return tuple(found.values())
