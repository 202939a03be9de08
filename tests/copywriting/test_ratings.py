"""Ratings in the ways in which shops write them, as stars of five."""

import pytest

from earmark.copywriting.reviews.ratings import RatingScale, read_rating, scale_of


@pytest.mark.parametrize(
    ("cell", "stars"),
    [
        ("4", 4.0), ("4.5", 4.5), ("4,5", 4.5), ("4/5", 4.0), ("2/5", 2.0), ("4/10", 2.0), ("4 / 10", 2.0),
        ("4 out of 10", 2.0), ("40/100", 2.0), ("80%", 4.0), ("Rated 4 of 5", 4.0), ("4 stars", 4.0), ("4-star", 4.0),
        ("4.0 out of 5 stars", 4.0), ("5,0 von 5 Sternen", 5.0), ("5,0 von 5", 5.0), ("4,0 sur 5 étoiles", 4.0),
        ("4 de 5 estrellas", 4.0), ("3 su 5 stelle", 3.0), ("2 van de 5 sterren", 2.0), ("5つ星のうち4.0", 4.0),
        ("★★★★☆", 4.0), ("★★★★½", 4.5), ("★☆☆☆☆", 1.0), ("⭐⭐⭐⭐", 4.0), ("⭐️⭐️", 2.0), ("****", 4.0), ("★ 4.5", 4.5),
        ("☆☆☆☆☆", 0.0), ("4★", 4.0), ("FIVE", 5.0), ("four stars", 4.0), ("Two out of five", 2.0), ("One Star", 1.0),
        ("Excellent", 5.0), ("terrible", 1.0), ("👍", 5.0), ("👎", 1.0), ("True", 5.0), ("Not Recommended", 1.0),
        ("Rating: 3/5", 3.0),
        ("4 stars out of 5", 4.0), ("3½", 3.5), ("(4/5)", 4.0),
        ("7/5", None), ("4/0", None), ("A+", None), ("2 days ago", None), ("", None),
    ],
)  # fmt: skip
def test_a_rating_is_stars_of_five_however_it_is_written(cell: str, stars: float | None) -> None:
    assert RatingScale().stars(cell) == stars


@pytest.mark.parametrize(
    ("header", "values", "cell", "stars"),
    [
        ("stars", "1 2 5 5 4", "4", 4.0),
        ("rating", "1 8 9 10", "8", 4.0),
        ("rating", "40 85 100", "40", 2.0),
        ("rating_out_of_10", "4 4 3", "4", 2.0),
        ("Rating (1-10)", "4 5", "4", 2.0),
        ("score", "0.1 0.9 1.0", "0.5", 3.0),
        ("voted_up", "1 1 1", "1", 5.0),
        ("voted_up", "1 0", "0", 1.0),
        ("review_score", "-1 1 1", "-1", 1.0),
        ("stars", "1 1 1", "1", 1.0),
        ("score", "3 450 2000", "3", None),
        ("score", "-7 3", "3", None),
        ("rating", "7/10 8/10 4", "4", 2.0),
        ("stars", "5 " * 60 + "55", "5", 5.0),
    ],
)
def test_the_scale_of_plain_numbers_is_their_columns(header: str, values: str, cell: str, stars: float | None) -> None:
    cells = {value: values.split().count(value) for value in values.split()}
    assert scale_of(header, cells).stars(cell) == stars


def test_a_scale_that_is_not_stars_of_five_is_told() -> None:
    assert scale_of("stars", {"5": 2, "1": 1}).told() is None
    assert scale_of("rating", {"8": 2, "10": 1}).told() == "its numbers are read as 0 to 10"
    assert "not read" in str(scale_of("score", {"450": 1}).told())


def test_a_cell_of_many_characters_is_read_at_once() -> None:
    assert read_rating("*" * 100_000 + "x") is None
    assert read_rating("4 " * 50_000) is None
