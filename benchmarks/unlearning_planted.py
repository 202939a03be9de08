"""Unlearning on a network whose neurons are known: are the right ones chosen, and what else is lost?

    make bench NAME=unlearning_planted

Targets: the class falls to chance (1 in 6) while the others lose at most 1 point; precision and recall of the chosen
neurons at least 0.9. Each method is judged twice: silencing as many neurons as are planted, and silencing as many as
push the class furthest down within 0 points of loss on the clips that choose, without being told how many there are.
Between two counts that leave the class no accuracy, the one with the lower mean margin of its logit is taken.
"""

import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "dissection" / "unlearning"))

import planted

from earmark.dissection.networks.taps import find_taps
from earmark.dissection.unlearning.attribution import by_attribution, by_passes
from earmark.dissection.unlearning.budget import Budget
from earmark.dissection.unlearning.forgetting import erase, forget
from earmark.dissection.unlearning.subject import Subject
from earmark.dissection.unlearning.whom import by_selectivity, mix
from keeping import keep

SEEDS = (100, 101, 102)
METHODS = ("passes", "attribution", "taylor", "selectivity", "selectivity+attribution")
LEACE = "leace (no neurons)"


def subject_of(seed):
    network = planted.planted_network(seed)
    choosing = planted.prepared(network, 20, seed=2 * seed, side="shown")
    judging = planted.prepared(network, 40, seed=2 * seed + 1, side="held-out")
    hidden = find_taps(network, ["hidden"])
    recorded = [one for one in planted.recorded(network, choosing) if one.tap in hidden]
    return Subject.listen(network, hidden, recorded, choosing, judging, find_taps(network, ["classifier"])[0])


def rankings(subject, target):
    selectivity = by_selectivity(subject.recorded, subject.choosing.classes == target)
    where = subject.network, subject.taps, subject.choosing, target
    attribution = by_attribution(*where)
    found = by_passes(*where), attribution, by_attribution(*where, "taylor"), selectivity, mix(selectivity, attribution)
    return dict(zip(METHODS, found, strict=True))


def measure(seed):
    """One row a method and class."""
    subject = subject_of(seed)
    for target in range(len(planted.CLASSES)):
        truth, concept = planted.truth(target), subject.concept(target)
        for method, ranking in rankings(subject, target).items():
            fixed = forget(subject, ranking, concept, budget=Budget(neurons=len(truth)), random_prunes=20, seed=seed)
            free = forget(subject, ranking, concept, budget=Budget(retain_drop=0.0), random_prunes=0, seed=seed)
            chosen = set(free.silenced[0].neurons)
            yield {
                "method": method,
                "precision = recall, count given": len(set(fixed.silenced[0].neurons) & truth) / len(truth),
                "precision, count free": len(chosen & truth) / len(chosen),
                "recall, count free": len(chosen & truth) / len(truth),
                **cost(free),
                "random prunes' forget accuracy": float(np.mean(fixed.random_forget)),
            }
        found, _ = erase(subject, concept, random_prunes=20, seed=seed)
        yield {"method": LEACE, **cost(found), "random prunes' forget accuracy": float(np.mean(found.random_forget))}


def cost(found):
    return {"forget accuracy": found.damage.forget.after, "retained loss": found.damage.retained.lost}


def main():
    found = [row for seed in SEEDS for row in measure(seed)]
    rows = []
    for method in (*METHODS, LEACE):
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
            "LEACE is beside them as the rival that removes a direction; its random prunes are erasers of random clips."
        ],
    )


if __name__ == "__main__":
    main()
