"""How much of a file of copy the reviews carry: grounding, sentence by sentence, whoever wrote it."""

from pathlib import Path

from earmark.copywriting.briefs import brief_of
from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.evaluation.judged_files import read_copy
from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.reviews import read_products
from earmark.copywriting.summaries.recent_vectors import RecentTexts
from earmark.copywriting.writers.drafts import Draft


def faithful_share(copy: Path, reviews: Path) -> float | None:
    """The share of sentences that grounding lets out; ``None`` where no product of the file has reviews.

    Args:
        copy: JSONL, see :func:`~earmark.copywriting.evaluation.judged_files.read_copy`.
        reviews: a review table.

    Raises:
        Mendable: one of the files cannot be used.
    """
    from earmark.language.providers.minilm import SentenceVectors

    texts = read_copy(copy)
    wanted: dict[str, list[tuple[str, str]]] = {}
    for (product, aspect), text in texts.items():
        wanted.setdefault(product, []).append((aspect, text))
    parts = Parts(embedder=RecentTexts(SentenceVectors()))
    carried = withheld = 0
    for reviewed in read_products(reviews):
        for aspect, text in wanted.get(reviewed.product.id, []):
            brief = brief_of(reviewed, CopyConfig(), parts)
            draft = Draft(
                id=aspect or "all",
                product_id=reviewed.product.id,
                aspect=aspect or None,
                style=brief.style,
                text=text,
                writer=copy.name,
            )
            found = ground(draft, brief)
            carried += len(found.sentences)
            withheld += len(found.withheld)
    return carried / (carried + withheld) if carried + withheld else None
