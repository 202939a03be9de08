"""The command line, called as a user does but in this process."""

import sys

import pytest

from earmark.cli.app import main


@pytest.fixture
def call(monkeypatch, capsys):
    """Give a command; returns the exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
