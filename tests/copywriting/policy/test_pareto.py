"""The front holds who is beaten by none; the picture is drawn."""

import pytest

from earmark.copywriting.evaluation.evaluation import Evaluation, Interval, WriterReport
from earmark.copywriting.evaluation.pareto import draw_pareto, front
from earmark.errors import NotEnoughEvidence


def report(name, allure, veracity, information):
    def exactly(value):
        return Interval(mean=value, low=value, high=value)

    return WriterReport(
        writer=name, pieces=3, allure=exactly(allure), veracity=exactly(veracity), information=exactly(information)
    )


REPORTS = [report("a", 0.9, 0.1, 0.5), report("b", 0.1, 0.9, 0.5), report("c", 0.1, 0.1, 0.5)]


def test_the_front_holds_who_is_beaten_by_none():
    assert front([*REPORTS, WriterReport(writer="d", not_run="no model")]) == ["a", "b"]
    assert front([report("a", 1, 1, 1), report("b", 1, 1, 1)]) == ["a", "b"]


def test_the_picture_is_drawn_and_nothing_is_drawn_of_nothing(tmp_path):
    evaluation = Evaluation(judge="j", briefs=3, drafts=1, seed=0, reports=tuple(REPORTS))
    assert draw_pareto(evaluation, tmp_path / "x.svg") == ["a", "b"]
    assert (tmp_path / "x.svg").read_text().count("<use") >= 3
    with pytest.raises(NotEnoughEvidence):
        draw_pareto(evaluation.model_copy(update={"reports": ()}), tmp_path / "y.svg")
