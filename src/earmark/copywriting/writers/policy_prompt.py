"""The prompt that a policy reads: style as control pieces, then the chosen evidence, claim by claim, with its counts.

::

    <warm><short><shop> table food: seven most <thing1> <word1> "The <thing1> was crispy." | two <things2> <word2> "..."

What does not fit is left out whole, least supported first, and counted; nothing is cut.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import get_args

from earmark.copywriting.english import in_number_of
from earmark.copywriting.summaries.praise import PraiseRules, Support
from earmark.copywriting.summaries.summaries import CountedClaim
from earmark.copywriting.summaries.voices import NUMBER_WORDS, Count, domain_of, fitting
from earmark.copywriting.writers.drafts import Brief, Channel, Length, Style, Tone
from earmark.copywriting.writers.placeholders import MOST_THINGS, Slots, find_slots

CONTROLS = tuple(f"<{word}>" for kind in (Tone, Length, Channel) for word in get_args(kind))
"""One piece for every tone, length and channel."""

MOST_PIECES = 100
"""Words and marks of a prompt: about 128 tokens of a stock tokenizer or fewer, whatever the tokenizer."""


@dataclass(frozen=True)
class PolicyPrompt:
    """One prompt, what its placeholders stand for, and how much of the evidence it holds."""

    text: str
    slots: Slots
    claims: tuple[CountedClaim, ...]
    """The claims that it holds."""
    offered: int
    """Claims that could have been said."""


def policy_prompt(
    brief: Brief, rules: PraiseRules | None = None, most_pieces: int = MOST_PIECES, least_voices: int = 1
) -> PolicyPrompt | None:
    """Write the prompt for a brief; ``None`` where nothing may be praised.

    Args:
        brief: with its aspect, style and claims.
        rules: what may be said as praise.
        most_pieces: words and marks that it may take.
        least_voices: reviews that must say so.
    """
    praise = Support(brief, rules or PraiseRules()).praise
    claims = _one_a_target(claim for claim in praise if claim.supporting >= least_voices)
    chosen = claims[:MOST_THINGS]
    while chosen:
        written = _written(brief, chosen)
        if pieces(written.text) <= most_pieces:
            return replace(written, offered=len(claims))
        chosen = chosen[:-1]
    return None


def pieces(text: str) -> int:
    """Words and marks of a text; a control piece or placeholder is one."""
    return len(re.findall(r"<[a-z]+\d*>|\w+|[^\w\s]", text))


def style_prefix(style: Style) -> str:
    """The control pieces of a style: ``<warm><short><shop>``."""
    return f"<{style.tone}><{style.length}><{style.channel}>"


def _one_a_target(claims: Iterable[CountedClaim]) -> list[CountedClaim]:
    """The best supported claim of each target, in the order given; only what stands before or after a noun."""
    found: dict[str, CountedClaim] = {}
    for claim in claims:
        if claim.form == "adjective":
            found.setdefault(claim.target.lower(), claim)
    return list(found.values())


def _written(brief: Brief, claims: list[CountedClaim]) -> PolicyPrompt:
    quotes = [_quote(claim) for claim in claims]
    things = [
        in_number_of(claim.surface or claim.target, [quote] if quote else [])
        for claim, quote in zip(claims, quotes, strict=True)
    ]
    slots = find_slots(brief.product.name, things, quotes, [claim.descriptor for claim in claims])
    kind = domain_of(brief.product.category, tuple(summary.aspect for summary in brief.summaries))
    parts = []
    for number, (claim, quote, (_, plural)) in enumerate(zip(claims, quotes, things, strict=True), start=1):
        said = f' "{slots.hide(quote)}"' if quote else ""
        thing = f"<{'things' if plural else 'thing'}{number}>"
        parts.append(f"{_voices(claim, brief)} {thing} <word{number}>{said}")
    about = brief.aspect.name if brief.aspect else "all"
    text = f"{style_prefix(brief.style)} {kind} {about}: {' | '.join(parts)}"
    return PolicyPrompt(text, slots, tuple(claims), len(claims))


def _voices(claim: CountedClaim, brief: Brief) -> str:
    """How many say so, in the words that copy would use: the number, and the strongest wording it carries."""
    count = Count(claim.supporting, claim.contradicting, brief.reviews)
    number = NUMBER_WORDS[claim.supporting] if claim.supporting < len(NUMBER_WORDS) else "dozens"
    wording = fitting(count) or "one"
    return number if wording == number else f"{number} {wording}"


def _quote(claim: CountedClaim, most_words: int = 14) -> str:
    """The shortest span that says it in a whole thought, without quotation marks of its own."""
    spans = [piece.excerpt.text or "" for piece in claim.evidence if piece.side == "for"]
    naming = [span for span in spans if (claim.surface or claim.target).lower() in span.lower()]
    short = sorted(
        (span for span in naming if 2 <= len(span.split()) <= most_words), key=lambda span: (len(span), span)
    )
    return " ".join(short[0].replace('"', "").split()) if short else ""
