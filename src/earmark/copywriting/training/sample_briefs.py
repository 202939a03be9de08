"""Briefs of sample products from their truth: what perfect mining would have found.

Training and measuring a writer on these keeps its faults apart from the faults of mining.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import get_args

from earmark.copywriting.aspects.aspects import Aspect
from earmark.copywriting.reviews import Product, Sentence
from earmark.copywriting.summaries.summaries import AspectSummary, CountedClaim
from earmark.copywriting.writers.drafts import Brief, Channel, Length, Style, Tone
from earmark.evidence import Claim, Evidence, Excerpt
from earmark.samples.reviews import SampleFact, SampleProduct


def sample_briefs(
    products: Iterable[SampleProduct], seed: int, *, each: int = 2
) -> Iterator[tuple[SampleProduct, Brief]]:
    """So many briefs a product, in styles and on aspects drawn by chance; every other one is about the whole product.

    Args:
        products: of the samples.
        seed: of the draw; a product's briefs do not depend on the others.
        each: briefs a product.
    """
    for product in products:
        random = Random(f"{seed}:{product.id}:{product.name}")
        for number in range(each):
            style = Style(
                tone=random.choice(get_args(Tone)), length=random.choice(_LENGTHS), channel=random.choice(_CHANNELS)
            )
            aspects = sorted(
                {fact.aspect for fact in product.facts if fact.polarity == "praise" and fact.supporting > 1}
            )
            aspect = random.choice(aspects) if number % 2 and aspects else None
            yield product, brief_of(product, style, aspect)


_LENGTHS: tuple[Length, ...] = ("short", "paragraph")
_CHANNELS: tuple[Channel, ...] = ("shop", "social")


def brief_of(product: SampleProduct, style: Style, aspect: str | None = None) -> Brief:
    """The brief of a sample product: its facts with their counts, and the sentences that say so.

    Args:
        product: of the samples.
        style: how the copy should sound.
        aspect: only facts of this aspect; all where ``None``.
    """
    facts = [fact for fact in product.facts if fact.supporting and aspect in (None, fact.aspect)]
    summaries = tuple(
        AspectSummary(
            product_id=product.id,
            aspect=name,
            claims=tuple(_claim(product, fact) for fact in facts if fact.aspect == name),
        )
        for name in dict.fromkeys(fact.aspect for fact in facts)
    )
    wanted = {fact.id for fact in facts}
    sentences = tuple(
        Sentence(
            review_id=review.id, start=mention.start, end=mention.end, text=review.text[mention.start : mention.end]
        )
        for review in product.reviews
        if review.usable
        for mention in review.mentions
        if mention.fact_id in wanted
    )
    return Brief(
        product=Product(id=product.id, name=product.name, category=_CATEGORY[product.domain]),
        aspect=Aspect(name=aspect, queries=tuple(f"How is the {fact.target}?" for fact in facts)) if aspect else None,
        style=style,
        summaries=summaries,
        sentences=sentences,
        reviews=product.usable,
    )


_CATEGORY = {"restaurant": "restaurant", "hotel": "hotel", "goods": "goods"}


def _claim(product: SampleProduct, fact: SampleFact) -> CountedClaim:
    evidence: list[Evidence] = []
    dates: list[str] = []
    for review in product.reviews:
        if not review.usable:
            continue
        for mention in review.mentions:
            if mention.fact_id != fact.id or mention.stance == "neither":
                continue
            text = review.text[mention.start : mention.end]
            excerpt = Excerpt(source_id=review.id, start=mention.start, end=mention.end, unit="characters", text=text)
            evidence.append(
                Evidence(
                    id=f"{review.id}-{mention.start}", excerpt=excerpt, side=mention.stance, strength=1.0, split="shown"
                )
            )
            if mention.stance == "for":
                dates.append(review.date)
    for_ids = tuple(piece.id for piece in evidence if piece.side == "for")
    claim = Claim(id=f"{product.id}-{fact.id}", text=f"{fact.target}: {fact.descriptor}", evidence_ids=for_ids)
    return CountedClaim(
        claim=claim,
        target=fact.target,
        descriptor=fact.descriptor,
        polarity=fact.polarity,
        evidence=tuple(evidence),
        supporting=fact.supporting,
        contradicting=fact.contradicting,
        reviews=product.usable,
        first_date=min(dates, default=None),
        last_date=max(dates, default=None),
        surface=fact.target,
    )
