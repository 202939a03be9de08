"""From reviews to a ledger: what is counted, what is not, and that counts are never too high."""

import json
from pathlib import Path

import pytest

from earmark.copywriting.claims.ledger import Fact, Ledger, read_goods
from earmark.copywriting.reviews import read_products


def ledger(tmp_path: Path, *reviews: str | tuple[str, int], name: str = "Travel mug") -> Ledger:
    rows = [(text, None) if isinstance(text, str) else text for text in reviews]
    table = tmp_path / "reviews.jsonl"
    lines = [json.dumps({"product": "m", "name": name, "text": text, "stars": stars}) for text, stars in rows]
    table.write_text("\n".join(lines), encoding="utf-8")
    (product,) = read_products(table)
    return read_goods(product).ledger


def fact(book: Ledger, concept: str, polarity: int = 1) -> Fact | None:
    return next((fact for fact in book.facts if (fact.concept, fact.polarity) == (concept, polarity)), None)


def voices(book: Ledger, concept: str, polarity: int = 1) -> int:
    found = fact(book, concept, polarity)
    return len(found.voices) if found else 0


def test_five_wordings_of_one_meaning_are_one_fact_with_five_voices(tmp_path):
    book = ledger(
        tmp_path,
        "It keeps my coffee hot until noon.",
        "My tea stays hot on the whole drive to the office.",
        "Keeps drinks cold in summer, too.",
        "I love how this keeps the soup hot.",
        "Great heat retention, and a nice colour.",
    )
    assert voices(book, "keeps-temperature") == 5


def test_a_denial_is_a_voice_against_and_never_for(tmp_path):
    book = ledger(
        tmp_path,
        "It does not leak in my bag.",
        "Never leaks, even upside down.",
        "Mine leaks from the lid on the first day.",
    )
    dry, wet = fact(book, "leaks", 1), fact(book, "leaks", -1)
    assert len(dry.voices) == 2
    assert len(dry.against) == 1
    assert wet.voices == dry.against


@pytest.mark.parametrize(
    "sentence",
    [
        "I wish it were sturdy.",
        "If it were sturdy I would keep it on my desk.",
        "My old mug was sturdy and I miss it.",
        "The seller says it is sturdy as a rock.",
        "It would be sturdy with a thicker wall.",
        "Is it sturdy enough for a hike?",
        "I do not think it is sturdy at all.",
        "It is less fun than the sturdy one from my aunt.",
    ],
)
def test_what_is_wished_denied_asked_or_said_of_something_else_is_no_voice(tmp_path, sentence):
    assert voices(ledger(tmp_path, sentence, "It came on a Monday in a box."), "sturdy") == 0


def test_praise_in_a_review_of_one_or_two_stars_is_no_voice(tmp_path):
    book = ledger(
        tmp_path,
        ("It looks sturdy and it is sturdy.", 5),
        ("Sturdy, but the handle came off at once.", 1),
        ("A sturdy mug that I gave back.", 2),
    )
    assert voices(book, "sturdy") == 1


def test_opposites_are_never_one_fact(tmp_path):
    book = ledger(
        tmp_path,
        "They run small, order a size up.",
        "Way too tight in the toes.",
        "They run large on me.",
        "A bit too big for my feet.",
        name="Canvas shoes",
    )
    assert voices(book, "runs-small", -1) == 2
    assert voices(book, "runs-large", -1) == 2


def test_size_is_a_matter_of_fit_only_for_what_one_wears(tmp_path):
    assert fact(ledger(tmp_path, "It is too big for my bag.", "Way too big."), "runs-large", -1) is None


def test_a_part_that_is_praised_is_not_praise_of_the_whole(tmp_path):
    book = ledger(tmp_path, "It has a soft handle.", "The soft handle is easy on my hand.")
    assert voices(book, "soft") == 0
    assert voices(book, "handle:") == 2


def test_a_use_is_what_two_buyers_use_it_for(tmp_path):
    book = ledger(tmp_path, "I use it for camping.", "Great for camping with the kids.", "I use it for soup.")
    assert voices(book, "use:camping", 0) == 2


def test_every_claim_points_at_its_own_words(tmp_path):
    texts = ("It is sturdy. I use it for camping!", "A STURDY mug, it does not leak.")
    book = ledger(tmp_path, *texts)
    spans = {claim.text for fact in book.facts for claim in fact.claims}
    assert spans
    assert all(any(span in text for text in texts) for span in spans)
    assert all(claim.end - claim.start == len(claim.text) for fact in book.facts for claim in fact.claims)
