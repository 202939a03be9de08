"""Short quotations: a reviewer's own sentence where it is vivid, clean and harmless. Quoted, never rewritten."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earmark.copywriting.claims.claim import Claim
from earmark.copywriting.claims.tables import concepts
from earmark.copywriting.grounding.privacy import is_known_proper, names_in, private_detail_in
from earmark.copywriting.grounding.superlatives import superlative_in
from earmark.copywriting.lexicon.judging import vader
from earmark.copywriting.reviews import ReviewedProduct, Sentence
from earmark.language.orders import find_orders

_LEAST_WORDS, _MOST_WORDS = 5, 16
_CLEAN = re.compile(r"[A-Z][A-Za-z0-9 ,;:'\u2019%/&\-]*[A-Za-z0-9%'\u2019]")
# What belongs to the sale, to another thing, to the past or to the writer's story, and what denies or only begins.
_UNFIT_WORDS = r"""
amazon seller ship\w* deliver\w* arriv\w* review\w* stars? order\w* bought purchas\w* refund\w* return\w* company
brand price\w* cheap\w* free sale deal recommend cure\w* doctor pain surgery hubby damn hell crap\w* sex\w*
however although though but unfortunately if would could should might wish hope\w* will need\w* going gonna let
than unlike until except after first second only one another other others old better worse gotten now used
issues? problems? complain\w* he she him his her mine u lol im think guess maybe just spray
day days week\w* month\w* year\w* not never no cannot dont doesnt wasnt
"""
_UNFIT = re.compile(
    rf"\b(?:{'|'.join(_UNFIT_WORDS.split())}|make sure|my own|so far|i am)\b|n['\u2019]t\b|['\u2019](?:ll|d|re|ve)\b",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"^(?:and|or|so|because|which|who|then|also|plus|again|yes|ok|well|these are|this is)\b(?! the)", re.IGNORECASE
)
_TONE_AT_LEAST = 0.2
# What a sentence must say to be worth quoting: something of the table, and more than that it is liked.
_WORDED = frozenset(concept.name for concept in concepts() if concept.kind != "liking")


@dataclass(frozen=True)
class Quote:
    """A sentence of a review that may stand in copy."""

    sentence: Sentence
    text: str
    claims: tuple[Claim, ...]


def quotes_of(reviewed: ReviewedProduct, claims: Iterable[Claim], unhappy: frozenset[str]) -> list[Quote]:
    """Sentences that may be quoted, the most telling first; one a review at most.

    Args:
        reviewed: the product with its sentences.
        claims: what its sentences say.
        unhappy: reviews that are no voice for praise.
    """
    said: dict[tuple[str, int], list[Claim]] = {}
    places = {(s.review_id, s.start): s for s in reviewed.sentences}
    for claim in claims:
        key = next((k for k, s in places.items() if k[0] == claim.review_id and s.start <= claim.start < s.end), None)
        if key is not None:
            said.setdefault(key, []).append(claim)
    named = frozenset(re.findall(r"[\w'-]+", (reviewed.product.name or "").lower()))
    found: dict[str, tuple[float, Quote]] = {}
    heads = Counter(claim.concept for claim in claims)
    for key, mine in said.items():
        sentence = places[key]
        text = sentence.text.strip().rstrip(".!")
        if sentence.review_id in unhappy or not _is_fit(text, mine, named):
            continue
        # Concrete and shared: what it says beyond liking, and how many others say it too.
        telling = {claim.concept for claim in mine if claim.polarity > 0 and claim.concept in _WORDED}
        score = len(telling) + 0.1 * max((heads[concept] for concept in telling), default=0) + len(text.split()) / 30
        score -= 0.7 * bool(re.match(r"(?:I|We|It|They|Very)\b", text))
        best = found.get(sentence.review_id)
        if telling and (best is None or score > best[0]):
            found[sentence.review_id] = (score, Quote(sentence, text, tuple(mine)))
    return [quote for _, quote in sorted(found.values(), key=lambda pair: (-pair[0], pair[1].sentence.review_id))]


def _proper_names(text: str) -> set[str]:
    """Words with a capital inside the sentence: they may name a person, a rival or another product."""
    inside = re.findall(r"(?<=\s)[A-Z][\w'\u2019-]*", text)
    return {word.lower() for word in inside if word != "I" and not is_known_proper(word)}


def _is_fit(text: str, claims: Sequence[Claim], known: frozenset[str]) -> bool:
    if not _LEAST_WORDS <= len(text.split()) <= _MOST_WORDS or not _CLEAN.fullmatch(text):
        return False
    if any(claim.polarity < 0 or (claim.contexts and claim.contexts != ("mentioned",)) for claim in claims):
        return False
    if _UNFIT.search(text) or _STARTS.search(text) or find_orders(text):
        return False
    if private_detail_in(text) or names_in(text[:1].lower() + text[1:]) or superlative_in(text):
        return False
    if re.search(r"\b[A-Z]{3,}\b|(.)\1\1", text) or _proper_names(text) - known:
        return False
    return float(vader().polarity_scores(text)["compound"]) >= _TONE_AT_LEAST
