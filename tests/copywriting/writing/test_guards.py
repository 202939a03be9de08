"""What never comes through: contact details, names, ranks, broken drafts, cells that run."""

import json

import pytest

from earmark.copywriting.export import as_markdown, as_row, neutral
from earmark.copywriting.facts import read_facts
from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.grounding.privacy import names_a_person, names_in, private_detail_in
from earmark.copywriting.grounding.superlatives import superlative_in
from earmark.copywriting.writers.channels import broken_limit, check_must
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Style
from earmark.copywriting.writers.filters import why_unfit
from earmark.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ann@example.com", "an e-mail address"),
        ("ann (at) example (dot) com", "an e-mail address"),
        ("see www.example.com/menu", "a link"),
        ("![x](http://example.com/x.png)", "a link"),
        ("call 555-0142", "a telephone number"),
        ("call (020) 555 0142", "a telephone number"),
        ("at 12 Gooseberry Lane", "an address"),
        ("follow @fries_daily", "a handle"),
        ("4 of 12 reviews mention crisp fries", None),
        ("the fries are crisp since noon", None),
    ],
)
def test_contact_details_are_recognised(text, kind):
    assert private_detail_in(text) == kind


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Our waitress Perpetua was kind.", {"Perpetua"}),
        ("Ask for Thaddeus Quackenbush.", {"Thaddeus", "Quackenbush"}),
        ("Thanks to John at the desk.", {"John"}),
        ("Linda made our day.", {"Linda"}),
        ("The Thai food and the Caesar salad were fine.", set()),
        ("The staff was friendly.", set()),
    ],
)
def test_names_of_people_are_suspected(text, names):
    assert names_in(text) == names


def test_a_target_that_is_always_written_with_a_capital_may_be_a_person():
    assert names_a_person("angel", ["service was great from Angel", "we loved Angel"])
    assert not names_a_person("pizza", ["we loved Pizza night", "the pizza was hot"])
    assert not names_a_person("pad thai", ["the Pad Thai was hot"])


@pytest.mark.parametrize(
    ("detail", "reason"),
    [
        ("write to jane.roe at example dot com", "an e-mail address"),
        ("see janeroe.pl", "a link"),
        ("insta: jane_roe84", "a handle"),
        ("call ２１２－５５５－０１８７", "a telephone number"),
        ("order #A1B2C3D4", "a number that leads to a person"),
        ("at 12B Baker St", "an address"),
        ("born 3/4/1985", "a date of birth"),
        ("thanks to Xochitl", "Xochitl may be a private person's name"),
        ("Ольга была нашей официанткой", "Ольга may be a private person's name"),
    ],
)
def test_copy_that_holds_a_private_detail_is_withheld_whoever_wrote_it(detail, reason, brief, draft):
    made = brief()
    copy = ground(draft(f"The fries are crisp, {detail}.", made), made)
    assert copy.text == ""
    assert reason in copy.withheld[0].reason


@pytest.mark.parametrize(
    ("target", "texts"),
    [
        ("priya", ["Our server Priya was friendly.", "priya is friendly"]),
        ("xiomara", ["xiomara was friendly", "so friendly, xiomara"]),
        ("nguyen", ["We love friendly Nguyen.", "a friendly nguyen", "and Nguyen was friendly"]),
        ("basil", ["Basil was so friendly and patient.", "thanks to friendly Basil"]),
        ("mrs okafor", ["mrs okafor was kind"]),
    ],
)
def test_who_is_called_friendly_like_a_person_is_taken_for_one(target, texts):
    assert names_a_person(target, texts, judged_as_people_are=True)


@pytest.mark.parametrize(
    ("target", "texts"),
    [
        ("staff", ["Friendly staff.", "staff was friendly"]),
        ("planner", ["The planner was friendly.", "our friendly planner, a kind planner"]),
        ("front desk", ["Front desk was helpful."]),
        ("hosts", ["Kind hosts.", "The hosts were kind."]),
    ],
)
def test_who_bears_a_common_noun_is_no_private_person(target, texts):
    assert not names_a_person(target, texts, judged_as_people_are=True)


@pytest.mark.parametrize(
    "must", ["Open daily, from 9 to 5!", "Call 555-0142, or write to ann@example.com", "We are here. Ask for Ann."]
)
def test_what_the_seller_wants_said_goes_out_with_its_marks_and_as_the_sellers(must, brief):
    made = brief(must=(must,))
    text = Composer().write(made, 1, seed=0)[0]
    assert why_unfit(text, made) is None
    grounded = ground(text, made)
    assert grounded.withheld == ()
    assert must in grounded.text


