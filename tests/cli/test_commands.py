"""The command line from outside: exit codes, one-sentence errors, output for machines."""

import json
import subprocess
import sys
from importlib import import_module

import pytest
from typer.testing import CliRunner

from earmark.cli.app import COMMANDS, app


def run(*arguments, **settings):
    return subprocess.run([sys.executable, "-m", "earmark", *arguments], capture_output=True, text=True, **settings)


def test_the_version_is_said():
    assert run("--version").stdout.startswith("earmark 0.")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    import_module(f"earmark.cli.{command}")
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["dissect", "nowhere:make", "clips"], "nowhere:make"),
        (["resume", "absent"], "not a run folder"),
        (["models", "check", "telepathy"], "names no model"),
        (["models", "check", "embedded"], "no language model"),
        (["unlearn", "absent", "rain"], "not a run folder"),
        (["dissect", "reference", "absent", "--pooling", "median"], "pooling is one of"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence_and_exit_code_2(arguments, sentence, tmp_path):
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_and_an_unknown_option_exit_with_2():
    assert run("disect").returncode == 2
    assert run("runs", "--colour").returncode == 2


def test_a_scripted_model_is_checked_for_machines():
    result = run("models", "check", "scripted:perfect", "--json")
    trials = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(trial["kind"], trial["works"]) for trial in trials] == [
        ("text", True),
        ("structured", True),
        ("audio", True),
    ]


def test_a_model_that_makes_no_sense_is_said_not_to_work_and_the_command_still_ends_well():
    trials = [json.loads(line) for line in run("models", "check", "scripted:random", "--json").stdout.splitlines()]
    assert trials[0]["works"]


def test_the_cache_is_where_the_environment_says(tmp_path):
    import os

    environment = {**os.environ, "EARMARK_CACHE": str(tmp_path / "replies.sqlite")}
    assert "0 replies" in run("cache", "info", env=environment).stdout
    assert "dropped 0" in run("cache", "prune", env=environment).stdout
    assert (tmp_path / "replies.sqlite").exists()
