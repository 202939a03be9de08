"""The phrase banks: how each tone opens, joins, counts voices, and ends. Data in ``phrases/TONE.toml``."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from earmark.copywriting.english import agrees
from earmark.copywriting.writers.drafts import Tone

TONES: tuple[Tone, ...] = ("plain", "warm", "playful", "premium")
SLOT = re.compile(r"\{([^{}]+)\}")
_EITHER = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_DOMAINS = re.compile(r"^@(\S+) ")


@dataclass(frozen=True)
class Phrase:
    """One way to say something.

    Attributes:
        text: with slots.
        slots: the slots in it, without their numbers' verbs: ``the1``, ``v:call``.
        points: how many points it joins.
        words: its own words, lower case.
        domains: the kinds of product it fits; empty for all.
        start: its first two words, so that no two sentences of a text begin alike; empty where a slot is among them.
    """

    text: str
    slots: frozenset[str]
    points: int
    words: frozenset[str]
    domains: frozenset[str]
    start: str = ""


@cache
def phrases(tone: Tone, kind: str) -> tuple[Phrase, ...]:
    """All phrases of a kind in a tone, alternatives written out; ``kind`` may be ``close.table``."""
    found = _bank(tone)
    for part in kind.split("."):
        found = found[part]
    return tuple(phrase for line in found for phrase in _expanded(line))


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
    domains: frozenset[str] = frozenset()
    if match := _DOMAINS.match(line):
        domains = frozenset(match[1].replace("place", "table,stay,visit").split(","))
        line = line[match.end() :]
    parts = _EITHER.split(line)
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    return [_phrase("".join(chosen), domains) for chosen in product(*choices)]


def _phrase(text: str, domains: frozenset[str]) -> Phrase:
    slots = frozenset(SLOT.findall(text))
    numbers = [int(digit) for slot in slots for digit in re.findall(r"\d", slot)]
    own = plain_words(SLOT.sub(" ", text)).split()
    begin = " ".join(text.split()[:2]).lower()
    return Phrase(text, slots, max(numbers, default=1), frozenset(own), domains, "" if "{" in begin else begin)


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
