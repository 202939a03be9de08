"""The two findings to one HTML page: what was decided, the figures it was decided by, and what they do not show."""

from collections.abc import Sequence
from pathlib import Path

from earmark.dissection.findings.records import SHARED, TOP, CombinationFinding, Findings, PolysemanticityFinding
from earmark.evidence import Record
from earmark.report.page import render
from earmark.runs.files import write_whole
from earmark.version import __version__

_COLOURS = "abcde"
_RANDOM = "random clips"
_TOPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 2.0, 4.0, 6.0, 8.0, 12.0)
"""Where an axis may end, so that its quarters are round numbers."""


class Curve(Record):
    """One line of a plot."""

    name: str
    colour: str
    aside: bool
    """Drawn thin and broken: what the others are compared with."""
    points: tuple[tuple[float, float], ...]
    """(x, y), y from 0 at the bottom to 1 at the top, x from 0 to 1."""


class Plot(Record):
    """A few lines over one axis."""

    title: str
    below: tuple[str, ...]
    """Labels of the ticks, evenly spaced over x."""
    low: float
    high: float
    """What the bottom and the top stand for."""
    curves: tuple[Curve, ...]


class FindingsPage(Record):
    """What the page shows."""

    version: str = __version__
    title: str = "Two findings"
    found: Findings
    pruning: tuple[Plot | None, ...]
    """One a network of the first finding; ``None`` where nothing was silenced."""
    layers: tuple[tuple[Plot, ...], ...]
    """Some a network of the second."""


def write_findings_page(found: Findings, out: Path) -> Path:
    """Write the page of the two findings.

    Args:
        found: what was found.
        out: the HTML file; replaced if it is there.

    Raises:
        InvalidInput: ``out`` cannot be written.
    """
    page = FindingsPage(
        found=found,
        pruning=tuple(pruning_plot(one) for one in found.combination),
        layers=tuple(layer_plots(one) for one in found.polysemanticity),
    )
    write_whole(out, render("findings.html", page, {}, None))
    return out


def pruning_plot(found: CombinationFinding) -> Plot | None:
    """Accuracy over the share of neurons silenced: a line for every kind of words, and for random draws beside each."""
    by_kind: dict[str, list[tuple[float, float, float]]] = {}
    for row in found.prunings:
        if row.accuracy is not None and row.random_accuracy is not None and not row.chosen_by.startswith('"'):
            by_kind.setdefault(row.chosen_by, []).append((row.share, row.accuracy, row.random_accuracy))
    if not by_kind or found.accuracy is None:
        return None
    shares = sorted({share for rows in by_kind.values() for share, _, _ in rows})
    most = shares[-1]
    curves = []
    for colour, (kind, rows) in zip(_COLOURS, by_kind.items(), strict=False):
        for aside in (False, True):
            drawn = [(share / most, right if aside else own) for share, own, right in rows]
            curves.append(Curve(name=kind, colour=colour, aside=aside, points=((0.0, found.accuracy), *drawn)))
    ticks = tuple(f"{most * place / 4:.0%}" for place in range(5))
    return Plot(title="Accuracy by share of neurons silenced", below=ticks, low=0, high=1, curves=tuple(curves))


def layer_plots(found: PolysemanticityFinding) -> tuple[Plot, ...]:
    """Spread, interpretable share and words over the blocks, the twin's aside."""
    sides = ((found.layers, False), (found.untrained, True))
    spread = [("spread", "a", [one.spread for one in side], aside) for side, aside in sides]
    shared = [
        ("interpretable share", "a", [one.interpretable[SHARED[0]] for one in side if one.interpretable], aside)
        for side, aside in sides
    ]
    chance = [one.interpretable_chance[SHARED[0]] for one in found.layers if one.interpretable_chance]
    words = [
        (name, colour, [getattr(one, name) for one in side], aside)
        for name, colour in (("adjectives", "a"), ("concepts", "b"))
        for side, aside in sides
    ]
    return (
        _layer_plot("Spread of the top clips (random clips: 1)", found, spread),
        _layer_plot(
            f"Interpretable share: {SHARED[0]} of {TOP} top clips in a cluster",
            found,
            [*shared, (_RANDOM, "d", chance, True)],
        ),
        _layer_plot("Words a neuron", found, words),
    )


def _layer_plot(
    title: str, found: PolysemanticityFinding, lines: Sequence[tuple[str, str, Sequence[float], bool]]
) -> Plot:
    most = max((value for _, _, values, _ in lines for value in values), default=1.0)
    high = next((top for top in _TOPS if top >= most), most)
    last = max(1, len(found.layers) - 1)
    return Plot(
        title=title,
        below=tuple(f"block {one.layer}" for one in found.layers),
        low=0,
        high=high,
        curves=tuple(
            Curve(
                name=name,
                colour=colour,
                aside=aside,
                points=tuple((place / last, value / high) for place, value in enumerate(values)),
            )
            for name, colour, values, aside in lines
            if values
        ),
    )
