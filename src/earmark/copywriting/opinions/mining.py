"""Reviews to opinions: every sentence read once, every pair given its aspect."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from earmark.copywriting.aspects.aspects import Aspect
from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.copywriting.opinions.late_denials import mocked_stretches
from earmark.copywriting.opinions.pairs import Memory, Pair
from earmark.copywriting.opinions.sentence_reader import SentenceReader
from earmark.copywriting.opinions.words import read_words
from earmark.copywriting.reviews import Product, ReviewedProduct, Sentence, split_sentences
from earmark.copywriting.summaries.summaries import Opinion
from earmark.evidence import Record
from earmark.language import Embedder


class ParsedClaim(Record):
    """What a sentence of copy says, read by the same rules as reviews."""

    target: str
    descriptor: str
    polarity: Literal["praise", "complaint"]
    aspect: str
    dimension: str
    time: Literal["now", "past"]
    flags: tuple[str, ...]
    start: int
    end: int


_PERSONS = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)


@dataclass(frozen=True)
class AspectFinder:
    """Says which aspect a target and its descriptor belong to.

    Args:
        aspects: the aspects to choose from.
        embedder: for targets that no list names; without one they go by their descriptor, or to the last aspect.
    """

    aspects: tuple[Aspect, ...]
    embedder: Embedder | None = None

    def implied(self, descriptor: str) -> str | None:
        """The word that names the aspect which a descriptor implies."""
        forms = {descriptor, descriptor.replace(" ", "-"), descriptor.replace(" ", "")}
        for aspect in self.aspects:
            if forms & set(aspect.descriptors):
                return aspect.words[0].replace("-", " ")
        return None

    @property
    def whole(self) -> str:
        """The word for the product as a whole."""
        return self.aspects[-1].words[0].replace("-", " ")

    def names(self, pairs: Sequence[Pair]) -> list[str]:
        """The aspect of each pair."""
        named = [self._by_words(pair) for pair in pairs]
        unknown = sorted({pair.target for pair, name in zip(pairs, named, strict=True) if name is None and pair.target})
        nearest = self._by_vectors(unknown)
        return [
            name or self._by_descriptor(pair) or nearest.get(pair.target) or self.aspects[-1].name
            for pair, name in zip(pairs, named, strict=True)
        ]

    def _by_words(self, pair: Pair) -> str | None:
        if not pair.target:
            return self._by_descriptor(pair)
        about_people = load_lexicon().classes_of(pair.target) & {"staff", "service"}
        if pair.dimension == "price" and not about_people and (implied := self._by_descriptor(pair)) is not None:
            return implied
        whole = pair.target.replace(" ", "-")
        parts = pair.target.split(" ")
        # The whole phrase, then its head, then its modifiers: "front desk", "taco truck", "chicken place".
        for key in (whole, whole.rstrip("s"), parts[-1], *reversed(parts[:-1])):
            found = [aspect for aspect in self.aspects if key in aspect.words]
            if found:
                return self._preferred(found, pair).name
        return None

    def _preferred(self, found: list[Aspect], pair: Pair) -> Aspect:
        """Where a word belongs to two aspects, or to the product as a whole, the descriptor decides."""
        word = pair.descriptor.split(" ")[-1]
        for aspect in found:
            if word in aspect.descriptors:
                return aspect
        if found[0].name == self.aspects[-1].name:
            return next((aspect for aspect in self.aspects if word in aspect.descriptors), found[0])
        return found[0]

    def _by_descriptor(self, pair: Pair) -> str | None:
        words = [pair.descriptor.replace(" ", "-"), *pair.descriptor.split(" ")]
        return next(
            (a.name for a in self.aspects if any(word in a.descriptors for word in words[:1] + words[:0:-1])), None
        )

    def _by_vectors(self, targets: Sequence[str]) -> dict[str, str]:
        if self.embedder is None or not targets:
            return {}
        anchors = [(word.replace("-", " "), aspect.name) for aspect in self.aspects[:-1] for word in aspect.words[:400]]
        scores = self.embedder.embed(targets) @ self.embedder.embed([word for word, _ in anchors]).T
        best = scores.argmax(axis=1)
        return {
            target: anchors[int(index)][1]
            for target, index, row in zip(targets, best, scores, strict=True)
            if row[index] >= 0.55
        }


def find_pairs(
    text: str,
    sentences: Sequence[tuple[int, int]],
    finder: AspectFinder,
    own: frozenset[str] | None = None,
    doubting: bool = False,
) -> list[Pair]:
    """Every pair of one text, sentence by sentence."""
    memory = Memory(about_a_person=_PERSONS.search(text) is not None)
    pairs: list[Pair] = []
    for start, end in sentences:
        sentence = text[start:end]
        tokens = read_words(sentence, start)
        pairs.extend(
            SentenceReader(
                sentence, start, tokens, load_lexicon(), finder.implied, finder.whole, memory, own, doubting
            ).read()
        )
    return _taken_back(pairs, mocked_stretches(text, sentences))


def _taken_back(pairs: list[Pair], mocked: Sequence[tuple[int, int]]) -> list[Pair]:
    """Praise that a later sentence mocks is flagged; blame in the same words is still blame."""
    return [
        replace(pair, flags=(*pair.flags, "sarcasm"))
        if pair.sign > 0 and any(start <= pair.start < end for start, end in mocked)
        else pair
        for pair in pairs
    ]


def mine_opinions(
    product: ReviewedProduct, aspects: Sequence[Aspect], embedder: Embedder | None = None
) -> list[Opinion]:
    """The opinions in the usable reviews of a product, in the order of the reviews.

    Args:
        product: reviews and their sentences.
        aspects: where opinions belong; the last is for the product as a whole.
        embedder: places targets that no aspect names; optional.
    """
    finder = AspectFinder(tuple(aspects), embedder)
    by_review: dict[str, list[Sentence]] = {}
    for sentence in product.sentences:
        by_review.setdefault(sentence.review_id, []).append(sentence)
    own = _own_name(product.product)
    found: list[tuple[str, Pair]] = []
    for review in product.reviews:
        spans = [(sentence.start, sentence.end) for sentence in by_review.get(review.id, ())]
        found.extend((review.id, pair) for pair in find_pairs(review.text, spans, finder, own, doubting=True))
    names = finder.names([pair for _, pair in found])
    found = _without_idioms(found)
    return [_opinion(review_id, pair, name) for (review_id, pair), name in zip(found, names, strict=True)]


def _without_idioms(found: Sequence[tuple[str, Pair]]) -> list[tuple[str, Pair]]:
    """An unknown noun that is never named but loosely is flagged: "in a nutshell: sturdy" is said of no nutshell."""
    things = {pair.target for _, pair in found if not pair.loose}
    return [
        (review_id, pair if pair.target in things else replace(pair, flags=(*pair.flags, "idiom")))
        for review_id, pair in found
    ]


def _own_name(product: Product) -> frozenset[str] | None:
    """The words of the product's name, where it has one: a review that names another place speaks of that one."""
    return frozenset(re.findall(r"[\w&-]+", product.name.lower())) if product.name else None


