"""Option help comes from the config it fills."""

from dataclasses import dataclass

from earmark.cli.options import field_docs


@dataclass(frozen=True)
class Oven:
    """Not a field."""

    heat_c: int = 180
    """How hot,
    in degrees."""
    silent: bool = False
    fan: bool = True
    """Whether air moves."""


def test_the_docstring_under_a_field_is_its_help_and_a_field_without_one_has_none():
    assert field_docs(Oven) == {"heat_c": "How hot, in degrees.", "fan": "Whether air moves."}
