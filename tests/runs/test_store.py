"""A run folder keeps what was committed, whole or not at all."""

import os
import signal
import sys

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


def in_a_child_killed_at(step, work, *given):
    """Run something in a fork that dies before so many steps on the disk; whether it was killed."""
    child = os.fork()
    if child == 0:
        steps = 0

        def hook(event, arguments):
            nonlocal steps
            if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir"):
                steps += 1
                if steps == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            work(*given)
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_finishing_that_is_killed_before_any_step_and_done_again_gives_the_same_bytes(tmp_path):
    calm = new_run(tmp_path / "calm")
    calm.write("rows", Row, ROWS * 3)
    step, was_killed = 0, True
    while was_killed:
        step += 1
        path = tmp_path / f"run-{step}"
        run = new_run(path)
        for number in range(3):
            run.append("rows", Row, ROWS, number)
        was_killed = in_a_child_killed_at(step, RunFolder.open(path).finish, "rows", Row)
        again = RunFolder.open(path)
        assert list(again.parts("rows", Row)) == ROWS * 3
        assert all(again.has_part("rows", number) for number in range(3))
        again.finish("rows", Row)
        assert again.table("rows").read_bytes() == calm.table("rows").read_bytes()
        assert not (path / "parts").exists()
    assert step > 8


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_beginning_that_is_killed_before_any_step_can_be_begun_again(tmp_path):
    step, was_killed = 0, True
    while was_killed:
        step += 1
        path = tmp_path / f"run-{step}"
        was_killed = in_a_child_killed_at(step, new_run, path)
        if not (path / "manifest.json").is_file():
            new_run(path)
        assert RunFolder.open(path).manifest.kind == "dissection"


def test_a_finished_table_is_never_written_again(tmp_path):
    run = new_run(tmp_path / "run")
    run.write("rows", Row, ROWS)
    run.write("rows", Row, ROWS[:1])
    run.finish("rows", Row)
    assert run.read("rows", Row) == ROWS


def test_a_finished_file_that_is_gone_is_missed(tmp_path):
    run = new_run(tmp_path / "run")
    with run.stage("all"):
        run.write("rows", Row, ROWS)
        run.write_arrays("x", {"values": np.zeros(2)})
    RunFolder.open(run.path)
    run.arrays_path("x").unlink()
    with pytest.raises(InvalidInput, match="has lost arrays/x"):
        RunFolder.open(run.path)


def test_a_part_that_is_gone_from_among_the_others_is_missed(tmp_path):
    run = new_run(tmp_path / "run")
    for number in range(3):
        run.append("rows", Row, ROWS, number)
    (run.path / "parts" / "rows" / "000001.parquet").unlink()
    with pytest.raises(InvalidInput, match="has lost parts/rows/000001"):
        run.finish("rows", Row)
    assert not run.has("rows")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"garbage", None])
def test_a_table_that_is_none_is_one_sentence(tmp_path, content):
    run = new_run(tmp_path / "run")
    run.write("rows", Row, ROWS)
    whole = run.table("rows").read_bytes()
    run.table("rows").write_bytes(whole[:-40] if content is None else content)
    for read in (lambda: run.read("rows", Row), lambda: run.rows("rows"), lambda: run.count("rows")):
        with pytest.raises(InvalidInput, match="is damaged or no table of a run"):
            read()


def test_a_table_of_other_columns_is_one_sentence(tmp_path):
    class Other(Record):
        number: int

    run = new_run(tmp_path / "run")
    run.write("rows", Other, [Other(number=1)])
    with pytest.raises(InvalidInput, match="damaged or no table"):
        run.read("rows", Row)


def test_arguments_are_kept_as_they_are_read_back(tmp_path):
    run = RunFolder.create(tmp_path / "run", Manifest.begin("dissection", {"taps": ("a", "b"), "none": ()}, seed=0))
    assert run.manifest.arguments == {"taps": ["a", "b"], "none": []}
    assert RunFolder.open(run.path).manifest == run.manifest


def test_the_same_request_goes_on_and_another_is_refused_by_what_differs(tmp_path):
    def asked(**arguments):
        return Manifest.begin("copywriting", arguments, seed=0)

    run = RunFolder.begin_or_continue(tmp_path / "run", asked(taps=("a",), reviews_hash="1"))
    assert RunFolder.begin_or_continue(run.path, asked(taps=("a",), reviews_hash="1")).manifest == run.manifest
    with pytest.raises(RunConflict, match="the reviews have changed"):
        RunFolder.begin_or_continue(run.path, asked(taps=("a",), reviews_hash="2"))
    with pytest.raises(RunConflict, match="other arguments"):
        RunFolder.begin_or_continue(run.path, asked(taps=("b",), reviews_hash="1"))


def test_a_stage_that_is_run_again_keeps_its_place_in_the_manifest(tmp_path):
    run = RunFolder.create(tmp_path / "run", Manifest.begin("training", {}, 0))
    for name in ("first", "second", "first"):
        with run.stage(name):
            pass
    assert [stage.name for stage in run.manifest.stages] == ["first", "second"]
