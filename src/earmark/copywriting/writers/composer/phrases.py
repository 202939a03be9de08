"""The phrase banks: how each tone opens, joins, counts voices, and ends. Data in ``phrases/TONE.toml``."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from math import gcd
from random import Random
from typing import Any

from earmark.copywriting.english import agrees
from earmark.copywriting.writers.drafts import Tone

TONES: tuple[Tone, ...] = ("plain", "warm", "playful", "premium")
SLOT = re.compile(r"\{([^{}]+)\}")
_EITHER = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_TAG = re.compile(r"^@([a-z,]+)(\d?) ")


@dataclass(frozen=True)
class Phrase:
    """One way to say something.

    Attributes:
        text: with slots.
        slots: the slots in it, without their numbers' verbs: ``the1``, ``v:call``.
        points: how many points it joins.
        words: its own words, lower case.
        fits: where it fits, all of it: the number of a point (0 for every one), and domains, themes or ``often``.
        start: its first two words, so that no two sentences of a text begin alike; empty where a slot is among them.
    """

    text: str
    slots: frozenset[str]
    points: int
    words: frozenset[str]
    fits: tuple[tuple[int, frozenset[str]], ...]
    start: str = ""


@cache
def phrases(tone: Tone, kind: str) -> tuple[Phrase, ...]:
    """All phrases of a kind in a tone, alternatives written out; ``kind`` may be ``close.table``."""
    found = _bank(tone)
    for part in kind.split("."):
        found = found[part]
    return tuple(phrase for line in found for phrase in _expanded(line))


def deck(tone: Tone, kind: str, seed: str, turn: int) -> tuple[Phrase, ...]:
    """The phrases of a kind in the order of preference of one turn.

    They are dealt as cards are: each comes first once before any comes first again, in an order that changes from
    round to round. So the products of a run do not open alike, and no memory of the others is needed.

    Args:
        tone: whose phrases.
        kind: of phrase.
        seed: another one shuffles otherwise.
        turn: the place of a draft among all drafts of a run.
    """
    size = len(phrases(tone, kind))
    number, place = divmod(turn, size)
    dealt = _shuffled(tone, kind, f"{seed}:{number}")
    # A draft may take several neighbours, so the next one does not begin at the very next card.
    stride = next(step for step in range(size // 3 + 1, 2 * size) if gcd(step, size) == 1)
    first = place * stride % size
    return (*dealt[first:], *dealt[:first])


@lru_cache(maxsize=256)
def _shuffled(tone: Tone, kind: str, seed: str) -> tuple[Phrase, ...]:
    known = list(phrases(tone, kind))
    Random(f"{seed}:{tone}:{kind}").shuffle(known)
    return tuple(known)


@cache
def asides() -> frozenset[str]:
    """The sentences that say nothing of a product and may stand alone: calls to action, winks, in lower case."""
    kept: set[str] = set()
    for tone in TONES:
        for phrase in (phrase for kind in kinds(tone) for phrase in phrases(tone, kind)):
            parts = re.split(r"(?<=[.!?;]) ", phrase.text)
            kept.update(plain_words(part) for part in parts if not SLOT.search(part))
    return frozenset(kept)


def plain_words(sentence: str) -> str:
    """A sentence by which its spellings meet: its words in lower case, without marks."""
    return " ".join(re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", sentence.lower().replace("\u2019", "'")))


def kinds(tone: Tone) -> tuple[str, ...]:
    """Every kind of phrase that a tone has, endings by domain."""
    bank = _bank(tone)
    return (*(kind for kind in bank if kind != "close"), *(f"close.{domain}" for domain in bank["close"]))


def _expanded(line: str) -> list[Phrase]:
    fits: list[tuple[int, frozenset[str]]] = []
    while match := _TAG.match(line):
        tags = match[1].replace("place", "table,stay,visit").split(",")
        fits.append((int(match[2] or 0), frozenset(tags)))
        line = line[match.end() :]
    parts = _EITHER.split(line)
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    return [_phrase("".join(chosen), tuple(fits)) for chosen in product(*choices)]


def _phrase(text: str, fits: tuple[tuple[int, frozenset[str]], ...]) -> Phrase:
    slots = frozenset(SLOT.findall(text))
    numbers = [int(digit) for slot in slots for digit in re.findall(r"\d", slot)]
    own = plain_words(SLOT.sub(" ", text)).split()
    begin = " ".join(text.split()[:2]).lower()
    return Phrase(text, slots, max(numbers, default=1), frozenset(own), fits, "" if "{" in begin else begin)


@cache
def _bank(tone: str) -> dict[str, Any]:
    text = files(__package__).joinpath("phrases", f"{tone}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def literal_runs() -> frozenset[tuple[str, ...]]:
    """The runs of words that phrases bring between their slots: they say nothing of a product by themselves."""
    runs: set[tuple[str, ...]] = set()
    for tone in TONES:
        for kind in kinds(tone):
            for phrase in phrases(tone, kind):
                pieces = SLOT.sub("\n", phrase.text).split("\n")
                runs.update(run for piece in pieces if (run := tuple(plain_words(piece).split())))
                verbs = [slot.partition(":")[2] for slot in phrase.slots if ":" in slot]
                runs.update((agrees(verb, many),) for verb in verbs for many in (False, True))
    return frozenset(runs)
