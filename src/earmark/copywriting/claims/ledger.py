"""From the claims of all reviews of a product to its ledger: facts, with who says so and who denies it."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from earmark.copywriting.claims.claim import Claim
from earmark.copywriting.claims.extraction import MENTIONED, read_sentence
from earmark.copywriting.claims.subjects import product_nouns
from earmark.copywriting.claims.tables import concepts
from earmark.copywriting.english import plural_of
from earmark.copywriting.parsing.pipeline import parse
from earmark.copywriting.reviews import ReviewedProduct
from earmark.evidence import Record

UNHAPPY = 2.0
"""Stars up to which a reviewer is no voice for praise."""


class Fact(Record):
    """Something that reviewers say of a product, whatever their words."""

    concept: str
    kind: str
    wording: str
    """A predicate: "is easy to put together"."""
    polarity: int
    voices: tuple[str, ...]
    """Reviews that say so."""
    against: tuple[str, ...]
    """Reviews that say the opposite."""
    claims: tuple[Claim, ...]
    """What the voices wrote."""


class Ledger(Record):
    """All facts of one product, the most shared first."""

    product_id: str
    reviews: int
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Reading:
    """What the reviews of goods say: every claim, and the ledger of facts."""

    claims: tuple[Claim, ...]
    ledger: Ledger
    unhappy: frozenset[str]
    """Reviews that are no voice for praise, by their stars."""
    nouns: tuple[str, ...]
    """What the product is called, the likeliest first; empty where neither name nor reviews tell."""


def read_goods(reviewed: ReviewedProduct) -> Reading:
    """Read the reviews of goods, once, and count what they share."""
    docs = list(parse(_calm(sentence.text) for sentence in reviewed.sentences))
    nouns = product_nouns(docs, reviewed.product.name or "")
    claims = _claims(reviewed, docs, frozenset(nouns))
    unhappy = frozenset(r.id for r in reviewed.reviews if r.stars is not None and r.stars <= UNHAPPY)
    facts = list_facts(claims, unhappy)
    ledger = Ledger(product_id=reviewed.product.id, reviews=reviewed.asked, facts=tuple(facts))
    return Reading(tuple(claims), ledger, unhappy, nouns)


def _claims(reviewed: ReviewedProduct, docs: Sequence[Any], own: frozenset[str]) -> list[Claim]:
    claims: list[Claim] = []
    for place, (sentence, doc) in enumerate(zip(reviewed.sentences, docs, strict=True)):
        following = reviewed.sentences[place + 1 : place + 2]
        later = following[0].text if following and following[0].review_id == sentence.review_id else ""
        claims += read_sentence(sentence, doc, own, later)
    return claims


def _calm(text: str) -> str:
    """Shouted words in small letters, since the parser takes "WORKS" for a name; every offset stays."""
    return _SHOUTED.sub(lambda match: match[0].lower(), text)


_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")


def list_facts(claims: Iterable[Claim], unhappy: Collection[str]) -> list[Fact]:
    """Group claims by what they mean, and count voices.

    Args:
        claims: of all reviews.
        unhappy: reviews whose praise is no voice.
    """
    by_concept: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if not claim.contexts or claim.contexts == (MENTIONED,):
            by_concept[claim.concept].append(claim)
    facts = [fact for name, said in by_concept.items() for fact in _facts_of(name, said, unhappy)]
    return sorted(facts, key=lambda fact: (-len(fact.voices), fact.concept, -fact.polarity))


def _facts_of(name: str, claims: Sequence[Claim], unhappy: Collection[str]) -> list[Fact]:
    sums: dict[str, int] = defaultdict(int)
    for claim in claims:
        sums[claim.review_id] += claim.polarity
    judging = {claim.review_id for claim in claims if claim.polarity}
    stated = {claim.review_id for claim in claims if not claim.contexts and not claim.polarity}
    # Who says both as often says neither clearly.
    sides = {sign: {review for review in judging if sums[review] * sign > 0} for sign in (1, -1)}
    sides[0] = {claim.review_id for claim in claims} - sides[-1] if stated else set()
    facts = []
    for sign in (1, 0, -1):
        voices = sides[sign] - set(unhappy if sign > 0 else ())
        wording = _wording(name, sign, claims)
        if wording and voices:
            chosen = tuple(
                one for one in claims if one.review_id in voices and one.polarity in (sign, 0 if sign else 1)
            )
            facts.append(
                Fact(
                    concept=name,
                    kind=claims[0].kind,
                    wording=wording,
                    polarity=sign,
                    voices=tuple(sorted(voices)),
                    against=tuple(sorted(sides[-sign])) if sign else (),
                    claims=chosen,
                )
            )
    return facts


def _wording(name: str, sign: int, claims: Sequence[Claim]) -> str:
    if name in _WORDINGS:
        return {1: _WORDINGS[name][0], -1: _WORDINGS[name][1], 0: _WORDINGS[name][0]}[sign]
    about, _, word = name.partition(":")
    if about == "use":
        return f"is used for {word}" if sign == 0 else ""
    if about == "does":
        return f"{word}s things" if sign == 0 else ""
    if about == "it":
        return f"is {word}"
    plural = plural_of(about)
    forms = Counter(word for claim in claims for word in claim.text.lower().split() if word in (about, plural))
    noun = forms.most_common(1)[0][0] if forms else about
    article = "" if noun == plural else "an " if noun[0] in "aeiou" else "a "
    return {1: f"is liked for its {noun}", 0: f"has {article}{noun}", -1: f"has a weak point in its {noun}"}[sign]


_WORDINGS = {concept.name: (concept.positive, concept.negative) for concept in concepts()}
