"""A run folder: a manifest, one Parquet table per finished stage, arrays as safetensors, parts of what is unfinished.

::

    RUN/
      manifest.json       what ran; there as soon as the folder is a run
      tables/NAME.parquet finished tables, each written once
      arrays/NAME.safetensors
      parts/NAME/000000.parquet   what a killed stage had done; removed when the merged table is safely in its place
"""

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from earmark.errors import InvalidInput, RunConflict
from earmark.evidence import Record
from earmark.runs.files import UNFINISHED, whole_file, write_whole
from earmark.runs.grants import refuse_links_out
from earmark.runs.manifest import SCHEMA_VERSION, Manifest, Skipped, StageRecord, now
from earmark.runs.tables import opened_table, stream_records, write_records

SomeRecord = TypeVar("SomeRecord", bound=Record)
Arrays = dict[str, npt.NDArray[Any]]
_MANIFEST = "manifest.json"


class RunFolder:
    """One run on disk. Every file appears whole or not at all.

    Open one with :meth:`create` or :meth:`open`.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._left: list[str] = []

    @classmethod
    def create(cls, path: Path, manifest: Manifest) -> "RunFolder":
        """Begin a run in a new or empty folder.

        Raises:
            RunConflict: the folder holds something already.
            InvalidInput: the folder cannot be written.
        """
        cls.refuse_taken(path)
        run = cls(path, manifest)
        run.update(manifest)
        return run

    @classmethod
    def begin_or_continue(cls, path: Path, manifest: Manifest) -> "RunFolder":
        """Begin a run, or open the one that was asked for the same and was stopped.

        Arguments named ``..._hash`` are those of files: where one differs, the file has changed.

        Raises:
            RunConflict: the folder holds something else.
            InvalidInput: the folder cannot be read or written.
        """
        cls.refuse_other(path, manifest)
        return cls.open(path) if (path / _MANIFEST).is_file() else cls.create(path, manifest)

    @classmethod
    def refuse_other(cls, path: Path, manifest: Manifest) -> None:
        """Look before any work is done whether a run can begin here, or go on.

        Raises:
            RunConflict: the folder holds something else.
            InvalidInput: the folder cannot be read.
        """
        if not (path / _MANIFEST).is_file():
            cls.refuse_taken(path)
            return
        run = cls.open(path)
        asked, began = manifest.arguments, run.manifest.arguments
        changed = sorted(key for key in {*asked, *began} if asked.get(key) != began.get(key))
        if run.manifest.kind != manifest.kind or changed:
            told = [f"the {key[:-5]} have changed" if key.endswith("_hash") else key for key in changed]
            what = ", ".join(told) or f"{run.manifest.kind}, not {manifest.kind}"
            raise RunConflict(f"{path} holds a run with other arguments ({what}): give --out another name.")

    @staticmethod
    def refuse_taken(path: Path) -> None:
        """Look before any work is done; what a run leaves that was killed before it began is no obstacle.

        Raises:
            RunConflict: something is there already.
        """
        if (path / _MANIFEST).is_file():
            raise RunConflict(
                f"{path} already holds a run: give --out another folder, or go on with 'earmark resume {path}'."
            )
        if path.exists() and (not path.is_dir() or any(each.name != _MANIFEST + UNFINISHED for each in path.iterdir())):
            raise RunConflict(f"{path} already holds something: give --out a new or empty folder.")

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """Open a run that exists.

        Raises:
            InvalidInput: no manifest, one that this version cannot read, or finished files are gone.
            NotGranted: the run is somebody else's, and a link in it leads out of its folder.
        """
        file = path / _MANIFEST
        if not file.is_file():
            raise InvalidInput(f"{path} is not a run folder: it has no manifest.json.")
        try:
            manifest = Manifest.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise InvalidInput(f"{file} cannot be read as a manifest: {error.errors()[0]['msg']}.") from error
        except OSError as error:
            raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
        if manifest.schema_version > SCHEMA_VERSION:
            raise InvalidInput(
                f"{path} was written by a newer earmark ({manifest.earmark_version}): upgrade to read it."
            )
        refuse_links_out(path, manifest)
        for lost in (name for stage in manifest.stages for name in stage.files if not (path / name).is_file()):
            raise InvalidInput(f"{path} has lost {lost}: put it back from a copy, or start a new run.")
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
        self._left = []
        self.update(self.manifest.with_stage(StageRecord(name=name, status="running", started_at=started)))
        yield counts
        seconds = round(time.monotonic() - clock, 3)
        done = StageRecord(
            name=name, status="done", started_at=started, seconds=seconds, counts=counts, files=tuple(self._left)
        )
        self.update(self.manifest.with_stage(done))

    def update(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        write_whole(self.path / _MANIFEST, manifest.model_dump_json(indent=2))
        self.manifest = manifest

    def note(self, sentence: str) -> None:
        """Remember a sentence that a reader of the results must know, once."""
        if sentence not in self.manifest.notes:
            self.update(self.manifest.model_copy(update={"notes": (*self.manifest.notes, sentence)}))

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Remember what was not used, each once."""
        known = dict.fromkeys((*self.manifest.skipped, *skipped))
        self.update(self.manifest.model_copy(update={"skipped": tuple(known)}))

    def write(self, name: str, record: type[SomeRecord], rows: Iterable[SomeRecord]) -> None:
        """Write a finished table; one that is there stays, for it appeared whole."""
        if not self.has(name):
            write_records(self.table(name), record, rows)
        self._leave(self.table(name))

    def read(self, name: str, record: type[SomeRecord]) -> list[SomeRecord]:
        """Read a finished table.

        Raises:
            InvalidInput: the run has no such table, or it is damaged.
        """
        return list(self.stream(name, record))

    def stream(self, name: str, record: type[SomeRecord]) -> Iterator[SomeRecord]:
        """Read a finished table a few rows at a time.

        Raises:
            InvalidInput: the run has no such table, or it is damaged.
        """
        yield from stream_records(self._finished(name), record)

    def rows(self, name: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
        """Read a finished table as plain rows, for whoever needs none of the records.

        Raises:
            InvalidInput: the run has no such table, or it is damaged.
        """
        with opened_table(self._finished(name)) as file:
            rows: list[dict[str, Any]] = file.read(columns).to_pylist()
            return rows

    def count(self, name: str) -> int:
        """How many rows a finished table has.

        Raises:
            InvalidInput: the run has no such table, or it is damaged.
        """
        with opened_table(self._finished(name)) as file:
            return int(file.metadata.num_rows)

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
        parts = self._part_files(name)
        number = int(parts[-1].stem) + 1 if parts and part is None else part or 0
        write_records(self._part(name, number), record, rows)

    def has_part(self, name: str, part: int) -> bool:
        """Whether a numbered part of a table has been committed, or the whole table with it."""
        return self.has(name) or self._part(name, part).is_file()

    def parts(self, name: str, record: type[SomeRecord]) -> Iterator[SomeRecord]:
        """What has been committed so far, in order.

        Raises:
            InvalidInput: a part is damaged, or gone from among the others.
        """
        if self.has(name):
            yield from self.stream(name, record)
            return
        for number, file in enumerate(self._part_files(name)):
            if file != self._part(name, number):
                raise InvalidInput(
                    f"{self.path} has lost {self._part(name, number).relative_to(self.path)}: put it back from a copy, "
                    "or start a new run."
                )
            yield from stream_records(file, record)

    def finish(self, name: str, record: type[SomeRecord]) -> None:
        """Merge the parts of a table into one finished table; they go when it is safely in its place."""
        self.write(name, record, self.parts(name, record))
        shutil.rmtree(self.path / "parts" / name, ignore_errors=True)
        with suppress(OSError):
            (self.path / "parts").rmdir()

    def write_arrays(self, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Write named arrays as one safetensors file; one that is there stays, for it appeared whole."""
        from safetensors.numpy import save_file

        if not self.arrays_path(name).is_file():
            with whole_file(self.arrays_path(name)) as unfinished:
                save_file({key: np.ascontiguousarray(value) for key, value in arrays.items()}, unfinished)
        self._leave(self.arrays_path(name))

    def read_arrays(self, name: str) -> Arrays:
        """Read named arrays back.

        Raises:
            InvalidInput: the run has no such arrays.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        file = self.arrays_path(name)
        if not file.is_file():
            raise InvalidInput(f"{self.path} has no arrays {name!r}: the run did not get that far.")
        try:
            return dict(load_file(file))
        except (OSError, SafetensorError, KeyError) as error:
            raise InvalidInput(f"{file} is damaged ({error}): put it back from a copy, or start a new run.") from error

    def arrays_path(self, name: str) -> Path:
        """Where named arrays lie."""
        return self.path / "arrays" / f"{name}.safetensors"

    def _finished(self, name: str) -> Path:
        if not self.has(name):
            raise InvalidInput(f"{self.path} has no table {name!r}: the run did not get that far.")
        return self.table(name)

    def _part(self, name: str, number: int) -> Path:
        return self.path / "parts" / name / f"{number:06d}.parquet"

    def _part_files(self, name: str) -> list[Path]:
        return sorted((self.path / "parts" / name).glob("[0-9]*.parquet"))

    def _leave(self, file: Path) -> None:
        """Remember a file that the stage under way leaves, so that it is missed when it is gone."""
        self._left.append(file.relative_to(self.path).as_posix())
