"""Reviews from any table: what is read, what is refused with a sentence, and what is set aside with a reason."""

import json
import os
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.copywriting.reviews import (
    Columns,
    Product,
    ReadingConfig,
    Review,
    guess_columns,
    read_products,
    sift_product,
    split_products,
    split_sentences,
)
from earmark.copywriting.reviews.cleaning import clean_text
from earmark.copywriting.reviews.dates import read_date
from earmark.copywriting.reviews.splits import assert_disjoint
from earmark.errors import InvalidInput, UnknownName

YELP = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "reviews" / "yelp_train.tsv"

ROWS = [
    ("lamp", "The lamp is bright and the switch feels solid.", "5", "2024-03-01", "ann"),
    ("cup", "The handle came off after a week of use.", "1", "2024-03-02", "bob"),
    ("lamp", "A warm light, and easy to put up by one person.", "4", "2024-03-03", "cem"),
]
HEADER = ("product_id", "review_text", "stars", "date", "author")


def table(path: Path, rows=ROWS, header=HEADER, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    lines = [delimiter.join(header), *(delimiter.join(f'"{cell}"' for cell in row) for row in rows)]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def texts(path: Path, columns: Columns | None = None) -> dict[str, list[str]]:
    return {one.product.id: [review.text for review in one.reviews] for one in read_products(path, columns)}


EXPECTED = {"lamp": [ROWS[0][1], ROWS[2][1]], "cup": [ROWS[1][1]]}


def test_scattered_rows_of_a_product_come_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert list(texts(table(tmp_path / "a.csv")).items()) == list(EXPECTED.items())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    rows = [("lamp", "Très joli, the café lamp is a fine thing, really.", "5", "2024-03-01", "zoë")]
    path = table(tmp_path / "a.csv", rows, encoding=encoding)
    assert texts(path) == {"lamp": [rows[0][1]]}


def test_an_unknown_encoding_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"product,review\nlamp,\x81\x8d\xff\xfe good\n")
    with pytest.raises(InvalidInput, match="save it as UTF-8"):
        list(read_products(path))


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ";"), ("a.csv", "\t"), ("a.csv", "|"), ("a.tsv", "\t")])
def test_dialects_are_told_apart(tmp_path: Path, name: str, delimiter: str) -> None:
    assert texts(table(tmp_path / name, delimiter=delimiter)) == EXPECTED


def test_quotes_may_stand_in_unquoted_tab_separated_text(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('product\treview\nlamp\t"Nice", said my aunt of this lamp.\ncup\tA 5" cup for tea.\n')
    assert texts(path) == {"lamp": ['"Nice", said my aunt of this lamp.'], "cup": ['A 5" cup for tea.']}


def test_a_cell_may_hold_line_ends_and_delimiters(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('product,review\nlamp,"Bright, warm.\nAnd ""solid"" too."\n')
    assert texts(path) == {"lamp": ['Bright, warm.\nAnd "solid" too.']}


def test_jsonl_and_parquet_read_the_same(tmp_path: Path) -> None:
    records = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    parquet = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist([{**record, "stars": float(record["stars"])} for record in records]), parquet)
    assert texts(lines) == texts(parquet) == EXPECTED


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([2**62], pa.timestamp("us")), "holds values that have no text"),
        (pa.array([2**30], pa.date32()), "holds values that have no text"),
        (pa.array([2**62], pa.duration("s")), "holds values that have no text"),
        (pa.array([2**62 + 1], pa.timestamp("ns")), None),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), None),
        (pa.array([{"a": {"b": [1]}}]), None),
        (pa.array(["x"]).dictionary_encode(), None),
        (pa.array([b"\xff\x00"]), None),
        (pa.nulls(1), None),
    ],
)
def test_odd_columns_of_parquet_cost_no_review(tmp_path: Path, column: pa.Array, told: str | None) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"product": ["lamp"], "text": ["The lamp is bright."], "date": column}), path)
    (lamp,) = read_products(path)
    assert [review.text for review in lamp.reviews] == ["The lamp is bright."]
    assert [aside.reason for aside in lamp.set_aside] == ([f"line 1: the column 'date' {told}"] if told else [])


