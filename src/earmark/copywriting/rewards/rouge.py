"""ROUGE-L against written copy: the classical reward, to compare with, and the overlap with human summaries.

Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004; as a reward, Paulus et al., arXiv 1705.04304.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from earmark.copywriting.writers.drafts import Brief, Draft, Style
from earmark.errors import MissingExtra

Key = tuple[str, str | None, Style]
"""Product id, aspect, style: what a piece of copy was written for."""


@dataclass(frozen=True)
class Rouge:
    """The reward; it knows nothing of reviews, only of copy that somebody wrote for the same brief.

    Args:
        references: copy by product, aspect and style.
    """

    references: Mapping[Key, Sequence[str]]

    def __call__(self, drafts: Sequence[Draft], briefs: Sequence[Brief]) -> list[float | None]:
        """One score a draft in [0, 1]; ``None`` where nobody wrote for its brief."""
        keys = [(draft.product_id, draft.aspect, draft.style) for draft in drafts]
        return [
            rouge_l(draft.text, self.references[key]) if self.references.get(key) else None
            for draft, key in zip(drafts, keys, strict=True)
        ]


def rouge_l(text: str, references: Sequence[str]) -> float:
    """The best ROUGE-L F1 of a text against its references, on word stems.

    Raises:
        MissingExtra: rouge-score is not installed.
    """
    return float(_scorer().score_multi(list(references), text)["rougeL"].fmeasure)


@cache
def _scorer() -> Any:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise MissingExtra("rouge_score", "judge") from error
    return RougeScorer(["rougeL"], use_stemmer=True)
