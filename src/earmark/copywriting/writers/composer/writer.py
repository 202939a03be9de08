"""The composer: chooses what to say, finds phrases for it, and fits them to where the copy will stand.

It says what the claims of the brief carry, the seller's facts and what must be said, and nothing else.
"""

from collections.abc import Callable
from random import Random

from earmark.copywriting.summaries.praise import PraiseRules, Support
from earmark.copywriting.writers.channels import broken_limit
from earmark.copywriting.writers.composer.layout import Layout, Piece
from earmark.copywriting.writers.composer.points import Points, points_of
from earmark.copywriting.writers.composer.speaking import Speaker
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.evidence import content_id

_TRIES_PER_DRAFT = 12


class Composer:
    """Writes from supported claims with the phrase banks of four tones; the same seed gives the same drafts.

    Args:
        rules: what counts as praise.
    """

    name = "composer"

    def __init__(self, rules: PraiseRules | None = None) -> None:
        self._rules = rules or PraiseRules()

    def write(self, brief: Brief, drafts: int, seed: int) -> list[Draft]:
        """Write up to so many different drafts; none where the brief carries no praise."""
        offered = points_of(Support(brief, self._rules))
        if not offered.carry_copy:
            return []
        found: dict[str, Draft] = {}
        first = drafts * _turn(brief)
        for attempt in range(_TRIES_PER_DRAFT * drafts):
            text = self._compose(brief, offered, seed, first + attempt)
            if text and text not in found:
                found[text] = _draft(brief, text, self.name)
            if len(found) == drafts:
                break
        return list(found.values())

    @staticmethod
    def _compose(brief: Brief, offered: Points, seed: int, turn: int) -> str | None:
        random = Random(f"{seed}:{brief.product.id}:{brief.aspect and brief.aspect.name}:{turn}")
        layout = Layout(brief, offered, Speaker(brief, seed, turn), random)
        makers: dict[str, Callable[[], Piece | None]] = {"ad": layout.ad, "email": layout.email}
        if brief.style.channel in makers:
            piece = makers[brief.style.channel]()
        else:
            piece = {
                "headline": layout.headline,
                "short": layout.short,
                "paragraph": layout.paragraph,
                "bullets": layout.bullets,
            }[brief.style.length]()
        if piece is None or broken_limit(piece, brief.style) or _says_a_never(piece, brief):
            return None
        return piece


def _turn(brief: Brief) -> int:
    """The place of a product in its run; without one, a number that is its own."""
    if brief.turn is not None:
        return brief.turn
    return int(content_id(brief.product.id, brief.product.name or "")[:8], 16)


def _says_a_never(text: str, brief: Brief) -> bool:
    return any(word.lower() in text.lower() for word in brief.never)


def _draft(brief: Brief, text: str, writer: str) -> Draft:
    return Draft(
        id=content_id(brief.product.id, writer, text),
        product_id=brief.product.id,
        aspect=brief.aspect.name if brief.aspect else None,
        style=brief.style,
        text=text,
        writer=writer,
    )
