"""Names, dishes and numbers travel as placeholders: a small policy neither has to copy them nor can invent them.

A brief's product name, the noun phrases that its claims judge, and the numbers in its evidence become ``<name>``,
``<dish1>`` and ``<number1>`` on the way to the policy, and come back from the very words they stood for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAME = "<name>"
DISHES = tuple(f"<dish{number}>" for number in range(1, 5))
NUMBERS = tuple(f"<number{number}>" for number in range(1, 5))
PLACEHOLDERS = (NAME, *DISHES, *NUMBERS)
"""Every placeholder that a policy's tokenizer knows as one token."""

_ANY = re.compile(r"<[a-z]+\d*>")
_NUMBER = re.compile(r"(?<![\w<.])\d+(?:[.,:]\d+)*(?![\w>])")


@dataclass(frozen=True)
class Slots:
    """What the placeholders of one prompt stand for."""

    values: Mapping[str, str]

    def hide(self, text: str) -> str:
        """A text with the values replaced by their placeholders, the longest value first, whatever its case."""
        for placeholder, value in sorted(self.values.items(), key=lambda item: -len(item[1])):
            pattern = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)
            text = pattern.sub(placeholder, text)
        return text


def find_slots(name: str | None, dishes: Iterable[str], texts: Iterable[str]) -> Slots:
    """Give a placeholder to the name, to each dish, and to each number in the texts, in the order met.

    Args:
        name: the product's name, where it has one.
        dishes: noun phrases that must not be learned by heart; beyond four they stay as they are.
        texts: the evidence, where numbers are looked for.
    """
    values = {NAME: name} if name else {}
    values |= dict(zip(DISHES, dict.fromkeys(dish.lower() for dish in dishes), strict=False))
    numbers = dict.fromkeys(number for text in texts for number in _NUMBER.findall(text))
    values |= dict(zip(NUMBERS, numbers, strict=False))
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
