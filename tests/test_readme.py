"""What the README shows exists: every command, every option, every import, every link."""

import importlib
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from earmark.cli.app import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
LINES = [line.strip().removeprefix("$ ") for block in BLOCKS for line in block.splitlines()]
SHOWN = sorted({line.split("   #")[0] for line in LINES if line.startswith("earmark ")})


def test_the_readme_shows_both_jobs():
    assert any(line.startswith("earmark dissect") for line in SHOWN)
    assert any(line.startswith("earmark write") for line in SHOWN)


@pytest.mark.parametrize("line", SHOWN)
def test_every_command_and_option_that_is_shown_exists(line):
    words = shlex.split(line)[1:]
    groups = {"networks", "runs", "samples", "train", "models", "cache"}
    command = words[:2] if words[0] in groups else words[:1]
    result = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "400", "TERMINAL_WIDTH": "400"})
    assert result.exit_code == 0, result.output
    for option in (word for word in words if word.startswith("--")):
        assert option in result.output


@pytest.mark.parametrize("line", re.findall(r"^from (\S+) import (\w+)$", README, re.MULTILINE))
def test_every_import_that_is_shown_works(line):
    module, name = line
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()
