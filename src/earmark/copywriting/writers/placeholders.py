"""Names, judged things and numbers travel as placeholders: a small policy need not copy them and cannot invent them.

A brief's product name, the nouns that its claims judge (dishes, rooms, straps) and the numbers in its evidence become
``<name>``, ``<thing1>`` or ``<things2>`` (a plural) and ``<number1>`` on the way to the policy, and come back as the
very words they stood for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_THINGS, MOST_NUMBERS = 6, 4
NAME = "<name>"
PLACEHOLDERS = (
    NAME,
    *(f"<{kind}{number}>" for kind in ("thing", "things") for number in range(1, MOST_THINGS + 1)),
    *(f"<number{number}>" for number in range(1, MOST_NUMBERS + 1)),
)
"""Every placeholder that a policy's tokenizer knows as one token."""

_ANY = re.compile(r"<[a-z]+\d*>")
_NUMBER = re.compile(r"(?<![\w<.])\d+(?:[.,:]\d+)*(?![\w>])")


@dataclass(frozen=True)
class Slots:
    """What the placeholders of one prompt stand for."""

    values: Mapping[str, str]

    def hide(self, text: str) -> str:
        """A text with the values replaced by their placeholders, the longest value first, whatever its case."""
        longest_first = sorted(self.values.items(), key=lambda item: (-len(item[1]), item[0]))
        by_value = {value.lower(): placeholder for placeholder, value in reversed(longest_first)}
        words = "|".join(re.escape(value) for _, value in longest_first if value)
        if not words:
            return text
        # One pass, so that no value is looked for inside a placeholder that was just put in.
        return re.sub(rf"(?<![\w<])(?:{words})(?![\w>])", lambda found: by_value[found[0].lower()], text, flags=re.I)


def find_slots(name: str | None, things: Sequence[tuple[str, bool]], texts: Iterable[str]) -> Slots:
    """Give a placeholder to the name, to each thing, and to each number in the texts, in the order met.

    Args:
        name: the product's name, where it has one.
        things: nouns that are judged, and whether each is a plural; beyond six they get none.
        texts: the evidence, where numbers are looked for; beyond four they get none.
    """
    values = {NAME: name} if name else {}
    for number, (thing, plural) in enumerate(things[:MOST_THINGS], start=1):
        values[f"<{'things' if plural else 'thing'}{number}>"] = thing.lower()
    numbers = list(dict.fromkeys(number for text in texts for number in _NUMBER.findall(text)))
    values |= {f"<number{place}>": number for place, number in enumerate(numbers[:MOST_NUMBERS], start=1)}
    return Slots(values)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values back; a placeholder that stands for nothing stays, so that every filter can see it."""
    spaced = re.sub(r"(?<=[\w,.;:!?])(<[a-z]+\d*>)", r" \1", text)
    spaced = re.sub(r"(<[a-z]+\d*>)(?=\w)", r"\1 ", spaced)

    def value(match: re.Match[str]) -> str:
        found = values.get(match.group())
        if found is None:
            return match.group()
        begins = match.start() == 0 or spaced[: match.start()].rstrip().endswith((".", "!", "?"))
        return found[0].upper() + found[1:] if begins and found else found

    return _ANY.sub(value, spaced)


def unfilled(text: str) -> list[str]:
    """Placeholders left in a text: what the policy made up."""
    return _ANY.findall(text)
