"""What the command line says when a dissection is done: the folder, three descriptions, the page."""

import json

from earmark.cli.terminal import console, print_json
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.verification.detection import Detection
from earmark.dissection.verification.detection import told as told_by_captions
from earmark.dissection.verification.sounding import Sounding
from earmark.dissection.verification.sounding import told as told_by_sounds
from earmark.dissection.verification.verification import Verification
from earmark.report.dissection_page import write_page
from earmark.runs import RunFolder

_SHOWN = 3


def show_run(run: RunFolder, *, as_json: bool, audio: bool) -> None:
    """Write the page and print the end of a run, for people or for machines."""
    page = write_page(run, run.path / "page.html", audio=audio)
    verdicts = [one for one in run.read("verdicts", Verification) if one.subject == "description"]
    if as_json:
        print_json(json.dumps(_summary(run, verdicts) | {"page": str(page)}))
        return
    out = console()
    counts = _summary(run, verdicts)
    out.print(
        f"{counts['neurons']} neurons: {counts['described']} described, {counts['supported']} of them supported on "
        f"{counts['held_out']} held-out clips, {counts['dead']} dead; {counts['skipped']} files skipped."
    )
    for verdict in best_of_different_taps(verdicts, _SHOWN):
        out.print()
        out.print(f"{verdict.neuron}", style="bold")
        out.print(f"  {verdict.text}")
        out.print(f"  {score_line(verdict)}", style="dim")
    for line in other_judges(run):
        out.print()
        out.print(line)
    for note in run.manifest.notes:
        out.print(f"note: {note}")
    out.print()
    out.print(f"run   {run.path}", soft_wrap=True)
    out.print(f"page  {page}", soft_wrap=True)


def other_judges(run: RunFolder) -> list[str]:
    """What a language model and the sounds themselves say of the descriptions, where they were asked."""
    lines = []
    if run.has("detections"):
        lines.append(told_by_captions(run.read("detections", Detection)))
    if run.has("soundings"):
        lines.append(told_by_sounds(run.read("soundings", Sounding)))
    return lines


def best_of_different_taps(verdicts: list[Verification], count: int) -> list[Verification]:
    """The supported descriptions that hold best, each of another tap."""
    judged = [one for one in verdicts if one.verdict.outcome == "supported" and one.pearson is not None]
    judged.sort(key=lambda one: -(one.pearson or 0))
    best = {one.neuron.tap: one for one in reversed(judged)}
    return sorted(best.values(), key=lambda one: -(one.pearson or 0))[:count]


def score_line(verdict: Verification) -> str:
    """The verdict of a description on one line."""
    if verdict.pearson is None:
        return f"{verdict.verdict.outcome}: {verdict.verdict.reason}"
    parts = [f"{verdict.verdict.outcome}: held-out Pearson {verdict.pearson:.2f}"]
    if verdict.pearson_low is not None and verdict.pearson_high is not None:
        parts[0] += f" ({verdict.pearson_low:.2f} to {verdict.pearson_high:.2f})"
    if verdict.auprc is not None:
        parts.append(f"AUPRC {verdict.auprc:.2f} (chance {verdict.auprc_chance:.2f})")
    if verdict.specific is not None:
        parts.append("specific" if verdict.specific else "not specific")
    return ", ".join(parts)


def _summary(run: RunFolder, verdicts: list[Verification]) -> dict[str, object]:
    clips, recorded = run.manifest.stage("clips"), run.manifest.stage("activations")
    descriptions = run.read("descriptions", Description)
    return {
        "run": str(run.path),
        "neurons": recorded.counts["neurons"] if recorded else 0,
        "dead": recorded.counts["dead"] if recorded else 0,
        "described": sum(one.text is not None for one in descriptions),
        "supported": sum(one.verdict.outcome == "supported" for one in verdicts),
        "refuted": sum(one.verdict.outcome == "refuted" for one in verdicts),
        "undecided": sum(one.verdict.outcome == "undecided" for one in verdicts),
        "shown": clips.counts["shown"] if clips else 0,
        "held_out": clips.counts["held_out"] if clips else 0,
        "skipped": len(run.manifest.skipped),
    }
