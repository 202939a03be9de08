"""A server's no is read for its words, for how long it asks to wait, and for whether waiting helps."""

import json

import pytest

from earmark.language.providers.refusals import Refusal, refusal_in, refusal_of, retry_after


def words(body):
    return refusal_of(400, body if isinstance(body, str) else json.dumps(body), {}).words


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": {"message": "no such model", "type": "x", "param": None, "code": None}}, "no such model"),
        ({"error": "model 'm' not found, try pulling it first"}, "model 'm' not found, try pulling it first"),
        ([{"error": {"code": 400, "message": "Unknown name", "status": "INVALID_ARGUMENT"}}], "Unknown name"),
        ({"error": {"message": "Not supported.", "param": "max_tokens"}}, "Not supported (max_tokens)"),
        (
            {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": "a review"}]},
            "Extra inputs are not permitted (body.seed)",
        ),
        ({"object": "error", "message": {"detail": [{"loc": ["body", "n"], "msg": "No"}]}}, "No (body.n)"),
        ("<html><head><title>404</title></head><body><h1>Not here</h1></body></html>", "404 Not here"),
        ("line one\n\x1b[31mline two", "line one [31mline two"),
        ("", ""),
        ({"answer": 1}, ""),
        ("[" * 100_000, "[" * 999 + "\u2026"),
    ],
)
def test_the_reason_is_found_in_every_shape_and_cleaned(body, expected):
    assert words(body) == expected


def test_material_that_a_validator_repeats_is_not_told_again():
    assert "a review" not in words({"detail": [{"msg": "too short", "loc": ["x"], "input": "a review"}]})


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "50", "retry-after": "9"}, 0.05),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_stands_in_a_header(headers, wait_s):
    assert retry_after(headers) == wait_s


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("Rate limit reached. Please try again in 20s.", 20.0),
        ("Please try again in 1m2.5s. Visit the site for more.", 62.5),
        ("Please retry in 34.07s.", 34.07),
        ("Retry after 500 ms", 0.5),
        ("try again in 2 minutes", 120.0),
        ("retry 3 messages", None),
        ("slow down", None),
    ],
)
def test_or_in_words(said, wait_s):
    assert Refusal(429, said).wait_s == wait_s


@pytest.mark.parametrize(
    ("status", "said", "about_money"),
    [
        (429, "You exceeded your current quota, check your plan and billing details. (insufficient_quota)", True),
        (429, "You exceeded your current quota, check your plan and billing details. Please retry in 37s.", False),
        (429, "Your credit balance is too low", True),
        (429, "Rate limit reached for requests", False),
        (402, "", True),
        (403, "insufficient permissions for this model", False),
        (500, "the billing service is down", False),
    ],
)
def test_where_nothing_is_left_to_spend_waiting_does_not_help(status, said, about_money):
    assert Refusal(status, said).is_about_money is about_money


def test_an_error_inside_of_a_success_keeps_its_status_and_a_nameless_one_may_pass():
    assert refusal_in({"choices": []}) is None
    assert refusal_in({"error": None}) is None
    assert refusal_in({"error": {"message": "slow", "code": 429}}).status == 429
    assert refusal_in({"error": {"message": "bad key", "code": "401"}}).status == 401
    assert refusal_in({"error": "overloaded"}).is_passing
    assert refusal_in({"error": {"message": "no credits left"}}).is_about_money
