"""Importing earmark and asking for help stay light, and the command table tells the truth."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from earmark.cli.app import COMMANDS

HEAVY = "{'torch', 'transformers', 'openai', 'scipy', 'pandas'}"


@pytest.mark.parametrize(
    "statement", ["import earmark", "import earmark.cli", "import earmark.dissection, earmark.copywriting"]
)
def test_nothing_heavy_is_loaded_by(statement):
    code = f"{statement}; import sys; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_names_every_command_and_loads_nothing_heavy():
    code = (
        "import sys, earmark.cli.app as a\n"
        "try: a.app(['--help'])\n"
        f"except SystemExit: pass\nprint(sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    for command in COMMANDS:
        assert f" {command} " in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_table_exists(command):
    assert find_spec(f"earmark.cli.{command}") is not None
