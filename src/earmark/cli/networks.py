"""``earmark networks``: look at a network before dissecting it."""

import json
from typing import Annotated, Any

import typer

from earmark.cli.terminal import print_json, print_line
from earmark.errors import InvalidInput

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Look at audio networks: taps, widths, rate, pooling."
)


@app.callback()
def networks() -> None:
    """Look at audio networks: taps, widths, rate, pooling."""


@app.command()
def show(
    network: Annotated[str, typer.Argument(help="A folder, a hub id, package.module:factory, or reference.")],
    taps: Annotated[
        list[str] | None,
        typer.Option("--taps", metavar="GLOB", help="What 'dissect' reads with this --taps: a glob, a name or a kind."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every tap there is; those not read by default are marked.")
    ] = False,
    trust_pickle: Annotated[
        bool, typer.Option("--trust-pickle", help="Also load weights that are pickles, which can run code.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """List the taps of a network, by default those that 'dissect' reads."""
    from earmark.dissection.networks.loading import load_network
    from earmark.dissection.networks.taps import every_tap, find_taps

    if every and taps:
        raise InvalidInput("--all lists every tap there is: leave --taps out.")
    opened = load_network(network, trust_pickle=trust_pickle)
    found = every_tap(opened) if every else find_taps(opened, taps or ())
    listed = {tap.name for tap in find_taps(opened)}
    facts: dict[str, Any] = {
        "name": opened.name,
        "rate_hz": opened.rate_hz,
        "window_s": round(opened.layout.window_s, 3) if opened.layout.window_s else None,
        "classes": list(opened.labels),
        "head": _HEADS[opened.layout.head],
        "poolings": ["head", *(["cls"] if opened.layout.special else []), "first", "mean", "max"],
        "one_length_a_batch": opened.equal_lengths_only,
        "untrained": list(opened.untrained),
        "taps": [
            {"name": tap.name, "kind": tap.kind, "width": tap.width, "layer": tap.layer, "default": tap.name in listed}
            for tap in found
        ],
        "neurons": sum(tap.width for tap in found),
    }
    if as_json:
        print_json(json.dumps(facts))
        return
    for line in _lines(facts):
        print_line(line)


_HEADS = {
    "special": "the tokens that stand for the whole clip, averaged",
    "frames": "the frames of the clip, averaged",
    "all": "all frames, padding included, averaged",
}


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [
        facts["name"],
        f"  rate     {facts['rate_hz']} Hz",
        f"  pooling  head (default: {facts['head']}), {', '.join(facts['poolings'][1:])}",
    ]
    if facts["window_s"]:
        lines.append(f"  hears    the first {facts['window_s']:g} s of a clip")
    if facts["classes"]:
        few = ", ".join(facts["classes"][:6]) + (", ..." if len(facts["classes"]) > 6 else "")
        lines.append(f"  classes  {len(facts['classes'])}: {few}")
    if facts["one_length_a_batch"]:
        lines.append("  batches  clips of one length, for padding would change them")
    if facts["untrained"]:
        lines.append(f"  untrained, its weights were in no file: {', '.join(facts['untrained'])}")
    wide = max(len(tap["name"]) for tap in facts["taps"])
    lines.append("")
    lines += [
        f"  {tap['name']:<{wide}}  {tap['kind']:<16}  {tap['width']:>6}{'' if tap['default'] else '  only if named'}"
        for tap in facts["taps"]
    ]
    return [*lines, "", f"{len(facts['taps'])} taps, {facts['neurons']} neurons"]
