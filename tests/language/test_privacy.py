"""Private things are masked before a text leaves the machine; ordinary words are not."""

import pytest

from earmark.language.privacy import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to jo.doe+x@mail.example.com now", "Write to [e-mail] now"),
        ("jo (at) example (dot) com", "[e-mail]"),
        ("Call 555-0142 or (555) 010-0199!", "Call [number] or [number]!"),
        ("+44 20 7946 0958", "[number]"),
        ("See www.example.com/a?b and https://example.com.", "See [link] and [link]"),
        ("follow @somebody", "follow [link]"),
        ("The manager John was kind", "The manager [name] was kind"),
        ("Our server, Mary Ann, smiled", "Our server, [name], smiled"),
        ("Ask for Jean-Luc at the bar", "Ask for [name] at the bar"),
        ("Dr. Jane Q. Doe helped", "Dr. [name] helped"),
        ("we were helped by our waiter Tom", "we were helped by our waiter [name]"),
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
    ],
)
def test_left_alone(text):
    assert mask(text).text == text
    assert mask(text).found == ()


def test_what_was_found_is_said():
    assert mask("chef Anna, 555-0142, a@example.com").found == ("e-mail", "number", "name")
