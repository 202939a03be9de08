"""What is said in which order: themes as a buyer cares about them, and what belongs together side by side."""

from collections.abc import Sequence
from random import Random

from earmark.copywriting.writers.composer.points import Point
from earmark.copywriting.writers.composer.themes import cares

_CARE, _CHANCE = 0.6, 0.35
_TOGETHER = 3


def in_order(points: Sequence[Point], domain: str, random: Random) -> list[Point]:
    """The points theme by theme: what many say and buyers care about comes first, and chance decides what is close.

    Args:
        points: what may be said.
        domain: the kind of product, whose buyers care about some themes more than others.
        random: where chance comes from, so that drafts differ.
    """
    most = max((point.count.supporting for point in points), default=1)
    order = cares(domain)
    care = {theme: _CARE * (1 - place / len(order)) for place, theme in enumerate(order)}
    worth = {
        point: point.count.supporting / most + care.get(point.theme, 0.0) + random.uniform(0, _CHANCE)
        for point in points
    }
    leading: dict[str, float] = {}
    for point in points:
        leading[point.theme] = max(leading.get(point.theme, 0.0), worth[point])
    return sorted(points, key=lambda point: (-leading[point.theme], point.theme, -worth[point]))


def in_sentences(points: Sequence[Point], random: Random) -> list[list[Point]]:
    """Cut ordered points into what one sentence says: a theme's points together, strays two by two.

    Sentences of one, two and three points mix, so that no text is all lists or all beats.
    """
    runs: list[list[Point]] = []
    for point in points:
        full = len(runs[-1]) >= random.choice((1, 2, _TOGETHER, _TOGETHER)) if runs else True
        if not full and runs[-1][-1].theme == point.theme:
            runs[-1].append(point)
        else:
            runs.append([point])
    joined: list[list[Point]] = []
    for run in runs:
        alone = len(run) == 1 and bool(joined) and len(joined[-1]) == 1
        if alone and random.random() < 0.6:
            joined[-1].extend(run)
        else:
            joined.append(run)
    return joined
