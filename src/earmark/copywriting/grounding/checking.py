"""Receipts for copy that a person wrote: what carries each sentence, or why nothing does."""

from itertools import islice
from pathlib import Path

from earmark.copywriting.briefs import brief_of
from earmark.copywriting.config import CopyConfig
from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.grounding.grounding import GroundedCopy, ground
from earmark.copywriting.reviews import Columns, read_products
from earmark.copywriting.writers.drafts import Draft
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.evidence import content_id
from earmark.language.spelling import as_meant
from earmark.language.text_files import read_text
from earmark.language.untrusted import clean_text

_LONGEST = 20_000


def check_copy(
    copy: Path,
    reviews: Path,
    *,
    product: str | None = None,
    facts: Path | None = None,
    must: tuple[str, ...] = (),
    aspects: Path | None = None,
    vectors: str | None = "minilm",
    columns: Columns | None = None,
) -> GroundedCopy:
    """Tie every sentence of a text to what carries it.

    Args:
        copy: plain text.
        reviews: CSV, TSV, JSONL or Parquet.
        product: which product the copy is about, where the file holds several.
        facts: the seller's own record.
        must: phrases that are the seller's own.
        aspects: a user's own aspects.
        columns: where the table of reviews keeps what; guessed where not given.
        vectors: as in :class:`~earmark.copywriting.copy_run.CopyRequest`.

    Raises:
        InvalidInput: a file cannot be read, or it is not clear which product is meant.
        NotEnoughEvidence: no review of the product can be used.
    """
    text = _copy_of(copy)
    found = list(islice(read_products(reviews, columns, product), 2))
    if len(found) > 1:
        raise InvalidInput(f"{reviews} holds reviews of several products: name the one with --product.")
    reviewed = found[0]
    if not reviewed.reviews:
        raise NotEnoughEvidence(f"no review of {reviewed.product.id!r} can be used, so nothing can be checked.")
    request = CopyRequest(
        reviews=str(reviews),
        facts=str(facts) if facts else None,
        aspects=str(aspects) if aspects else None,
        vectors=vectors,
    )
    brief = brief_of(reviewed, CopyConfig(must=must), request.parts())
    draft = Draft(
        id=content_id("person", text),
        product_id=brief.product.id,
        aspect=None,
        style=brief.style,
        text=text,
        writer="a person",
    )
    return ground(draft, brief)


def _copy_of(path: Path) -> str:
    text = read_text(path, 4 * _LONGEST)
    lines = [clean_text(line, _LONGEST) for line in as_meant(text).splitlines()]
    cleaned = "\n".join(lines).strip()
    if not cleaned:
        raise InvalidInput(f"{path} holds no text to check.")
    return cleaned[:_LONGEST]
