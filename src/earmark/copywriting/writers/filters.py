"""Hard filters: what a draft must be before anything is scored. A reward never sees what fails one."""

import re
from collections.abc import Callable

from earmark.copywriting.writers.channels import broken_limit
from earmark.copywriting.writers.drafts import Brief, Draft

Filter = Callable[[Draft, Brief], str | None]


def why_unfit(draft: Draft, brief: Brief) -> str | None:
    """The first filter that a draft fails, as a clause, or ``None``."""
    return next((reason for check in FILTERS if (reason := check(draft, brief))), None)


def fits_its_place(draft: Draft, brief: Brief) -> str | None:
    """The limits of the channel and the length."""
    return broken_limit(draft.text, brief.style)


def says_what_it_must(draft: Draft, brief: Brief) -> str | None:
    """Every ``--must`` phrase stands in it."""
    missing = next((must for must in brief.must if must.lower().rstrip(".") not in draft.text.lower()), None)
    return f"it does not say {missing!r}, which it must" if missing else None


def says_what_it_may(draft: Draft, brief: Brief) -> str | None:
    """No ``--never`` phrase stands in it."""
    said = next((never for never in brief.never if never.lower() in draft.text.lower()), None)
    return f"it says {said!r}, which it must never" if said else None


def reads_well(draft: Draft, brief: Brief) -> str | None:
    """No doubled words, stray brackets, broken sentences, wrong articles, or one sentence said twice."""
    text = _but_for_the_seller(draft.text, brief)
    if not text.strip():
        return "it is empty"
    for doubled in re.finditer(r"\b(\w+) \1\b", text, re.IGNORECASE):
        if doubled[0].lower() not in _names_of(brief):
            return f"it doubles the word {doubled[1]!r}"
    if re.search(r"[{}<>\[\]|\\]|\s[,.;:!?]|,,|\.\.(?!\.)|,\.", text):
        return "its punctuation is broken"
    if match := re.search(r"\b[Aa] ([aeio]\w+|u(?!ni|s[aeiu]|t[ei])\w+)|\b[Aa]n ([bcdfgjklmnpqrstvwyz]\w+)", text):
        word = match[1] or match[2]
        if (
            word.lower() not in ("one", "once", "european", "honest", "hour", "heir", "honor", "honour")
            and len(word) > 1
        ):
            return f"the article before {word!r} is wrong"
    # A headline of an ad may come again in a description.
    sentences = [part.strip(" .!?").lower() for part in re.split(r"[.!?]\s+|\n", text) if len(part.split()) > 3]
    if len(set(sentences)) < len(sentences):
        return "it says one sentence twice"
    return None


def _but_for_the_seller(text: str, brief: Brief) -> str:
    """A text with the seller's own words blanked: how they are spelt and marked is the seller's business."""
    parts = {
        part.rstrip(".")
        for own in (*brief.must, *brief.product.facts.values())
        for part in (own, *re.split(r"(?<=[.!?])\s+", own))
    }
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "\u2014") if len(part) > 1 else text
    return text


def _names_of(brief: Brief) -> str:
    """What is judged, and the product's own words: they may double a word ("piri piri sauce")."""
    targets = [f"{claim.target} {claim.surface}" for summary in brief.summaries for claim in summary.claims]
    return " | ".join((*targets, brief.product.name or "", *brief.product.facts.values(), *brief.must)).lower()


def keeps_its_tone(draft: Draft, brief: Brief) -> str | None:
    """No shouting: exclamation marks only where the tone plays, and then few; no words in capitals."""
    marks = _but_for_the_seller(draft.text, brief).count("!")
    if marks > (2 if brief.style.tone in ("playful", "warm") else 0):
        return f"it shouts for a {brief.style.tone} tone"
    capitals = re.findall(r"\b[A-Z]{5,}\b", draft.text)
    allowed = " ".join((*brief.must, brief.product.name or "", *brief.product.facts.values()))
    shouted = next((word for word in capitals if word not in allowed), None)
    return f"it shouts {shouted!r}" if shouted else None


FILTERS: tuple[Filter, ...] = (fits_its_place, says_what_it_must, says_what_it_may, reads_well, keeps_its_tone)
