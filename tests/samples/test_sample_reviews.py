"""Sample reviews say what their truth says, and nothing of a real person."""

import csv
import json
import re

import pytest

from earmark.errors import InvalidInput
from earmark.samples.reviews import make_products, write_reviews
from earmark.samples.reviews.products import world

PRODUCTS = list(make_products(60, 3))


def test_a_product_is_the_same_whatever_is_made_before_it():
    assert list(make_products(3, 3, start=20)) == PRODUCTS[20:23]
    assert list(make_products(3, 4, start=20)) != PRODUCTS[20:23]


def test_every_mention_points_at_words_about_its_target():
    for product in PRODUCTS:
        facts = {fact.id: fact for fact in product.facts}
        for review in product.reviews:
            for mention in review.mentions:
                words = review.text[mention.start : mention.end].lower()
                fact = facts[mention.fact_id]
                assert fact.target in words
                assert any(word in words for word in (*fact.words, *fact.opposites))


def test_straight_words_for_a_fact_are_words_of_its_own_pole():
    for product in PRODUCTS:
        facts = {fact.id: fact for fact in product.facts}
        for review in product.reviews:
            for mention in review.mentions:
                if mention.trap is None:
                    fact = facts[mention.fact_id]
                    poles = fact.words if mention.stance == "for" else fact.opposites
                    assert any(word in review.text[mention.start : mention.end].lower() for word in poles)


def test_counts_are_of_usable_reviews_that_say_so():
    for product in PRODUCTS:
        usable = {review.id for review in product.reviews if review.usable}
        for fact in product.facts:
            assert len(fact.review_ids) == fact.supporting
            assert set(fact.review_ids) | set(fact.dissenting_ids) <= usable
            assert not set(fact.review_ids) & set(fact.dissenting_ids)


def test_the_two_halves_of_a_scale_share_no_word():
    for scale in world()["scales"].values():
        for first, second in scale.values():
            assert not set(first) & set(second)


def test_everything_that_must_not_come_through_stands_in_some_review():
    assert any(product.forbidden for product in PRODUCTS)
    for product in PRODUCTS:
        text = " ".join(review.text for review in product.reviews)
        assert all(string in text for string in product.forbidden)


def test_disliked_products_are_hardly_praised():
    disliked = [product for product in make_products(300, 5) if product.liking == "disliked"]
    polarities = [fact.polarity for product in disliked for fact in product.facts]
    assert len(disliked) >= 20
    assert polarities.count("complaint") / len(polarities) > 0.85


def test_every_trap_is_planted():
    planted = {kind for product in make_products(200, 1) for review in product.reviews for kind in review.planted}
    assert planted == {
        "duplicate", "paid", "language", "instruction", "personal", "false number", "sarcasm", "past", "elsewhere",
        "wish", "negation",
    }  # fmt: skip


def test_telephone_numbers_and_addresses_belong_to_nobody():
    text = " ".join(review.text for product in make_products(300, 2) for review in product.reviews)
    assert set(re.findall(r"\b\d{3}-\d{4}\b", text)) <= {f"555-01{n:02d}" for n in range(100)}
    assert set(re.findall(r"@([\w.]+\w)", text)) == {"example.com"}


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl"])
def test_a_written_file_holds_every_review(tmp_path, ending):
    path = tmp_path / f"reviews{ending}"
    count = write_reviews(path, 4, 3)
    with path.open(encoding="utf-8", newline="") as file:
        rows = (
            [json.loads(line) for line in file]
            if ending == ".jsonl"
            else list(csv.DictReader(file, delimiter="\t" if ending == ".tsv" else ","))
        )
    texts = [review.text for product in make_products(4, 3) for review in product.reviews]
    assert [row["text"] for row in rows] == texts
    assert len(texts) == count


def test_another_ending_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match=r"\.csv, \.tsv or \.jsonl"):
        write_reviews(tmp_path / "reviews.xlsx", 1, 0)
