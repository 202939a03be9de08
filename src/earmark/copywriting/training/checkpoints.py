"""What a killed reinforcement-learning run needs to go on to the same losses: model, moments, critic, statistics, log.

Tensors lie in safetensors files, everything else in JSON; nothing is pickled. Chance needs no keeping: a step's
generator is seeded by its number.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from earmark.copywriting.rewards.weigh import Spread
from earmark.copywriting.training.encoder_decoder import load_seq2seq
from earmark.copywriting.training.policy_update import PolicyUpdate, Validation
from earmark.copywriting.training.restraint import lowered
from earmark.errors import InvalidInput
from earmark.runs.files import mendable_disk, restore_folder, whole_folder, write_whole

if TYPE_CHECKING:
    from earmark.copywriting.training.ppo import PolicyConfig


@dataclass(frozen=True)
class Progressed:
    """How far a run is."""

    done: int
    best_step: int
    """Steps after which the best checkpoint was taken; 0 is the fine-tuned model itself."""
    first: Validation | None
    """Of the fine-tuned model; ``None`` where there are no held-out prompts."""
    best: float | None
    """Gated sum of the best checkpoint."""
    updates: tuple[PolicyUpdate, ...]
    stopped_because: str | None = None

    def after(self, update: PolicyUpdate, alarm: str | None, due: bool, config: "PolicyConfig") -> "Progressed":
        """The state once a step is done; an alarmed step is never the best."""
        updates = (*self.updates, update)
        found = update.validation
        if self.first is None:
            window = updates[-config.validate_every :]
            near, reached = window[-1].kl <= config.kl_of_best, mean_of([item.gated_sum for item in window])
        else:
            near = (
                found is not None and found.kl <= config.kl_of_best and not lowered(self.first, found, config.may_fall)
            )
            reached = found.gated_sum if found else None
        better = due and near and not alarm and reached is not None and (self.best is None or reached > self.best)
        return Progressed(
            done=update.step + 1,
            best_step=update.step + 1 if better else self.best_step,
            first=self.first,
            best=reached if better else self.best,
            updates=updates,
            stopped_because=alarm,
        )


def log(out: Path, update: PolicyUpdate) -> None:
    """Write down one step as soon as it is done."""
    with mendable_disk(out), (out / "updates.jsonl").open("a", encoding="utf-8") as file:
        file.write(update.model_dump_json() + "\n")


def save(trainer: Any, out: Path, state: Progressed) -> None:
    """Write what a killed run needs to go on, whole or not at all; tensors as safetensors, never pickled."""
    from safetensors.torch import save_file

    tensors = {f"optimiser.{index}.{name}": value for index, name, value in _moments(trainer.optimiser)}
    if trainer.value_head:
        tensors |= {f"value.{name}": value for name, value in trainer.value_head.state_dict().items()}
    kept = {
        "config": asdict(trainer.config),
        "done": state.done,
        "best_step": state.best_step,
        "first": state.first.model_dump() if state.first else None,
        "best": state.best,
        "kl_weight": trainer.kl_weight,
        "rescued": trainer.rescued,
        "stopped_because": state.stopped_because,
        "spreads": {name: asdict(spread) for name, spread in trainer.spreads.items()},
        "updates": [update.model_dump() for update in state.updates],
    }
    with whole_folder(out / "last") as unfinished:
        save_model(trainer, unfinished)
        save_file({name: value.contiguous() for name, value in tensors.items()}, unfinished / "training.safetensors")
        (unfinished / "training.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")


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

    restore_folder(out / "last")
    file = out / "last" / "training.json"
    if not file.is_file():
        (out / "updates.jsonl").unlink(missing_ok=True)
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
    trainer.kl_weight, trainer.rescued = kept["kl_weight"], kept["rescued"]
    updates = tuple(PolicyUpdate.model_validate(update) for update in kept["updates"])
    # Steps after the checkpoint are done again, and logged again.
    lines = "".join(update.model_dump_json() + "\n" for update in updates)
    write_whole(out / "updates.jsonl", lines)
    return Progressed(
        done=kept["done"],
        best_step=kept["best_step"],
        first=Validation.model_validate(kept["first"]) if kept["first"] else None,
        best=kept["best"],
        updates=updates,
        stopped_because=kept["stopped_because"],
    )


def mean_of(values: Sequence[float | None]) -> float | None:
    """Mean of what is there; ``None`` where nothing is."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
