"""A training that was stopped, kept after every epoch so that it can be gone on with, to the same bytes."""

from dataclasses import dataclass
from pathlib import Path

import torch

from earmark.dissection.training.config import EpochRecord
from earmark.errors import RunConflict
from earmark.runs.files import UNFINISHED, whole_file


@dataclass(frozen=True)
class Checkpoint:
    """Where one stage of a training is kept."""

    folder: Path
    identity: str
    """What the weights depend on; a checkpoint with another one is refused."""
    stage: str
    """``pretraining`` or ``training``: a file each, so that a stage that was finished is not done again."""

    def restore(
        self,
        module: torch.nn.Module,
        optimiser: torch.optim.Optimizer,
        rate: torch.optim.lr_scheduler.LRScheduler,
        random: torch.Generator,
    ) -> list[EpochRecord]:
        """Fill everything that learns from what is kept, and give the epochs that are done.

        Raises:
            RunConflict: what is kept belongs to another training, or is damaged.
        """
        if not self._file.is_file():
            return []
        try:
            kept = torch.load(self._file, weights_only=True)
        except Exception as error:  # torch raises whatever a damaged file leads it into
            raise RunConflict(f"{self._file} is damaged: remove it, and the stage begins anew.") from error
        if not isinstance(kept, dict) or kept.get("identity") is None or kept["identity"] != self.identity:
            raise RunConflict(
                f"{self.folder} holds an unfinished training of other clips or settings: give another --out, or the "
                "settings that it began with."
            )
        module.load_state_dict(kept["module"])
        optimiser.load_state_dict(kept["optimiser"])
        rate.load_state_dict(kept["rate"])
        random.set_state(kept["random"])
        torch.set_rng_state(kept["dropout"])
        return [EpochRecord(**epoch) for epoch in kept["epochs"]]

    def save(
        self,
        module: torch.nn.Module,
        optimiser: torch.optim.Optimizer,
        rate: torch.optim.lr_scheduler.LRScheduler,
        random: torch.Generator,
        epochs: list[EpochRecord],
    ) -> None:
        """Keep everything that the next epoch depends on, whole or not at all."""
        kept = {
            "identity": self.identity,
            "module": module.state_dict(),
            "optimiser": optimiser.state_dict(),
            "rate": rate.state_dict(),
            "random": random.get_state(),
            "dropout": torch.get_rng_state(),
            "epochs": [epoch.model_dump() for epoch in epochs],
        }
        with whole_file(self._file) as unfinished, unfinished.open("wb") as file:
            torch.save(kept, file)

    def exists(self) -> bool:
        """Whether anything is kept."""
        return self._file.is_file()

    def remove(self) -> None:
        """Forget what is kept: the training is done."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.stage}{UNFINISHED}"


def plain_name(file: Path) -> str:
    """The name of a checkpoint's stage, or of a saved file, half written or whole."""
    return file.name.removesuffix(UNFINISHED).removesuffix(UNFINISHED)
