"""The page of an unlearning shows damage by class and the trade-off where the numbers say; nothing becomes markup."""

import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from earmark.cli.app import main
from earmark.cli.unlearn import forgetting_lines
from earmark.dissection.unlearning.aftermath import Aftermath
from earmark.dissection.unlearning.damage import assess
from earmark.dissection.unlearning.forgetting import Forgetting, SilencedTap, TradeOff
from earmark.errors import InvalidInput
from earmark.report.unlearning_page import unlearning_data, write_unlearning_page
from earmark.runs import Manifest, RunFolder

LABELS = ("dog", "rain", "sea <b>waves</b>", "siren")


def damage(wrong, target):
    """Ten clips a class, all right before; so many of each class wrong afterwards."""
    classes = np.repeat(np.arange(4), 10)
    before = np.eye(4, dtype=np.float32)[classes] * 4
    after = before.copy()
    for index, count in enumerate(wrong):
        rows = np.flatnonzero(classes == index)[:count]
        after[rows] = np.eye(4, dtype=np.float32)[(index + 1) % 4] * 4
    return assess(before, after, classes, LABELS, target)


def forgetting(method="passes", wrong=(9, 0, 2, 0), target=0, concept="dog", random=20):
    rng = np.random.default_rng(0)
    left = Aftermath(probe_auc=0.91, relearning_steps=3)
    return Forgetting(
        concept=concept,
        method=method,
        how="erase" if method == "leace" else "zero",
        silenced=() if method == "leace" else (SilencedTap(tap="layer", neurons=(1, 2, 3)),),
        neurons=0 if method == "leace" else 40,
        of=400,
        directions=int(method == "leace"),
        damage=damage(wrong, target),
        curve=(
            TradeOff(neurons=10, forget=0.7, retained=1.0),
            TradeOff(neurons=20, forget=0.4, retained=0.97),
            TradeOff(neurons=80, forget=0.0, retained=0.8),
        ),
        random_forget=tuple(rng.uniform(0.8, 1, random).round(2).tolist()),
        random_retained=tuple(rng.uniform(0.9, 1, random).round(3).tolist()),
        before=left,
        after=left,
    )


@pytest.fixture
def run(tmp_path):
    config = {"method": "passes", "how": "zero"}
    run = RunFolder.create(tmp_path / "run", Manifest.begin("unlearning", {"run": "runs/ast", "config": config}, 0))
    no_class = forgetting("open", (1, 0, 0, 0), None, "<i>hum</i>", 0)
    with run.stage("forgetting"):
        run.write("forgetting", Forgetting, [forgetting(), no_class])
        run.write("beside", Forgetting, [forgetting("leace", (7, 0, 0, 1)), forgetting("attribution", (3, 1, 0, 4))])
    return run


def test_every_class_is_drawn_where_its_accuracies_are_the_target_first_then_the_most_damaged(run):
    bars = unlearning_data(run).concepts[0].bars
    assert [bar.label for bar in bars] == ["dog", "sea <b>waves</b>", "rain", "siren"]
    assert [bar.is_target for bar in bars] == [True, False, False, False]
    assert (bars[0].before, bars[0].after) == (860, pytest.approx(190 + 67))
    assert bars[0].low < bars[0].after < bars[0].high
    assert bars[1].after == pytest.approx(190 + 670 * 0.8)


def test_the_trade_off_holds_every_method_its_count_chosen_and_the_random_changes(run):
    plot = unlearning_data(run).concepts[0].trade_off
    assert [line.method for line in plot.lines] == ["passes", "leace", "attribution"]
    assert len({line.colour for line in plot.lines}) == 3
    assert len(plot.random) == 20
    passes = plot.lines[0]
    assert [dot.said.split(",")[1].split(":")[0] for dot in passes.dots] == [
        " 10 neurons",
        " 20 neurons",
        " 40 neurons",
        " 80 neurons",
    ]
    assert passes.chosen == passes.dots[2]
    assert "10% left, the others lose 6.7 points" in passes.chosen.said
    assert passes.dots[3].x > passes.dots[2].x > plot.untouched.x
    assert plot.untouched.y == pytest.approx(16)


def test_a_concept_that_is_no_class_has_no_trade_off_and_says_so(run):
    part = unlearning_data(run).concepts[1]
    assert part.trade_off is None
    assert "no class" in part.sentences[0]


def test_the_pictures_are_well_formed_and_labels_never_become_markup(run, tmp_path):
    text = write_unlearning_page(run, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<b>waves" not in text
    assert "<i>hum" not in text
    pictures = text.split("<svg")[1:]
    assert len(pictures) > 3
    for picture in pictures:
        ET.fromstring("<svg" + picture.split("</svg>")[0] + "</svg>")


def test_another_run_is_refused(tmp_path):
    other = RunFolder.create(tmp_path / "other", Manifest.begin("dissection", {}, 0))
    with pytest.raises(InvalidInput, match="no unlearning"):
        write_unlearning_page(other, tmp_path / "page.html")


def test_runs_show_says_what_was_forgotten_and_what_it_cost(run, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["earmark", "runs", "show", str(run.path)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert "dog: 40 of 400 neurons silenced (passes, zero)" in shown
    assert "100.0% -> 10.0%" in shown
    assert "most damaged    sea <b>waves</b> 100% -> 80%" in shown
    assert "it is no class, so only the cost is counted" in shown


def test_a_line_names_the_unchanged_accuracy_and_what_random_prunes_leave_of_it():
    found = forgetting().model_copy(update={"random_forget": (0.8, 0.9), "random_retained": (1.0, 1.0)})
    name, own, others, _ = forgetting_lines(found)
    assert name == "dog: 40 of 400 neurons silenced (passes, zero)"
    assert own == (
        "  its accuracy    100.0% -> 10.0%   (95% 1.8% to 40.4%); "
        "100.0% -> 80.0% to 90.0% by 2 random prunes of as many neurons in the same taps"
    )
    assert others.endswith("-> 100.0% by 2 random prunes of as many neurons in the same taps")
    erased = forgetting_lines(forgetting("leace", random=3))
    assert erased[1].endswith("by 3 erasers of random clips")
    assert forgetting_lines(forgetting(random=0))[1].endswith("(95% 1.8% to 40.4%)")
