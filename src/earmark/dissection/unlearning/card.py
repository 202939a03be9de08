"""The card of an unlearning: what was silenced, why, before and after, in Markdown beside the exported weights."""

from pathlib import Path

from earmark.dissection.networks import AudioNetwork
from earmark.dissection.unlearning.export import Exported
from earmark.dissection.unlearning.forgetting import Forgetting
from earmark.runs.store import mendable_disk

_NEIGHBOURS = 5


def write_card(folder: Path, found: Forgetting, exported: Exported | None, network: AudioNetwork) -> Path:
    """Write the card into the exported network's folder, else into the run folder."""
    place = exported.folder if exported is not None else folder
    file = place / ("README.md" if exported is not None else f"{_plain(found.concept)}.md")
    with mendable_disk(folder):
        place.mkdir(parents=True, exist_ok=True)
        file.write_text(card(found, exported, network), encoding="utf-8")
    return file


def card(found: Forgetting, exported: Exported | None, network: AudioNetwork) -> str:
    """The text of the card."""
    damage = found.damage
    lines = [
        f"# {_plain(network.name.rsplit('/', 1)[-1])} without {_plain(found.concept)}",
        "",
        (
            f"{found.neurons} of {found.of} neurons were silenced ({found.how}), chosen by {found.method} on shown "
            "clips; every figure below is from held-out clips, which chose nothing."
        ),
        "",
        "| accuracy | before | after | 95% interval after | matched random prunes |",
        "| --- | --- | --- | --- | --- |",
        _row(
            _plain(found.concept),
            damage.forget_before,
            damage.forget_after,
            (damage.forget_low, damage.forget_high),
            found.random_forget,
        ),
        _row(
            "all other classes",
            damage.retained_before,
            damage.retained_after,
            (damage.retained_low, damage.retained_high),
            found.random_retained,
        ),
        "",
        (
            f"Mean logits, as published: Delta A {damage.delta_a:.3f}, Delta R {damage.delta_r:.3f}, "
            f"difference {damage.delta_a - damage.delta_r:.3f}."
        ),
        "",
        _neighbours(found),
        "",
        _aftermath(found),
    ]
    if exported is not None:
        lines += ["", *_weights(exported)]
    return "\n".join(lines) + "\n"


def _row(name: str, before: float, after: float, interval: tuple[float, float], random: tuple[float, ...]) -> str:
    drawn = f"{min(random):.1%} to {max(random):.1%} ({len(random)})" if random else "not run"
    return f"| {name} | {before:.1%} | {after:.1%} | {interval[0]:.1%} to {interval[1]:.1%} | {drawn} |"


def _neighbours(found: Forgetting) -> str:
    worst = found.damage.neighbours[:_NEIGHBOURS]
    if not worst:
        return "No other class lost accuracy."
    named = (f"{_plain(one.label)} ({one.accuracy_before:.0%} to {one.accuracy_after:.0%})" for one in worst)
    return f"Most damaged neighbours: {', '.join(named)}."


def _aftermath(found: Forgetting) -> str:
    before, after = found.before, found.after
    probe = (
        f"A linear probe on the last hidden layer finds the class with AUC {after.probe_auc:.2f} "
        f"(before: {before.probe_auc:.2f}; 0.5 is chance)."
        if before.probe_auc is not None and after.probe_auc is not None
        else "No linear probe could be trained."
    )
    steps = "never within 200 steps" if after.relearning_steps is None else f"in {after.relearning_steps} steps"
    return f"{probe} Retraining the head alone brings nine tenths of the accuracy back {steps}."


def _weights(exported: Exported) -> list[str]:
    said = []
    if exported.removed:
        said.append(
            f"Really removed: {sum(exported.removed.values())} hidden neurons of {len(exported.removed)} MLPs; every "
            f"layer is padded with zeros to the widest one left ({exported.hidden_width})."
        )
    if exported.zeroed:
        said.append(f"Set to zero: {sum(exported.zeroed.values())} neurons of {len(exported.zeroed)} taps.")
    return said


def _plain(text: str) -> str:
    """Untrusted text on one line without Markdown."""
    return " ".join("".join(character if character not in "|`*_<>[]\\" else " " for character in text).split())
