"""The judge that is no reward: what copy says about a sample product, held against the truth it was generated from.

It shares nothing with the rewards: no vectors, no word lists of theirs. What a sample can be praised for is known, so
statements are found by the words of the samples' own world, and judged by the facts. Allure is measured by features
that the allure reward does not look at.
"""

import math
import re
from dataclasses import dataclass
from functools import cache

from earmark.copywriting.summaries.voices import VOICE_PATTERN, Count, carries
from earmark.evidence import Record
from earmark.samples.reviews import SampleFact, SampleProduct
from earmark.samples.reviews.products import world

GATE = 0.5
"""Faithfulness under which allure counts as nothing; fixed before any run, as are the equal weights."""


class Truth(Record):
    """What the truth says of one piece of copy."""

    statements: int
    true: int
    faithfulness: float | None
    """Share of statements that are true, counts of voices included; ``None`` where nothing is stated."""
    coverage: float | None
    """Share of the facts that may be praised, of the aspect asked for, that are truly stated; ``None`` without any."""
    allure: float
    """Mean of rhythm, address, naming and a closing call."""

    @property
    def gated_sum(self) -> float | None:
        """Mean of faithfulness, coverage, and allure where faithfulness passes the gate; ``None`` without facts."""
        if self.coverage is None:
            return None
        faithful = self.faithfulness or 0.0
        return (faithful + self.coverage + (self.allure if faithful >= GATE else 0.0)) / 3


@dataclass(frozen=True)
class _Stated:
    target: str
    word: str
    sentence: str


def truth_of(text: str, product: SampleProduct, aspect: str | None = None) -> Truth:
    """Hold a piece of copy against the facts.

    Args:
        text: the copy.
        product: of the samples.
        aspect: the only aspect that was to be covered, if any.
    """
    stated = _statements(text, product)
    facts = {fact.target.lower(): fact for fact in product.facts}
    true = [said for said in stated if _holds(said, facts.get(said.target), product.usable)]
    wanted = [
        fact
        for fact in product.facts
        if fact.polarity == "praise" and fact.supporting >= 2 and _undisputed(fact) and aspect in (None, fact.aspect)
    ]
    covered = {said.target for said in true}
    return Truth(
        statements=len(stated),
        true=len(true),
        faithfulness=len(true) / len(stated) if stated else None,
        coverage=sum(fact.target.lower() in covered for fact in wanted) / len(wanted) if wanted else None,
        allure=other_allure(text, product.name),
    )


def _undisputed(fact: SampleFact) -> bool:
    """What the composer's rules let be praised: fewer than a quarter of the voices deny it."""
    return fact.contradicting < 0.25 * (fact.supporting + fact.contradicting)


def _holds(said: _Stated, fact: SampleFact | None, reviews: int) -> bool:
    """A true statement is praise that reviews give, in any wording of its scale, with voices that bear it out."""
    if fact is None or fact.polarity != "praise" or said.word not in fact.words or not _undisputed(fact):
        return False
    count = Count(fact.supporting, fact.contradicting, reviews)
    found = VOICE_PATTERN.search(said.sentence)
    if found is None:
        return fact.supporting >= 1
    return carries(count, found["share"] or found["word"])


def _statements(text: str, product: SampleProduct) -> list[_Stated]:
    """Every judging word of the samples' world with the nearest noun of it, clause by clause."""
    nouns = _nouns() | {fact.target.lower() for fact in product.facts}
    without_name = re.sub(re.escape(product.name), "it", text, flags=re.IGNORECASE)
    without_name = _IDIOMS.sub("", without_name)
    stated = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", without_name):
        for clause in re.split(r"[,;]|\b(?:and|while|but)\b", sentence.lower()):
            stated += _pairs(clause, sentence.lower(), nouns)
    return stated


# Judging words that judge nothing where they stand so.
_IDIOMS = re.compile(
    r"\b(?:small talk|kind words?|easy to (?:get|settle)|get comfortable|quiet word|pack light)\b", re.I
)


def _pairs(clause: str, sentence: str, nouns: set[str]) -> list[_Stated]:
    targets = _places(clause, nouns)
    inside = {position for start, end, _ in targets for position in range(start, end)}
    found = []
    for start, end, word in _places(clause, _judging_words()):
        if start in inside:
            continue
        near = targets
        shift = 0
        if not near:
            # "The pastries, delicious, ...": the noun stands outside the clause.
            shift = sentence.find(clause)
            near = _places(sentence, nouns)
        if near:
            target = min(near, key=lambda item: min(abs(item[0] - end - shift), abs(start + shift - item[1])))
            found.append(_Stated(target[2], word, sentence))
    return found


def _places(text: str, phrases: frozenset[str] | set[str]) -> list[tuple[int, int, str]]:
    """Where phrases stand as whole words, the longest first where they overlap."""
    taken: list[tuple[int, int, str]] = []
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        for match in re.finditer(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", text):
            if not any(match.start() < end and start < match.end() for start, end, _ in taken):
                taken.append((match.start(), match.end(), phrase))
    return sorted(taken)


@cache
def _judging_words() -> frozenset[str]:
    scales = world()["scales"].values()
    return frozenset(word for scale in scales for pole in scale.values() for half in pole for word in half)


@cache
def _known_nouns() -> frozenset[str]:
    found = set()
    for domain in ("restaurant", "hotel", "goods"):
        for nouns in world()[domain]["aspects"].values():
            found |= {noun.partition(":")[0] for noun in nouns}
        for lines in world()[domain]["categories"].values():
            found |= {line.split("=")[0].partition(":")[0] for line in lines}
    return frozenset(found)


def _nouns() -> set[str]:
    return set(_known_nouns())


def other_allure(text: str, name: str) -> float:
    """Rhythm (sentences of different length), address (you), naming the product, and a short call at the end."""
    sentences = [sentence for sentence in re.split(r"(?<=[.!?])\s+|\n+", text.strip()) if sentence.split()]
    if not sentences:
        return 0.0
    lengths = [len(sentence.split()) for sentence in sentences]
    mean = sum(lengths) / len(lengths)
    spread = math.sqrt(sum((length - mean) ** 2 for length in lengths) / len(lengths))
    rhythm = min(1.0, 2 * spread / mean)
    address = float(bool(re.search(r"\b(?:you|your|yourself|yours)\b", text, re.IGNORECASE)))
    call = float(len(sentences) > 1 and lengths[-1] <= 6)
    return (rhythm + address + float(name.lower() in text.lower()) + call) / 4
