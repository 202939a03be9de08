"""A recording that was killed, kept so that it can be gone on with.

The state is one small file, replaced whole. The samples are large and grow by rows, so each row is written once, at
its own place in a second file, before the state that counts on it.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from earmark.dissection.recording.streaming import Stream
from earmark.errors import InvalidInput, RunConflict
from earmark.runs import Skipped
from earmark.runs.files import mendable_disk, whole_file


class Checkpoint:
    """Where a recording is kept while it is not finished.

    Args:
        folder: its own folder, or ``None`` to keep nothing.
        identity: what the recording's bytes depend on; a checkpoint with another one is refused.
        every_s: how often it is saved.
    """

    def __init__(self, folder: Path | None, identity: str, every_s: float) -> None:
        self._folder = folder
        self._identity = identity
        self._every_s = every_s
        self._saved_at = time.monotonic()
        self._written: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None

    def restore(self, stream: Stream, skipped: list[Skipped]) -> int:
        """Fill a fresh stream from what is kept, and give the number of batches that are done.

        Raises:
            RunConflict: what is kept belongs to another recording.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        self._saved_at = time.monotonic()
        self._written = np.zeros(len(stream.samples), dtype=np.bool_)
        if self._folder is None or not self._state.is_file():
            return 0
        try:
            state = load_file(self._state)
            facts = json.loads(state.pop("facts").tobytes())
            if facts["identity"] != self._identity:
                raise RunConflict(
                    f"{self._folder} holds a recording of another network, other clips or other settings: "
                    "start a new run in another folder."
                )
            self._fill(stream, state)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"{self._folder} is damaged: delete it to record anew.") from error
        skipped.extend(Skipped(**item) for item in facts["skipped"])
        return int(facts["batches"])

    def _fill(self, stream: Stream, state: dict[str, Any]) -> None:
        assert self._written is not None  # noqa: S101 (set by restore)
        stream.restore(state)
        width = stream.samples.shape[1]
        with self._samples.open("rb") as file:
            for row in np.flatnonzero(stream.sampled):
                file.seek(int(row) * width * 4)
                stream.samples[row] = np.fromfile(file, dtype="<f4", count=width)
        self._written[:] = stream.sampled

    def save_if_due(self, stream: Stream, skipped: list[Skipped], batches: int) -> None:
        """Save when the interval has passed since the last time."""
        if self._folder is not None and time.monotonic() - self._saved_at >= self._every_s:
            with mendable_disk(self._folder):
                self._save(stream, skipped, batches)
            self._saved_at = time.monotonic()

    def _save(self, stream: Stream, skipped: list[Skipped], batches: int) -> None:
        from safetensors.numpy import save_file

        assert self._folder is not None  # noqa: S101 (checked by save_if_due)
        assert self._written is not None  # noqa: S101 (restore comes first)
        self._folder.mkdir(parents=True, exist_ok=True)
        new = np.flatnonzero(stream.sampled & ~self._written)
        with self._samples.open("r+b" if self._samples.exists() else "w+b") as file:
            for row in new:
                file.seek(int(row) * stream.samples.shape[1] * 4)
                file.write(np.ascontiguousarray(stream.samples[row], dtype="<f4").tobytes())
            file.flush()
            os.fsync(file.fileno())
        facts = {
            "identity": self._identity,
            "batches": batches,
            "skipped": [item.model_dump() for item in skipped],
        }
        state = stream.state() | {"facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)}
        with whole_file(self._state) as unfinished:
            save_file(state, unfinished)
        self._written[new] = True

    @property
    def _state(self) -> Path:
        return Path(self._folder or ".") / "state.safetensors"

    @property
    def _samples(self) -> Path:
        return Path(self._folder or ".") / "samples.f4"
