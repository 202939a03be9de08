"""The tables of the ESC-10 benchmark."""

import json
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from earmark.dissection.concepts.similarity import SCORES
from esc10_methods import OURS

RESULTS = Path(__file__).parent / "results"
TARGETS = {"pearson": 0.50, "auprc": 0.42, "specific": 0.40, "specific_over_untrained": 1.8}
UNTRAINED = "untrained twin: "
HOW_TO_READ = (
    "Means over the neurons of all hidden layers, then over seeds (least to largest). Pearson, AUPRC and the line-up "
    "of 20 are of described neurons; described, specific and supported are shares of all neurons that vary. n/a: "
    "fewer than 40 different descriptions in a layer."
)


def spread(rows: Sequence[dict[str, float | None]]) -> dict[str, list[float] | None]:
    """Mean, least and largest over seeds."""
    found: dict[str, list[float] | None] = {}
    for key in rows[0]:
        values = [row[key] for row in rows if row[key] is not None]
        found[key] = [statistics.mean(values), min(values), max(values)] if values else None
    return found


def save(seeds: Sequence[int], hidden: dict, layers: dict, last: dict) -> None:
    """Write what there is so far."""
    import torch
    import transformers

    done = len(hidden[OURS])
    table = {name: spread(rows) for name, rows in hidden.items()}
    own, twin = (table[name]["specific"] for name in (OURS, UNTRAINED + OURS))
    result = {
        "what": "ESC-10, network trained on folds 1 to 4, all 400 recordings, half of the sources held out",
        "seeds": list(seeds[:done]),
        "targets": TARGETS,
        "reached": {
            "pearson": table[OURS]["pearson"],
            "auprc": table[OURS]["auprc"],
            "specific": own,
            "specific_over_untrained": own[0] / twin[0] if own and twin and twin[0] else None,
        },
        "last_layer": last,
        "hidden_layers": table,
        "by_layer": {name: {tap: spread(rows) for tap, rows in taps.items()} for name, taps in layers.items()},
        "machine": {
            "load": Path("/proc/loadavg").read_text().split()[:3] if Path("/proc/loadavg").exists() else None,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "esc10.json").write_text(json.dumps(result, indent=2) + "\n")
    (RESULTS / "esc10.md").write_text(markdown(result))


def markdown(result: dict) -> str:
    columns = {
        "described": ("described", "{:.0%}"),
        "pearson": ("Pearson", "{:.2f}"),
        "pearson_words": ("by words alone", "{:.2f}"),
        "auprc": ("AUPRC", "{:.2f}"),
        "specific": ("specific", "{:.0%}"),
        "informativeness": ("found among 20", "{:.2f}"),
        "supported": ("supported", "{:.0%}"),
    }

    def cells(row: dict) -> str:
        shown = []
        for key, (_, form) in columns.items():
            if row[key] is None:
                shown.append("n/a")
            else:
                mean, low, high = row[key]
                shown.append(f"{form.format(mean)} ({form.format(low)} to {form.format(high)})")
        return " | ".join(shown)

    header = " | ".join(title for title, _ in columns.values())
    reached, last = result["reached"], result["last_layer"]
    ratio = reached["specific_over_untrained"]
    lines = [
        f"# {result['what']}",
        "",
        f"Split seeds {', '.join(map(str, result['seeds']))}. {HOW_TO_READ}",
        "",
        f"| way of describing | {header} |",
        "|---" * (len(columns) + 1) + "|",
        *(f"| {name} | {cells(row)} |" for name, row in result["hidden_layers"].items()),
        "",
        f"Targets for {OURS}: Pearson {TARGETS['pearson']:.2f}, AUPRC {TARGETS['auprc']:.2f}, specific "
        f"{TARGETS['specific']:.0%} and {TARGETS['specific_over_untrained']} times the untrained twin's share"
        + (f" (reached {ratio:.1f} times)." if ratio else "."),
        "",
        "## Last layer",
        "",
        "Class neurons named right by closed concepts (titles against the ten class names); no clip is held out here.",
        "",
        f"| recordings | {' | '.join(SCORES)} |",
        "|---" * (len(SCORES) + 1) + "|",
        *(
            f"| {which} ({found['recordings']}) | {' | '.join(f'{found[score]} of 10' for score in SCORES)} |"
            for which, found in last["closed_concepts_right"].items()
        ),
        "",
        f"Descriptions nearest to their own class name: {last['descriptions_nearest_to_their_class']} of 10.",
    ]
    for name, taps in result["by_layer"].items():
        lines += ["", f"## Every layer: {name}", "", f"| layer | {header} |", "|---" * (len(columns) + 1) + "|"]
        lines += [f"| {tap} | {cells(row)} |" for tap, row in taps.items()]
    return "\n".join(lines) + "\n"
