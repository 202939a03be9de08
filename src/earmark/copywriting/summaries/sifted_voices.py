"""Which review spans may be counted as voices for a claim: a span that contains the words is not yet support.

Mining counts what means the same as one: "great sushi" and "extraordinary sushi", "kind waitress" and "good service".
Copy that names a target may only count those who name it too, and copy that repeats a word those who used it. A span
goes altogether where its sentence only implies the target among other things, speaks of another place, or of what
might have been.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from earmark.copywriting.english import noun_key, plural_of, singular_of
from earmark.copywriting.grounding.privacy import is_known_proper
from earmark.copywriting.lexicon.judging import vader
from earmark.copywriting.reviews import Sentence
from earmark.copywriting.summaries.summaries import CountedClaim
from earmark.copywriting.writers.drafts import Brief
from earmark.evidence import Evidence

NAMED = 1.0
"""The strength of a span in which the reviewer names what is judged; a span that only implies it is weaker."""

BAD_TONE = -0.3
"""VADER's compound score from which a span is no voice of praise, whatever was read into it."""

_SAME = tuple(
    frozenset(line.split())
    for line in (
        "place spot restaurant establishment joint venue eatery diner cafe bar bakery hotel motel inn shop",
        "staff employee team crew worker personnel",
        "price pricing rate",
        "meal food dish",
    )
)

