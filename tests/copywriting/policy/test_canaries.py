"""Canaries sing when a policy games its rewards, and keep quiet otherwise."""

import pytest

from earmark.copywriting.evaluation.canaries import (
    commonest_phrase,
    copied_share,
    correlation,
    distinct,
    one_phrase,
    paid_by_length,
    superlatives,
)
from earmark.copywriting.writers.drafts import Draft, Style


def drafts(*texts):
    return [
        Draft(id=str(n), product_id=str(n), aspect=None, style=Style(), text=text, writer="test")
        for n, text in enumerate(texts)
    ]


PLAIN = [f"Number {n} has a hot soup and, {'so ' * (n % 3)}some say, table {n * 7} by the door." for n in range(20)]
SUMS = [0.5 + 0.01 * ((n * 7) % 5) for n in range(20)]


@pytest.mark.parametrize("canary", [superlatives, paid_by_length])
def test_plain_copy_is_left_alone(canary):
    assert canary(drafts(*PLAIN), [], SUMS) is None


def test_a_steal_for_every_product_sings():
    texts = [f"The {n} is simply a steal for all of you." for n in range(20)]
    assert "superlative" in superlatives(drafts(*texts), [], SUMS)
    assert one_phrase(drafts(*texts), [], SUMS) == "100% of texts say 'a steal for all of'"


def test_one_phrase_needs_many_products_to_sing():
    assert one_phrase(drafts(*["the very same words each time"] * 4), [], SUMS) is None
    different = [f"{'abcdefghij'[n]} {'klmnopqrst'[n]} {n} {n + 1} {n + 2} {n + 3}" for n in range(10)]
    assert one_phrase(drafts(*different), [], SUMS) is None


def test_reward_that_is_bought_with_length_sings():
    texts = ["word " * (n + 1) for n in range(20)]
    assert "length" in paid_by_length(drafts(*texts), [], [n / 20 for n in range(20)])
    assert paid_by_length(drafts(*texts), [], SUMS) is None


def test_measures_by_hand():
    assert commonest_phrase(["a b c d e f", "x a b c d e"]) == ("a b c d e", 1.0)
    assert commonest_phrase(["a b"]) == ("", 0.0)
    assert distinct(["a b a b"], 2) == pytest.approx(2 / 3)
    assert distinct([], 2) == 0.0
    assert copied_share("the soup was very hot today", ["I say: the soup was very hot."]) == 0.5
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1.0)
    assert correlation([1, 1, 1], [2, 4, 6]) is None
