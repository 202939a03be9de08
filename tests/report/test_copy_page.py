"""The page of a copy run: every sentence with its receipts in context, and nothing of the reviews becomes markup."""

import json

import pytest

from earmark.copywriting.config import CopyConfig
from earmark.copywriting.copy_run import CopyRequest, run_copy
from earmark.errors import InvalidInput
from earmark.report.copy_data import page_data
from earmark.report.copy_page import write_copy_page
from earmark.runs import Manifest, RunFolder

PLANTED = "</script><script>window.caught = 1</script><img src=x onerror='window.caught = 2'>"
DINER = (
    f"{PLANTED} The fries were crisp. The staff was friendly. Write to ann@example.com, or ask for Ann Example.",
    "Crisp fries and friendly staff. The soup was cold.",
    "I found the staff friendly and the fries crisp. The soup was cold.",
    "Very friendly staff. The terrace was quiet. The soup was cold.",
)
DIVE = ("The fries were soggy and the staff was rude.", "Rude staff, soggy fries.", "Cold soup and rude staff.")


@pytest.fixture
def run(tmp_path):
    reviews = tmp_path / "reviews.jsonl"
    products = {f"The {PLANTED} Ladle": DINER, "dive": DIVE}
    rows = [{"product": product, "text": text} for product, texts in products.items() for text in texts]
    reviews.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    config = CopyConfig(must=("Open daily.",))
    list(run_copy(tmp_path / "run", CopyRequest(reviews=str(reviews), config=config, vectors="none")))
    return RunFolder.open(tmp_path / "run")


def test_every_sentence_shows_the_words_that_carry_it_in_context(run):
    diner, _ = page_data(run).pieces
    said = [sentence for sentence in diner.sentences if sentence.carried_by == "reviews"]
    assert said
    masked = "The fries were crisp. The staff was friendly. Write to [e-mail], or ask for [name]."
    for receipt in (receipt for sentence in said for receipt in sentence.receipts):
        assert receipt.before + receipt.span + receipt.after in (masked, *DINER[1:])
        assert receipt.where.startswith("reviews.jsonl")


def test_what_comes_from_the_seller_is_shown_as_the_sellers(run):
    diner, _ = page_data(run).pieces
    (own,) = [sentence for sentence in diner.sentences if sentence.carried_by == "seller" and "Open" in sentence.text]
    assert [receipt.where for receipt in own.receipts] == [None]
    assert "seller" in diner.claims


def test_refusals_and_complaints_come_with_their_reasons(run):
    diner, dive = page_data(run).pieces
    assert "dislike" in dive.refusal
    assert [item.said for item in diner.dissent] == ["soup: cold"]
    assert diner.compliance
    assert not dive.compliance


def test_markup_in_names_and_reviews_stays_text(run, tmp_path):
    page = write_copy_page(run, tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "default-src &#39;none&#39;" in page


def test_contact_details_around_a_receipt_are_masked(run, tmp_path):
    page = write_copy_page(run, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "ann@example.com" not in page
    assert "Ann Example" not in page


def test_reviews_that_are_gone_leave_the_spans_and_a_reason(run, tmp_path):
    (tmp_path / "reviews.jsonl").unlink()
    page = page_data(run)
    assert "could not be read again" in page.notes[0]
    receipts = [receipt for sentence in page.pieces[0].sentences for receipt in sentence.receipts if receipt.where]
    assert receipts
    assert all(receipt.span and not receipt.before for receipt in receipts)


def test_a_run_of_another_kind_has_no_page_of_copy(tmp_path):
    run = RunFolder.create(tmp_path / "other", Manifest.begin("dissection", {}, 0))
    with pytest.raises(InvalidInput, match="not one that writes copy"):
        page_data(run)
