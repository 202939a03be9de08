"""What is damaged, gone or changed is told in one sentence by whoever reads it, and nothing is made of what is left."""

import errno
import shutil
import sys

import pytest

from earmark.cli.app import main
from earmark.dissection.config import DissectionConfig
from earmark.dissection.recipe import dissect, resume
from earmark.dissection.unlearning.config import UnlearnConfig
from earmark.dissection.unlearning.recipe import resume as resume_unlearning
from earmark.dissection.unlearning.recipe import unlearn
from earmark.errors import CannotWrite, Mendable, RunConflict
from earmark.report.dissection_page import write_page
from earmark.runs import RunFolder

QUICK = UnlearnConfig(method="selectivity", neurons=3, random_prunes=1)
DAMAGES = {
    "gone": lambda file: file.unlink(),
    "cut off": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "empty": lambda file: file.write_bytes(b""),
    "garbage": lambda file: file.write_bytes(b"\x00\xff garbage" * 40),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, words)])
        try:
            main()
        except SystemExit as left:
            return int(left.code or 0), capsys.readouterr().err.strip().splitlines()
        return 0, []

    return run


@pytest.fixture
def copied(finished, tmp_path):
    return RunFolder.open(shutil.copytree(finished.path, tmp_path / "run"))


def files_of(run):
    names = [
        file.relative_to(run.path) for folder in ("tables", "arrays") for file in sorted((run.path / folder).iterdir())
    ]
    return [*names, "manifest.json"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_file_that_is_damaged_is_missed_by_every_reader(finished, factory, embedder, tmp_path, call, damage):
    readers = (
        lambda path: RunFolder.open(path) and write_page(RunFolder.open(path), path / "page.html", audio=False),
        lambda path: resume(path, embedder=embedder),
        lambda path: unlearn(path, ["rain"], path / "unlearnt", QUICK, embedder=embedder),
    )
    for number, name in enumerate(files_of(finished)):
        path = shutil.copytree(finished.path, tmp_path / f"run-{number}")
        DAMAGES[damage](path / name)
        for words in (("show", path), ("compare", path, finished.path), ("list", path.parent)):
            code, said = call("runs", *words)
            assert code in (0, 2), said
            assert len(said) <= number + 1
        # Each reader does not read every file; whoever reads this one says so.
        told = []
        for read in readers:
            try:
                read(path)
            except Mendable as error:
                told.append(str(error))
        assert damage not in ("gone", "a folder") or len(told) == len(readers), name
        assert all("\n" not in sentence for sentence in told)


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "null", "{", '{"kind": "dissection"}', '{"kind": 3, "arguments": []}', "\x00", '{"a":' * 5000],
)
def test_a_manifest_that_is_none_is_one_sentence_for_every_command(copied, call, manifest):
    (copied.path / "manifest.json").write_text(manifest)
    for words in (
        ("runs", "show"), ("resume",), ("findings",), ("judge", "--people"), ("unlearn",)
    ):  # fmt: skip
        code, said = call(*words, copied.path, *(["rain"] if words == ("unlearn",) else []))
        assert code == 2
        assert said


@pytest.mark.parametrize(
    "arguments",
    [{}, {"config": []}, {"network": 3, "config": {}, "clips": 1}, {"network": "x", "config": {"per_side": "many"}}],
)
def test_arguments_of_other_types_are_one_sentence(copied, arguments):
    copied.update(copied.manifest.model_copy(update={"arguments": arguments}))
    with pytest.raises(Mendable):
        resume(copied.path)
    with pytest.raises(Mendable):
        resume_unlearning(copied.path)


def test_a_clip_that_is_replaced_after_it_was_listed_is_told(sounds, factory, embedder, tmp_path, monkeypatch):
    import earmark.dissection.recipe as recipe

    clips = shutil.copytree(sounds, tmp_path / "clips")
    listed = recipe.load_clips

    def replace_one(*given, **more):
        found = listed(*given, **more)
        shutil.copy(clips / found.clips[1].path, clips / found.clips[0].path)
        return found

    monkeypatch.setattr(recipe, "load_clips", replace_one)
    with pytest.raises(RunConflict, match="has changed since it was listed"):
        dissect(factory, clips, tmp_path / "run", embedder=embedder)


def test_the_page_of_a_resumed_run_is_the_same_to_the_byte(sounds, factory, embedder, tmp_path):
    config = DissectionConfig(taps=("classes", "hidden"), captions=("acoustic",))
    run = dissect(factory, sounds, tmp_path / "run", config, embedder=embedder)
    first = write_page(run, tmp_path / "first.html", audio=False).read_text()
    again = write_page(resume(run.path, embedder=embedder), tmp_path / "again.html", audio=False).read_text()
    assert first == again
    assert "classes, hidden" in first
    assert "(&#39;" not in first


@pytest.mark.parametrize("full_at", [1, 4, 9, 14])
def test_a_disk_that_is_full_at_any_table_is_told_and_the_run_goes_on(
    finished, sounds, factory, embedder, tmp_path, monkeypatch, full_at
):
    import earmark.runs.files as files

    written, to_disk = [], files._to_disk

    def full(path):
        if path.name.endswith(".parquet.unfinished"):
            written.append(path)
            if len(written) == full_at:
                raise OSError(errno.ENOSPC, "No space left on device")
        to_disk(path)

    with monkeypatch.context() as patched:
        patched.setattr(files, "_to_disk", full)
        with pytest.raises(CannotWrite, match=f"earmark resume {tmp_path / 'run'}"):
            dissect(factory, sounds, tmp_path / "run", embedder=embedder)
    assert not list((tmp_path / "run").rglob("*.unfinished"))
    run = resume(tmp_path / "run", embedder=embedder)
    for table in finished.path.glob("tables/*.parquet"):
        assert run.table(table.stem).read_bytes() == table.read_bytes()


@pytest.mark.parametrize("stopped_at", ["write_card", "not_forgotten", "_beside"])
def test_an_unlearning_that_was_stopped_goes_on_to_the_same_bytes(
    finished, factory, embedder, tmp_path, monkeypatch, stopped_at
):
    import earmark.dissection.unlearning.recipe as recipe

    config = UnlearnConfig(method="selectivity", neurons=3, random_prunes=1, beside=("taylor",))
    calm = unlearn(finished.path, ["rain", "drum"], tmp_path / "calm", config, embedder=embedder)
    met, real = [], getattr(recipe, stopped_at)

    def stop(*given):
        met.append(given)
        if len(met) == (1 if stopped_at == "_beside" else 2):
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(recipe, stopped_at, stop)
        with pytest.raises(KeyboardInterrupt):
            unlearn(finished.path, ["rain", "drum"], tmp_path / "stopped", config, embedder=embedder)
    run = resume_unlearning(tmp_path / "stopped", embedder=embedder)
    names = [file.relative_to(calm.path) for file in calm.path.rglob("*") if file.is_file()]
    assert names == [file.relative_to(run.path) for file in run.path.rglob("*") if file.is_file()]
    for name in names:
        assert name.name == "manifest.json" or (run.path / name).read_bytes() == (calm.path / name).read_bytes()
    with pytest.raises(RunConflict, match="concepts"):
        unlearn(finished.path, ["rain"], run.path, config, embedder=embedder)
