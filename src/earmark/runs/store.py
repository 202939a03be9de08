"""A run folder: a manifest, one Parquet table per finished stage, arrays as safetensors, parts of what is unfinished.

::

    RUN/
      manifest.json       what ran
      tables/NAME.parquet finished tables
      arrays/NAME.safetensors
      parts/NAME/000000.parquet   what a killed stage had done; merged and removed when it finishes
"""

import errno
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from earmark.errors import InvalidInput, RunConflict
from earmark.evidence import Record
from earmark.runs.grants import refuse_links_out
from earmark.runs.manifest import SCHEMA_VERSION, Manifest, Skipped, StageRecord, now
from earmark.runs.tables import stream_records, write_records

SomeRecord = TypeVar("SomeRecord", bound=Record)
Arrays = dict[str, npt.NDArray[Any]]


class RunFolder:
    """One run on disk. Every file appears whole or not at all.

    Open one with :meth:`create` or :meth:`open`.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def create(cls, path: Path, manifest: Manifest) -> "RunFolder":
        """Begin a run in a new or empty folder.

        Raises:
            RunConflict: the folder holds something already.
            InvalidInput: the folder cannot be written.
        """
        cls.refuse_taken(path)
        run = cls(path, manifest)
        with mendable_disk(path):
            for part in ("tables", "arrays", "parts"):
                (path / part).mkdir(parents=True, exist_ok=True)
            run._save_manifest()
        return run

    @staticmethod
    def refuse_taken(path: Path) -> None:
        """Look before any work is done.

        Raises:
            RunConflict: something is there already.
        """
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RunConflict(
                f"{path} already holds something: give --out another folder, or go on with 'earmark resume {path}'."
            )

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """Open a run that exists.

        Raises:
            InvalidInput: no manifest, or one that this version cannot read.
            NotGranted: the run is somebody else's, and a link in it leads out of its folder.
        """
        file = path / "manifest.json"
        if not file.is_file():
            raise InvalidInput(f"{path} is not a run folder: it has no manifest.json.")
        try:
            manifest = Manifest.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise InvalidInput(f"{file} cannot be read as a manifest: {error.errors()[0]['msg']}.") from error
        if manifest.schema_version > SCHEMA_VERSION:
            raise InvalidInput(
                f"{path} was written by a newer earmark ({manifest.earmark_version}): upgrade to read it."
            )
        refuse_links_out(path, manifest)
        return cls(path, manifest)

    def is_done(self, stage: str) -> bool:
        """Whether a stage has finished."""
        record = self.manifest.stage(stage)
        return record is not None and record.status == "done"

    @contextmanager
    def stage(self, name: str) -> Iterator[dict[str, int]]:
        """Run a stage: yields the counts to fill, and marks it done when the block ends without an error."""
        started, clock = now(), time.monotonic()
        counts: dict[str, int] = {}
        self.update(self.manifest.with_stage(StageRecord(name=name, status="running", started_at=started)))
        with mendable_disk(self.path):
            yield counts
        seconds = round(time.monotonic() - clock, 3)
        done = StageRecord(name=name, status="done", started_at=started, seconds=seconds, counts=counts)
        self.update(self.manifest.with_stage(done))

    def update(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        self.manifest = manifest
        with mendable_disk(self.path):
            self._save_manifest()

    def note(self, sentence: str) -> None:
        """Remember a sentence that a reader of the results must know, once."""
        if sentence not in self.manifest.notes:
            self.update(self.manifest.model_copy(update={"notes": (*self.manifest.notes, sentence)}))

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Remember what was not used, each once."""
        known = dict.fromkeys((*self.manifest.skipped, *skipped))
        self.update(self.manifest.model_copy(update={"skipped": tuple(known)}))

    def write(self, name: str, record: type[SomeRecord], rows: Iterable[SomeRecord]) -> None:
        """Write a finished table."""
        with mendable_disk(self.path):
            write_records(self.table(name), record, rows)

    def read(self, name: str, record: type[SomeRecord]) -> list[SomeRecord]:
        """Read a finished table.

        Raises:
            InvalidInput: the run has no such table.
        """
        return list(self.stream(name, record))

    def stream(self, name: str, record: type[SomeRecord]) -> Iterator[SomeRecord]:
        """Read a finished table a few rows at a time.

        Raises:
            InvalidInput: the run has no such table.
        """
        if not self.has(name):
            raise InvalidInput(f"{self.path} has no table {name!r}: the run did not get that far.")
        yield from stream_records(self.table(name), record)

    def has(self, name: str) -> bool:
        """Whether a finished table is there."""
        return self.table(name).is_file()

    def table(self, name: str) -> Path:
        """Where a table lies."""
        return self.path / "tables" / f"{name}.parquet"

    def append(self, name: str, record: type[SomeRecord], rows: Iterable[SomeRecord], part: int | None = None) -> None:
        """Commit a part of an unfinished table; a killed run keeps it.

        Args:
            name: of the table.
            record: of its rows.
            rows: what to add.
            part: the number of the part, written again where it exists; the next one by default.
        """
        folder = self.path / "parts" / name
        with mendable_disk(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            number = len(list(folder.glob("*.parquet"))) if part is None else part
            write_records(folder / f"{number:06d}.parquet", record, rows)

    def has_part(self, name: str, part: int) -> bool:
        """Whether a numbered part of an unfinished table has been committed."""
        return (self.path / "parts" / name / f"{part:06d}.parquet").is_file()

    def parts(self, name: str, record: type[SomeRecord]) -> Iterator[SomeRecord]:
        """What has been appended so far, in order."""
        for file in sorted((self.path / "parts" / name).glob("*.parquet")):
            yield from stream_records(file, record)

    def finish(self, name: str, record: type[SomeRecord]) -> None:
        """Merge the parts of a table into one finished table."""
        self.write(name, record, self.parts(name, record))
        shutil.rmtree(self.path / "parts" / name, ignore_errors=True)

    def write_arrays(self, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Write named arrays as one safetensors file, whole or not at all."""
        from safetensors.numpy import save_file

        file = self.arrays_path(name)
        unfinished = file.with_name(file.name + ".unfinished")
        with mendable_disk(self.path):
            file.parent.mkdir(parents=True, exist_ok=True)
            save_file({key: np.ascontiguousarray(value) for key, value in arrays.items()}, unfinished)
            unfinished.replace(file)

    def read_arrays(self, name: str) -> Arrays:
        """Read named arrays back.

        Raises:
            InvalidInput: the run has no such arrays.
        """
        from safetensors.numpy import load_file

        if not self.arrays_path(name).is_file():
            raise InvalidInput(f"{self.path} has no arrays {name!r}: the run did not get that far.")
        return dict(load_file(self.arrays_path(name)))

    def arrays_path(self, name: str) -> Path:
        """Where named arrays lie."""
        return self.path / "arrays" / f"{name}.safetensors"

    def _save_manifest(self) -> None:
        unfinished = self.path / "manifest.json.unfinished"
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(self.manifest.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path / "manifest.json")


@contextmanager
def mendable_disk(path: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into a sentence.

    Raises:
        InvalidInput: the disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InvalidInput(
                f"the disk that holds {path} is full: free some space, then 'earmark resume {path}'."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.ENAMETOOLONG):
            raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
        raise
