"""With the base dependencies alone, every command shows its help, and otherwise names the extra that it needs."""

import json
import subprocess
import sys

import pytest

from earmark.cli.app import COMMANDS, EXTRAS, OPTIONAL, missing_extra

# Runs commands in one process in which no package of an extra can be found.
BARE = """
import contextlib, io, json, sys

class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, *more):
        return None if name.partition(".")[0] in blocked else self.finder.find_spec(name, *more)
    def __getattr__(self, name):
        return getattr(self.finder, name)

blocked, commands = json.loads(sys.argv[1])
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
from earmark.cli.app import main
for words in commands:
    sys.argv, out, err, code = ["earmark", *words], io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""


@pytest.fixture
def bare(tmp_path):
    def run(*commands):
        asked = json.dumps([sorted(OPTIONAL), [[str(word) for word in words] for words in commands]])
        done = subprocess.run([sys.executable, "-c", BARE, asked], capture_output=True, text=True, cwd=tmp_path)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_every_command_shows_its_help(bare):
    groups = {"networks": "show", "runs": "list", "samples": "sounds", "train": "writer", "cache": "info"}
    shown = bare(*([name, "--help"] for name in COMMANDS), *([*pair, "--help"] for pair in groups.items()))
    assert len(shown) == len(COMMANDS) + len(groups)
    for code, out, err in shown:
        assert (code, err) == (0, "")
        assert "Usage:" in out


def test_every_command_names_the_extra_that_it_needs(bare, tmp_path):
    (tmp_path / "reviews.csv").write_text("product,text\nBakery,The bread was fresh.\nBakery,Fresh bread.\n")
    (tmp_path / "copy.txt").write_text("The bread is fresh.")
    (tmp_path / "clips" / "rain").mkdir(parents=True)
    (tmp_path / "clips" / "rain" / "a.wav").write_bytes(b"RIFF")
    commands = {
        "dissect reference clips": "dissect",
        "networks show reference": "dissect",
        "samples sounds made": "dissect",
        "train network clips --out a": "dissect",
        "train writer reviews.csv --out b": "write,train",
        "write reviews.csv": "write",
        "check copy.txt reviews.csv": "write",
        "models check http://127.0.0.1:9/v1#m": "models",
    }
    for (command, extra), (code, _, err) in zip(
        commands.items(), bare(*(words.split() for words in commands)), strict=True
    ):
        assert code == 2, (command, err)
        last = err.splitlines()[-1]
        assert last.startswith("earmark: this needs the package "), (command, err)
        assert last.endswith(f"pip install 'earmark[{extra}]'."), (command, err)


def test_a_run_that_is_not_there_is_told_before_any_package_is_needed(bare):
    for code, _, err in bare(["resume", "none"], ["runs", "show", "none"]):
        assert code == 2
        assert "none is not a run folder" in err


def test_a_module_that_no_extra_brings_is_a_defect_and_not_hidden():
    assert missing_extra(ModuleNotFoundError("No module", name="earmark.cli.gone"), ["write"]) is None
    assert missing_extra(ModuleNotFoundError("No module", name="pyarrow"), ["write"]) is None
    assert missing_extra(KeyError("torch"), ["write"]) is None


def test_a_model_of_the_users_own_needs_what_opens_models():
    local = ["models", "check", "local:folder"]
    assert "earmark[write]" in str(missing_extra(ModuleNotFoundError("No module", name="torch.nn"), local))
    assert "earmark[models]" in str(missing_extra(ModuleNotFoundError("No module", name="openai"), local))
    assert "earmark[write,models]" in str(missing_extra(ModuleNotFoundError("No module", name="openai"), ["write"]))


def test_every_extra_that_is_named_is_one_of_the_package(pytestconfig):
    import tomllib

    known = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {extra for named in EXTRAS.values() for extra in named.split(",")} <= set(known)