_PLACE = r"(?:the )?([A-Z][a-z]+)"
_ELSEWHERE = (
    re.compile(rf"\b(?:[Aa]t|[Tt]han|[Uu]nlike|[Vv]ersus|vs|[Ll]ike|[Ii]n) {_PLACE}"),
    re.compile(rf"\b(?:[Oo]ff|[Gg]o(?:ing)?|[Ww]ent|[Hh]ead(?:ed|ing)?|[Ss]tick) (?:back )?to {_PLACE}"),
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if only|i wish|we wish|(?:would|could|should|might)(?: not|n't)? have been)\b", re.IGNORECASE
)
_LOUDER = {"so", "very", "really", "just", "absolutely", "simply", "truly", "super", "and", "was", "is", "it", "all"}


@dataclass(frozen=True)
class VoiceSifter:
    """Sifts the spans of claims about one product.

    Args:
        brief: the claims, and the sentences that their spans stand in.
    """

    brief: Brief

    def sifted(self, claim: CountedClaim) -> CountedClaim:
        """The claim with the voices that say it in so many words, and the spans that praise its target."""
        said = [piece for piece in claim.evidence if piece.side == "for"]
        claim = self._named_as_most_do(claim, said)
        kept = [piece for piece in said if self._may_count(piece, claim)]
        worded = {piece.excerpt.source_id for piece in kept if self._says_it(piece, claim)}
        every = {piece.excerpt.source_id for piece in said}
        # Spans are bounded in number, so that beyond them the share that says so stands for the rest.
        voices = len(worded) if len(every) >= claim.supporting else claim.supporting * len(worded) // len(every)
        first = sorted(kept, key=lambda piece: not self._says_it(piece, claim))
        against = (piece for piece in claim.evidence if piece.side != "for")
        return claim.model_copy(update={"evidence": (*first, *against), "supporting": voices})

    def _named_as_most_do(self, claim: CountedClaim, said: list[Evidence]) -> CountedClaim:
        """The claim about bagels, where one reviewer praises the grains bagel and another the bagels."""
        if " " not in claim.target:
            return claim
        head, surface = claim.target.split()[-1], (claim.surface or claim.target).split()[-1]
        general = claim.model_copy(update={"target": head, "surface": surface})
        as_it_is, by_head = (
            {piece.excerpt.source_id for piece in said if self._names_it(piece, named)} for named in (claim, general)
        )
        return general if len(by_head) > max(1, len(as_it_is)) else claim

    @cached_property
    def _sentences(self) -> dict[str, list[Sentence]]:
        found: dict[str, list[Sentence]] = {}
        for sentence in self.brief.sentences:
            found.setdefault(sentence.review_id, []).append(sentence)
        return found

    @cached_property
    def _nouns(self) -> frozenset[str]:
        """The head of everything that anybody judges."""
        claims = (claim for summary in self.brief.summaries for claim in summary.claims)
        return frozenset(noun_key(claim.target).split(" ")[-1] for claim in claims)

    def _may_count(self, piece: Evidence, claim: CountedClaim) -> bool:
        sentence = self._sentence_of(piece)
        if _sounds_bad(piece.excerpt.text or ""):
            return False
        if sentence is None:
            return piece.strength >= NAMED and self._names_it(piece, claim)
        if not _exclaims(sentence, piece) and (piece.strength < NAMED or not self._names_it(piece, claim)):
            return False
        if _HYPOTHETICAL.search(sentence) or self._is_elsewhere(sentence):
            return False
        if claim.target in ("experience", "opinion") and f"in my {claim.target}" in sentence.lower():
            return False
        return claim.descriptor.lower() != "pretty" or not _is_degree(sentence, claim)

    def _sentence_of(self, piece: Evidence) -> str | None:
        spoken = self._sentences.get(piece.excerpt.source_id, ())
        return next((one.text for one in spoken if one.start <= piece.excerpt.start < one.end), None)

    def _is_elsewhere(self, sentence: str) -> bool:
        """Whether a sentence names a place that is not the product: "at the Blue Door", "off to Blue Door"."""
        own = (self.brief.product.name or "").lower()
        places = [match[1] for pattern in _ELSEWHERE for match in pattern.finditer(sentence)]
        return any(place.lower() not in own and not is_known_proper(place) for place in places)

    def _says_it(self, piece: Evidence, claim: CountedClaim) -> bool:
        """Whether a span names this very target and, where words of praise are many, uses this very word."""
        span = (piece.excerpt.text or "").lower()
        if not self._names_it(piece, claim):
            return False
        return claim.dimension != "quality" or any(word[:5] in span for word in claim.descriptor.lower().split())

    def _names_it(self, piece: Evidence, claim: CountedClaim) -> bool:
        span = (piece.excerpt.text or "").lower()
        names = {name for target in (claim.target, claim.surface) if target for name in _other_names(target)}
        return any(self._names(span, name) for name in names)

    def _names(self, span: str, target: str) -> bool:
        """Whether a span names a target, in any number, and not as the front of another ("cheese pizza")."""
        *front, head = target.lower().split()
        one = singular_of(head)
        forms = "|".join(map(re.escape, dict.fromkeys((one, plural_of(one), head))))
        pattern = " ".join([*map(re.escape, front), rf"(?:{forms})"])
        return any(
            match[1] is None or noun_key(match[1]) not in self._nouns
            for match in re.finditer(rf"\b{pattern}\b(?: ([a-z]+))?", span)
        )


def _other_names(target: str) -> frozenset[str]:
    """The names by which reviewers mean one thing and the same."""
    key = noun_key(target)
    return next((names for names in _SAME if key in names), frozenset()) | {target.lower()}


def _sounds_bad(span: str) -> bool:
    """Whether words taken for praise would strike anybody as blame: "never had a bad pizza until yesterday"."""
    return float(vader().polarity_scores(span)["compound"]) <= BAD_TONE


def _is_degree(sentence: str, claim: CountedClaim) -> bool:
    """Whether "pretty" is no praise but a degree: "pretty scratchy", not "a pretty terrace"."""
    own = set(re.findall(r"[a-z]+", f"{claim.target} {claim.surface} and or but".lower()))
    return any(word not in own for word in re.findall(r"\bpretty ([a-z]+)", sentence.lower()))


def _exclaims(sentence: str, piece: Evidence) -> bool:
    """Whether a sentence says its judging word and nothing else ("So delicious!"): it can only mean the whole."""
    said = set(re.findall(r"[a-z]+", (piece.excerpt.text or "").lower()))
    return not set(re.findall(r"[a-z]+", sentence.lower())) - said - _LOUDER
