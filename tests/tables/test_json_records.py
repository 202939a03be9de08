"""JSON of other people's programs as rows."""

import io

import pytest

from earmark.tables import Fault, Row, read_json


def items(text: str) -> list[Row | Fault]:
    return list(read_json(io.StringIO(text, newline=""), "a.json").rows)


def cells(text: str) -> list[dict[str, str]]:
    return [item.cells for item in items(text) if isinstance(item, Row)]


def test_numbers_stay_as_they_were_written() -> None:
    assert cells('{"a": 4.50, "b": ' + "9" * 5000 + ', "c": true, "d": null}') == [
        {"a": "4.50", "b": "9" * 5000, "c": "True", "d": ""}
    ]


def test_a_broken_line_is_told_and_the_others_are_read() -> None:
    found = items('{"a": 1}\n\n{"a": 2,}\n[1]\n{"a": 1, "a": 2}\n' + "[" * 100_000 + '\n{"a": 3}\n')
    assert [(item.line, item.cells) for item in found if isinstance(item, Row)] == [(1, {"a": "1"}), (7, {"a": "3"})]
    faults = [item for item in found if isinstance(item, Fault)]
    assert [fault.line for fault in faults] == [3, 4, 5, 6]
    assert faults[1].reason == "it is no JSON object"
    assert faults[2].reason == "it has two values named 'a'"
    assert faults[3].reason == "it is JSON that is nested too deeply"


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, {"a": 2}]', '[\n {"a": 1},\n {"a": 2}\n]\n', '{"data": [{"a": 1}, {"a": 2}]}']
)  # fmt: skip
def test_an_array_is_a_table(text: str) -> None:
    assert cells(text) == [{"a": "1"}, {"a": "2"}]


def test_an_array_that_breaks_off_keeps_what_stands_before_the_break() -> None:
    first, second = items('[\n{"a": 1},\n{"a": 2')
    assert first == Row(2, {"a": "1"})
    assert isinstance(second, Fault)
    assert second.line == 3


def test_reviews_inside_a_product_know_what_they_are_of() -> None:
    text = '{"result": {"name": "Cafe Anna", "reviews": [{"text": {"text": "Hot."}, "rating": 5}]}}'
    assert cells(text) == [{"product.name": "Cafe Anna", "text.text": "Hot.", "rating": "5"}]


def test_records_that_are_none_cost_no_others() -> None:
    found = items('{"data": [{"id": 1, "reviews": [{"text": "Hot."}]}, 3, {"id": 2, "reviews": []}]}')
    assert [item.cells for item in found if isinstance(item, Row)] == [{"product.id": "1", "text": "Hot."}]
    assert [item.reason for item in found if isinstance(item, Fault)] == ["it is no JSON object"]


def test_records_nested_without_end_are_told() -> None:
    (fault,) = items('{"data":' * 900 + "1" + "}" * 900)
    assert isinstance(fault, Fault)
    assert fault.reason == "its records are nested too deeply"


def test_half_a_surrogate_pair_is_a_replacement_character() -> None:
    assert cells('{"a": "wasn\\ud83dt", "b": "\\ud83d\\ude00"}') == [{"a": "wasn\ufffdt", "b": "\U0001f600"}]
