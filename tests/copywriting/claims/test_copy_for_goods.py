"""Copy for goods: what it says, what carries it, and what it leaves out."""

import json
from pathlib import Path

import pytest

from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.facts import read_facts
from earmark.copywriting.goods import WRITER
from earmark.copywriting.grounding.grounding import GroundedCopy
from earmark.copywriting.recipe import write_one
from earmark.copywriting.reviews import read_products

KETTLE = (
    ("It is easy to clean and looks great in my kitchen.", 5),
    ("Easy to clean. The handle stays cool and feels nice.", 5),
    ("So easy to clean, I use it for tea every day.", 5),
    ("Looks great on the stove and it is sturdy.", 4),
    ("A sturdy kettle, good for tea.", 5),
    ("It is noisy, but it looks good.", 4),
    ("Noisy when it boils. Sturdy all the same.", 4),
    ("I wish it were bigger.", 4),
)


def copy_of(tmp_path: Path, reviews=KETTLE, *, parts: Parts | None = None, **wishes) -> GroundedCopy:
    table = tmp_path / "reviews.jsonl"
    product = {"product": "k", "name": "Enamel kettle", "category": "goods"}
    rows = [{**product, "text": text, "stars": stars} for text, stars in reviews]
    table.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (product,) = read_products(table)
    return write_one(product, CopyConfig(**wishes), parts or Parts())


def test_copy_names_the_thing_counts_one_claim_and_tells_the_caveat(tmp_path):
    copy = copy_of(tmp_path)
    assert copy.writer == WRITER
    assert copy.refusal is None
    assert copy.text.startswith("The Enamel kettle ")
    assert "three of eight buyers" in copy.text
    assert "Worth knowing: it is noisy, say two of eight buyers." in copy.text


def test_every_sentence_names_all_of_its_voices_in_their_own_words(tmp_path):
    copy = copy_of(tmp_path)
    texts = [text for text, _ in KETTLE]
    for sentence in copy.sentences:
        assert len({piece.excerpt.source_id for piece in sentence.evidence}) >= sentence.supporting
        for piece in sentence.evidence:
            span = slice(int(piece.excerpt.start), int(piece.excerpt.end))
            assert any(text[span] == piece.excerpt.text for text in texts)


def test_a_quotation_is_verbatim_and_says_how_many_wrote_it(tmp_path):
    copy = copy_of(tmp_path)
    (quoted,) = [sentence.text for sentence in copy.sentences if "\u201c" in sentence.text]
    inside = quoted[quoted.index("\u201c") + 1 : quoted.index("\u201d")]
    assert any(inside in text for text, _ in KETTLE)
    assert quoted.endswith("one of eight.")


@pytest.mark.parametrize("tone", ["plain", "warm", "playful", "premium"])
@pytest.mark.parametrize("length", ["headline", "short", "paragraph", "bullets"])
@pytest.mark.parametrize("channel", ["shop", "social", "email", "ad"])
def test_every_tone_length_and_channel_keeps_its_limits(tmp_path, tone, length, channel):
    copy = copy_of(tmp_path, tone=tone, length=length, channel=channel)
    assert copy.refusal is None
    assert copy.text
    assert "{" not in copy.text


def test_a_product_that_its_buyers_dislike_gets_no_copy(tmp_path):
    reviews = [("It broke after a week. Easy to clean, but useless.", 1), ("Easy to clean. I sent it back.", 1)] * 2
    reviews = [(f"{text} Number {number}.", stars) for number, (text, stars) in enumerate(reviews)]
    copy = copy_of(tmp_path, reviews)
    assert copy.text == ""
    assert "dislike" in copy.refusal


def test_too_little_praise_is_a_refusal_with_its_reason(tmp_path):
    copy = copy_of(tmp_path, [("It came on Monday.", 4), ("My aunt has one, too.", 4)])
    assert copy.text == ""
    assert "usable reviews praise the same thing" in copy.refusal


def test_never_is_never_said_and_must_is_marked_as_the_sellers_own(tmp_path):
    copy = copy_of(tmp_path, never=("noisy",), must=("Made in two sizes",))
    assert "noisy" not in copy.text
    (own,) = [sentence for sentence in copy.sentences if sentence.seller]
    assert own.text == "Made in two sizes."
    assert own.carried_by == "seller"


def test_the_sellers_record_is_said_and_its_full_stop_is_not_doubled(tmp_path):
    facts = tmp_path / "facts.json"
    facts.write_text('{"material": "Enamelled steel."}', encoding="utf-8")
    copy = copy_of(tmp_path, parts=Parts(facts=read_facts(facts)))
    assert "Material: Enamelled steel." in copy.text
    assert ".." not in copy.text