@pytest.mark.parametrize(
    "text", ["the best fries", "the crispest fries", "most popular", "second to none", "award-winning"]
)
def test_ranks_are_recognised(text):
    assert superlative_in(text)


@pytest.mark.parametrize(
    "text", ["most guests", "a modest price", "the forest view", "an honest latest guest", "a breakfast"]
)
def test_words_that_only_look_like_ranks_are_not(text):
    assert superlative_in(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The the fries are crisp.", "doubles"),
        ("The fries are , crisp.", "punctuation"),
        ("A easy recipe is here.", "article"),
        ("an crisp crust is what you get.", "article"),
        ("The fries are crisp!!!", "shouts"),
        ("The fries are CRISPY.", "shouts"),
        ("x" * 601, "characters"),
        ("The fries are very crisp. The fries are very crisp.", "twice"),
        (" ", "empty"),
    ],
)
def test_broken_drafts_are_dropped_with_a_reason(text, reason, brief, draft):
    made = brief()
    assert reason in why_unfit(draft(text, made), made)


def test_a_draft_in_order_passes(brief, draft):
    made = brief(must=("open late",), never=("cheap",))
    assert why_unfit(draft("The fries are crisp, and an hour is enough. Open late.", made), made) is None
    assert "must" in why_unfit(draft("The fries are crisp.", made), made)
    assert "never" in why_unfit(draft("The fries are cheap. Open late.", made), made)


def test_each_channel_has_its_limit():
    ad = Style(channel="ad")
    assert broken_limit("Crisp fries\n\nThe fries are crisp.", ad) is None
    assert "30" in broken_limit("x" * 31, ad)
    assert "90" in broken_limit("Crisp fries\n\n" + "x" * 91, ad)
    assert "280" in broken_limit("x" * 281, Style(channel="social"))
    assert broken_limit("Subject: " + "x" * 61 + "\n\nbody", Style(channel="email"))
    with pytest.raises(InvalidInput, match="search ad"):
        check_must(("x" * 60, "y" * 60, "z" * 60, "w" * 60), ad)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "|x", "%x", "\ufeff=1"])
def test_cells_that_would_run_are_neutralised(cell):
    assert neutral(cell) == f"'{cell}"


def test_a_row_and_a_section_hold_the_copy_and_no_markup(brief, draft):
    made = brief(name="<b>*The* [Ladle](x)</b>")
    copy = ground(draft("The fries are crisp.", made), made)
    assert "The fries are crisp." in as_row(copy)
    section = as_markdown(copy)
    assert "<b>" not in section
    assert "[Ladle](x)" not in section
    assert "The fries are crisp." in section


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("facts.json", '{"name": "Ladle", "seats": 40, "vegan": true}'),
        ("facts.toml", 'name = "Ladle"\nseats = 40\nvegan = true\n'),
        ("facts.csv", "product,name,seats,vegan\np,Ladle,40,yes\n"),
        ("facts.jsonl", '{"product": "p", "name": "Ladle", "seats": 40, "vegan": true}\n'),
    ],
)
def test_facts_are_read_from_every_format(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    assert read_facts(path).of("p", None) == {"name": "Ladle", "seats": "40", "vegan": "yes"}


@pytest.mark.parametrize("content", ["[1, 2]", '{"a": {"b": {"c": 1}}}', "[{}]"])
def test_facts_of_the_wrong_shape_are_one_sentence(tmp_path, content):
    path = tmp_path / "facts.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=r"facts\.json"):
        read_facts(path)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Solid oak.", "Solid oak"),
        ("Solid oak... ", "Solid oak"),
        ("Solid oak!", "Solid oak"),
        ("Solid oak;\n", "Solid oak"),
        ('"Solid oak."', "Solid oak"),
        ("\u201cSolid oak\u201d.", "Solid oak"),
        ("Solid oak. Oiled by hand.", "Solid oak. Oiled by hand"),
        ('the "Oslo" chair', 'the "Oslo" chair'),
        ("Doesn\u00b4t rust", "Doesn't rust"),
    ],
)
def test_a_fact_is_kept_without_what_ends_its_sentence(tmp_path, value, kept):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"material": value, "blank": " ... "}), encoding="utf-8")
    assert read_facts(path).of("p", None) == {"material": kept}
