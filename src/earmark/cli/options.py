"""What commands share; the help of an option is the docstring under its config field."""

import ast
import inspect
import math
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import typer

from earmark.cli.terminal import print_line
from earmark.errors import InvalidInput

_TEXT_FILES = frozenset({".csv", ".tsv", ".tab", ".txt", ".md", ".json", ".jsonl", ".ndjson", ".toml", ""})
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


def tell_encoding(*files: Path | str | None) -> None:
    """Say of files of text that are not quite UTF-8 how they are read; what cannot be read is told by who reads it."""
    from earmark.language.text_files import detect_encoding
    from earmark.tables.files import check_file

    for file in [Path(file) for file in files if file]:
        with suppress(InvalidInput, OSError):
            check_file(file, "give a file of text")
            if file.suffix.lower() in _TEXT_FILES and (told := detect_encoding(file).told()):
                print_line(f"{file.name}: {told}", err=True)