def test_bad_utf8_in_parquet_is_a_replacement_character_and_no_end(tmp_path: Path) -> None:
    bad = pa.array([b"The lamp\xff is bright."], pa.binary()).buffers()
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"product": ["lamp"], "text": pa.StringArray.from_buffers(1, bad[1], bad[2])}), path)
    assert len(texts(path)["lamp"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv.gz", b"\x1f\x8b\x08\x00", "compressed .gzip.: unpack it first"),
        ("a.csv", b"PK\x03\x04", "workbook or a zip archive: save its table as CSV"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "workbook of Excel"),
        ("a.csv", b"<!DOCTYPE html><html>", "web page"),
        ("a.docx", b"text", "ends in '.docx'"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=told):
        guess_columns(tmp_path / name)


def test_a_folder_a_pipe_and_a_name_that_is_too_long_are_no_tables(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path, told in (
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "pipe.csv", "is a pipe or a device"),
        (tmp_path / "none.csv", "is not there"),
        (tmp_path / ("x" * 300 + ".csv"), "too long"),
    ):
        with pytest.raises(InvalidInput, match=told):
            guess_columns(path)


def test_json_under_another_ending_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('[{"product": "lamp", "text": "The lamp is bright."}]')
    assert texts(path) == {"lamp": ["The lamp is bright."]}


def test_more_broken_rows_than_whole_ones_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("product,text\nlamp,a,b\ncup,Fine.\nlamp,a,b\n")
    with pytest.raises(InvalidInput, match=r"cannot be read \(2\) than others \(1\); the first is line 2: 3 cells"):
        list(read_products(path))


def test_details_are_read_and_sources_can_be_found_again(tmp_path: Path) -> None:
    lamp, _ = read_products(table(tmp_path / "a.csv"))
    first = lamp.reviews[0]
    assert (first.stars, first.date, first.author, first.uri) == (5.0, "2024-03-01", "ann", "a.csv:1")
    for sentence in lamp.sentences:
        (review,) = [one for one in lamp.reviews if one.id == sentence.review_id]
        assert review.text[sentence.start : sentence.end] == sentence.text


def test_several_columns_of_reviews_are_several_reviews(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("cat\tgroup_id\trev1\trev2\tsumm1\nbusiness\tx\tGood soup here.\tBad soup here.\tSoup.\n")
    columns = guess_columns(path)
    assert (columns.product, columns.text, columns.category) == ("group_id", ("rev1", "rev2"), "cat")
    assert columns.told() == "product: group_id; text: rev1, rev2; category: cat; passed over: summ1"
    assert texts(path) == {"x": ["Good soup here.", "Bad soup here."]}


def test_columns_can_be_named_by_the_user(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("was,wovon\nA fine lamp for the desk.,lamp\n")
    assert texts(path, Columns(product="wovon", text=("was",))) == {"lamp": ["A fine lamp for the desk."]}
    with pytest.raises(UnknownName, match="wovon"):
        guess_columns(path, Columns(product="wovn", text=("was",)))


def test_the_headline_of_a_review_is_not_the_name_of_its_product(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("asin,title,text\nB1,So good!,A fine lamp for any desk\nB1,Meh,The lamp is dim and wobbly\n")
    assert guess_columns(path).name is None
    path.write_text("asin,title,text\nB1,Desk lamp,A fine lamp for any desk\nB1,Desk lamp,The lamp is dim\n")
    assert guess_columns(path).name == "title"
    path.write_text("title,text\nSo good!,A fine lamp for any desk\nMeh,The lamp is dim and wobbly\n")
    with pytest.raises(InvalidInput, match="which product"):
        guess_columns(path)


def test_a_file_about_one_product_needs_to_say_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("review\nA fine lamp for the desk.\n")
    with pytest.raises(InvalidInput, match=r"which product.*found: review"):
        guess_columns(path)
    (only,) = read_products(path, Columns(one_product="Desk lamp"))
    assert (only.product.id, only.product.name) == ("Desk lamp", "Desk lamp")


def test_two_columns_that_could_be_the_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("product,review,comment\nlamp,A fine lamp for any desk,A fine lamp for any shelf\n")
    with pytest.raises(InvalidInput, match="review, comment could each be the text"):
        guess_columns(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("product,review\n", "no rows"),
        ("product,review\nlamp,a,b,c\n", "4 cells under 2 columns"),
        ("review,review\na,b\n", "two columns named 'review'"),
        ("a,b\n1,2\n", "no column looks like the text"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=told):
        list(read_products(path))


@pytest.mark.parametrize("blank", ["", "nan", "#REF!", " - "])
def test_a_row_without_its_product_is_set_aside_with_its_line(tmp_path: Path, blank: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"product,review\nlamp,A fine lamp for the desk.\n{blank},Whatever this is.\n")
    (lamp,) = read_products(path)
    assert [review.text for review in lamp.reviews] == ["A fine lamp for the desk."]
    assert [aside.reason for aside in lamp.set_aside] == ["line 3: no product stands in the column 'product'"]


def test_only_the_wanted_product_is_read_and_a_wrong_name_is_answered_with_near_ones(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv")
    assert [one.product.id for one in read_products(path, product="cup")] == ["cup"]
    with pytest.raises(UnknownName, match="lamp"):
        list(read_products(path, product="lamb"))


def test_a_review_of_a_megabyte_is_bounded_and_the_cut_is_told(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [("lamp", "A fine lamp. " * 80_000, "5", "2024-03-01", "ann")])
    (lamp,) = read_products(path)
    assert len(lamp.reviews[0].text) <= 20_000
    assert "are read" in lamp.set_aside[0].reason


def test_reviews_beyond_the_limit_of_a_product_are_counted(tmp_path: Path) -> None:
    rooms = ("attic", "cellar", "hall", "kitchen", "office", "garden", "garage", "study", "nursery")
    rows = [("lamp", f"We put one into the {room} and the {room} is bright.", "5", "", "") for room in rooms]
    (lamp,) = read_products(table(tmp_path / "a.csv", rows), config=ReadingConfig(product_reviews=4))
    assert len(lamp.reviews) == 4
    assert lamp.set_aside[-1].reason == "5 reviews beyond the first 4"


def test_markup_and_control_characters_go_and_hearts_stay() -> None:
    raw = "<p>I <3 this <b>lamp</b>&amp; shade<br/>It\u200b is\x00 \u202efine.</p><script>alert(1)</script>"
    assert clean_text(raw, 1000) == "I <3 this lamp & shade\nIt is fine."


def test_markup_that_a_person_wrote_about_stays_text() -> None:
    assert clean_text("Use &lt;b&gt; for bold.", 1000) == "Use <b> for bold."


@given(st.text(max_size=300))
def test_sentences_lie_in_order_inside_the_text_and_lose_no_letter(raw: str) -> None:
    text = clean_text(raw, 1000)
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert sorted(filter(str.isalnum, kept)) == sorted(filter(str.isalnum, text))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It works. It is fine.", ["It works.", "It is fine."]),
        ("Good lamp.The shade is nice.", ["Good lamp.", "The shade is nice."]),
        ("Wow!!It works!but the cord is short", ["Wow!!", "It works!", "but the cord is short"]),
        ("Dr. Lee and Mr. Fox met at 5 p.m. in St. Gall.", ["Dr. Lee and Mr. Fox met at 5 p.m. in St. Gall."]),
        ("We waited... and waited. ok then", ["We waited... and waited.", "ok then"]),
        ("We left... The food was cold.", ["We left...", "The food was cold."]),
        ("It cost $3.50 for 2.5 lb. of rice.", ["It cost $3.50 for 2.5 lb. of rice."]),
        ("SO GOOD! EAT HERE. NOW.", ["SO GOOD!", "EAT HERE.", "NOW."]),
        ("Great lamp 👍👍 The shade is fine", ["Great lamp 👍👍", "The shade is fine"]),
        ("Pros:\n- bright\n- cheap", ["Pros:", "- bright", "- cheap"]),
        ("made in the U.S.A. and sold there", ["made in the U.S.A. and sold there"]),
        ('He said "never again." We agree.', ['He said "never again."', "We agree."]),
        ("see example.com for more", ["see example.com for more"]),
    ],
)
def test_sentences_of_hasty_writers_are_found(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


def test_a_text_without_stops_is_cut_before_it_grows_too_long() -> None:
    assert max(end - start for start, end in split_sentences("word " * 2000)) <= 600


def sifted(*bodies: str):
    reviews = [
        Review(id=f"p:{number}", product_id="p", uri=f"f:{number}", text=body) for number, body in enumerate(bodies)
    ]
    return sift_product(Product(id="p"), reviews)


def test_duplicates_and_near_duplicates_are_folded_and_counted() -> None:
    long = "We came on a rainy evening, the soup was hot, the bread was fresh and the waiter was kind to our children"
    found = sifted(long, long.upper() + "!!", long + " as well", "Quite another opinion about the soup and the bread.")
    assert found.folded == 2
    assert [review.id for review in found.reviews] == ["p:0", "p:3"]


def test_the_same_words_about_the_same_thing_are_not_folded_when_the_verdict_differs() -> None:
    found = sifted("The soup was hot and the bread was good.", "The soup was cold and the bread was bad.")
    assert found.folded == 0


@pytest.mark.parametrize(
    "text",
    [
        "I received this lamp free in exchange for my honest review. It is bright.",
        "Bright lamp. I was given a discount in return for an unbiased opinion.",
        "The company sent me a sample of the lamp to review and I like it.",
        "This is a sponsored post about a lamp that I use.",
        "I got this free of charge so that I could write a review of it.",
        "This review was collected as part of a promotion. Nice lamp.",
        "They gave me a gift card if I left a five star review.",
        "I was invited by the owner to try the menu. Lovely.",
        "Complimentary product provided for testing and review purposes.",
        "Lovely lamp #gifted",
    ],
)
def test_paid_for_reviews_are_set_aside(text: str) -> None:
    (aside,) = sifted(text).set_aside
    assert aside.reason == "paid for"


@pytest.mark.parametrize(
    "text",
    [
        "I was not paid for this review, I simply like the lamp.",
        "Free parking behind the house and a free sample of cheese at the door.",
        "They sent the wrong lamp and I got a refund after my complaint.",
        "I read one review before I went, and it was right about the discount on Mondays.",
    ],
)
def test_honest_reviews_that_sound_like_paid_ones_stay(text: str) -> None:
    assert sifted(text).set_aside == ()


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("!!! :)", "no words"), ("N/A", "boilerplate"), ("[deleted]", "boilerplate")]
)
def test_what_says_nothing_is_set_aside(text: str, reason: str) -> None:
    assert sifted(text).set_aside[0].reason == reason


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Essen war sehr gut und die Bedienung freundlich, wir kommen gerne wieder.", "German"),
        ("La nourriture était excellente et le service très agréable, nous reviendrons.", "French"),
        ("La comida estaba muy buena y el servicio fue excelente, volveremos pronto.", "Spanish"),
        ("料理はとても美味しかったです。また来ます。", "Japanese"),
    ],
)
def test_other_languages_are_set_aside_by_name(text: str, language: str) -> None:
    assert sifted(text).set_aside[0].reason == f"written in {language}"


@pytest.mark.parametrize(
    "text", ["Yum!", "Tres bon", "Love love love", "ok i guess", "Best pho ever", "GREAT TACOS AL PASTOR!!!"]
)
def test_a_few_words_are_not_convicted_of_being_foreign(text: str) -> None:
    assert sifted(text).set_aside == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-05-01", "2024-05-01"), ("2024/5/1 10:00", "2024-05-01"), ("May 1, 2024", "2024-05-01"),
        ("1 May 2024", "2024-05-01"), ("13/05/2024", "2024-05-13"), ("05/13/2024", "2024-05-13"),
        ("05/04/2024", None), ("1714521600", "2024-05-01"), ("1714521600000", "2024-05-01"), ("soon", None),
        ("2024-05", "2024-05"),
    ],
)  # fmt: skip
def test_a_day_is_read_only_where_it_can_be_one_day(written: str, day: str | None) -> None:
    assert read_date(written) == day


def test_no_product_stands_on_both_sides_of_a_split() -> None:
    ids = [f"product {number}" for number in range(2000)]
    train, held = split_products(ids, (0.8, 0.2), seed=3)
    assert set(train) | set(held) == set(ids)
    assert not set(train) & set(held)
    assert abs(len(held) / len(ids) - 0.2) < 0.03
    with pytest.raises(InvalidInput, match="both sides"):
        assert_disjoint([train, [*held, train[0]]])


def test_a_product_keeps_its_side_whatever_else_is_split() -> None:
    ids = [f"product {number}" for number in range(50)]
    alone = [split_products([one], (0.5, 0.5), seed=1)[0] for one in ids]
    together = split_products(ids, (0.5, 0.5), seed=1)[0]
    assert [one for found in alone for one in found] == together


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(InvalidInput, match="add up to 1"):
        split_products(["a"], (0.5, 0.2))


def test_the_review_files_are_read_whole() -> None:
    if not YELP.is_file():
        pytest.skip("the review files are not beside this checkout")
    products = list(read_products(YELP))
    assert (len(products), sum(len(one.reviews) for one in products)) == (30, 240)
