"""How a product is liked as a whole: the ground on which praise is allowed or refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from earmark.copywriting.lexicon.judging import pattern, vader
from earmark.copywriting.opinions.late_denials import ends_in_denial, mocked_stretches
from earmark.copywriting.opinions.misspelt import misspelt_denials
from earmark.copywriting.reviews import Review, ReviewedProduct, split_sentences
from earmark.copywriting.summaries.summaries import Opinion
from earmark.evidence import Record

_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)

Liking = Literal["liked", "mixed", "disliked"]


class Stance(Record):
    """How many reviewers like a product, and what follows."""

    stance: Liking
    reason: str
    """A sentence for the seller."""
    liked: int
    mixed: int
    disliked: int


@dataclass(frozen=True)
class StanceConfig:
    """Where liking ends."""

    liked_share: float = 0.7
    """Share of happy among decided reviews from which a product is liked."""
    disliked_share: float = 0.3
    """Share at or below which it is disliked."""
    happy_from: float = 0.35
    """Score, from -1 to 1, from which a review is happy. People praise more easily than they blame, so that the
    middle between the two lies above zero."""
    unhappy_to: float = 0.1
    """Score up to which a review is unhappy."""


def overall_stance(product: ReviewedProduct, opinions: Sequence[Opinion], config: StanceConfig | None = None) -> Stance:
    """Whether a product is liked, mixed or disliked, from every usable review.

    Each review is scored from its opinions, its sentences' sentiment (VADER), what it says of coming back, and its
    stars where it has any; then reviews are counted, one voice each.
    """
    config = config or StanceConfig()
    mine: dict[str, list[Opinion]] = {}
    for opinion in opinions:
        mine.setdefault(opinion.review_id, []).append(opinion)
    scores = [review_score(review, mine.get(review.id, ())) for review in product.reviews]
    liked = sum(score >= config.happy_from for score in scores)
    disliked = sum(score <= config.unhappy_to for score in scores)
    mixed = len(scores) - liked - disliked
    if not scores:
        return Stance(stance="mixed", reason="there are no usable reviews", liked=0, mixed=0, disliked=0)
    share = (liked + mixed / 2) / len(scores)
    liking: Liking = (
        "liked" if share >= config.liked_share else "disliked" if share <= config.disliked_share else "mixed"
    )
    told = f"{liked} of {len(scores)} reviews are happy, {disliked} unhappy, {mixed} undecided"
    return Stance(stance=liking, reason=told, liked=liked, mixed=mixed, disliked=disliked)


def review_score(review: Review, opinions: Sequence[Opinion]) -> float:
    """How happy one review is, from -1 to 1."""
    counted = [opinion for opinion in opinions if not {"elsewhere", "quoted", "not the product"} & set(opinion.flags)]
    praise = sum(opinion.polarity == "praise" and opinion.usable for opinion in counted)
    blame = sum(opinion.polarity == "complaint" for opinion in counted)
    # One imagined voice on each side keeps a single word from deciding.
    by_opinions = (praise - blame) / (praise + blame + 1)
    by_tone = _tone(review.text)
    low = review.text.lower().replace("\u2019", "'")
    leaving = pattern("leaves")
    leaves = len(leaving.findall(low))
    returns = sum(
        leaving.search(low[max(0, match.start() - 25) : match.end()]) is None
        for match in pattern("returns").finditer(low)
    )
    by_return = (returns - leaves) / (returns + leaves) if returns + leaves else 0.0
    score = 0.45 * by_opinions + 0.35 * max(-1.0, min(1.0, 1.5 * by_tone)) + 0.35 * by_return
    if review.stars is not None:
        score = 0.4 * score + 0.6 * max(-1.0, min(1.0, (review.stars - 3) / 2))
    return max(-1.0, min(1.0, score))


def _tone(text: str) -> float:
    """Mean sentiment of the sentences (VADER); mockery is no praise, and a denial that cannot be read says nothing."""
    spans = split_sentences(text)
    mocked = mocked_stretches(text, spans)
    tones = []
    for start, end in spans:
        # A thousand equal emoji say no more than three, and take VADER seconds.
        sentence = _REPEATED.sub(r"\1\1\1", text[start:end])
        tone = float(vader().polarity_scores(sentence)["compound"])
        if ends_in_denial(sentence) or any(begins <= start < ends for begins, ends in mocked):
            tone = -abs(tone)
        tones.append(0.0 if tone > 0 and misspelt_denials(sentence.lower()) else tone)
    return sum(tones) / len(tones) if tones else 0.0
