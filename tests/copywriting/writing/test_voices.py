"""Wording follows the count."""

import pytest

from earmark.copywriting.summaries.voices import VOICE_NOUNS, Count, carries, domain_of, fitting


@pytest.mark.parametrize(
    ("supporting", "contradicting", "reviews", "wording"),
    [
        (0, 0, 10, None),
        (1, 0, 10, "one"),
        (2, 0, 10, "two"),
        (3, 0, 10, "several"),
        (5, 0, 10, "many"),
        (5, 0, 17, "several"),
        (6, 0, 10, "most"),
        (8, 0, 10, "nearly all"),
        (8, 1, 10, "most"),
        (2, 0, 3, "two"),
    ],
)
def test_the_strongest_wording_that_a_count_carries(supporting, contradicting, reviews, wording):
    assert fitting(Count(supporting, contradicting, reviews)) == wording


def test_most_needs_more_than_half():
    assert not carries(Count(5, 0, 10), "most")
    assert carries(Count(6, 0, 10), "most")


@pytest.mark.parametrize("wording", ["all", "every", "no", "any", "countless", "dozens of", "hundreds of", "numerous"])
def test_no_count_carries_a_wording_without_bound(wording):
    assert not carries(Count(100, 0, 100), wording)


def test_a_share_in_figures_needs_its_voices_out_of_exactly_so_many():
    assert carries(Count(4, 0, 9), "4 of 9")
    assert carries(Count(4, 0, 9), "four out of nine")
    assert not carries(Count(3, 0, 9), "4 of 9")
    assert not carries(Count(4, 0, 10), "4 of 9")


def test_saying_it_without_counting_needs_two_voices_and_a_twentieth():
    assert not carries(Count(1, 0, 1), None)
    assert carries(Count(2, 0, 40), None)
    assert not carries(Count(2, 0, 41), None)


def test_who_speaks_follows_what_is_reviewed():
    assert VOICE_NOUNS[domain_of("noodle bar", ())] == ("guest", "guests")
    assert VOICE_NOUNS[domain_of("hotels", ())] == ("guest", "guests")
    assert VOICE_NOUNS[domain_of(None, ("quality", "delivery"))] == ("buyer", "buyers")
    assert VOICE_NOUNS[domain_of("something else", ())] == ("customer", "customers")
