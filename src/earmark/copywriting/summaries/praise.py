"""What the reviews of a product carry, and which of it is praise that may be said.

A complaint is never praise. Nor is a claim that too many deny, one whose last voice is old while newer reviews
speak, one with a superlative (a rank that no set of reviews establishes), or one that names a private person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from earmark.copywriting.english import noun_key
from earmark.copywriting.grounding.privacy import names_a_person
from earmark.copywriting.grounding.superlatives import superlative_in
from earmark.copywriting.summaries.sifted_voices import VoiceSifter
from earmark.copywriting.summaries.summaries import CountedClaim
from earmark.copywriting.summaries.voices import Count
from earmark.copywriting.writers.drafts import Brief

_SPEECH = {"called", "said", "says", "told", "asked", "thought"}

LONE_DISSENT = 0.4
"""One dissenter alone outweighs one voice of praise, not two."""


@dataclass(frozen=True)
class PraiseRules:
    """When something said in reviews may be repeated as praise."""

    dissent_share: float = 0.25
    """A target is no praise when at least this share of the voices about it complain; the dissent is reported."""
    stale_years: float = 3.0
    """A claim is old when its last voice is this many years older than the newest dated claim of the product."""
    least_voices: int = 2
    """Voices that the leading claim of a piece needs."""


@dataclass(frozen=True)
class Support:
    """Everything that the brief carries, indexed by what is judged and how.

    Args:
        brief: the claims and the product.
        rules: what counts as praise.
    """

    brief: Brief
    rules: PraiseRules = field(default_factory=PraiseRules)

    @cached_property
    def claims(self) -> tuple[CountedClaim, ...]:
        """All claims; praise keeps only the voices whose words may be taken for it."""
        sifter = VoiceSifter(self.brief)
        every = (claim for summary in self.brief.summaries for claim in summary.claims)
        return tuple(sifter.sifted(claim) if claim.polarity == "praise" else claim for claim in every)

    @cached_property
    def by_target(self) -> dict[str, list[CountedClaim]]:
        """Claims by the key of their target."""
        found: dict[str, list[CountedClaim]] = {}
        for claim in self.claims:
            found.setdefault(noun_key(claim.target), []).append(claim)
        return found

    @cached_property
    def aspect_of(self) -> dict[str, str]:
        """The aspect of each claim, by claim id."""
        return {claim.claim.id: summary.aspect for summary in self.brief.summaries for claim in summary.claims}

    @cached_property
    def newest(self) -> date | None:
        """The newest date of any claim."""
        dates = [read for claim in self.claims if (read := _date(claim.last_date))]
        return max(dates, default=None)

    @cached_property
    def people(self) -> frozenset[str]:
        """Targets of praise that may be the names of private people."""
        found: dict[str, list[CountedClaim]] = {}
        for claim in self.claims:
            if claim.polarity == "praise":
                found.setdefault(claim.target, []).append(claim)
        return frozenset(target for target, claims in found.items() if self._is_a_person(target, claims))

    def _is_a_person(self, target: str, claims: Sequence[CountedClaim]) -> bool:
        voices = voices_of(claims, "for")
        told = [sentence.text for sentence in self.brief.sentences if sentence.review_id in voices]
        texts = told or [span for claim in claims for span in self.spans(claim)]
        as_people_are = any(claim.dimension == "kindness" for claim in claims)
        return names_a_person(target, texts, judged_as_people_are=as_people_are)

    @cached_property
    def praise(self) -> tuple[CountedClaim, ...]:
        """The claims that may be said as praise, most voices first."""
        fit = [claim for claim in self.claims if self.against_saying(claim) is None]
        return tuple(sorted(fit, key=lambda claim: (-claim.supporting, claim.claim.id)))

    def against_saying(self, claim: CountedClaim) -> str | None:
        """Why a claim is not praise that may be said; ``None`` where it is."""
        said = f"'{claim.target}: {claim.descriptor}'"
        if claim.polarity != "praise":
            return f"{said} is a complaint"
        if not any(piece.side == "for" for piece in claim.evidence):
            return f"reviews only imply {said}"
        if claim.descriptor.lower().split(" ")[0] in _SPEECH:
            return f"{said} tells what somebody said, not what it is like"
        against, voices = self.dissent_about(claim)
        if against >= (self.rules.dissent_share if voices > 1 else max(self.rules.dissent_share, LONE_DISSENT)):
            return f"{against:.0%} of those who speak of {said} disagree"
        if self._is_old(claim):
            return f"the last to say {said} wrote on {claim.last_date}, and newer reviews do not repeat it"
        if word := superlative_in(f"{claim.descriptor} {claim.target}"):
            return f"'{word}' ranks the product, which reviews cannot"
        if claim.target in self.people and claim.target not in self.brief.product.facts.values():
            return f"{claim.target!r} may be a private person's name"
        return None

    def dissent_about(self, claim: CountedClaim) -> tuple[float, int]:
        """The share of the voices about a claim, or about its target, that complain, and how many these are."""
        # "Friendly" and "slow" do not contradict each other, but neither stands beside "terrible".
        same = [
            other
            for other in self.by_target[noun_key(claim.target)]
            if {claim.dimension, other.dimension} & {"quality"} or claim.dimension == other.dimension
        ]
        happy = number_of_voices([other for other in same if other.polarity == "praise"])
        unhappy = number_of_voices([other for other in same if other.polarity == "complaint"])
        of_target = (unhappy / (happy + unhappy) if happy + unhappy else 0.0, unhappy)
        both = number_of_voices([claim]) + claim.contradicting
        of_claim = (claim.contradicting / both if both else 0.0, claim.contradicting)
        return max(of_target, of_claim)

    def complaining_share(self, complaint: CountedClaim) -> float:
        """The share of the voices about the target of a complaint that complain of it in this way."""
        same = self.by_target[noun_key(complaint.target)]
        happy = number_of_voices([claim for claim in same if claim.polarity == "praise"])
        return complaint.supporting / (happy + complaint.supporting) if complaint.supporting else 0.0

    def is_praised(self, complaint: CountedClaim) -> bool:
        """Whether others praise what somebody complains of."""
        return any(claim.polarity == "praise" for claim in self.by_target[noun_key(complaint.target)])

    def count(self, claims: Sequence[CountedClaim], *, of_target: bool = False) -> Count:
        """The distinct voices behind any of these claims; or, of their target, behind any praise of it."""
        if len(claims) == 1 and not of_target:
            return Count(claims[0].supporting, claims[0].contradicting, self.brief.reviews)
        against = max((claim.contradicting for claim in claims), default=0)
        return Count(number_of_voices(claims), against, self.brief.reviews)

    @staticmethod
    def spans(claim: CountedClaim) -> tuple[str, ...]:
        """The words of the spans that say so."""
        return tuple(piece.excerpt.text or "" for piece in claim.evidence if piece.side == "for")

    def _is_old(self, claim: CountedClaim) -> bool:
        last = _date(claim.last_date)
        if last is None or self.newest is None:
            return False
        return (self.newest - last).days > self.rules.stale_years * 365.25


def voices_of(claims: Iterable[CountedClaim], side: str) -> set[str]:
    """The reviews whose spans stand on one side of any of these claims."""
    return {piece.excerpt.source_id for claim in claims for piece in claim.evidence if piece.side == side}


def number_of_voices(claims: Sequence[CountedClaim]) -> int:
    """How many reviews stand behind any of these claims, never too many.

    A claim keeps a bounded number of spans, so beyond them the claim with the most voices counts alone.
    """
    return max([len(voices_of(claims, "for")), *(claim.supporting for claim in claims)], default=0)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
