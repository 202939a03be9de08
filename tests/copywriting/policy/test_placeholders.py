"""Names, dishes and numbers go out hidden and come back word for word."""

from earmark.copywriting.placeholders import fill, find_slots, unfilled

SLOTS = find_slots("The Copper Ladle", ["smoked trout pie", "bread"], ["It has 12 tables, since 1987.", "12 again"])


def test_every_value_gets_one_placeholder():
    assert SLOTS.values == {
        "<name>": "The Copper Ladle", "<dish1>": "smoked trout pie", "<dish2>": "bread",
        "<number1>": "12", "<number2>": "1987",
    }  # fmt: skip


def test_what_is_hidden_comes_back():
    text = "Guests of The Copper Ladle love the smoked trout pie and its 12 tables."
    hidden = SLOTS.hide(text)
    assert hidden == "Guests of <name> love the <dish1> and its <number1> tables."
    assert fill(hidden, SLOTS.values) == text


def test_a_value_inside_a_longer_word_stays():
    assert SLOTS.hide("gingerbread for 120") == "gingerbread for 120"


def test_a_sentence_begins_with_a_capital():
    assert fill("<dish1> is hot. <dish2> too.", SLOTS.values) == "Smoked trout pie is hot. Bread too."


def test_missing_spaces_are_mended():
    assert fill("the<dish2>was fresh,<dish1>too", SLOTS.values) == "the bread was fresh, smoked trout pie too"


def test_what_stands_for_nothing_stays_visible():
    assert unfilled(fill("the <dish4> of <name>", SLOTS.values)) == ["<dish4>"]


def test_a_text_that_looks_like_a_placeholder_is_not_filled_twice():
    assert fill("<name>", {"<name>": "<dish1>", "<dish1>": "soup"}) == "<dish1>"
