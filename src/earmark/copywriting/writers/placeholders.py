"""Names, judged things, judging words and numbers travel as placeholders: a policy need not copy nor can invent them.

A brief's product name, the nouns that its claims judge (dishes, rooms, straps), the words that judge them, and the
numbers in its evidence become ``<name>``, ``<thing1>`` or ``<things2>`` (a plural), ``<word1>`` (of ``<thing1>``) and
``<number1>`` on the way to the policy, and come back as the very words they stood for.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from earmark.copywriting.writers.composer.points import article

MOST_THINGS, MOST_NUMBERS = 6, 4
NAME = "<name>"
PLACEHOLDERS = (
    NAME,
    *(f"<{kind}{number}>" for kind in ("thing", "things", "word") for number in range(1, MOST_THINGS + 1)),
    *(f"<number{number}>" for number in range(1, MOST_NUMBERS + 1)),
)
"""Every placeholder that a policy's tokenizer knows as one token."""

_ANY = re.compile(r"<[a-z]+\d*>")
_SLOT = re.compile(r"(?:\b(?P<article>[Aa]n?) (?=<word))?(?P<slot><[a-z]+\d*>)")
# "The crust? Crisp." is one thought.
_THOUGHT = re.compile(r"[^.!\n]+")
_NUMBER = re.compile(r"(?<![\w<.])\d+(?:[.,:]\d+)*(?![\w>])")


@dataclass(frozen=True)
class Slots:
    """What the placeholders of one prompt stand for."""

    values: Mapping[str, str]

    def hide(self, text: str) -> str:
        """A text with the values replaced by their placeholders, the longest value first, whatever its case.

        A judging word is hidden only in a thought that speaks of its thing: elsewhere it may be part of an idiom.
        """
        others = {slot: value for slot, value in self.values.items() if not slot.startswith("<word")}
        by_value = {value.lower(): slot for slot, value in reversed(_longest_first(others))}
        # One pass, so that no value is looked for inside a placeholder that was just put in.
        hidden = _replaced(text, by_value, lambda found: by_value[found[0].lower()])
        return _THOUGHT.sub(lambda sentence: self._hide_words(sentence[0]), hidden)

    def _hide_words(self, sentence: str) -> str:
        things = [(place.start(), place[1]) for place in re.finditer(r"<things?(\d+)>", sentence)]
        by_value: dict[str, list[str]] = {}
        for slot, value in self.values.items():
            if slot.startswith("<word") and any(number == slot[5:-1] for _, number in things):
                by_value.setdefault(value.lower(), []).append(slot[5:-1])

        def nearest(found: re.Match[str]) -> str:
            own = by_value[found[0].lower()]
            near = min((abs(place - found.start()), number) for place, number in things if number in own)
            return f"<word{near[1]}>"

        return re.sub(r"\b([Aa])n (?=<word)", r"\1 ", _replaced(sentence, by_value, nearest))


def _longest_first(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(values.items(), key=lambda item: (-len(item[1]), item[0]))


def _replaced(text: str, values: Iterable[str], replace: Callable[[re.Match[str]], str]) -> str:
    """A text with every value in it, as whole words and the longest first, replaced."""
    words = "|".join(re.escape(value) for value in sorted(values, key=lambda value: (-len(value), value)) if value)
    return re.sub(rf"(?<![\w<-])(?:{words})(?![\w>-])", replace, text, flags=re.IGNORECASE) if words else text


def find_slots(
    name: str | None, things: Sequence[tuple[str, bool]], texts: Iterable[str], words: Sequence[str] = ()
) -> Slots:
    """Give a placeholder to the name, to each thing and its judging word, and to each number, in the order met.

    Args:
        name: the product's name, where it has one.
        things: nouns that are judged, and whether each is a plural; beyond six they get none.
        texts: the evidence, where numbers are looked for; beyond four they get none.
        words: how each thing is judged, in the order of the things.
    """
    values = {NAME: name} if name else {}
    for number, (thing, plural) in enumerate(things[:MOST_THINGS], start=1):
        values[f"<{'things' if plural else 'thing'}{number}>"] = thing.lower()
    values |= {f"<word{number}>": word.lower() for number, word in enumerate(words[:MOST_THINGS], start=1)}
    numbers = list(dict.fromkeys(number for text in texts for number in _NUMBER.findall(text)))
    values |= {f"<number{place}>": number for place, number in enumerate(numbers[:MOST_NUMBERS], start=1)}
    return Slots(values)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values back; a placeholder that stands for nothing stays, so that every filter can see it.

    The article before a judging word follows its first sound.
    """
    spaced = re.sub(r"(?<=[\w,.;:!?])(<[a-z]+\d*>)", r" \1", text)
    spaced = re.sub(r"(<[a-z]+\d*>)(?=\w)", r"\1 ", spaced)

    def value(match: re.Match[str]) -> str:
        found = values.get(match["slot"])
        if found is None:
            return match[0]
        before = ""
        if match["article"]:
            before = f"{match['article'][0]}{article(found)[1:]} "
        begins = not before and (match.start() == 0 or spaced[: match.start()].rstrip().endswith((".", "!", "?")))
        return before + (found[0].upper() + found[1:] if begins and found else found)

    return _SLOT.sub(value, spaced)


def unfilled(text: str) -> list[str]:
    """Placeholders left in a text: what the policy made up."""
    return _ANY.findall(text)
