"""Pool the folds of unlearning ESC-10 into one table, with intervals, and keep it."""

from collections import defaultdict

import numpy as np

from earmark.evidence.interval import wilson
from keeping import RESULTS, keep
from trade_off_picture import draw

ORDER = (
    "passes",
    "LEACE",
    "attribution",
    "taylor",
    "selectivity",
    "mix",
    "open",
    "supported",
    "DB, all of them",
    "TAB",
    "OCP as published",
    "random",
    "nothing",
)
RESAMPLES = 2000


def write_table(folds, settings):
    """Keep ``results/unlearning_esc10``, the table and its picture."""
    rows = [pooled(method, folds) for method in ORDER]
    points = [
        (row["method"], row["forget accuracy"], row["retained loss, points"], row["method"] in ("passes", "LEACE"))
        for row in rows
        if row["forget accuracy"] is not None
    ]
    draw(points, RESULTS / "unlearning_esc10.svg")
    accuracy = np.mean([int(hit) for fold in folds for hit in fold["right"]])
    keep(
        "unlearning_esc10",
        rows,
        seed=0,
        settings=settings | {"folds": [fold["fold"] for fold in folds], "neurons": folds[0]["neurons"]},
        notes=[
            f"Before anything is silenced the networks name {accuracy:.1%} right, "
            + ", ".join(f"fold {fold['fold']} {np.mean([int(hit) for hit in fold['right']]):.1%}" for fold in folds)
            + ".",
            (
                f"Accuracy on the class is pooled over folds, {8 * len(folds)} clips a class; its interval is "
                f"Wilson's over all {80 * len(folds)}. Loss of the others is in points of accuracy, averaged over "
                "classes; its interval is a bootstrap over clips, before and after paired."
            ),
            (
                "Neurons are chosen on the training folds. Passes: as many as push the class furthest down while the "
                "others lose at most 3 points there. Attribution to supported: as many as passes, or all that speak of "
                "the class. Random: as many in each tap. DB and OCP: all that carry the class, as published."
            ),
            "TAB compares sounds with names by CLAP, of which no weights were at hand.",
            "Words say nothing of a class in a fold where neurons is 0: then nothing is silenced.",
        ],
    )


def pooled(method, folds):
    """One row of the table, ``None`` throughout for a method that was not run."""
    own = [(fold, row) for fold in folds for row in fold["rows"] if row["method"] == method]
    columns = ("neurons, mean", "forget accuracy", "95% from", "to", "worst class", "retained loss, points")
    columns += ("95% from ", "to ", "worst retained loss", "probe AUC", "relearnt in steps, median", "never relearnt")
    if not own:
        return {"method": method} | dict.fromkeys(columns)
    labels = folds[0]["labels"]
    forgotten, lost = defaultdict(list), defaultdict(list)
    for fold, row in own:
        classes, before, after = np.array(fold["classes"]), bits(fold["right"]), bits(row["right"])
        is_target = classes == row["class"]
        forgotten[row["class"]] += after[is_target].tolist()
        lost[row["class"]] += (before - after)[~is_target].tolist()
    by_class = {index: np.mean(hits) for index, hits in forgotten.items()}
    losses = {index: np.mean(diff) for index, diff in lost.items()}
    # Several draws of random neurons judge the same clips: they are one observation.
    draws = len(own) / (len(folds) * len(labels))
    flat = [hit for hits in forgotten.values() for hit in hits]
    low, high = wilson(round(sum(flat) / draws), round(len(flat) / draws))
    loss_low, loss_high = bootstrap([np.array(diff) for diff in lost.values()])
    worst, hurt = max(by_class, key=by_class.get), max(losses, key=losses.get)
    values = (
        float(np.mean([row["neurons"] for _, row in own])),
        float(np.mean(list(by_class.values()))),
        low,
        high,
        f"{labels[worst]} {by_class[worst]:.0%}",
        100 * float(np.mean(list(losses.values()))),
        100 * loss_low,
        100 * loss_high,
        f"{labels[hurt]} {100 * losses[hurt]:.1f}",
        *aftermath([row for _, row in own]),
    )
    return {"method": method} | dict(zip(columns, values, strict=True))


def aftermath(rows):
    """Mean AUC of the probe, median steps to relearn where it was relearnt, and how often it never was."""
    probed = [row for row in rows if row.get("probe_auc") is not None]
    if not probed:
        return None, None, None
    steps = [row["relearning_steps"] for row in probed if row["relearning_steps"] is not None]
    never = f"{len(probed) - len(steps)} of {len(probed)}"
    return float(np.mean([row["probe_auc"] for row in probed])), float(np.median(steps)) if steps else None, never


def bootstrap(losses):
    """95% of the mean over classes of the mean loss, clips of each class drawn anew."""
    rng = np.random.default_rng(0)
    drawn = [np.mean([one[rng.integers(len(one), size=len(one))].mean() for one in losses]) for _ in range(RESAMPLES)]
    return tuple(float(value) for value in np.percentile(drawn, [2.5, 97.5]))


def bits(text):
    return np.array([int(hit) for hit in text])
