"""Tables of other people's programs: rows keep their shape, and what breaks it is mended or left out with its line."""

import io

import pytest

from earmark.errors import InvalidInput
from earmark.tables import Fault, Row, read_delimited

NEVER_CLOSED = "a quotation mark opens a cell and is never closed"
INSIDE = "a quotation mark stands inside a quoted cell"
LINE_END = "a line end stands outside quotation marks"


def rows_of(text: str) -> list[tuple[int, ...]]:
    """Line and cells of each row."""
    table = read_delimited(io.StringIO(text, newline=""), "a.csv")
    return [(row.line, *row.cells.values()) for row in table.rows if isinstance(row, Row)]


def faults_of(text: str) -> list[tuple[int, str, bool]]:
    return [
        tuple(item) for item in read_delimited(io.StringIO(text, newline=""), "a.csv").rows if isinstance(item, Fault)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(end: str) -> None:
    assert rows_of(f"a,b{end}1,x{end}{end}2,y{end}") == [(2, "1", "x"), (4, "2", "y")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a;b\nx, y;1,5\n", ("x, y", "1,5")),
        ("sep=;\na;b\nx,y;z\n", ("x,y", "z")),
        ("sep=\\t\r\na\tb\r\nx,y\tz\r\n", ("x,y", "z")),
        ("a|b\nx, y|z\n", ("x, y", "z")),
        ("a, b\nx, \"y, z\"\n", ("x", "y, z")),
        ("a\nx, y\nz, w\n", ("x, y",)),
        ("\ufeffa,b\nx\0,y\n", ("x", "y")),
        ("Sales of May\n\na,b,c\nx,y,1\nz,w,2\n", ("x", "y", "1")),
        ("Exported,2024-05-01\na,b,c,d\nx,y,z,1\nu,v,w,2\n", ("x", "y", "z", "1")),
        ("# made by hand\na,b\nx,y\nz,w\n", ("x", "y")),
        ("a,b,,\nx,y,,\n", ("x", "y")),
    ],
)  # fmt: skip
def test_dialects_and_what_stands_above_a_header(text: str, row: tuple[str, ...]) -> None:
    assert rows_of(text)[0][1:] == row


def test_a_quotation_mark_that_never_closes_swallows_no_row() -> None:
    text = 'shop,text\nBakery,"Went on Monday.\nBakery,We sat outside.\nCafe,Hot coffee.\n'
    assert rows_of(text) == [
        (2, "Bakery", "Went on Monday."),
        (3, "Bakery", "We sat outside."),
        (4, "Cafe", "Hot coffee."),
    ]
    assert faults_of(text) == [(2, NEVER_CLOSED, False)]


def test_two_stray_marks_do_not_make_one_cell_of_the_rows_between() -> None:
    text = 'shop,text,stars\nBakery,"We sat outside.,5\nBakery,It rained.,4\nBakery,They sell cake.",1\n'
    assert [row[3] for row in rows_of(text)] == ["5", "4", "1"]


def test_rows_that_begin_with_capitals_are_no_cell_of_several_lines() -> None:
    text = 'shop,text\nBakery,"Went on Monday.\nCafe,The coffee was hot."\nBar,Loud.\n'
    assert [row[1] for row in rows_of(text)] == ["Bakery", "Cafe", "Bar"]


def test_an_open_mark_ends_where_the_next_row_opens_its_own() -> None:
    text = '"shop","text"\n"Cafe","Hot.\n"Bakery","Fresh, ""really""."\n'
    assert rows_of(text) == [(2, "Cafe", "Hot."), (3, "Bakery", 'Fresh, "really".')]


