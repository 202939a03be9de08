"""Copy for goods: a plan of sentences from the ledger, each with the facts that carry it, and its receipts.

Sentence one says what it is and what it does best, with one count; then concrete facts and uses, a buyer's own words,
and one honest caveat where enough buyers make it. A sentence is made from the facts that it says, so that its receipts
are theirs by construction; what the hard checks find is left out.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from earmark.copywriting.claims.ledger import Fact, Ledger
from earmark.copywriting.claims.tables import purposes
from earmark.copywriting.config import CopyConfig
from earmark.copywriting.english import capitalised, listed, plural_of, singular_of
from earmark.copywriting.summaries.voices import VOICE_NOUNS
from earmark.copywriting.writers.channels import AD_DESCRIPTION, AD_HEADLINE, SUBJECT, limits
from earmark.copywriting.writers.ledger_composer.quotes import Quote
from earmark.copywriting.writers.ledger_composer.selection import GENERAL, caveats_of, liking_of, praise_of
from earmark.copywriting.writers.ledger_composer.wording import Named, count_in_words, joined, predicate, sentence

_VOICES = VOICE_NOUNS["goods"]
_MOST_FACTS = 3
_LEAST_LIKING = 2


@dataclass(frozen=True)
class Planned:
    """A sentence, and what carries it."""

    text: str
    facts: tuple[Fact, ...] = ()
    quote: Quote | None = None
    seller: str | None = None


@dataclass(frozen=True)
class Plan:
    """What copy may say: its sentences, the most needed first, and lines where the place wants lines."""

    sentences: tuple[Planned, ...]
    blocks: tuple[tuple[Planned, ...], ...]
    """Lines of the copy; a line is one or more sentences."""


class Composer:
    """Writes one product."""

    def __init__(
        self, ledger: Ledger, named: Named, quotes: Sequence[Quote], config: CopyConfig, facts: dict[str, str]
    ) -> None:
        # What the name says already is no news: "the heart pendant is liked for its pendant".
        praise = [fact for fact in praise_of(ledger, config.rules, config.tone) if not named.says(fact.concept)]
        self.ledger, self.named, self.quotes, self.config = ledger, named, quotes, config
        self.strong = [fact for fact in praise if fact.polarity > 0 and fact.concept not in GENERAL | purposes().keys()]
        self.plain = [fact for fact in praise if fact.polarity == 0 and fact.kind != "use"]
        self.uses = [
            fact for fact in praise if fact.concept in purposes() or (fact.kind == "use" and not fact.polarity)
        ]
        self.liking = liking_of(praise)
        self.caveats = caveats_of(ledger, config.rules)
        self.seller = {key: value for key, value in facts.items() if key.lower() not in ("name", "category")}
        self._frames = _frames()[config.tone]

    def why_too_little(self) -> str | None:
        """Why there is not enough to say, or ``None``."""
        if self.strong:
            return None
        if self.liking and len(self.liking.voices) >= _LEAST_LIKING and self.quotes:
            return None
        single = sum(fact.polarity > 0 and len(fact.voices) == 1 for fact in self.ledger.facts)
        told = f"{single} thing{'s' if single != 1 else ''} praised by one voice only" if single else "no praise"
        return f"no two of its {self.ledger.reviews} usable reviews praise the same thing of it ({told})."

    def write(self) -> list[list[Planned]]:
        """Lines of sentences that fit their place."""
        style = self.config.style
        if style.channel == "ad":
            return self._ad()
        if style.channel == "email":
            subject = Planned(f"Subject: {self._headline(SUBJECT).text}", self._headline(SUBJECT).facts)
            return [[subject], [], self._fitting([*self._paragraph()], limits(style).characters - SUBJECT - 20)]
        if style.length == "headline":
            return [[self._headline(limits(style).characters)]]
        if style.length == "bullets":
            return [[one] for one in self._bullets()]
        if style.length == "short":
            return [self._fitting([*self._paragraph()][:2], limits(style).characters)]
        return [self._fitting([*self._paragraph()], limits(style).characters)]

    def _paragraph(self) -> Iterator[Planned]:
        strong = list(self.strong)
        if strong:
            first = strong.pop(0)
            counted = len(first.voices) > 2
            yield self._said("open" if counted else "plain_open", [first] if counted else [first, *strong[:1]])
            strong = strong if counted else strong[1:]
        elif self.liking:
            yield self._said("liked", [self.liking])
        if strong:
            yield self._said("more", strong[:_MOST_FACTS])
        if strong[_MOST_FACTS:] and len(self.quotes) == 0:
            yield self._said("further", strong[_MOST_FACTS : 2 * _MOST_FACTS])
        yield from self._things()
        yield from (
            Planned(sentence(f"{capitalised(key)}: {value.strip(' .')}"), seller=f"{key}: {value}")
            for key, value in list(self.seller.items())[:2]
        )
        yield from (Planned(sentence(must), seller=f"must: {must}") for must in self.config.must)
        for quote in self.quotes[: 1 if len(self.strong) > 1 else 2]:
            yield Planned(self._filled("quote", q=quote.text, n=_number(self.ledger.reviews)), quote=quote)
        if self.caveats:
            yield self._said("caveat", self.caveats[:1])

    def _things(self) -> Iterator[Planned]:
        features = [fact for fact in self.plain if fact.kind == "feature"][:2]
        if features:
            has = "have" if self.named.many else "has"
            words = [predicate(fact, self.named.many).removeprefix(f"{has} ") for fact in features]
            yield Planned(self._filled("has", list=listed(words)), tuple(features))
        if self.uses:
            uses = self.uses[:3]
            yield Planned(self._filled("use", list=listed([_purpose(fact) for fact in uses])), tuple(uses))

    def _said(self, frame: str, facts: Sequence[Fact]) -> Planned:
        count = count_in_words(len(facts[0].voices), self.ledger.reviews, _VOICES)
        return Planned(self._filled(frame, p=joined(facts, self.named.many), count=count), tuple(facts))

    def _headline(self, room: int) -> Planned:
        for many in (3, 2, 1):
            facts = self.strong[:many]
            if not facts:
                break
            for name in (self.named.bare, self.named.noun):
                text = f"{capitalised(name)}: {_trait_list(facts, self.named.many)}"
                if len(text) <= room:
                    return Planned(text, tuple(facts))
        facts = [self.liking] if self.liking else []
        return Planned(f"{capitalised(self.named.noun)}: liked by buyers"[:room], tuple(facts))

    def _bullets(self) -> Iterator[Planned]:
        held = limits(self.config.style)
        room, lines = held.line or 120, held.lines or 5
        for fact in [*self.strong, *self.plain][: lines - bool(self.caveats)]:
            count = count_in_words(len(fact.voices), self.ledger.reviews, _VOICES)
            text = f"- {capitalised(_trait(fact, self.named.many))} ({count})"
            if len(text) <= room:
                yield Planned(text, (fact,))
        if self.caveats:
            fact = self.caveats[0]
            count = count_in_words(len(fact.voices), self.ledger.reviews, _VOICES)
            yield Planned(f"- Good to know: {_trait(fact, self.named.many)} ({count})", (fact,))

    def _ad(self) -> list[list[Planned]]:
        heads = [[Planned(capitalised(_trait(fact, self.named.many)), (fact,))] for fact in self.strong]
        heads = [line for line in heads if len(line[0].text) <= AD_HEADLINE][:3]
        descriptions = [[one] for one in self._paragraph() if len(one.text) <= AD_DESCRIPTION and not one.quote][:2]
        return [*heads, [], *descriptions] if heads and descriptions else [*heads, *descriptions]

    def _fitting(self, planned: Sequence[Planned], room: int) -> list[Planned]:
        """As many sentences as fit, in their order, without what must never be said."""
        kept: list[Planned] = []
        for one in planned:
            if any(never.lower() in one.text.lower() for never in self.config.never):
                continue
            if len(" ".join(item.text for item in (*kept, one))) <= room:
                kept.append(one)
        return kept

    def _filled(self, frame: str, **values: str) -> str:
        count = values.get("count", "")
        text: str = self._frames[frame][0].format(
            The=capitalised(self.named.full),
            the=self.named.full,
            It=capitalised(self.named.short),
            it=self.named.short,
            them="them" if self.named.many else "it",
            has="have" if self.named.many else "has",
            Count=capitalised(count),
            **{"p": "", "q": "", "n": "", "list": "", **values},
        )
        return text


def _trait(fact: Fact, many: bool) -> str:
    """A predicate without its "is": "sturdy", "fits well"."""
    return predicate(fact, many).removeprefix("are " if many else "is ")


def _trait_list(facts: Sequence[Fact], many: bool) -> str:
    return listed([_trait(fact, many) for fact in facts])


def _purpose(fact: Fact) -> str:
    if fact.concept in purposes():
        return purposes()[fact.concept]
    noun = fact.concept.partition(":")[2]
    texts = [f" {claim.text.lower()} " for claim in fact.claims]
    counted = any(
        word in text for text in texts for word in (" a ", " an ", " my ", " our ", " her ", " his ", plural_of(noun))
    )
    return plural_of(singular_of(noun)) if counted else noun


def _number(count: int) -> str:
    return count_in_words(count, count, _VOICES).split(" of ")[0]


@lru_cache(maxsize=1)
def _frames() -> dict[str, Any]:
    text = files("earmark.copywriting.writers.ledger_composer").joinpath("frames.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
