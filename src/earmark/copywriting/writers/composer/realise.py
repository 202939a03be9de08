"""Fill a phrase with points: agreement, capitals, voices."""

import re
from collections.abc import Sequence

from earmark.copywriting.english import agrees, capitalised, singular_of
from earmark.copywriting.summaries.voices import NUMBER_WORDS, Count, carries, fitting
from earmark.copywriting.writers.composer.phrases import SLOT, Phrase
from earmark.copywriting.writers.composer.points import Point

_NEEDS_NP = re.compile(r"^(?:a_np|bare)")


def fits(phrase: Phrase, points: Sequence[Point], name: str | None, domain: str) -> bool:
    """Whether these points can stand in a phrase: their number and themes, and what stands before or after its noun."""
    if phrase.points != len(points) or ("name" in phrase.slots and not name):
        return False
    for number, tags in phrase.fits:
        chosen = points if number == 0 else points[number - 1 : number]
        if not all(tags & _tags(point, domain) for point in chosen):
            return False
    if len(points) > 1 and "voices" in phrase.slots and len({point.count for point in points}) > 1:
        return False
    for number, point in enumerate(points, start=1):
        slots = {slot.lower() for slot in phrase.slots if _number(slot) == number}
        if any(_NEEDS_NP.match(slot) for slot in slots) and not point.goes_before:
            return False
        if any(slot.startswith("desc") for slot in slots) and not point.goes_after:
            return False
        if "one" in slots and not point.one:
            return False
        if point.is_many and "it" in {slot.rstrip("123") for slot in slots}:
            return False
    return True


def _tags(point: Point, domain: str) -> set[str]:
    """What is true of a point: the kind of product, the theme, and whether it is said often."""
    return {domain, point.theme, *(("often",) if carries(point.count, "many") else ())}


def filled(phrase: Phrase, points: Sequence[Point], name: str | None, voices: tuple[str, str]) -> str:
    """The sentence.

    Args:
        phrase: one that :func:`fits`.
        points: what it says.
        name: the product's name, for phrases that use it.
        voices: one voice and several (``guest``, ``guests``).
    """

    def fill(match: re.Match[str]) -> str:
        slot = match[1]
        plain = re.sub(r"\d", "", slot)
        if plain == "name" or plain.startswith("n:"):
            value = in_a_sentence(name or "") if plain == "name" else agrees(plain[2:], _is_plural(name or ""))
        else:
            value = _value(plain.lower(), points[_number(slot) - 1], voices)
        return capitalised(value) if plain[0].isupper() else value

    return capitalised(SLOT.sub(fill, phrase.text))


def in_a_sentence(name: str) -> str:
    """A name with the article that it needs: ``the Orlo Swift kettle``, but ``Quarrelton Quarters``."""
    return f"the {name}" if name.split()[-1:] and name.split()[-1].islower() and len(name.split()) > 1 else name


def _is_plural(name: str) -> bool:
    """Whether a name ends in a common noun in the plural: ``Nuvio Pro headphones``."""
    last = (name.split() or [""])[-1]
    return last.islower() and singular_of(last) != last


def counted(count: Count, voices: tuple[str, str]) -> tuple[str, bool]:
    """The voices in words (``several guests``) and whether they are many."""
    wording = fitting(count) or "one"
    if wording == "several" and count.supporting <= 5:
        wording = NUMBER_WORDS[count.supporting] if count.supporting % 2 else wording
    return (f"one {voices[0]}", False) if wording == "one" else (f"{wording} {voices[1]}", True)


def _value(slot: str, point: Point, voices: tuple[str, str]) -> str:
    words, many = counted(point.count, voices)
    if slot.startswith("v:"):
        return agrees(slot[2:], many)
    if slot.startswith("t:"):
        return agrees(slot[2:], point.plural)
    return {
        "the": point.the,
        "a_np": point.a_np,
        "bare": point.bare,
        "a_target": point.a_target,
        "desc": point.desc,
        "target": point.target,
        "is": "are" if point.plural else "is",
        "it": "they" if point.plural else "it",
        "them": "them" if point.plural or point.is_many else "it",
        "one": point.one or "",
        "voices": words,
        "person": voices[0],
        "people": voices[1],
        "share": f"{point.count.supporting} of {point.count.reviews} reviews",
    }[slot]


def _number(slot: str) -> int:
    found = re.search(r"\d", slot)
    return int(found[0]) if found else 1
