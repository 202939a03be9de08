"""The two findings of the AND paper on nine networks: three strategies, three seeds, each beside its untrained twin.

    make bench NAME=findings       (or, in parts: python benchmarks/findings.py --only frozen 0, then --measured)

Networks come from findings_networks.py; all are dissected with the same sounds, which none was trained on, and judged
by the rule of docs/design/findings.md. Runs are kept in ``benchmarks/cache/findings``; one that was stopped goes on.
"""

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from earmark.dissection.config import DissectionConfig
from earmark.dissection.findings.config import FindingsConfig
from earmark.dissection.findings.recipe import agree, find
from earmark.dissection.findings.records import CombinationFinding
from earmark.dissection.recipe import dissect, resume
from earmark.report.findings_page import write_findings_page
from earmark.samples.sounds import write_sounds
from findings_networks import CACHE, SEEDS, STRATEGIES, network_folder
from keeping import RESULTS, keep

PER_CLASS, SEED = 20, 30_000
# Fewer draws and judging clips than the command's own, so that nine networks take minutes.
CONFIG = FindingsConfig(only="combination", draws=5, judging_clips=165)


def dissected(strategy, seed):
    """The finished run of a network, with its twin."""
    sounds = CACHE / "probing-sounds"
    if not (sounds / "manifest.csv").is_file():
        write_sounds(sounds, PER_CLASS, SEED)
    network = str(network_folder(strategy, seed))
    folder = CACHE / "runs" / f"{strategy}-{seed}"
    start = time.process_time()
    if not (folder / "manifest.json").is_file():
        dissect(network, sounds, folder, DissectionConfig(control="untrained"))
    elif not (folder / "tables" / "untrained_verdicts.parquet").is_file():
        resume(folder)
    sys.stderr.write(f"dissected {strategy} {seed}: {time.process_time() - start:.0f} CPU s\n")
    return folder


def combination(strategy, seed):
    """The first finding of one network, kept."""
    folder = dissected(strategy, seed)
    kept = folder.with_suffix(".json")
    if not kept.is_file():
        start = time.process_time()
        (one,) = find([folder], CONFIG).combination
        kept.write_text(one.model_dump_json())
        sys.stderr.write(f"pruned {strategy} {seed}: {time.process_time() - start:.0f} CPU s\n")
    one = CombinationFinding.model_validate_json(kept.read_bytes())
    return one.model_copy(update={"network": f"{strategy}-{seed}"})


def figure(value):
    """A figure in a cell of the table."""
    if value.value is None:
        return value.reason
    text = f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"
    return text if value.adjusted is None else f"{text}, corrected p {value.adjusted:.2g}"


def first_rows(found):
    """One row a network: what finding (i) rests on."""
    for one in found:
        causal, prediction, explanation = one.tests
        damage = {row.chosen_by: figure(row.damage) for row in one.damages}
        yield {
            "network": one.network,
            "accuracy": one.accuracy,
            "causal": f"{causal.says}: {figure(causal.figure)}",
            "damage of basic adjectives": damage.get("basic adjectives"),
            "damage of nouns": damage.get("nouns"),
            "prediction": f"{prediction.says}: {figure(prediction.figure)}",
            "explanation": f"{explanation.says}: {figure(explanation.figure)}",
            "explanation, twin": figure(explanation.untrained),
            "decision": one.decision,
        }


def second_rows(found):
    """One row a network: first and last block, the twin's last block beside."""
    for one in found:
        yield {"network": one.network} | {
            f"{name}, first / last block / twin's last": " / ".join(
                f"{value(side):.2f}" for side in (one.layers[0], one.layers[-1], one.untrained[-1])
            )
            for name, value in (
                ("spread", lambda side: side.spread),
                ("interpretable", lambda side: side.interpretable[3]),
                ("modes", lambda side: side.modes),
                ("adjectives", lambda side: side.adjectives),
                ("concepts", lambda side: side.concepts),
            )
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs=2, metavar=("STRATEGY", "SEED"), help="measure this one and stop")
    parser.add_argument("--measured", action="store_true", help="make the tables of those that are measured")
    asked = parser.parse_args()
    if asked.only:
        combination(asked.only[0], int(asked.only[1]))
        return
    every = [(strategy, seed) for strategy in STRATEGIES for seed in SEEDS]
    networks = [one for one in every if not asked.measured or (CACHE / "runs" / "{}-{}.json".format(*one)).is_file()]
    left_out = ", ".join("{}-{}".format(*one) for one in every if one not in networks) or "none"
    first = tuple(combination(*one) for one in networks)
    found = find([dissected(*one) for one in networks], FindingsConfig(only="polysemanticity"))
    second = tuple(
        one.model_copy(update={"network": f"{strategy}-{seed}"})
        for one, (strategy, seed) in zip(found.polysemanticity, networks, strict=True)
    )
    decision, because = agree(first)
    found = found.model_copy(
        update={
            "combination": first,
            "combination_decision": decision,
            "combination_because": because,
            "polysemanticity": second,
        }
    )
    write_findings_page(found, CACHE / "findings.html")
    (RESULTS / "findings_all.json").write_text(found.model_dump_json() + "\n", encoding="utf-8")
    keep(
        "findings",
        list(first_rows(first)),
        seed=SEED,
        settings={"sounds a class": PER_CLASS, "networks": "findings_networks.py"} | asdict(CONFIG),
        notes=[
            f"Over all {len(first)} networks: {decision}, {because}",
            f"Networks of the nine that were not measured: {left_out}.",
            "Intervals are at 98.3%; all figures are in findings_all.json.",
        ],
    )
    keep(
        "findings_layers",
        list(second_rows(second)),
        seed=SEED,
        settings={"sounds a class": PER_CLASS, "networks": "findings_networks.py"},
        notes=[
            f"{found.polysemanticity_decision}: {found.polysemanticity_because}",
            f"Networks of the nine that were not measured: {left_out}.",
            *(f"{row.question} (expected {row.expected}): {figure(row.figure)}" for row in found.comparisons),
            "Made by NAME=findings. The table holds plain values; the tests subtract the twin's (Student, Welch, 95%).",
        ],
    )


if __name__ == "__main__":
    main()
