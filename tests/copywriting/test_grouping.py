"""Counted claims: voices are distinct reviews, and only what is about the same can contradict."""

from dataclasses import replace

import numpy as np
import pytest

from earmark.copywriting.aspects.aspects import ready_set
from earmark.copywriting.opinions import mine_opinions, overall_stance
from earmark.copywriting.reviews import Product, Review, ReviewedProduct, sift_product
from earmark.copywriting.summaries.grouping import summarise
from earmark.copywriting.summaries.summaries import CountedClaim

pytest.importorskip("HanTa")
pytest.importorskip("vaderSentiment")

ASPECTS = ready_set("restaurants").aspects


def product(*texts: str, dates: tuple[str, ...] = ()) -> ReviewedProduct:
    reviews = [
        Review(id=f"p:{n}", product_id="p", uri=f"f:{n}", text=text, date=dates[n] if n < len(dates) else None)
        for n, text in enumerate(texts)
    ]
    return sift_product(Product(id="p"), reviews)


def claims(reviewed: ReviewedProduct, aspect: str, embedder=None) -> list[CountedClaim]:
    summaries = summarise(reviewed, mine_opinions(reviewed, ASPECTS), ASPECTS, embedder)
    return [claim for summary in summaries if summary.aspect == aspect for claim in summary.claims]


def test_a_reviewer_who_says_it_twice_has_one_voice() -> None:
    (claim,) = claims(product("The soup was salty. I say that this soup was salty.", "Salty soup."), "food")
    assert (claim.target, claim.descriptor, claim.polarity) == ("soup", "salty", "complaint")
    assert (claim.supporting, claim.contradicting, claim.reviews) == (2, 0, 2)


def test_opposite_voices_about_the_same_target_contradict_each_other() -> None:
    found = claims(product("The staff was friendly.", "Friendly staff!", "The waiter was rude."), "service")
    assert [(one.polarity, one.supporting, one.contradicting) for one in found] == [
        ("praise", 2, 1),
        ("complaint", 1, 2),
    ]


def test_a_claim_of_several_roles_is_named_for_all_of_them() -> None:
    found = claims(product("The waiter was friendly.", "A friendly bartender.", "Friendly service."), "service")
    assert [(one.target, one.descriptor, one.supporting) for one in found] == [
        ("staff", "friendly", 2),
        ("service", "friendly", 1),
    ]


def test_rude_people_deny_friendly_service() -> None:
    found = claims(product("Friendly service.", "The waiter was rude."), "service")
    assert [one.contradicting for one in found] == [1, 1]


def test_what_measures_something_else_contradicts_nothing() -> None:
    found = claims(product("The staff was friendly.", "Friendly staff!", "The staff was slow."), "service")
    assert [(one.descriptor, one.contradicting) for one in found] == [("friendly", 0), ("slow", 0)]


def test_a_verdict_in_general_contradicts_whatever_is_measured() -> None:
    found = claims(product("The staff was friendly.", "The staff was awful."), "service")
    assert {one.contradicting for one in found} == {1}


def test_fault_with_a_dish_speaks_against_the_food_but_praise_of_a_dish_not_for_it() -> None:
    found = {
        one.target: one for one in claims(product("The food is tasty.", "The soup is bland.", "Tasty stew."), "food")
    }
    assert (found["food"].supporting, found["food"].contradicting) == (1, 1)
    assert found["soup"].contradicting == 0


@pytest.mark.parametrize(
    "text",
    [
        "The soup was salty years ago.",
        "I was told the soup is salty.",
        "Other places have salty soup.",
        "Is the soup salty?",
        'A sign reads "the most salty soup of the whole town" there.',
    ],
)
def test_what_does_not_hold_here_and_now_is_no_voice(text: str) -> None:
    (claim,) = claims(product("The soup was salty.", text), "food")
    assert claim.supporting == 1


def test_evidence_is_the_words_of_the_review() -> None:
    reviewed = product("Before us a crisp crust lay, and we ate.", "The crust was soggy.")
    texts = {review.id: review.text for review in reviewed.reviews}
    for claim in claims(reviewed, "food"):
        assert {item.id for item in claim.evidence if item.side == "for"} == set(claim.claim.evidence_ids)
        for item in claim.evidence:
            excerpt = item.excerpt
            assert texts[excerpt.source_id][int(excerpt.start) : int(excerpt.end)] == excerpt.text


def test_a_claim_knows_its_first_and_last_day() -> None:
    reviewed = product("Salty soup.", "The soup was salty.", "Our soup was salty.", dates=("2024-02-01", "2022-03-04"))
    (claim,) = claims(reviewed, "food")
    assert (claim.first_date, claim.last_date) == ("2022-03-04", "2024-02-01")


def test_words_of_one_family_are_one_claim_in_the_plainest_word() -> None:
    (claim,) = claims(product("The table was spotless.", "A clean table.", "Clean tables."), "atmosphere")
    assert (claim.descriptor, claim.supporting) == ("clean", 3)


class _Synonyms:
    """Everything that is warm and woolly is one; all else stands alone."""

    name = "synonyms"

    def embed(self, texts):
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for number, text in enumerate(texts):
            rows[number, 0 if text in ("zesty", "garlicky") else 1 + sum(map(ord, text)) % 63] = 1.0
        return rows


def test_vectors_join_what_no_list_joins() -> None:
    reviewed = product("The soup was zesty.", "The soup was garlicky.")
    assert [one.supporting for one in claims(reviewed, "food")] == [1, 1]
    assert [one.supporting for one in claims(reviewed, "food", _Synonyms())] == [2]


HAPPY = "We loved this place, the food was delicious and the staff friendly. We will be back!"
ANGRY = "Terrible. The food was cold, the waiter was rude and the place dirty. Never again."


@pytest.mark.parametrize(
    ("happy", "angry", "stance"),
    [(6, 0, "liked"), (5, 1, "liked"), (3, 3, "mixed"), (1, 5, "disliked"), (0, 6, "disliked")],
)
def test_the_stance_follows_the_reviewers(happy: int, angry: int, stance: str) -> None:
    texts = [f"{HAPPY} Visit {'one' * (n + 1)}, {'and so' * n}." for n in range(happy)]
    texts += [f"{ANGRY} Table {'two' * (n + 1)}, {'or so' * n}." for n in range(angry)]
    reviewed = sift_product(
        Product(id="p"), [Review(id=f"p:{n}", product_id="p", uri=f"f:{n}", text=t) for n, t in enumerate(texts)]
    )

    everyone = replace(
        reviewed, reviews=tuple(Review(id=f"p:{n}", product_id="p", uri=f"f:{n}", text=t) for n, t in enumerate(texts))
    )
    assert overall_stance(everyone, mine_opinions(everyone, ASPECTS)).stance == stance


def test_stars_outweigh_words() -> None:
    review = Review(id="p:0", product_id="p", uri="f:0", text="It is what it is.", stars=1.0)
    reviewed = sift_product(Product(id="p"), [review])
    assert overall_stance(reviewed, []).stance == "disliked"


def test_without_reviews_there_is_no_praise() -> None:
    stance = overall_stance(sift_product(Product(id="p"), []), [])
    assert (stance.stance, stance.reason) == ("mixed", "there are no usable reviews")
