"""What a killed reinforcement-learning run needs to go on to the same losses: model, moments, critic, statistics, log.

Tensors lie in safetensors files, everything else in JSON; nothing is pickled. Chance needs no keeping: a step's
generator is seeded by its number.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from earmark.copywriting.rewards.weigh import Spread
from earmark.copywriting.training.encoder_decoder import load_seq2seq
from earmark.copywriting.training.policy_update import PolicyUpdate
from earmark.errors import InvalidInput

if TYPE_CHECKING:
    from earmark.copywriting.training.ppo import PolicyConfig


@dataclass(frozen=True)
class Progressed:
    """How far a run is."""

    done: int
    best_step: int
    """Steps after which the best checkpoint was taken; 0 is the fine-tuned model itself."""
    first_score: float | None
    """Of the fine-tuned model, greedy, on the held-out prompts."""
    best_score: float | None
    updates: tuple[PolicyUpdate, ...]
    stopped_because: str | None = None

    def after(
        self, update: PolicyUpdate, alarm: str | None, due: bool, validated: bool, config: "PolicyConfig"
    ) -> "Progressed":
        """The state once a step is done; an alarmed step, or one too far from the start, is never the best."""
        updates = (*self.updates, update)
        window = updates[-config.validate_every :]
        score = update.validation
        if due and not validated:
            score = mean_of([item.gated_sum for item in window])
        near = sum(item.kl for item in window) / len(window) <= config.kl_of_best
        better = near and not alarm and score is not None and (self.best_score is None or score > self.best_score)
        return Progressed(
            done=update.step + 1,
            best_step=update.step + 1 if better else self.best_step,
            first_score=self.first_score,
            best_score=score if better else self.best_score,
            updates=updates,
            stopped_because=alarm,
        )


def save(trainer: Any, out: Path, state: Progressed) -> None:
    """Write what a killed run needs to go on, whole or not at all; tensors as safetensors, never pickled."""
    from safetensors.torch import save_file

    unfinished, last = out / "last.unfinished", out / "last"
    shutil.rmtree(unfinished, ignore_errors=True)
    save_model(trainer, unfinished)
    tensors = {f"optimiser.{index}.{name}": value for index, name, value in _moments(trainer.optimiser)}
    if trainer.value_head:
        tensors |= {f"value.{name}": value for name, value in trainer.value_head.state_dict().items()}
    save_file({name: value.contiguous() for name, value in tensors.items()}, unfinished / "training.safetensors")
    kept = {
        "config": asdict(trainer.config),
        "done": state.done,
        "best_step": state.best_step,
        "first_score": state.first_score,
        "best_score": state.best_score,
        "stopped_because": state.stopped_because,
        "spreads": {name: asdict(spread) for name, spread in trainer.spreads.items()},
        "updates": [update.model_dump() for update in state.updates],
    }
    (unfinished / "training.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
    shutil.rmtree(last, ignore_errors=True)
    unfinished.rename(last)
    lines = "".join(update.model_dump_json() + "\n" for update in state.updates)
    (out / "updates.jsonl").write_text(lines, encoding="utf-8")


def save_model(trainer: Any, folder: Path) -> None:
    """Write the policy as a plain transformers folder."""
    trainer.model.save_pretrained(folder)
    trainer.tokenizer.save_pretrained(folder)


def _moments(optimiser: torch.optim.Optimizer) -> Iterator[tuple[int, str, Tensor]]:
    for index, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            yield index, name, value


def resume(trainer: Any, out: Path) -> Progressed | None:
    """Put the trainer where a killed run's last checkpoint left it; ``None`` where there is none."""
    from safetensors.torch import load_file

    file = out / "last" / "training.json"
    if not file.is_file():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    ours = asdict(trainer.config)
    changed = [name for name, value in kept["config"].items() if name != "steps" and ours.get(name) != value]
    if changed:
        raise InvalidInput(f"{out} holds a run with another {changed[0]}: give --out another folder.")
    model, _ = load_seq2seq(out / "last")
    trainer.model.load_state_dict(model.state_dict())
    tensors = load_file(out / "last" / "training.safetensors")
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, index, kind = name.split(".")
            moments.setdefault(int(index), {})[kind] = value
    groups = trainer.optimiser.state_dict()["param_groups"]
    trainer.optimiser.load_state_dict({"state": moments, "param_groups": groups})
    if trainer.value_head:
        found = {name.removeprefix("value."): value for name, value in tensors.items() if name.startswith("value.")}
        trainer.value_head.load_state_dict(found)
    trainer.spreads = {name: Spread(**spread) for name, spread in kept["spreads"].items()}
    return Progressed(
        done=kept["done"],
        best_step=kept["best_step"],
        first_score=kept["first_score"],
        best_score=kept["best_score"],
        updates=tuple(PolicyUpdate.model_validate(update) for update in kept["updates"]),
        stopped_because=kept["stopped_because"],
    )


def mean_of(values: Sequence[float | None]) -> float | None:
    """Mean of what is there; ``None`` where nothing is."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
