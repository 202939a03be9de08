"""What a reader cannot see is taken out of other people's text, and nothing else is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.language.untrusted import clean_text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a dog barks", "a dog barks"),
        ("Ein Löwe brüllt: 吠える; нет!", "Ein Löwe brüllt: 吠える; нет!"),
        ("two\nlines\tand\x85more\u2028still", "two lines and more still"),
        ("  wide   \u3000 space ", "wide space"),
        ("\x1b[2Jred\x07", "[2Jred"),
        ("in\u202evisi\u2066ble\u200b \ufeffmarks\u00ad", "invisible marks"),
        ("tag" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey"), "tag"),
        ("hangul\u3164filler\u115f and\u2800braille", "hangulfiller andbraille"),
        ("heart\u2764\ufe0f", "heart\u2764"),
        ("e\u0301" + "\u0301" * 50, "é" + "\u0301" * 3),
        ("half a pair \ud83d here", "half a pair here"),
        ("nul\x00byte", "nulbyte"),
        ("\u200b\u2060", ""),
    ],
)
def test_what_no_reader_sees_goes(dirty, clean):
    assert clean_text(dirty) == clean


def test_a_long_text_ends_at_a_word():
    assert clean_text("the quick brown fox jumps", limit=18) == "the quick brown…"
    assert clean_text("x" * 100, limit=10) == "x" * 9 + "…"


@given(st.text(), st.integers(2, 60))
def test_any_text_comes_out_visible_bounded_and_stable(text, limit):
    cleaned = clean_text(text, limit)
    assert len(cleaned) <= limit
    assert clean_text(cleaned, limit) == cleaned
    assert all(unicodedata.category(character)[0] != "C" for character in cleaned)
    cleaned.encode("utf-8")


def test_a_megabyte_costs_no_more_than_a_page():
    assert len(clean_text("word " * 1_000_000, limit=200)) <= 200
