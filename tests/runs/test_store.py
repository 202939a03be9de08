"""A run folder keeps what was committed, whole or not at all."""

import numpy as np
import pandas as pd
import pytest

from earmark.errors import InvalidInput, RunConflict
from earmark.evidence import Evidence, Excerpt, Record
from earmark.runs import Manifest, RunFolder, Skipped


class Row(Record):
    name: str
    score: float | None
    tags: tuple[str, ...]
    facts: dict[str, str] = {}
    evidence: tuple[Evidence, ...] = ()


EVIDENCE = Evidence(
    id="e", excerpt=Excerpt(source_id="s", start=0, end=1.5, unit="seconds"), side="for", strength=2.0, split="shown"
)
ROWS = [
    Row(name="a", score=0.5, tags=("x", "y"), facts={"brand": "b"}, evidence=(EVIDENCE,)),
    Row(name="b", score=None, tags=()),
]


def new_run(path):
    return RunFolder.create(path, Manifest.begin("dissection", {"clips": "somewhere"}, seed=3))


def test_records_come_back_as_they_were_written(tmp_path):
    run = new_run(tmp_path / "run")
    run.write("rows", Row, ROWS)
    assert RunFolder.open(tmp_path / "run").read("rows", Row) == ROWS


def test_pandas_reads_a_table_without_earmark(tmp_path):
    run = new_run(tmp_path / "run")
    run.write("rows", Row, ROWS)
    frame = pd.read_parquet(run.table("rows"))
    assert list(frame["name"]) == ["a", "b"]


def test_parts_of_a_killed_stage_are_merged_in_order(tmp_path):
    run = new_run(tmp_path / "run")
    run.append("rows", Row, ROWS[:1])
    again = RunFolder.open(tmp_path / "run")
    assert list(again.parts("rows", Row)) == ROWS[:1]
    again.append("rows", Row, ROWS[1:])
    again.finish("rows", Row)
    assert again.read("rows", Row) == ROWS
    assert not (tmp_path / "run" / "parts" / "rows").exists()


def test_two_writes_of_the_same_rows_are_equal_byte_for_byte(tmp_path):
    first, second = new_run(tmp_path / "1"), new_run(tmp_path / "2")
    first.write("rows", Row, ROWS)
    second.write("rows", Row, ROWS)
    assert first.table("rows").read_bytes() == second.table("rows").read_bytes()


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "theirs.txt").write_text("mine")
    with pytest.raises(RunConflict, match="already holds something"):
        new_run(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["theirs.txt"]


def test_a_stage_is_done_only_when_its_block_ends(tmp_path):
    run = new_run(tmp_path / "run")
    with pytest.raises(RuntimeError), run.stage("recording"):
        raise RuntimeError
    assert not RunFolder.open(run.path).is_done("recording")
    with run.stage("recording") as counts:
        counts["clips"] = 7
    assert RunFolder.open(run.path).is_done("recording")
    assert RunFolder.open(run.path).manifest.stage("recording").counts == {"clips": 7}


def test_what_was_skipped_is_remembered_once(tmp_path):
    run = new_run(tmp_path / "run")
    run.skip([Skipped(uri="a.wav", reason="empty")])
    run.skip([Skipped(uri="a.wav", reason="empty"), Skipped(uri="b.wav", reason="silent")])
    assert [item.uri for item in RunFolder.open(run.path).manifest.skipped] == ["a.wav", "b.wav"]


def test_arrays_come_back_as_they_were_written(tmp_path):
    run = new_run(tmp_path / "run")
    run.write_arrays("x", {"values": np.arange(6, dtype=np.float32).reshape(2, 3).T})
    np.testing.assert_array_equal(run.read_arrays("x")["values"], [[0, 3], [1, 4], [2, 5]])


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    with pytest.raises(InvalidInput, match="not a run folder"):
        RunFolder.open(tmp_path)


def test_a_broken_manifest_is_one_sentence(tmp_path):
    (tmp_path / "manifest.json").write_text('{"kind": "dissection"')
    with pytest.raises(InvalidInput, match="cannot be read as a manifest"):
        RunFolder.open(tmp_path)
