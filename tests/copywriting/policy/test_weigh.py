"""Rewards are brought to one scale before they are weighed, and allure counts for nothing below the gate."""

import pytest

from earmark.copywriting.rewards import RewardScores
from earmark.copywriting.rewards.weigh import Spread, WeighConfig, gated_sum, weigh


def scores(*rows):
    return [RewardScores(draft_id=str(n), allure=a, veracity=v, information=i) for n, (a, v, i) in enumerate(rows)]


def test_a_reward_of_wide_spread_does_not_take_over():
    config = WeighConfig(gate=0.0)
    narrow_first, _ = weigh(scores((0.4, 0.0, None), (0.6, 1.0, None), (0.6, 0.0, None), (0.4, 1.0, None)), {}, config)
    assert narrow_first == pytest.approx([-2.0, 2.0, 0.0, 0.0])


def test_pretty_and_untrue_is_worth_less_than_plain_and_true():
    (lie, truth), _ = weigh(scores((1.0, 0.2, 0.5), (0.3, 0.9, 0.5)), {}, WeighConfig())
    assert lie < truth
    assert gated_sum(scores((1.0, 0.2, 0.5))[0], WeighConfig()) == pytest.approx(0.7 / 3)


def test_a_missing_score_counts_as_the_mean():
    totals, _ = weigh(scores((None, 0.0, None), (None, 1.0, None), (None, None, None)), {}, WeighConfig())
    assert totals == pytest.approx([-1.0, 1.0, 0.0])


def test_a_reward_left_out_changes_nothing():
    config = WeighConfig(allure=0.0)
    one, _ = weigh(scores((0.1, 0.9, 0.2), (0.9, 0.8, 0.4)), {}, config)
    other, _ = weigh(scores((0.9, 0.9, 0.2), (0.1, 0.8, 0.4)), {}, config)
    assert one == other


def test_statistics_run_on():
    _, spreads = weigh(scores((0.0, 1.0, 0.5)), {"allure": Spread(1.0, 1.0)}, WeighConfig(memory=0.5))
    assert spreads["allure"] == Spread(0.5, 0.5)
    assert spreads["veracity"] == Spread(1.0, 0.0)


def test_a_reward_that_mostly_depends_on_the_prompt_counts_by_what_the_writing_changes():
    # Two prompts of two samples: veracity differs by 0.2 within each, information too, but it also jumps between them.
    rows = scores((None, 0.4, 0.0), (None, 0.6, 0.2), (None, 0.4, 0.8), (None, 0.6, 1.0))
    totals, spreads = weigh(rows, {}, WeighConfig(), samples=2)
    assert spreads["information"].variance == pytest.approx(spreads["veracity"].variance) == pytest.approx(0.01)
    assert totals[1] - totals[0] == pytest.approx(4.0)


def test_without_a_gate_allure_needs_no_veracity():
    score = scores((0.8, None, 0.4))[0]
    assert gated_sum(score, WeighConfig(veracity=0.0, gate=0.0)) == pytest.approx(0.6)
    assert gated_sum(score, WeighConfig(veracity=0.0)) == pytest.approx(0.2)


def test_nothing_to_weigh_is_none_and_not_zero():
    assert gated_sum(scores((None, None, None))[0], WeighConfig()) is None
