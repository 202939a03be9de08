"""The exports of shops and platforms: which column holds what is guessed, told, and asked for where it cannot be."""

import json
from pathlib import Path

import pytest

from earmark.copywriting.reviews import Columns, guess_columns, read_products
from earmark.errors import InvalidInput

TEXT = "The mug is sturdy and I use it every day."


def columns_of(tmp_path: Path, header: str, *rows: str) -> Columns:
    path = tmp_path / "mugs.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return guess_columns(path)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        pytest.param(
            "Review ID,Review Title,Review Content,Review Score,Date,Product ID,Product Title,Display name",
            f"1,Great,{TEXT},5,2024-05-01,77,Blue mug,Ann",
            ("Product ID", "Review Content", "Review Title", "Review Score", "Display name", "Product Title"),
            id="yotpo",
        ),
        pytest.param(
            "reviewTitle,reviewMessage,reviewRating,author,productId,productTitle,reviewDate",
            f"Great,{TEXT},5,Ann,77,Blue mug,2024-05-01",
            ("productId", "reviewMessage", "reviewTitle", "reviewRating", "author", "productTitle"),
            id="stamped",
        ),
        pytest.param(
            "title,body,rating,review_date,reviewer_name,reviewer_email,product_id,product_handle,reply",
            f"Great,{TEXT},5,2024-05-01,Ann,ann@example.com,77,blue-mug,",
            ("product_id", "body", "title", "rating", "reviewer_name", None),
            id="judge.me",
        ),
        pytest.param(
            "id,handle,rating,author,email,body,created_at",
            f"1,blue-mug,5,Ann,ann@example.com,{TEXT},2024-05-01",
            ("handle", "body", None, "rating", "author", None),
            id="loox",
        ),
        pytest.param(
            "comment_ID,comment_post_ID,comment_author,comment_date,comment_content,rating",
            f"1,55,Ann,2024-05-01 10:00:00,{TEXT},5",
            ("comment_post_ID", "comment_content", None, "rating", "comment_author", None),
            id="wordpress",
        ),
        pytest.param(
            "asins,name,reviews.text,reviews.rating,reviews.title,reviews.username,reviews.date",
            f"B0,Blue mug,{TEXT},5,Great,ann,2024-05-01",
            ("asins", "reviews.text", "reviews.title", "reviews.rating", "reviews.username", "name"),
            id="datafiniti",
        ),
        pytest.param(
            "reviewerID,asin,reviewerName,helpful,reviewText,overall,summary,unixReviewTime",
            f'A1,B0,Ann,"[0, 0]",{TEXT},5,Great,1714521600',
            ("asin", "reviewText", "summary", "overall", "reviewerID", None),
            id="amazon",
        ),
        pytest.param(
            "Produkt;Bewertung;Titel;Rezension;Datum;Autor",
            f'Becher;"5,0 von 5 Sternen";Toll;{TEXT};01.05.2024;Anna',
            ("Produkt", "Rezension", "Titel", "Bewertung", "Autor", None),
            id="german",
        ),
        pytest.param(
            "Produit,Note,Titre,Avis,Auteur", f"Tasse,4/5,Bien,{TEXT},Anne",
            ("Produit", "Avis", "Titre", "Note", "Auteur", None), id="french",
        ),
        pytest.param(
            "app_id,app_name,review_text,review_score,review_votes", f"10,Mugs,{TEXT},-1,0",
            ("app_id", "review_text", None, "review_score", None, "app_name"), id="steam",
        ),
    ],
)  # fmt: skip
def test_the_exports_of_platforms_are_known(
    tmp_path: Path, header: str, row: str, expected: tuple[str | None, ...]
) -> None:
    found = columns_of(tmp_path, header, row)
    assert (found.product, *found.text, found.title, found.stars, found.author, found.name) == expected


def test_a_name_that_differs_within_a_product_is_the_reviewers(tmp_path: Path) -> None:
    header = "name,body,handle,rating,productId"
    found = columns_of(tmp_path, header, f"Ann Smith,{TEXT},blue-mug,5,77", "Bob Jones,A sturdy mug.,blue-mug,4,77")
    assert (found.product, found.name, found.author) == ("productId", None, "name")
    found = columns_of(
        tmp_path, "product_id,name,text", f"77,Blue mug,{TEXT}", "77,Blue mug,A mug.", "78,Red mug,A mug."
    )
    assert (found.name, found.author) == ("name", None)
    found = columns_of(tmp_path, header, f"Ann Smith,{TEXT},blue-mug,5,77", "Bob Jones,A red mug.,red-mug,4,78")
    assert (found.name, found.author) == (None, "name")
    found = columns_of(
        tmp_path, "name,text", f"Ann Smith,{TEXT}", "Ann Smith,A mug.", "Bob Jones,Mugs.", "Bob Jones,No."
    )
    assert (found.product, found.from_file, found.author) == (None, "mugs", "name")


def test_rows_that_name_their_reviewers_and_nothing_else_are_one_products_and_that_is_told(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "user_id,name,rating,text,url", f"1,Ann Smith,5,{TEXT},", "2,Bob Jones,4,A mug.,")
    assert (found.product, found.from_file) == (None, "mugs")
    assert "all reviews are taken as one product's, 'mugs'; passed over: name, url" in found.told()
    (only,) = read_products(tmp_path / "mugs.csv")
    assert (only.product.id, only.product.name) == ("mugs", None)


