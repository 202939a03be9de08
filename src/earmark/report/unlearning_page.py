"""An unlearning's run folder to one HTML file: damage by class, and forgetting against retaining."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from earmark.dissection.unlearning.forgetting import Forgetting
from earmark.errors import InvalidInput
from earmark.evidence import Record
from earmark.language.untrusted import clean_text
from earmark.report.dissection_records import Figure
from earmark.report.page import render
from earmark.runs import RunFolder
from earmark.runs.files import write_whole
from earmark.version import __version__

_LEFT, _RIGHT, _ROW = 190.0, 860.0, 26.0
_MOST_CLASSES = 60
# The plot of the trade-off, in units of its view box.
_PLOT = (70.0, 16.0, 620.0, 320.0)
_COLOURS = ("mark", "bad", "focus", "open", "ink", "soft")


class ClassBar(Record):
    """One class before and after, as places on the picture."""

    label: str
    clips: int
    before: float
    after: float
    low: float
    high: float
    y: float
    is_target: bool
    said: str


class Dot(Record):
    """A place of the trade-off and what it stands for."""

    x: float
    y: float
    said: str


class Line(Record):
    """The trade-off of one method: fewer to more neurons, and the count that it was judged with."""

    method: str
    colour: str
    path: str
    dots: tuple[Dot, ...]
    chosen: Dot
    said: str


class TradeOffPicture(Record):
    """Accuracy on the concept against what the others lost, for every method."""

    lines: tuple[Line, ...]
    random: tuple[Dot, ...]
    untouched: Dot
    ticks: tuple[tuple[float, str], ...]


class ConceptPart(Record):
    """What the page says of one concept."""

    name: str
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...]
    bars: tuple[ClassBar, ...]
    left_out: int
    """Classes that are not drawn: the least damaged, where there are many."""
    trade_off: TradeOffPicture | None


class UnlearningData(Record):
    """Everything on the page."""

    version: str
    title: str
    concepts: tuple[ConceptPart, ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def write_unlearning_page(run: RunFolder, out: Path) -> Path:
    """Write the page of an unlearning.

    Args:
        run: the run folder.
        out: the HTML file; replaced if it is there.

    Returns:
        ``out``.

    Raises:
        InvalidInput: the run is no unlearning, or ``out`` cannot be written.
    """
    write_whole(out, render("unlearning.html", unlearning_data(run), {}, None))
    return out


def unlearning_data(run: RunFolder) -> UnlearningData:
    """What the page shows of a run.

    Raises:
        InvalidInput: the run is no unlearning.
    """
    if run.manifest.kind != "unlearning":
        raise InvalidInput(f"{run.path} is a {run.manifest.kind} run and no unlearning.")
    found = run.read("forgetting", Forgetting)
    beside = run.read("beside", Forgetting) if run.has("beside") else []
    manifest = run.manifest
    names = [clean_text(one.concept) for one in found]
    config = manifest.arguments.get("config", {})
    facts = [
        ("run", manifest.arguments.get("run", "")),
        ("method", config.get("method", "")),
        ("how", config.get("how")),
    ]
    facts += [("made", manifest.day), ("earmark", manifest.earmark_version), ("seed", manifest.seed)]
    return UnlearningData(
        version=__version__,
        title=f"Without {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}",
        concepts=tuple(_part(one, [other for other in beside if other.concept == one.concept]) for one in found),
        notes=tuple(clean_text(note) for note in manifest.notes),
        facts=tuple((name, clean_text(str(value))) for name, value in facts),
    )


def _part(found: Forgetting, beside: Sequence[Forgetting]) -> ConceptPart:
    drawn = _damaged_first(found)[:_MOST_CLASSES]
    return ConceptPart(
        name=clean_text(found.concept),
        figures=tuple(_figures(found)),
        sentences=tuple(_sentences(found)),
        bars=tuple(_bars(found, drawn)),
        left_out=len(found.damage.classes) - len(drawn),
        trade_off=_trade_off(found, beside) if found.damage.forget else None,
    )


def _figures(found: Forgetting) -> Iterable[Figure]:
    damage = found.damage
    if found.how == "erase":
        yield Figure(value=str(found.directions), meaning="direction removed before the output layer, and no neuron")
    else:
        yield Figure(value=f"{found.neurons:,}", meaning=f"of {found.of:,} neurons silenced ({found.how})")
    if damage.forget:
        before, after = damage.forget.before, damage.forget.after
        yield Figure(value=f"{after:.0%}", meaning=f"accuracy on {clean_text(found.concept)}, from {before:.0%}")
    who = "the other classes" if damage.forget else "all classes"
    yield Figure(value=f"{damage.retained.after:.1%}", meaning=f"accuracy on {who}, from {damage.retained.before:.1%}")
    if found.random_forget:
        least, most = min(found.random_forget), max(found.random_forget)
        yield Figure(
            value=f"{median(found.random_forget):.0%}",
            meaning=f"accuracy on it after each of {len(found.random_forget)} matched random changes, the middle one "
            f"({least:.0%} to {most:.0%})",
        )
    if found.after.probe_auc is not None:
        yield Figure(value=f"{found.after.probe_auc:.2f}", meaning="AUC of a linear probe for it; 0.5 is chance")


def _sentences(found: Forgetting) -> Iterable[str]:
    damage, after = found.damage, found.after
    if damage.forget:
        steps = "never within 200 steps" if after.relearning_steps is None else f"in {after.relearning_steps} steps"
        if after.reason is None:
            yield f"Retraining the head alone brings nine tenths of its accuracy back {steps}."
    else:
        yield "It is no class of the network, so that only the cost to the classes can be counted."
    if damage.delta_a is not None:
        gap = damage.delta_a - damage.delta_r
        deltas = f"Delta A {damage.delta_a:.2f}, Delta R {damage.delta_r:.2f}, difference {gap:.2f}"
        yield f"Mean logits, as published: {deltas}."


def _damaged_first(found: Forgetting) -> list[int]:
    """Places of the classes: the target, then the others, most damaged first."""
    classes = found.damage.classes
    key = [(one.label != found.damage.target, -one.accuracy.lost, one.label) for one in classes]
    return sorted(range(len(classes)), key=key.__getitem__)


def _bars(found: Forgetting, places: Sequence[int]) -> Iterable[ClassBar]:
    for row, place in enumerate(places):
        one = found.damage.classes[place]
        accuracy = one.accuracy
        yield ClassBar(
            label=clean_text(one.label),
            clips=accuracy.clips,
            before=_across(accuracy.before),
            after=_across(accuracy.after),
            low=_across(accuracy.after_low),
            high=_across(accuracy.after_high),
            y=20 + _ROW * row,
            is_target=one.label == found.damage.target,
            said=(
                f"{accuracy.before:.0%} to {accuracy.after:.0%} ({accuracy.after_low:.0%} to "
                f"{accuracy.after_high:.0%}); confidence {one.confidence_before:.2f} to {one.confidence_after:.2f}"
            ),
        )


def _across(share: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * share, 1)


def _trade_off(found: Forgetting, beside: Sequence[Forgetting]) -> TradeOffPicture | None:
    forget, retained = found.damage.forget, found.damage.retained
    if forget is None:
        return None
    losses = [0.0, *(retained.before - value for value in found.random_retained)]
    for one in (found, *beside):
        losses += [one.damage.retained.lost, *(retained.before - point.retained for point in one.curve)]
    most, least = max(0.05, *losses), min(-0.01, *losses)

    def dot(forgotten: float, lost: float, said: str) -> Dot:
        left, top, right, bottom = _PLOT
        return Dot(
            x=round(left + (right - left) * (lost - least) / (most - least), 1),
            y=round(bottom - (bottom - top) * forgotten, 1),
            said=f"{said}: {forgotten:.0%} left, the others lose {100 * lost:.1f} points",
        )

    def line(one: Forgetting, colour: str) -> Line:
        own = one.damage.forget
        chosen = dot(own.after if own else 0.0, one.damage.retained.lost, f"{one.method}, {one.neurons} neurons")
        curve = [
            (
                point.neurons,
                dot(point.forget or 0.0, retained.before - point.retained, f"{one.method}, {point.neurons} neurons"),
            )
            for point in one.curve
        ]
        ordered = [place for _, place in sorted([*curve, (one.neurons, chosen)], key=lambda pair: pair[0])]
        path = "M" + "L".join(f"{place.x} {place.y}" for place in [untouched, *ordered])
        said = f"{one.method}: {one.neurons:,} neurons" if one.how != "erase" else f"{one.method}: a direction"
        return Line(method=one.method, colour=colour, path=path, dots=tuple(ordered), chosen=chosen, said=said)

    untouched = dot(forget.before, 0.0, "untouched")
    pairs = zip(found.random_forget, found.random_retained, strict=True)
    every = (found, *beside)
    colours = [_COLOURS[place % len(_COLOURS)] for place in range(len(every))]
    return TradeOffPicture(
        lines=tuple(line(one, colour) for one, colour in zip(every, colours, strict=True)),
        random=tuple(dot(forgotten, retained.before - kept, "random") for forgotten, kept in pairs),
        untouched=untouched,
        ticks=tuple((dot(0.0, lost, "").x, f"{100 * lost:.0f}") for lost in _ticks(least, most)),
    )


def _ticks(least: float, most: float) -> list[float]:
    """Round losses between two, four to eight of them."""
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (most - least) / size <= 8)
    first = -int(-least / step)
    return [step * place for place in range(first, int(most / step) + 1)]