def parse_claims(text: str, aspects: Sequence[Aspect], embedder: Embedder | None = None) -> list[ParsedClaim]:
    """What copy says: targets, descriptors and polarities, read as reviews are read.

    Args:
        text: any text, for instance a sentence of a draft.
        aspects: where claims belong.
        embedder: as in :func:`mine_opinions`.
    """
    finder = AspectFinder(tuple(aspects), embedder)
    pairs = find_pairs(text, split_sentences(text), finder)
    return [
        ParsedClaim(
            target=opinion.target,
            descriptor=opinion.descriptor,
            polarity=opinion.polarity,
            aspect=opinion.aspect,
            dimension=opinion.dimension,
            time=opinion.time,
            flags=opinion.flags,
            start=opinion.start,
            end=opinion.end,
        )
        for opinion in (_opinion("", pair, name) for pair, name in zip(pairs, finder.names(pairs), strict=True))
    ]


def _opinion(review_id: str, pair: Pair, aspect: str) -> Opinion:
    spans = [pair.descriptor_span, *([pair.target_span] if pair.target_span else [])]
    return Opinion(
        review_id=review_id,
        aspect=aspect,
        target=pair.target,
        descriptor=pair.descriptor,
        polarity="praise" if pair.sign > 0 else "complaint",
        time="past" if pair.past else "now",
        flags=pair.flags,
        start=min(pair.start, *(start for start, _ in spans)),
        end=max(end for _, end in spans),
        surface=pair.surface if pair.target_span else "",
        form=pair.form,
        dimension=pair.dimension,
    )
