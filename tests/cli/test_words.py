"""Every command and option that the program's own words name is there, on the command that they name it for."""

import ast
import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from typer.main import get_command

from earmark.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
_CALL = re.compile(r"\bearmark ((?:" + "|".join(COMMANDS) + r")\b[^\n`&'\"]*)")
_QUOTED_CALL = re.compile(r"[`']earmark ([a-z]+)")
# What is said to other programs.
_FOREIGN = {"--show-toplevel", "--porcelain", "--extra-index-url", "--constraint", "--cite"}
_EVERYWHERE = {"--help", "--version"}
_WINGS = {
    "dissection": ("dissect", "resume", "unlearn", "findings", "networks", "train", "judge", "samples"),
    "copywriting": ("write", "check", "resume", "train", "judge", "models"),
}


def options_of(command):
    """By the words that call it, what a command and its subcommands take."""
    if isinstance(command, click.Group) or hasattr(command, "commands"):
        return {name: own for name, sub in command.commands.items() for own in options_of(sub).values()}
    return {"": {opt for parameter in command.params for opt in (*parameter.opts, *parameter.secondary_opts)}}


@pytest.fixture(scope="module")
def options():
    return {name: options_of(get_command(import_module(f"earmark.cli.{name}").app)) for name in COMMANDS}


def texts():
    """Where it stands, and every string of the source and every line of the documents."""
    for file in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield file.relative_to(ROOT), " ".join(node.value.split(" "))
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CHANGELOG.md"):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield file.relative_to(ROOT), line


# Read before any test runs: where a test has made Python 3.11 run out of its stack, `ast` does not work any more.
TEXTS = tuple(texts())


def test_every_option_that_is_named_exists_in_the_wing_that_names_it(options):
    known = {name: set().union(*own.values()) for name, own in options.items()}
    missing = []
    for file, text in TEXTS:
        wing = next((commands for name, commands in _WINGS.items() if name in file.parts), tuple(COMMANDS))
        there = set().union(*(known[name] for name in wing)) | _FOREIGN | _EVERYWHERE
        missing += [f"{file}: {option}" for option in _OPTION.findall(text) if option not in there]
    assert missing == []


def test_every_call_that_is_named_is_a_command_with_the_options_that_are_named_with_it(options):
    wrong = []
    for file, text in TEXTS:
        wrong += [f"{file}: earmark {name}" for name in _QUOTED_CALL.findall(text) if name not in COMMANDS]
        for call in _CALL.findall(text):
            command, *words = call.split()
            own = options[command]
            taken = own.get("") or own.get(words[0] if words else "", set().union(*own.values()))
            wrong += [
                f"{file}: earmark {call}" for option in _OPTION.findall(call) if option not in taken | _EVERYWHERE
            ]
    assert wrong == []
