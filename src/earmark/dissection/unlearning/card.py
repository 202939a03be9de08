"""The card of an unlearning: what was silenced, why, before and after, in Markdown beside the exported weights."""

from pathlib import Path

from earmark.dissection.networks import AudioNetwork
from earmark.dissection.unlearning.damage import Accuracy, ClassDamage
from earmark.dissection.unlearning.export import Exported, NotExported
from earmark.dissection.unlearning.forgetting import Forgetting
from earmark.runs.files import write_whole

_NEIGHBOURS = 5
_LISTED = 40


def write_card(
    folder: Path, name: str, found: Forgetting, exported: Exported | NotExported, network: AudioNetwork
) -> Path:
    """Write the card, and what it was made from, into the exported network's folder, else into ``cards``.

    Args:
        folder: of the run.
        name: of the concept, as a file name.
        found: what was silenced, and what it cost.
        exported: what became of the weights.
        network: as it was before.

    Returns:
        The card's file.
    """
    is_exported = isinstance(exported, Exported)
    place = exported.folder if isinstance(exported, Exported) else folder / "cards"
    file = place / ("README.md" if is_exported else f"{name}.md")
    write_whole(file, card(found, exported, network))
    write_whole(place / ("unlearning.json" if is_exported else f"{name}.json"), found.model_dump_json(indent=2) + "\n")
    return file


def safe_name(concept: str) -> str:
    """A file name from a class name, which is untrusted text."""
    plain = "".join(character if character.isascii() and character.isalnum() else "-" for character in concept.lower())
    return plain.strip("-")[:60] or "concept"


def card(found: Forgetting, exported: Exported | NotExported, network: AudioNetwork) -> str:
    """The text of the card."""
    damage = found.damage
    lines = [
        f"# {_plain(network.name.rsplit('/', 1)[-1])} without {_plain(found.concept)}",
        "",
        f"{_what(found)} Every figure below is from held-out clips, which chose nothing.",
        "",
        "| accuracy | clips | before | after | 95% interval after | after matched random changes (their number) |",
        "| --- | --- | --- | --- | --- | --- |",
        *([_row(_plain(found.concept), damage.forget, found.random_forget)] if damage.forget else []),
        _row("all other classes" if damage.forget else "all classes", damage.retained, found.random_retained),
        "",
        _logits(found),
        "",
        _neighbours(found),
        "",
        _aftermath(found),
        "",
        *_weights(found, exported),
        "",
        "| class | clips | accuracy | 95% interval after | mean logit | calibrated confidence |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_class_row(one) for one in damage.classes),
    ]
    return "\n".join(lines) + "\n"


def _what(found: Forgetting) -> str:
    if found.how == "erase":
        directions = "1 direction" if found.directions == 1 else f"{found.directions} directions"
        return f"LEACE removed {directions} from what the classifier reads, fitted on shown clips, and no neuron."
    chosen = f"chosen by {found.method} on shown clips"
    kind = "" if found.damage.forget else f" {_plain(found.concept)} is no class of the network."
    return f"{found.neurons} of {found.of} neurons were silenced ({found.how}), {chosen}.{kind}"


def _row(name: str, accuracy: Accuracy, random: tuple[float, ...]) -> str:
    drawn = f"{min(random):.1%} to {max(random):.1%} ({len(random)})" if random else "not run"
    return (
        f"| {name} | {accuracy.clips} | {accuracy.before:.1%} | {accuracy.after:.1%} | "
        f"{accuracy.after_low:.1%} to {accuracy.after_high:.1%} | {drawn} |"
    )


def _class_row(one: ClassDamage) -> str:
    accuracy = one.accuracy
    return (
        f"| {_plain(one.label)} | {accuracy.clips} | {accuracy.before:.1%} to {accuracy.after:.1%} | "
        f"{accuracy.after_low:.1%} to {accuracy.after_high:.1%} | {one.logit_before:.2f} to {one.logit_after:.2f} | "
        f"{one.confidence_before:.2f} to {one.confidence_after:.2f} |"
    )


def _logits(found: Forgetting) -> str:
    damage = found.damage
    if damage.delta_a is None:
        return f"Mean logits, as published: the classes lost {damage.delta_r:.3f} on average (Delta R)."
    return (
        f"Mean logits, as published: Delta A {damage.delta_a:.3f}, Delta R {damage.delta_r:.3f}, "
        f"difference {damage.delta_a - damage.delta_r:.3f}."
    )


def _neighbours(found: Forgetting) -> str:
    worst = found.damage.neighbours[:_NEIGHBOURS]
    if not worst:
        return "No other class lost accuracy." if found.damage.forget else "No class lost accuracy."
    named = (f"{_plain(one.label)} ({one.accuracy.before:.0%} to {one.accuracy.after:.0%})" for one in worst)
    return f"Most damaged {'neighbours' if found.damage.forget else 'classes'}: {', '.join(named)}."


def _aftermath(found: Forgetting) -> str:
    before, after = found.before, found.after
    if after.reason:
        return f"Neither a probe nor relearning was tried: {after.reason}."
    probe = (
        f"A linear probe on the last hidden layer finds the class with AUC {after.probe_auc:.2f} "
        f"(before: {before.probe_auc:.2f}; 0.5 is chance)."
        if before.probe_auc is not None and after.probe_auc is not None
        else "No linear probe could be trained."
    )
    steps = "never within 200 steps" if after.relearning_steps is None else f"in {after.relearning_steps} steps"
    return f"{probe} Retraining the head alone brings nine tenths of the accuracy back {steps}."


def _weights(found: Forgetting, exported: Exported | NotExported) -> list[str]:
    """Which taps were changed, how, and which of their neurons."""
    if isinstance(exported, NotExported):
        said = [f"No weights were exported: {_plain(exported.reason)}."]
    elif exported.folded_into:
        said = [f"The removed direction is folded into the weights of `{exported.folded_into}`; nothing else changed."]
    elif exported.hidden_width is not None:
        padded = f"every layer is padded with zeros to the widest one left ({exported.hidden_width})"
        others = f"Other neurons are held at {_held(found)} by their weights."
        said = [f"Hidden neurons of MLPs are really removed; {padded}. {others}"]
    else:
        said = [f"The silenced neurons are held at {_held(found)} by their weights."]
    if found.silenced:
        said += ["", "| tap | what became of them | count | neurons |", "| --- | --- | --- | --- |"]
    for one in found.silenced:
        listed = ", ".join(map(str, one.neurons[:_LISTED])) + (", ..." if len(one.neurons) > _LISTED else "")
        said.append(f"| `{one.tap}` | {_fate(one.tap, exported)} | {len(one.neurons)} | {listed} |")
    return said


def _held(found: Forgetting) -> str:
    return "their means" if found.how == "mean" else "zero"


def _fate(tap: str, exported: Exported | NotExported) -> str:
    if isinstance(exported, NotExported):
        return "masked while it runs"
    return "removed" if tap in exported.removed else "held constant"


def _plain(text: str) -> str:
    """Untrusted text on one line without Markdown."""
    return " ".join("".join(character if character not in "|`*_<>[]\\" else " " for character in text).split())
