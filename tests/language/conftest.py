"""Tiny models, made once a session."""

import importlib.util
import sys
from pathlib import Path

import pytest


def _load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tiny_models = _load("tiny_models")
_load("fault_server")


@pytest.fixture(scope="session")
def tiny_chat(tmp_path_factory):
    return tiny_models.save_tiny_chat(tmp_path_factory.mktemp("models") / "tiny-chat")


@pytest.fixture(scope="session")
def tiny_listener(tmp_path_factory):
    return tiny_models.save_tiny_listener(tmp_path_factory.mktemp("models") / "tiny-listener")
