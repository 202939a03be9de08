"""How two dissections describe the neurons that both have."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from earmark.evidence import Record
from earmark.runs import RunFolder

_Rows = Mapping[tuple[str, int], Mapping[str, Any]]


class DissectionComparison(Record):
    """Counts over the neurons that have a judged description in both runs, and in either."""

    both: int
    only_first: int
    only_second: int
    same_words: int
    outcomes: dict[str, int]
    """Of the neurons in both, ``supported > undecided`` and so on: the first run's verdict, then the second's."""
    first_pearson: float | None
    """Mean on held-out clips over the neurons that have one in both runs; ``None`` where there is no such neuron."""
    second_pearson: float | None


def compare_dissections(first: RunFolder, second: RunFolder) -> DissectionComparison | None:
    """Match descriptions by neuron; ``None`` where a run has no verdicts (another kind, or not that far)."""
    if not (first.has("verdicts") and second.has("verdicts")):
        return None
    one, other = _described(first), _described(second)
    both = [key for key in one if key in other]
    changes = Counter(f"{one[key]['verdict']['outcome']} > {other[key]['verdict']['outcome']}" for key in both)
    scored = [key for key in both if one[key]["pearson"] is not None and other[key]["pearson"] is not None]
    return DissectionComparison(
        both=len(both),
        only_first=len(one) - len(both),
        only_second=len(other) - len(both),
        same_words=sum(one[key]["text"] == other[key]["text"] for key in both),
        outcomes=dict(sorted(changes.items())),
        first_pearson=_mean(one, scored),
        second_pearson=_mean(other, scored),
    )


def _described(run: RunFolder) -> _Rows:
    rows = run.rows("verdicts", ["neuron", "subject", "text", "verdict", "pearson"])
    return {(row["neuron"]["tap"], row["neuron"]["index"]): row for row in rows if row["subject"] == "description"}


def _mean(rows: _Rows, keys: list[tuple[str, int]]) -> float | None:
    return sum(rows[key]["pearson"] for key in keys) / len(keys) if keys else None
