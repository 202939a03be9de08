"""A file or folder appears whole or not at all, and a full disk is one sentence, whichever library meets it."""

import errno
import os
import sqlite3
import sys

import pytest
from safetensors import SafetensorError

from earmark.errors import CannotWrite
from earmark.runs.files import content_hash, mendable_disk, restore_folder, whole_file, whole_folder, write_whole


def test_a_file_has_its_name_when_it_is_whole_and_not_before(tmp_path):
    file = tmp_path / "deep" / "page.html"
    write_whole(file, "old")
    with whole_file(file) as unfinished:
        unfinished.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert [each.name for each in file.parent.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), ValueError("ours"), KeyboardInterrupt()]
)
def test_after_any_error_the_old_file_is_there_and_nothing_else(tmp_path, failure):
    file = tmp_path / "table.csv"
    write_whole(file, "old")

    def write():
        with whole_file(file) as unfinished:
            unfinished.write_text("ha")
            raise failure

    with pytest.raises((CannotWrite, ValueError, KeyboardInterrupt)):
        write()
    assert file.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(
    "said",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        sqlite3.OperationalError("database or disk is full"),
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0"),
    ],
)
def test_a_full_disk_is_a_full_disk_whoever_says_it(tmp_path, said):
    with (
        pytest.raises(CannotWrite, match="is full: free some space, then give the same command again"),
        mendable_disk(tmp_path),
    ):
        raise said


def test_in_a_run_folder_a_full_disk_names_the_command_that_goes_on(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    with (
        pytest.raises(CannotWrite, match=f"earmark resume {tmp_path}'"),
        mendable_disk(tmp_path / "parts" / "x" / "0.parquet"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_where_a_file_should_be_is_one_sentence(tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(CannotWrite, match="cannot be written: Is a directory"):
        write_whole(tmp_path / "page.html", "text")


def test_other_errors_are_left_as_they_are(tmp_path):
    with pytest.raises(ZeroDivisionError), mendable_disk(tmp_path):
        raise ZeroDivisionError


def test_a_folder_gives_way_to_another_only_when_that_is_whole(tmp_path):
    folder = tmp_path / "best"
    with whole_folder(folder) as unfinished:
        (unfinished / "weights").write_text("first")

    def stop_half_way():
        with whole_folder(folder) as unfinished:
            (unfinished / "weights").write_text("half")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stop_half_way()
    assert (folder / "weights").read_text() == "first"
    with whole_folder(folder) as unfinished:
        (unfinished / "weights").write_text("second")
    assert (folder / "weights").read_text() == "second"
    assert [each.name for each in tmp_path.iterdir()] == ["best"]


def test_a_folder_that_was_given_up_between_two_names_comes_back(tmp_path):
    (tmp_path / "last.older").mkdir()
    restore_folder(tmp_path / "last")
    assert [each.name for each in tmp_path.iterdir()] == ["last"]
    (tmp_path / "last.older").mkdir()
    restore_folder(tmp_path / "last")
    assert [each.name for each in tmp_path.iterdir()] == ["last"]


def test_a_hash_names_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"same")
    (tmp_path / "b").write_bytes(b"same")
    (tmp_path / "c").write_bytes(b"other")
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "b") != content_hash(tmp_path / "c")


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size")
def test_a_table_that_does_not_fit_is_one_sentence_and_leaves_nothing(tmp_path):
    import resource

    from earmark.evidence import Record
    from earmark.runs.tables import write_records

    class Row(Record):
        text: str

    code = os.fork()
    if code == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        try:
            write_records(tmp_path / "rows.parquet", Row, [Row(text=str(number)) for number in range(2000)])
        except CannotWrite:
            os._exit(2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(code, 0)[1]) == 2
    assert list(tmp_path.iterdir()) == []
