"""Receipts by construction: a planned sentence becomes a grounded one, or is withheld by a hard check."""

from collections.abc import Iterable, Sequence

from earmark.copywriting.claims.ledger import Fact
from earmark.copywriting.grounding.grounding import GroundedSentence, Withheld
from earmark.copywriting.grounding.privacy import names_in, private_detail_in
from earmark.copywriting.grounding.superlatives import superlative_in
from earmark.copywriting.reviews import ReviewedProduct
from earmark.copywriting.writers.ledger_composer.composer import Planned
from earmark.evidence import Claim, Evidence, Excerpt, Verdict, content_id

JUDGE = "the ledger that it was written from"


def grounded(planned: Planned, reviewed: ReviewedProduct, name: str) -> GroundedSentence | Withheld:
    """The sentence with every voice behind it, or why it does not go out.

    Args:
        planned: the sentence and the facts that it says.
        reviewed: the product that it was written for.
        name: as the shop gives it: names of its own are no private person's.
    """
    told = planned.text.replace(name, " ") if name else planned.text
    own = planned.seller.partition(": ")[2] if planned.seller else ""
    told = told.replace(own, " ") if own else told
    if kind := private_detail_in(told):
        return Withheld(text=planned.text, reason=f"it gives away {kind}")
    if names := names_in(told):
        return Withheld(text=planned.text, reason=f"{', '.join(sorted(names))} may be a private person's name")
    if word := superlative_in(told):
        return Withheld(text=planned.text, reason=f"'{word}' ranks the product, which reviews cannot")
    texts = {review.id: review.text for review in reviewed.reviews}
    evidence = (*_of_facts(planned.facts, texts), *_of_quote(planned), *_of_seller(planned, reviewed.product.id))
    voices = [len(fact.voices) for fact in planned.facts] + ([1] if planned.quote else [])
    claim_id = content_id(reviewed.product.id, planned.text)
    return GroundedSentence(
        text=planned.text,
        claim=Claim(id=claim_id, text=planned.text, evidence_ids=tuple(piece.id for piece in evidence)),
        carried_by="reviews" if voices else "seller",
        evidence=evidence,
        seller=(planned.seller,) if planned.seller else (),
        supporting=min(voices) if voices else None,
        reviews=reviewed.asked,
        verdict=Verdict(
            claim_id=claim_id,
            outcome="supported",
            score=min(voices) / reviewed.asked if voices else None,
            judge=JUDGE,
            reason=None if voices else "the seller's own record carries it",
        ),
    )


def evidence_of(fact: Fact, texts: dict[str, str]) -> tuple[Evidence, ...]:
    """A span for every voice of a fact, and for every voice against it."""
    spans: dict[str, Evidence] = {}
    for claim in fact.claims:
        if claim.review_id in fact.voices and claim.review_id not in spans:
            spans[claim.review_id] = _span(claim.review_id, claim.start, claim.end, texts)
    return tuple(spans.values())


def _of_facts(facts: Sequence[Fact], texts: dict[str, str]) -> Iterable[Evidence]:
    return {piece.id: piece for fact in facts for piece in evidence_of(fact, texts)}.values()


def _of_quote(planned: Planned) -> Iterable[Evidence]:
    if planned.quote is None:
        return ()
    sentence = planned.quote.sentence
    texts = {sentence.review_id: " " * sentence.start + sentence.text}
    return (_span(sentence.review_id, sentence.start, sentence.start + len(planned.quote.text), texts),)


def _of_seller(planned: Planned, product_id: str) -> Iterable[Evidence]:
    if planned.seller is None:
        return ()
    source = content_id("seller", product_id)
    excerpt = Excerpt(source_id=source, start=0, end=len(planned.seller), unit="characters", text=planned.seller)
    return (Evidence(id=content_id(source, planned.seller), excerpt=excerpt, side="for", strength=1.0, split="shown"),)


def _span(review_id: str, start: int, end: int, texts: dict[str, str]) -> Evidence:
    excerpt = Excerpt(source_id=review_id, start=start, end=end, unit="characters", text=texts[review_id][start:end])
    key = content_id(review_id, str(start), str(end), "for")
    return Evidence(id=key, excerpt=excerpt, side="for", strength=1.0, split="shown")
