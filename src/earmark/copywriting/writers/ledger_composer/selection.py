"""Content selection: which facts of a ledger may be said, and in which order."""

from collections.abc import Sequence

from earmark.copywriting.claims.ledger import Fact, Ledger
from earmark.copywriting.summaries.praise import PraiseRules

LEAST_VOICES = 2
_ORDER = ("function", "quality", "fit", "price", "feature", "use", "audience", "neutral")
# Tones choose other facts, not only other frames: what they lead with.
_LEADS = {
    "plain": ("function", "fit", "quality"),
    "warm": ("audience", "fit", "quality"),
    "playful": ("use", "function", "quality"),
    "premium": ("quality", "fit", "function"),
}
# Liking says nothing of the thing; it opens no sentence and stands only where there is little else.
GENERAL = frozenset({"overall", "bought-again", "better-than-others"})
# What every good thing does, and what it costs, come after what this one does.
_LAST = ("works", "price")


def praise_of(ledger: Ledger, rules: PraiseRules, tone: str) -> list[Fact]:
    """Facts that speak for the product and may be said, best first.

    A fact needs two voices, and those who deny it must stay below the share from which dissent is told.
    """
    fit = [
        fact
        for fact in ledger.facts
        if fact.polarity >= 0 and fact.wording and len(fact.voices) >= LEAST_VOICES and not _is_disputed(fact, rules)
    ]
    known: set[str] = set()
    facts = []
    for fact in sorted(fit, key=lambda fact: (fact.polarity == 0, -len(fact.voices))):
        if fact.concept not in known:
            known.add(fact.concept)
            facts.append(fact)
    leads = _LEADS[tone]
    order = (*leads, *(kind for kind in _ORDER if kind not in leads))

    def rank(fact: Fact) -> tuple[bool, bool, float, int, str]:
        place = order.index(fact.kind) if fact.kind in order else len(order)
        return fact.concept in GENERAL, fact.concept in _LAST, -len(fact.voices) + 0.6 * place, place, fact.concept

    return sorted(facts, key=rank)


def caveats_of(ledger: Ledger, rules: PraiseRules) -> list[Fact]:
    """What a buyer should know before: what enough reviewers hold against the product, the most voiced first."""
    return [
        fact
        for fact in ledger.facts
        if fact.polarity < 0
        and fact.concept not in GENERAL
        and len(fact.voices) >= LEAST_VOICES
        and len(fact.voices) >= rules.dissent_share * ledger.reviews
    ]


def liking_of(facts: Sequence[Fact]) -> Fact | None:
    """The fact that it is liked, if enough say so."""
    return next((fact for fact in facts if fact.concept == "overall"), None)


def _is_disputed(fact: Fact, rules: PraiseRules) -> bool:
    against = len(fact.against)
    return against > 0 and against >= rules.dissent_share * (len(fact.voices) + against)
