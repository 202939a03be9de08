"""Aspect summaries by a language model: structured, and nothing is believed that the reviews do not contain.

A quote that stands in no review is dropped, a quote that our own reader takes for the opposite is dropped, a claim
without a quote is dropped; counts are made from the quotes that remain, never taken from the model.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from earmark.copywriting.aspects.aspects import Aspect
from earmark.copywriting.opinions import ParsedClaim, parse_claims
from earmark.copywriting.opinions.words import tag_words
from earmark.copywriting.reviews import Review, ReviewedProduct, split_sentences
from earmark.copywriting.summaries.summaries import AspectSummary, CountedClaim
from earmark.evidence import Claim, Evidence, Excerpt, content_id
from earmark.language import LanguageModel, Message
from earmark.language.prompt_files import PromptSet, load_prompt
from earmark.language.spelling import as_meant
from earmark.language.structured import ask
from earmark.workers import Threads, Workers

_PLAIN = re.compile(r"[^\W_][\w'\u2019-]*(?: [\w'\u2019-]+){0,4}")
"""A target or a judgement is up to five words and nothing else."""


@dataclass(frozen=True)
class ModelSummaryConfig:
    """How much a model is shown."""

    review_characters: int = 1_500
    """Characters of one review that are shown."""
    characters: int = 12_000
    """Characters of reviews in one question; more reviews make more questions."""
    reply_tokens: int = 2_048
    """Tokens of one reply."""
    prompts: PromptSet = "own"
    """How it is asked: in our own way, or as published."""


class _Quote(BaseModel):
    review: int
    quote: str = Field(min_length=3, max_length=400)


class _Said(BaseModel):
    target: str = Field(min_length=1, max_length=60)
    descriptor: str = Field(min_length=1, max_length=60)
    polarity: Literal["praise", "complaint"]
    support: list[_Quote] = Field(max_length=200)
    against: list[_Quote] = Field(default=[], max_length=200)


class _Reply(BaseModel):
    claims: list[_Said] = Field(max_length=60)


@dataclass(frozen=True)
class ModelSummary:
    """What a model found, or why there is nothing, and how much of its reply was not believed."""

    summary: AspectSummary | None
    reason: str | None
    dropped_quotes: int
    """Quotes that no review contains, or that say something else than the claim."""
    dropped_claims: int
    """Claims that no remaining quote supports."""


def summarise_with_model(
    product: ReviewedProduct, aspect: Aspect, model: LanguageModel, config: ModelSummaryConfig | None = None
) -> ModelSummary:
    """Ask a model what the reviews say about one aspect, and keep what the reviews bear out.

    Args:
        product: the reviews.
        aspect: the side to summarise.
        model: who is asked; once for every ``characters`` of reviews.
        config: how much it is shown.
    """
    config = config or ModelSummaryConfig()
    prompt = load_prompt("earmark.copywriting", "aspect_summary", config.prompts)
    gathered: dict[tuple[str, str, str], _Gathered] = {}
    dropped_quotes = 0
    for part in _parts(product.reviews, config):
        questions = Message(label="the side, and what buyers ask", text="\n".join((aspect.name, *aspect.queries)))
        data = [
            Message(label=f"review {number}", text=review.text[: config.review_characters])
            for number, review in enumerate(part, start=1)
        ]
        answer = ask(model, prompt.fill(questions, *data, max_tokens=config.reply_tokens), _Reply)
        if answer.value is None:
            return ModelSummary(None, answer.reason, dropped_quotes, 0)
        for said in answer.value.claims:
            dropped_quotes += _gather(gathered, said, part, aspect)
    claims = [
        _counted(claim, product, aspect) for claim in gathered.values() if claim.support
    ]  # a claim without a voice is dropped
    claims.sort(key=lambda claim: (-claim.supporting, claim.contradicting, claim.claim.id))
    summary = AspectSummary(product_id=product.product.id, aspect=aspect.name, claims=tuple(claims))
    return ModelSummary(summary, None, dropped_quotes, len(gathered) - len(claims))


def summarise_all(
    product: ReviewedProduct,
    aspects: Sequence[Aspect],
    model: LanguageModel,
    mined: Sequence[AspectSummary],
    config: ModelSummaryConfig | None = None,
    workers: Workers | None = None,
) -> tuple[list[AspectSummary], list[str]]:
    """A model's summary of every aspect; what our own reader mined where the model gave no usable reply.

    Args:
        product: the reviews.
        aspects: one or more questions for each.
        model: who is asked.
        mined: our own summaries.
        config: how it is asked.
        workers: how many questions are under way at once.

    Returns:
        Summaries of the aspects that anybody speaks of, and what the seller must know of how they came about.
    """
    own = {summary.aspect: summary for summary in mined}
    read = [claim for summary in mined for claim in summary.claims]
    summaries, notes, dropped, unsayable = [], [], 0, 0
    answers = (workers or Threads(4)).map(lambda aspect: summarise_with_model(product, aspect, model, config), aspects)
    for aspect, answer in zip(aspects, answers, strict=True):
        dropped += answer.dropped_quotes
        if answer.summary is None:
            notes.append(f"{aspect.name} was read by rules: {answer.reason}")
            claims = own[aspect.name].claims if aspect.name in own else ()
        else:
            claims = tuple(filter(None, (_sayable(claim, read) for claim in answer.summary.claims)))
            unsayable += len(answer.summary.claims) - len(claims)
        if claims:
            summaries.append(AspectSummary(product_id=product.product.id, aspect=aspect.name, claims=claims))
    if unsayable:
        notes.append(f"claims by {model.name} left out, since no sentence can be built from their words: {unsayable}")
    if dropped:
        notes.append(f"quotations by {model.name} not believed, since the reviews do not bear them out: {dropped}")
    return summaries, notes


def _sayable(claim: CountedClaim, read: Sequence[CountedClaim]) -> CountedClaim | None:
    """The claim in a form from which a sentence can be built, or nothing.

    The form is that in which our own reader read the same words; words that it did not read must be adjectives.
    """
    for own in read:
        if own.polarity == claim.polarity and _meets(own.descriptor, claim.descriptor) and _share_a_span(own, claim):
            update = {"form": own.form, "dimension": own.dimension}
            return claim.model_copy(
                update=update if own.form == "adjective" else update | {"descriptor": own.descriptor}
            )
    tags = [tag for _, _, tag in tag_words(claim.descriptor.split())]
    adjectives = any(tag.startswith("AJ") for tag in tags) and all(tag[:2] in ("AJ", "AV", "CJ") for tag in tags)
    return claim if adjectives else None


def _meets(one: str, other: str) -> bool:
    return bool(set(_content_words(one)) & set(_content_words(other)))


def _share_a_span(one: CountedClaim, other: CountedClaim) -> bool:
    theirs = [piece.excerpt for piece in other.evidence if piece.side == "for"]
    return any(
        mine.excerpt.source_id == span.source_id and mine.excerpt.start < span.end and span.start < mine.excerpt.end
        for mine in one.evidence
        if mine.side == "for"
        for span in theirs
    )


@dataclass(frozen=True)
class _Gathered:
    """A claim with the spans that were found for it: (review, start, end)."""

    said: _Said
    support: set[tuple[str, int, int]]
    against: set[tuple[str, int, int]]


def _parts(reviews: Sequence[Review], config: ModelSummaryConfig) -> list[list[Review]]:
    parts: list[list[Review]] = []
    room = 0
    for review in reviews:
        size = min(len(review.text), config.review_characters)
        if not parts or size > room:
            parts.append([])
            room = config.characters
        parts[-1].append(review)
        room -= size
    return parts


def _gather(
    gathered: dict[tuple[str, str, str], _Gathered], said: _Said, part: Sequence[Review], aspect: Aspect
) -> int:
    """Add what one reply says to what was gathered; returns how many of its quotes are not believed."""
    key = (said.target.lower().strip(), said.descriptor.lower().strip(), said.polarity)
    claim = gathered.setdefault(key, _Gathered(said, set(), set()))
    dropped = 0
    sides = ((said.support, claim.support, said.polarity), (said.against, claim.against, _opposite(said.polarity)))
    for quotes, spans, polarity in sides:
        for quote in quotes:
            review = part[quote.review - 1] if 1 <= quote.review <= len(part) else None
            span = find_quote(review.text, quote.quote) if review is not None else None
            if review is None or span is None or not _bears_out(review.text, span, polarity, said, aspect):
                dropped += 1
            else:
                spans.add((review.id, *span))
    return dropped


def _opposite(polarity: str) -> str:
    return "complaint" if polarity == "praise" else "praise"


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in a text, letter by letter but for case, white space and the shape of quotation marks."""
    pieces = [_loosely(piece) for piece in as_meant(quote).strip().strip("\"'\u201c\u201d.").split()]
    if not pieces:
        return None
    found = re.search(r"(?<!\w)" + r"\s+".join(pieces) + r"(?!\w)", text, re.IGNORECASE)
    return found.span() if found else None


