"""Copy as a file: JSONL with every receipt, CSV a row a product, Markdown to read, by the ending of the name."""

import csv
import json
import re
from collections.abc import Iterable
from html import escape
from io import StringIO
from pathlib import Path
from typing import TextIO

from earmark.copywriting.grounding.grounding import GroundedCopy
from earmark.errors import InvalidInput
from earmark.evidence import Evidence
from earmark.runs.files import whole_file

ENDINGS = (".jsonl", ".csv", ".md")

_COLUMNS = (
    "product", "name", "aspect", "tone", "length", "channel", "writer", "copy", "refusal", "reviews", "receipts",
    "from_seller", "withheld", "dissent", "typicality", "superlatives", "health_claims", "price_claims", "endorsement",
)  # fmt: skip
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@\t\r|%]")


def check_ending(path: Path) -> None:
    """Make sure that the ending of a file says how to write it.

    Raises:
        InvalidInput: it does not.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InvalidInput(f"copy is written as .jsonl, .csv or .md, not as {path.name!r}.")


def export(path: Path, copies: Iterable[GroundedCopy]) -> int:
    """Write copy to a file, whole or not at all, one product in memory at a time.

    Returns:
        How many products were written, refusals included.

    Raises:
        InvalidInput: an ending that says nothing, or a file that cannot be written.
    """
    check_ending(path)
    count = 0
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        if path.suffix.lower() == ".csv":
            csv.writer(file).writerow(_COLUMNS)
        for copy in copies:
            _write_one(file, copy, path.suffix.lower())
            count += 1
    return count


def as_json(copy: GroundedCopy) -> str:
    """One line of JSON with everything."""
    return json.dumps(copy.model_dump(mode="json"), ensure_ascii=False)


def as_row(copy: GroundedCopy) -> list[str]:
    """One row of cells; a cell that a spreadsheet would run as a formula begins with an apostrophe."""
    cells = (
        copy.product_id,
        copy.product_name or "",
        copy.aspect or "",
        copy.style.tone,
        copy.style.length,
        copy.style.channel,
        copy.writer,
        copy.text,
        copy.refusal or "",
        str(copy.reviews),
        " | ".join(_receipt(piece) for sentence in copy.sentences for piece in sentence.evidence),
        " | ".join(mark for sentence in copy.sentences for mark in sentence.seller),
        " | ".join(f"{item.text} ({item.reason})" for item in copy.withheld),
        " | ".join(f"{d.target}: {d.descriptor} ({d.supporting} of {d.reviews})" for d in copy.dissent),
        copy.compliance.typicality,
        copy.compliance.superlatives,
        copy.compliance.health,
        copy.compliance.price,
        copy.compliance.endorsement,
    )
    return [neutral(cell) for cell in cells]


def neutral(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_markdown(copy: GroundedCopy) -> str:
    """One product as a section; what others wrote is shown as text, never as markup."""
    out = StringIO()
    out.write(f"## {_text(copy.product_name or copy.product_id)}\n\n")
    if copy.refusal is not None:
        out.write(f"**No copy:** {_text(copy.refusal)}\n\n")
    else:
        out.write("\n".join(f"> {_text(line)}" if line else ">" for line in copy.text.split("\n")) + "\n\n")
    for sentence in copy.sentences:
        if sentence.evidence:
            out.write(f"- {_text(sentence.text)}\n")
            for piece in sentence.evidence:
                out.write(f"  - {_text(_receipt(piece))}\n")
    for item in copy.withheld:
        out.write(f"- withheld: {_text(item.text)} ({_text(item.reason)})\n")
    for dissent in copy.dissent:
        told = f"{dissent.target}: {dissent.descriptor}, {dissent.supporting} of {dissent.reviews}"
        out.write(f"- reviewers also say: {_text(told)}\n")
    if copy.refusal is None:
        kinds = ("typicality", "superlatives", "health", "price", "endorsement")
        out.write("\n" + "; ".join(f"{kind}: {_text(getattr(copy.compliance, kind))}" for kind in kinds) + "\n")
    return out.getvalue() + "\n"


def _write_one(file: TextIO, copy: GroundedCopy, ending: str) -> None:
    if ending == ".jsonl":
        file.write(as_json(copy) + "\n")
    elif ending == ".csv":
        csv.writer(file).writerow(as_row(copy))
    else:
        file.write(as_markdown(copy))


def _receipt(piece: Evidence) -> str:
    excerpt = piece.excerpt
    return f"{excerpt.source_id} [{excerpt.start:.0f}:{excerpt.end:.0f}] {excerpt.text or ''}".rstrip()


def _text(text: str) -> str:
    """Escaped for Markdown and for the HTML that may stand in it."""
    return re.sub(r"([\\`*_\[\]<>#!|~])", r"\\\1", escape(text, quote=False).replace("\n", " "))
