"""Denials that are misspelt, late or damaged: praise beside them counts for nothing."""

from pathlib import Path

import pytest

from earmark.copywriting.aspects.aspects import ready_set
from earmark.copywriting.opinions import mine_opinions, overall_stance
from earmark.copywriting.opinions.late_denials import ends_in_denial, mocked_stretches
from earmark.copywriting.opinions.misspelt import misspelt_denials
from earmark.copywriting.reviews import Product, Review, read_products, sift_product, split_sentences
from earmark.copywriting.reviews.cleaning import clean_text

pytest.importorskip("HanTa")
pytest.importorskip("vaderSentiment")


def opinions(written: str):
    text = clean_text(written, 1_000)
    review = Review(id="p:1", product_id="p", uri="r.csv:1", text=text)
    return mine_opinions(sift_product(Product(id="p"), [review]), ready_set("restaurants").aspects)


def usable_praise(written: str) -> list[str]:
    return [opinion.descriptor for opinion in opinions(written) if opinion.polarity == "praise" and opinion.usable]


@pytest.mark.parametrize(
    "denial", ["wasn\u00b4t", "wasn\ufffdt", "wasnt", "was'nt", "wasn&amp;#39;t", "wasn t", "was\u200bn\\'t"]
)
def test_a_damaged_denial_is_a_complaint_whose_span_stands_in_the_cleaned_text(denial: str) -> None:
    written = f"On Monday the bread {denial} fresh at all when we came."
    (found,) = opinions(written)
    assert (found.polarity, found.descriptor) == ("complaint", "not fresh")
    assert clean_text(written, 1_000)[found.start : found.end] == "bread wasn't fresh"


@pytest.mark.parametrize(
    "denial",
    [
        "wans't",
        "wasent",
        "wasn",
        "isint",
        "wernt",
        "wa'snt",
        "nto",
        "wasn*t even",
        "n0t",
        "noooott",
        "wuznt",
        "nawt",
        "isnae",
        "wa snt",
        "is n0t",
    ],
)
def test_praise_beside_what_looks_like_a_denial_does_not_count(denial: str) -> None:
    assert usable_praise(f"On Monday the bread {denial} fresh when we came.") == []


@pytest.mark.parametrize("word", ["wants", "it's", "donuts", "haunts", "Nota", "paint", "ten", "naan", "went", "don"])
def test_words_that_only_resemble_a_denial_throw_no_doubt(word: str) -> None:
    assert misspelt_denials(word.lower()) == []


@pytest.mark.parametrize(
    "review",
    [
        "The bread was fresh... NOT!", "The bread was fresh. Not.", "So friendly staff \u2014 not!",
        "Great service, NOT",
        "The bread is fresh NOT", "The bread was fresh... Not!!", "The bread was fresh. Yeah right.",
        "The bread was fresh, as if.", "The bread was fresh /s", "The bread was fresh (not).",
        "The bread was fresh \u2026 nope", "The bread was fresh, in your dreams.", "The bread was fresh\nNOT",
        "The bread was fresh. NOT. The staff was rude.", "The bread was fresh. It wasn't.",
        "The bread was fresh, NOT!!!1", "The bread was fresh *not*", "The bread was fresh. Said no one ever.",
        "The bread was fresh. N.O.T.", "The bread was fresh \U0001f644", "The bread was <s>fresh</s> sold out.",
        "<sarcasm>The bread was fresh.</sarcasm>", "Fresh bread. Friendly staff. As if!",
    ],
)  # fmt: skip
def test_praise_that_is_taken_back_does_not_count(review: str) -> None:
    assert usable_praise(review) == []


@pytest.mark.parametrize(
    "review",
    [
        "The bread was fresh. Not only that, it was warm.", "The bread was fresh. Not. A. Crumb. Left.",
        "The bread was fresh. Not expensive either.", "The bread was fresh. Any complaints? Nope.",
        "Why not! The bread is fresh.",
        "The bread is fresh (not frozen).", "The bread was fresh. Not too salty.",
    ],
)  # fmt: skip
def test_what_only_begins_like_a_late_denial_takes_nothing_back(review: str) -> None:
    assert "fresh" in usable_praise(review)


def test_a_late_denial_reaches_back_to_the_beginning_of_its_line() -> None:
    text = "We came at noon.\nFresh bread. Friendly staff. NOT!"
    assert mocked_stretches(text, split_sentences(text)) == [(17, text.index("NOT"))]


def test_an_inverted_denial_is_no_mockery() -> None:
    assert not ends_in_denial("Slow the waiters were not!")
    assert not ends_in_denial("Fast waiters, like it or not!")
    assert ends_in_denial("Fast waiters, not!")


def test_mockery_and_unread_denials_make_no_happy_review() -> None:
    for text in ("The bread was fresh and lovely... NOT!", "The bread wans't fresh, wans't lovely, wans't good."):
        review = Review(id="p:1", product_id="p", uri="r.csv:1", text=text)
        product = sift_product(Product(id="p"), [review])
        assert overall_stance(product, mine_opinions(product, ready_set("restaurants").aspects)).liked == 0


def test_a_file_in_mac_roman_keeps_its_denials(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes("product,text\nBakery,The bread wasn\u2019t fresh when we came at noon.\n".encode("mac_roman"))
    (product,) = read_products(file)
    assert [review.text for review in product.reviews] == ["The bread wasn\u2019t fresh when we came at noon."]


def test_white_space_that_is_no_blank_still_parts_words() -> None:
    assert clean_text("not\tfresh\u00a0at all", 100) == "not fresh at all"
