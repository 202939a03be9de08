"""Unlearning on a network whose neurons are known: are the right ones chosen, and what else is lost?

    make bench NAME=unlearning_planted

Targets: the class falls to chance (1 in 6) while the others lose at most 1 point; precision and recall of the chosen
neurons at least 0.9. The budget is not given: each method silences as many neurons as forget most within 0 points of
loss on the clips that choose.
"""

import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "dissection" / "unlearning"))

import planted

from earmark.dissection.networks.taps import find_taps
from earmark.dissection.unlearning.forgetting import Budget, Subject, forget
from earmark.dissection.unlearning.whom import by_attribution, by_selectivity, mix
from keeping import keep

SEEDS = (100, 101, 102)
METHODS = ("selectivity", "attribution", "taylor", "selectivity+attribution")


def subject_of(seed):
    network = planted.planted_network(seed)
    choosing = planted.prepared(network, 20, seed=2 * seed, side="shown")
    judging = planted.prepared(network, 40, seed=2 * seed + 1, side="held-out")
    hidden = find_taps(network, ["hidden"])
    recorded = [one for one in planted.recorded(network, choosing) if one.tap in hidden]
    return Subject.listen(network, hidden, recorded, choosing, judging, find_taps(network, ["classifier"])[0])


def rankings(subject, target):
    selectivity = by_selectivity(subject.recorded, subject.choosing.classes == target)
    attribution = by_attribution(subject.network, subject.taps, subject.choosing, target)
    taylor = by_attribution(subject.network, subject.taps, subject.choosing, target, "taylor")
    return dict(zip(METHODS, (selectivity, attribution, taylor, mix(selectivity, attribution)), strict=True))


def measure(seed):
    """One row a method and class."""
    subject = subject_of(seed)
    for target in range(len(planted.CLASSES)):
        truth = planted.truth(target)
        for method, ranking in rankings(subject, target).items():
            fixed = forget(subject, ranking, target, budget=Budget(neurons=len(truth)), random_prunes=20, seed=seed)
            free = forget(subject, ranking, target, budget=Budget(retain_drop=0.0), random_prunes=0, seed=seed)
            chosen = set(free.silenced[0].neurons)
            yield {
                "method": method,
                "precision at 4": len(set(fixed.silenced[0].neurons) & truth) / len(truth),
                "precision, free budget": len(chosen & truth) / len(chosen),
                "recall, free budget": len(chosen & truth) / len(truth),
                "forget accuracy": fixed.damage.forget_after,
                "retained loss": fixed.damage.retained_before - fixed.damage.retained_after,
                "random prunes' forget accuracy": float(np.mean(fixed.random_forget)),
            }


def main():
    found = [row for seed in SEEDS for row in measure(seed)]
    rows = []
    for method in METHODS:
        own = [row for row in found if row["method"] == method]
        figures = {key: statistics.mean(row[key] for row in own) for key in own[0] if key != "method"}
        worst = {
            "worst forget accuracy": max(row["forget accuracy"] for row in own),
            "worst retained loss": max(row["retained loss"] for row in own),
        }
        rows.append({"method": method, "runs": len(own), **figures, **worst})
    keep(
        "unlearning_planted",
        rows,
        seed=SEEDS[0],
        settings={"seeds": SEEDS, "classes": planted.CLASSES, "neurons a class": planted.PER_CLASS},
        notes=[
            (
                "The free budget stops as soon as nothing is left to forget, so its recall is below 1 by design: fewer "
                "neurons than are planted may suffice."
            )
        ],
    )


if __name__ == "__main__":
    main()
