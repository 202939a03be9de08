"""What every test needs: a user of its own."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_user(tmp_path_factory):
    """The key that seals runs is made in a folder of this session, for commands in other processes, too."""
    before = os.environ.get("EARMARK_STATE")
    os.environ["EARMARK_STATE"] = str(tmp_path_factory.mktemp("state"))
    yield
    os.environ.pop("EARMARK_STATE")
    if before is not None:
        os.environ["EARMARK_STATE"] = before