def test_a_cell_of_several_lines_stays_one_cell() -> None:
    text = 'shop,text\nCafe,"Hot, strong.\nIt cost 1,000 in all.\n\nReally."\nBakery,Fresh.\n'
    assert rows_of(text) == [(2, "Cafe", "Hot, strong.\nIt cost 1,000 in all.\n\nReally."), (6, "Bakery", "Fresh.")]
    assert faults_of(text) == []


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (r'"They said \"hot\", and left."', 'They said "hot", and left.'),
        (r'"It is 5\""', 'It is 5"'),
        (r'"It was \"hot\""', "It was \u201chot\u201d"),
        (r'"kept in C:\"', "kept in C:\\"),
        ('"He said "hot", and left."', 'He said "hot", and left.'),
        ('"He said "hot"\nand left."', 'He said "hot"\nand left.'),
        ('"Hot ""coffee"""', 'Hot "coffee"'),
    ],
)
def test_quotation_marks_inside_a_cell_however_they_are_escaped(cell: str, read: str) -> None:
    assert rows_of(f'shop,text,stars\nCafe,{cell},5\nBakery,"Fresh",4\n') == [
        (2, "Cafe", read, "5"),
        (3 + cell.count("\n"), "Bakery", "Fresh", "4"),
    ]


def test_a_comma_outside_quotes_is_the_texts_where_a_space_follows() -> None:
    text = "shop,text,stars\nCafe,Hot, and cheap,5\nBakery,Fresh,4\n"
    assert rows_of(text) == [(2, "Cafe", "Hot, and cheap", "5"), (3, "Bakery", "Fresh", "4")]
    assert faults_of(text) == [(2, "a delimiter stands outside quotation marks", False)]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("shop,text,stars\nCafe,Hot.\nClean cups.,5\nBakery,Fresh.,4\n", ("Cafe", "Hot.\nClean cups.", "5")),
        ("shop,text,stars\nCafe,Hot.\n\nAte, left.,5\nBakery,Fresh.,4\n", ("Cafe", "Hot.\nAte, left.", "5")),
        ("shop,text\nCafe,Hot\nbut later, it was cold\nBakery,Fresh.\n", ("Cafe", "Hot\nbut later, it was cold")),
    ],
)  # fmt: skip
def test_a_line_end_outside_quotes_invents_no_row(text: str, row: tuple[str, ...]) -> None:
    assert [found[1:] for found in rows_of(text)] == [row, tuple(["Bakery", "Fresh.", "4"][: len(row)])]
    assert faults_of(text) == [(2, LINE_END, False)]


def test_tabs_between_quoted_cells_are_told_from_tabs_between_plain_ones() -> None:
    plain = 'shop\ttext\nCafe\t"Hot", said Ann.\nBakery\tA 5" loaf.\n'
    assert rows_of(plain) == [(2, "Cafe", '"Hot", said Ann.'), (3, "Bakery", 'A 5" loaf.')]
    quoted = '"shop"\t"text"\n"Cafe"\t"Hot."\n"Bakery"\t"Open.\n"Bar"\t"Loud."\n'
    assert rows_of(quoted) == [(2, "Cafe", "Hot."), (3, "Bakery", "Open."), (4, "Bar", "Loud.")]


def test_a_row_that_fits_no_reading_is_left_out_with_its_line() -> None:
    text = "shop,text,stars\nCafe,Hot,5\nBakery,Fresh,but,small\nCafe,Cold,1\n# the end\n"
    assert [row[0] for row in rows_of(text)] == [2, 4]
    assert faults_of(text) == [
        (3, "4 cells under 3 columns: quote the text that contains the delimiter", True),
        (5, "1 cell under 3 columns", True),
    ]


def test_cells_that_every_row_leaves_out_at_its_end_are_missed_by_nobody() -> None:
    text = "shop,text,stars,reply\nCafe,Hot,5\nBakery,Fresh,4\nBar,Loud,2,Sorry\n"
    assert rows_of(text) == [(2, "Cafe", "Hot", "5"), (3, "Bakery", "Fresh", "4"), (4, "Bar", "Loud", "2", "Sorry")]
    assert faults_of(text) == []


def test_the_header_of_a_second_file_is_no_row() -> None:
    text = "shop,text\nCafe,Hot\nshop,text\nBakery,Fresh\n"
    assert rows_of(text) == [(2, "Cafe", "Hot"), (4, "Bakery", "Fresh")]
    assert faults_of(text) == [(3, "the header stands here again", False)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no header"),
        (",,\n1,2,3\n", "has no header"),
        ("a,b,a\n", "two columns named 'a'"),
        (",".join(f"c{number}" for number in range(70_000)) + "\n", "70,000 columns, more than the 5,000"),
    ],
)
def test_a_header_that_names_no_columns_is_refused(text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        rows_of(text)
