"""Private things are masked before a text leaves the machine; ordinary words are not."""

import pytest

from earmark.language import Message, Prompt
from earmark.language.choose import open_model
from earmark.language.privacy import MaskingModel, mask
from earmark.language.providers.scripted import Scripted


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to jo.doe+x@mail.example.com now", "Write to [e-mail] now"),
        ("jo (at) example (dot) com", "[e-mail]"),
        ("Call 555-0142 or (555) 010-0199!", "Call [number] or [number]!"),
        ("+44 20 7946 0958", "[number]"),
        ("See www.example.com/a?b and https://example.com.", "See [link] and [link]"),
        ("follow @somebody", "follow [handle]"),
        ("The manager John was kind", "The manager [name] was kind"),
        ("Our server, Mary Ann, smiled", "Our server, [name], smiled"),
        ("Ask for Jean-Luc at the bar", "Ask for [name] at the bar"),
        ("Dr. Jane Q. Doe helped", "Dr. [name] helped"),
        ("we were helped by our waiter Tom", "we were helped by our waiter [name]"),
        ("Maria was our server", "[name] was our server"),
        ("John, the manager, was kind", "[name], the manager, was kind"),
        ("I met Sarah Connor there", "I met [name] there"),
        ("Kudos to Anna and Ben", "Kudos to [name]"),
        ("Mrs. O'Neill and served by Jos\xe9", "Mrs. [name] and served by [name]"),
        ("my name is ann lee, and", "my name is [name], and"),
        ("Sarah's table", "[name]'s table"),
        ("ann AT example DOT com", "[e-mail]"),
        ("ann @ example . com", "[e-mail]"),
        ("see example.com/menu", "see [link]"),
        ("at 12 Gooseberry Lane", "at [address]"),
        ("0049-30-901820, 555.555.0142, 5550142", "[number], [number], [number]"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [number]"),
    ],
)
def test_masked(text, masked):
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "The pasta cost 12.50 and took 45 minutes in 2019.",
        "I spoke to the manager. He laughed.",
        "the owner The rest followed",
        "Thank you, it was great!",
        "4/5 stars, 100% would return",
        "Will return in April. Mark my words, it was a joy in 2021-2022.",
        "Thanks again, The Copper Ladle! Open 24/7, 10,000 steps, room 1204.",
        "Very good. Everything was fine and the Thai food and Caesar salad were hot.",
    ],
)
def test_left_alone(text):
    assert mask(text).text == text
    assert mask(text).found == ()


def test_what_was_found_is_said():
    assert mask("chef Anna, 555-0142, a@example.com").found == ("e-mail", "number", "name")


def test_a_model_elsewhere_sees_the_material_masked_and_the_instructions_whole():
    elsewhere = Scripted(lambda prompt: prompt.data[0].text)
    prompt = Prompt(
        name="q",
        version="1",
        instructions="Ask the manager Anna at a@example.com.",
        data=(Message(label="review", text="The manager John, 555-0142, was kind"),),
    )
    assert MaskingModel(elsewhere).reply(prompt).text == "The manager [name], [number], was kind"
    assert elsewhere.asked[0].instructions == prompt.instructions


@pytest.mark.parametrize(
    ("name", "settings", "masked"),
    [
        ("https://example.com/v1#m", {}, True),
        ("https://example.com/v1#m", {"send_raw": True}, False),
        ("http://localhost:9/v1#m", {}, False),
        ("scripted:perfect", {}, False),
    ],
)
def test_only_what_leaves_the_machine_is_masked_and_only_unless_told_otherwise(name, settings, masked):
    assert isinstance(open_model(name, **settings), MaskingModel) is masked
