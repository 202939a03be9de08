"""The help of an option is the docstring under its config field: said once, where the step reads it."""

import ast
import inspect
import math
from itertools import pairwise
from textwrap import dedent

import typer

MOST_SEEDS = 2**32 - 1


def finite(value: float | None) -> float | None:
    """Refuse ``nan`` and ``inf``, which pass any ``min`` and ``max``."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number to work with.")
    return value


def field_docs(config: type) -> dict[str, str]:
    """The docstring under each field of a config dataclass, on one line.

    Args:
        config: a dataclass whose fields each stand above a plain string.
    """
    (body,) = (
        node.body for node in ast.parse(dedent(inspect.getsource(config))).body if isinstance(node, ast.ClassDef)
    )
    docs = {}
    for field, doc in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(doc):
            docs[field.target.id] = " ".join(ast.literal_eval(doc.value).split())  # type: ignore[attr-defined]
    return docs


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