def _loosely(piece: str) -> str:
    return "".join("['\u2019]" if character in "'\u2019" else re.escape(character) for character in piece)


def _bears_out(text: str, span: tuple[int, int], polarity: str, said: _Said, aspect: Aspect) -> bool:
    """Whether our own reader agrees: the words name the target or the judgement, and nothing turns them round.

    The whole sentence is read, since a quote may leave out its "not". Where the reader sees no opinion at all, the
    model may see further, and its quote stands if it contains the judging word or the target.
    """
    if not (_PLAIN.fullmatch(said.target.strip()) and _PLAIN.fullmatch(said.descriptor.strip())):
        return False
    start, end = next(((a, b) for a, b in split_sentences(text) if a <= span[0] < b), span)
    inside = [
        claim
        for claim in parse_claims(text[start:end], (aspect,))
        if claim.start + start < span[1] and span[0] < claim.end + start
    ]
    words = text[span[0] : span[1]].lower()
    named = any(word in words for word in (*_content_words(said.target), *_content_words(said.descriptor)))
    if not inside:
        return named
    return named and any(_agrees(claim, polarity) for claim in inside)


def _agrees(claim: ParsedClaim, polarity: str) -> bool:
    return claim.polarity == polarity and claim.time == "now" and not set(claim.flags) - {"vague"}