def test_a_column_that_may_tell_products_apart_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"did you mean --column product=Prodcut\?"):
        columns_of(tmp_path, "Prodcut,author,text", f"Mug,Ann,{TEXT}")
    with pytest.raises(InvalidInput, match=r"did you mean --column text=reveiw\?"):
        columns_of(tmp_path, "product,reveiw,author", "Mug,Nice,Ann")
    with pytest.raises(InvalidInput, match="which product"):
        columns_of(tmp_path, "model,author,text", f"Mug,Ann,{TEXT}", f"Cup,Ann,{TEXT}", f"Cup,Bob,{TEXT}")


def test_each_of_several_reviews_has_its_own_rating_and_headline(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("product,rev1,rating1,rev2,rating2,title2\nMug,It broke.,1,It is sturdy.,5,Great\n")
    assert guess_columns(path).told() == "product: product; text: rev1, rev2; stars: rating1, rating2; title: title2"
    (mug,) = read_products(path)
    assert [(review.text, review.stars) for review in mug.reviews] == [
        ("It broke.", 1.0),
        ("Great.\nIt is sturdy.", 5.0),
    ]


@pytest.mark.parametrize(
    ("header", "stars"),
    [
        ("product,review1,review1_rating,review2,review2_rating", "review1_rating, review2_rating"),
        ("product,review_1_text,review_1_stars,review_2_text,review_2_stars", "review_1_stars, review_2_stars"),
        ("product,review,rating,review.1,rating.1", "rating, rating.1"),
    ],
)
def test_the_number_of_a_column_may_stand_anywhere(tmp_path: Path, header: str, stars: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\nMug,It broke.,1,It is sturdy.,5\n")
    assert f"; stars: {stars}" in guess_columns(path).told()
    (mug,) = read_products(path)
    assert [(review.text, review.stars) for review in mug.reviews] == [("It broke.", 1.0), ("It is sturdy.", 5.0)]


def test_ratings_out_of_ten_are_read_as_such_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("product,text,rating\nMug,It broke.,2\nMug,It is sturdy.,10\nMug,Never used it.,eleven\n")
    (mug,) = read_products(path)
    assert [review.stars for review in mug.reviews] == [1.0, 5.0, None]
    assert [aside.reason for aside in mug.set_aside] == [
        "column 'rating': its numbers are read as 0 to 10",
        "column 'rating': 1 of its cells hold no rating that can be read",
    ]


@pytest.mark.parametrize(
    ("title", "text", "read"),
    [
        ("Great mug", "It is sturdy.", "Great mug.\nIt is sturdy."),
        ("Great mug!", "It is sturdy.", "Great mug!\nIt is sturdy."),
        ("It is stur...", "It is sturdy and blue.", "It is sturdy and blue."),
        ("It is sturdy", "It is sturdy and blue.", "It is sturdy and blue."),
        ("Five Stars", "It is sturdy.", "It is sturdy."),
        ("Broke after a day", "", "Broke after a day."),
        ("nan", "It is sturdy.", "It is sturdy."),
    ],
)
def test_a_headline_is_the_first_sentence_of_its_review(tmp_path: Path, title: str, text: str, read: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"asin,title,text\nB1,{title},{text}\nB1,Other,The handle is large.\n")
    (mug,) = read_products(path)
    assert [review.text for review in mug.reviews] == [read, "Other.\nThe handle is large."]


@pytest.mark.parametrize(
    "cell", ["nan", "NaN", "None", "null", "N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "-", ".", "[deleted]"]
)
def test_what_programs_write_into_empty_cells_is_no_voice(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"product,text\nMug,{cell}\nMug,It is sturdy.\n")
    (mug,) = read_products(path)
    assert [review.text for review in mug.reviews] == ["It is sturdy."]
    assert len(mug.set_aside) == 1


def test_lists_side_by_side_are_a_review_each(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"product": "Mug", "reviews": ["It broke.", "It is sturdy."], "ratings": [1, 5]}]))
    (mug,) = read_products(path)
    assert (mug.product.id, [(review.text, review.stars) for review in mug.reviews]) == (
        "Mug", [("It broke.", 1.0), ("It is sturdy.", 5.0)],
    )  # fmt: skip


def test_answers_of_map_services_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    takeout = {"reviews": [{"reviewer": {"displayName": "Ann"}, "starRating": "TWO", "comment": "The soup was cold."}]}
    path.write_text(json.dumps(takeout))
    (place,) = read_products(path)
    assert (place.product.id, [(review.text, review.stars, review.author) for review in place.reviews]) == (
        "a", [("The soup was cold.", 2.0, "Ann")],
    )  # fmt: skip
    places = {
        "result": {"name": "Cafe", "reviews": [{"author_name": "Ann", "rating": 2, "text": "The soup was cold."}]}
    }
    path.write_text(json.dumps(places))
    (place,) = read_products(path)
    assert (place.product.id, place.reviews[0].stars) == ("Cafe", 2.0)
