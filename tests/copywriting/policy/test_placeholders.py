"""Names, dishes and numbers go out hidden and come back word for word."""

from earmark.copywriting.writers.placeholders import fill, find_slots, unfilled

SLOTS = find_slots(
    "The Copper Ladle", [("smoked trout pie", False), ("fries", True)], ["It has 12 tables, since 1987.", "12 again"]
)


def test_every_value_gets_one_placeholder():
    assert SLOTS.values == {
        "<name>": "The Copper Ladle", "<thing1>": "smoked trout pie", "<things2>": "fries",
        "<number1>": "12", "<number2>": "1987",
    }  # fmt: skip


def test_what_is_hidden_comes_back():
    text = "Guests of The Copper Ladle love the smoked trout pie, the fries and its 12 tables."
    hidden = SLOTS.hide(text)
    assert hidden == "Guests of <name> love the <thing1>, the <things2> and its <number1> tables."
    assert fill(hidden, SLOTS.values) == text


def test_a_value_inside_a_longer_word_stays():
    assert SLOTS.hide("stir-friesland for 120") == "stir-friesland for 120"


def test_the_longest_value_wins_and_nothing_is_hidden_twice():
    slots = find_slots("The Thing", [("thing", False), ("trout", False), ("smoked trout", False)], [])
    assert slots.hide("The Thing has smoked trout, a thing.") == "<name> has <thing3>, a <thing1>."


def test_more_than_fits_stays_as_it_is():
    slots = find_slots(None, [(f"thing {letter}", False) for letter in "abcdefgh"], ["1", "2", "3", "4", "5"])
    assert [value for name, value in slots.values.items() if "thing" in name][-1] == "thing f"
    assert "5" not in slots.values.values()
    assert find_slots(None, [], []).hide("as it is") == "as it is"


def test_a_sentence_begins_with_a_capital():
    assert fill("<thing1> is hot. <things2> too.", SLOTS.values) == "Smoked trout pie is hot. Fries too."


def test_missing_spaces_are_mended():
    text = fill("the<things2>were hot,<thing1>too", SLOTS.values)
    assert text == "the fries were hot, smoked trout pie too"


JUDGED = find_slots(None, [("crust", False), ("fries", True), ("staff", False)], [], ["crisp", "salty", "kind"])


def test_judging_words_are_hidden_beside_the_thing_that_they_judge():
    assert JUDGED.hide("The crust is crisp, the fries salty.") == "The <thing1> is <word1>, the <things2> <word2>."
    assert JUDGED.hide("And the fries? Salty.") == "And the <things2>? <word2>."
    assert JUDGED.hide("Kind words for the crust. So crisp.") == "Kind words for the <thing1>. So crisp."


def test_two_things_judged_by_one_word_keep_their_own():
    slots = find_slots(None, [("crust", False), ("fries", True)], [], ["good", "good"])
    hidden = slots.hide("Good fries, and the crust is good.")
    assert hidden == "<word2> <things2>, and the <thing1> is <word1>."
    assert fill(hidden, slots.values) == "Good fries, and the crust is good."


def test_an_article_follows_the_word_that_comes_back():
    slots = find_slots(None, [("crust", False)], [], ["even"])
    hidden = slots.hide("An even crust.")
    assert hidden == "A <word1> <thing1>."
    assert fill(hidden, slots.values) == "An even crust."
    assert fill("an <word1> bed", {"<word1>": "soft"}) == "a soft bed"


def test_what_stands_for_nothing_stays_visible():
    assert unfilled(fill("the <thing4> of <name>", SLOTS.values)) == ["<thing4>"]


def test_a_text_that_looks_like_a_placeholder_is_not_filled_twice():
    assert fill("<name>", {"<name>": "<thing1>", "<thing1>": "soup"}) == "<thing1>"