def _content_words(phrase: str) -> list[str]:
    return [word[:5] for word in re.findall(r"[^\W\d_]{3,}", phrase.lower())]


def _counted(gathered: _Gathered, product: ReviewedProduct, aspect: Aspect) -> CountedClaim:
    said = gathered.said
    target, descriptor = said.target.lower().strip(), said.descriptor.lower().strip()
    texts = {review.id: review for review in product.reviews}
    evidence = tuple(
        Evidence(
            id=content_id(review_id, str(start), str(end), side),
            excerpt=Excerpt(
                source_id=review_id, start=start, end=end, unit="characters", text=texts[review_id].text[start:end]
            ),
            side="for" if side == "for" else "against",
            strength=1.0,
            split="shown",
        )
        for side, spans in (("for", gathered.support), ("against", gathered.against))
        for review_id, start, end in sorted(spans)
    )
    supporting = {review_id for review_id, _, _ in gathered.support}
    dates = sorted(date for review_id in supporting if (date := texts[review_id].date))
    return CountedClaim(
        claim=Claim(
            id=content_id(product.product.id, aspect.name, target, descriptor, said.polarity),
            text=f"{descriptor} {target}",
            evidence_ids=tuple(item.id for item in evidence if item.side == "for"),
        ),
        target=target,
        descriptor=descriptor,
        polarity=said.polarity,
        evidence=evidence,
        supporting=len(supporting),
        contradicting=len({review_id for review_id, _, _ in gathered.against}),
        reviews=product.asked,
        first_date=dates[0] if dates else None,
        last_date=dates[-1] if dates else None,
        surface=target,
    )
