"""Themes: what a point is about, and what a buyer of such a thing cares about first. Data in ``themes.toml``."""

import re
import tomllib
from functools import cache
from importlib.resources import files


def theme_of(aspect: str) -> str:
    """What an aspect is about: ``food``, ``team``, ``cost`` ...; ``other`` where it is told by no word of its name."""
    words = set(re.findall(r"[a-z]+", aspect.lower()))
    return next((theme for theme, marks in _data()["themes"].items() if words & set(marks.split())), "other")


def cares(domain: str) -> tuple[str, ...]:
    """Themes in the order in which a buyer cares about them.

    Args:
        domain: ``table``, ``stay``, ``goods`` or ``visit``.
    """
    return tuple(_data()["cares"][domain].split())


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("themes.toml").read_text(encoding="utf-8"))
