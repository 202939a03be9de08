"""The words that neurons carry, by kind: those of their supported descriptions, and of no other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from earmark.dissection.acoustics import ATTRIBUTES
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.describing.phrases import RECORDING_WORDS, read_caption
from earmark.dissection.findings.records import KINDS, Kind, WordShare
from earmark.dissection.verification.verification import Verification

NeuronWords = Mapping[Kind, frozenset[str]]
"""Distinct lemmas by kind."""

_COMMONEST = 12


def words_of(description: Description) -> NeuronWords:
    """The words of a description by kind; measured attributes are basic adjectives, whole."""
    found: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    for phrase in description.phrases:
        if phrase.attribute is not None:
            found["basic adjectives"].add(phrase.attribute)
            continue
        for token in read_caption(phrase.text):
            kind = _kind_of(token.part, token.word, token.lemma)
            if kind is not None:
                found[kind].add(token.lemma)
    return {kind: frozenset(words) for kind, words in found.items()}


def supported_words(
    descriptions: Sequence[Description], verdicts: Sequence[Verification]
) -> dict[tuple[str, int], NeuronWords]:
    """Tap and index of each neuron whose description holds on held-out clips, and its words."""
    holds = {
        (row.neuron.tap, row.neuron.index)
        for row in verdicts
        if row.subject == "description" and row.verdict.outcome == "supported"
    }
    return {
        (one.neuron.tap, one.neuron.index): words_of(one)
        for one in descriptions
        if (one.neuron.tap, one.neuron.index) in holds
    }


def share_of(words: NeuronWords, kind: Kind) -> float:
    """The share of a neuron's words that are of a kind; 0 where it carries none."""
    total = count_of(words)
    return len(words[kind]) / total if total else 0.0


def count_of(words: NeuronWords) -> int:
    """How many distinct words a neuron carries."""
    return sum(map(len, words.values()))


def distribution(words: Sequence[NeuronWords], untrained: Sequence[NeuronWords] | None) -> tuple[WordShare, ...]:
    """How words divide into kinds, beside the untrained twin's."""
    return tuple(
        WordShare(
            kind=kind,
            share=_pooled(words, kind),
            per_neuron=_per_neuron(words, kind),
            untrained_share=None if untrained is None else _pooled(untrained, kind),
            untrained_per_neuron=None if untrained is None else _per_neuron(untrained, kind),
            commonest=tuple(commonest(words, kind, _COMMONEST)),
        )
        for kind in KINDS
    )


def commonest(words: Sequence[NeuronWords], kind: Kind, count: int) -> list[tuple[str, int]]:
    """The words of a kind that most neurons carry, ties in the order of the alphabet."""
    counts = Counter(word for one in words for word in one[kind])
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]


def _pooled(words: Sequence[NeuronWords], kind: Kind) -> float:
    total = sum(map(count_of, words))
    return sum(len(one[kind]) for one in words) / total if total else 0.0


def _per_neuron(words: Sequence[NeuronWords], kind: Kind) -> float:
    return sum(len(one[kind]) for one in words) / len(words) if words else 0.0


def _kind_of(part: str, word: str, lemma: str) -> Kind | None:
    if {word, lemma} & RECORDING_WORDS:
        return None
    if {word, lemma} & basic_adjectives():
        return "basic adjectives"
    kinds: dict[str, Kind] = {"adjective": "other adjectives", "noun": "nouns", "verb": "verbs"}
    return kinds.get(part)


@lru_cache(maxsize=1)
def basic_adjectives() -> frozenset[str]:
    """Adjectives for loudness, pitch, timbre, pace and course in time."""
    listed = Path(__file__).with_name("basic_adjectives.txt").read_text(encoding="utf-8").split()
    return frozenset(listed) | {attribute.name for attribute in ATTRIBUTES}
