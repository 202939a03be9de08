"""JSON as models write it: strict where it can be, lenient where it means one thing, and nothing that was cut off."""

import time

import pytest

from earmark.language.nearly_json import json_values


def lenient(text):
    return list(json_values(text, lenient=True))


def test_the_values_of_a_text_come_in_their_order_whatever_stands_around_them():
    text = 'Sure! {not json} ```json\n{"a": [1, {"b": 2}]}\n``` and ["c"]'
    assert list(json_values(text)) == [{"a": [1, {"b": 2}]}, ["c"]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": ["b",]}', {"a": ["b"]}),
        ("{'a': ['b']}", {"a": ["b"]}),
        ("{'a': 'It's fresh', 'b': 'the staff's own'}", {"a": "It's fresh", "b": "the staff's own"}),
        ("{'a': 'It\\'s \"fresh\"'}", {"a": 'It\'s "fresh"'}),
        ('{"a": "They said "fresh" twice."}', {"a": 'They said "fresh" twice.'}),
        ('{"a": "He said: "buy, now", ok", "b": 1}', {"a": 'He said: "buy, now", ok', "b": 1}),
        ("{\u201ca\u201d: \u201cb\u201d}", {"a": "b"}),
        ("{a: 1, b_c: .5e}", None),
        ("{a: 1, b_c: -2.5}", {"a": 1, "b_c": -2.5}),
        ('{"a": True, "b": None, "c": False}', {"a": True, "b": None, "c": False}),
        ('{"a": 1, // one\n /* two */ "b": 2}', {"a": 1, "b": 2}),
        (
            '{"a": "The bread\nis fresh.\nThe staff is kind.\n- eggs"}',
            {"a": "The bread is fresh.\nThe staff is kind.\n- eggs"},
        ),
        ('{"a": "C:\\music \\u00e9 \\"x\\" \\\\"}', {"a": 'C:\\music \u00e9 "x" \\'}),
        ('{"a": "half \\ud83d, whole \\ud83d\\ude00"}', {"a": "half , whole \U0001f600"}),
    ],
)
def test_what_is_nearly_json_is_read_where_it_means_one_thing(text, value):
    assert lenient(text) == ([] if value is None else [value])


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ["The bread is',
        '{"a": ["The bread is fresh."',
        '{"a": [{"text": "The bread is fresh."}, {"te',
        '{"a": ["b"], "c": ',
        '{"a": [...]}',
        '{"a": ["b"}',
        '{"a": "b" "c"',
        "{'a': b}",
        "{",
        "a" * 1000,
    ],
)
def test_what_was_cut_off_or_left_out_is_nothing(text):
    assert lenient(text) == []


@pytest.mark.parametrize(
    "text", ['{"a":' * 30_000, "[" * 100_000, "{'a': '" * 10_000, '"' * 100_000 + "{", "{" + "// x\n" * 20_000]
)
def test_hostile_text_costs_little(text):
    began = time.process_time()
    assert lenient(text) == []
    assert time.process_time() - began < 10
