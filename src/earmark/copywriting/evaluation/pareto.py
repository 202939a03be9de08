"""A picture of what writers trade: two rewards as axes, the third as the size of the mark."""

import math
from pathlib import Path

from earmark.copywriting.evaluation.evaluation import Evaluation, Interval, WriterReport
from earmark.errors import MissingExtra, NotEnoughEvidence


def front(reports: list[WriterReport]) -> list[str]:
    """The writers that no other one beats in all three rewards at once."""
    scored = [(report.writer, _scores(report)) for report in reports if report.not_run is None]
    return [
        name
        for name, mine in scored
        if not any(
            all(theirs >= ours for theirs, ours in zip(other, mine, strict=True)) and other != mine
            for _, other in scored
        )
    ]


def draw_pareto(evaluation: Evaluation, file: Path) -> list[str]:
    """Draw allure over veracity, numbered; information is the size of a mark, and writers on the front are filled.

    Args:
        evaluation: of at least one writer that was run.
        file: ending in ``.png`` or ``.svg``.

    Returns:
        The writers on the front.

    Raises:
        MissingExtra: matplotlib is not installed.
        NotEnoughEvidence: no writer was run.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "judge") from error
    run = [report for report in evaluation.reports if report.not_run is None and report.pieces]
    if not run:
        raise NotEnoughEvidence("no writer was run, so there is nothing to draw.")
    best = front(run)
    figure = Figure(figsize=(8.8, 5.2), layout="constrained")
    axes = figure.subplots()
    for number, report in enumerate(run, start=1):
        allure, veracity, information = _scores(report)
        filled = report.writer in best
        axes.scatter(
            [veracity], [allure], s=[30 + 220 * information], alpha=0.8,
            facecolors="#2a6f6f" if filled else "none", edgecolors="#2a6f6f", label=f"{number}  {report.writer}",
        )  # fmt: skip
        # Numbers of marks that lie together stand around them, not on each other.
        turn = math.tau * number / len(run)
        away = (15 * math.cos(turn), 15 * math.sin(turn))
        axes.annotate(
            str(number), (veracity, allure), xytext=away, textcoords="offset points", fontsize=8, ha="center",
            va="center", arrowprops={"arrowstyle": "-", "linewidth": 0.4, "shrinkA": 1, "shrinkB": 1},
        )  # fmt: skip
    figure.legend(loc="outside right upper", fontsize=8, frameon=False, handlelength=0, handletextpad=0, markerscale=0)
    axes.set_xlabel("veracity")
    axes.set_ylabel("allure")
    axes.set_title("filled: beaten by none in all three; size: information", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=150)
    return best


def _scores(report: WriterReport) -> tuple[float, float, float]:
    return _mean(report.allure), _mean(report.veracity), _mean(report.information)


def _mean(interval: Interval | None) -> float:
    return interval.mean if interval else 0.0
