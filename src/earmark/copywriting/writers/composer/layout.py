"""Lay points out as a headline, a paragraph, bullets, an ad, an e-mail: what comes first, what is joined."""

from collections.abc import Sequence
from itertools import combinations
from random import Random

from earmark.copywriting.english import capitalised
from earmark.copywriting.summaries.voices import VOICE_NOUNS, domain_of
from earmark.copywriting.writers.channels import (
    AD_DESCRIPTION,
    AD_DESCRIPTIONS,
    AD_HEADLINE,
    AD_HEADLINES,
    SUBJECT,
    limits,
)
from earmark.copywriting.writers.composer.phrases import Phrase, phrases, plain_words
from earmark.copywriting.writers.composer.points import Point, Points
from earmark.copywriting.writers.composer.realise import filled, fits
from earmark.copywriting.writers.drafts import Brief

Piece = str

# Facts that are said by other means, or not at all.
_SILENT_FACTS = {"name", "brand", "category", "id", "sku", "url", "website", "title"}


class Layout:
    """One attempt at one draft.

    Args:
        brief: what to write.
        offered: the points that may be said.
        random: where choices come from.
    """

    def __init__(self, brief: Brief, offered: Points, random: Random) -> None:
        self._brief = brief
        self._random = random
        self._name = brief.product.name
        aspects = tuple(summary.aspect for summary in brief.summaries)
        self._domain = domain_of(brief.product.category, aspects)
        self._voices = VOICE_NOUNS[self._domain]
        self._points = self._order([point for point in offered.strong if self._may_say(point)])
        self._praised = [point for point in offered.praised if self._may_say(point)]
        self._single = [point for point in offered.single if not point.faint and self._may_say(point)]
        self._pairs = [pair for pair in offered.pairs if all(map(self._may_say, pair))]
        self._spoken = spoken_words(brief)
        self._used: set[str] = set()
        self._starts: set[str] = set()

    def headline(self) -> Piece | None:
        """One line: the best points, or what must be said."""
        if self._brief.must:
            return self._brief.must[0].rstrip(".")
        return self._line("headline", limits(self._brief.style).characters)

    def short(self) -> Piece | None:
        """One or two sentences, and an ending where there is room."""
        room = limits(self._brief.style).characters
        sentences = self._opening()
        if not sentences:
            return None
        sentences += self._musts()
        rest = self._body(self._random.choice((0, 1, 2)))
        return self._joined([*sentences, *rest], room, self._closing())

    def paragraph(self) -> Piece | None:
        """An opening, what follows, one counted voice, what the seller says, and an ending."""
        room = limits(self._brief.style).characters
        sentences = self._opening()
        if not sentences:
            return None
        points = min(len(self._points), self._random.choice((3, 4, 4, 5)))
        sentences += self._body(points)
        sentences += self._praise()
        if len(sentences) < 3:
            sentences += self._praise()
        if len(sentences) < 3:
            sentences += self._asides() or self._pair()
        sentences += [*self._musts(), *self._facts(1)]
        return self._joined(sentences, room, self._closing())

    def bullets(self) -> Piece | None:
        """Three to five lines, each one point with its count."""
        room = limits(self._brief.style)
        lines = [f"- {self._as_line(must)}" for must in self._brief.must]
        chosen = [*self._points, *self._praised][: max(0, (room.lines or 5) - len(lines))]
        for point in chosen:
            kind = "bullet" if point.descriptors else "bullet_praised"
            line = self._say(kind, [point])
            if line and len(line) + 2 <= (room.line or room.characters):
                lines.append(f"- {line}")
        facts = [f"- {self._as_line(fact)}" for fact in self._fact_texts()]
        lines += facts[: max(0, (room.lines or 5) - len(lines))]
        return "\n".join(lines) if lines else None

    def ad(self) -> Piece | None:
        """Headlines of 30 characters, a blank line, descriptions of 90."""
        short = [must for must in self._brief.must if len(must) <= AD_HEADLINE]
        long = [must for must in self._brief.must if len(must) > AD_HEADLINE]
        headlines = [self._as_line(must) for must in short[:AD_HEADLINES]]
        for _ in range(4 * AD_HEADLINES):
            line = self._line("headline", AD_HEADLINE)
            if line and line.lower() not in {other.lower() for other in headlines}:
                headlines.append(line)
            if len(headlines) >= AD_HEADLINES:
                break
        if not headlines:
            return None
        if self._brief.style.length == "headline" and not long:
            return "\n".join(headlines[:AD_HEADLINES])
        descriptions = [_ended(must) for must in (*long, *short[AD_HEADLINES:])]
        kinds = (("open", 1), ("open_two", 2), ("voiced", 1), ("praised", 1))
        for kind, number in self._random.sample(kinds, len(kinds)):
            if len(descriptions) < AD_DESCRIPTIONS:
                descriptions += self._short_enough(kind, number, AD_DESCRIPTION, descriptions)
        if not descriptions:
            return "\n".join(headlines)
        return "\n".join(headlines[:AD_HEADLINES]) + "\n\n" + "\n".join(descriptions[:AD_DESCRIPTIONS])

    def email(self) -> Piece | None:
        """A subject and a body."""
        subject = self._line("subject", SUBJECT) or self._line("headline", SUBJECT)
        self._used.clear()
        body = self.bullets() if self._brief.style.length == "bullets" else self._email_body()
        if not subject or not body:
            return None
        closing = self._closing()
        return f"Subject: {subject}\n\n{body}" + (f"\n\n{closing}" if closing and closing not in body else "")

    def _email_body(self) -> Piece | None:
        sentences = self._opening()
        if not sentences:
            return None
        count = {"headline": 0, "short": 1}.get(self._brief.style.length, self._random.choice((3, 4, 5)))
        sentences += [*self._body(count), *self._praise()]
        if len(sentences) < 3 and count:
            sentences += self._asides() or self._pair()
        lead, rest = sentences[0], [*sentences[1:], *self._musts(), *self._facts(2)]
        return lead if not rest else f"{lead}\n\n{' '.join(rest)}"

    def _may_say(self, point: Point) -> bool:
        said = f"{point.the} {point.bare} {point.one or ''}".lower()
        return not any(never.lower() in said for never in self._brief.never)

    def _order(self, points: Sequence[Point]) -> list[Point]:
        """Best carried first, one aspect after the other, and shuffled a little so that drafts differ."""
        jittered = sorted(
            points,
            key=lambda point: (point.faint, -point.count.supporting * self._random.uniform(0.6, 1.4)),
        )
        seen: dict[str, int] = {}
        ranks = []
        for place, point in enumerate(jittered):
            ranks.append((point.faint, seen.get(point.aspect, 0), place))
            seen[point.aspect] = seen.get(point.aspect, 0) + 1
        return [jittered[place] for *_, place in sorted(ranks)]

    def _opening(self) -> list[str]:
        """The first sentence: two points, the name and a point, or one point; praise in general where there is none."""
        kinds = [("open_two", 2), ("open", 1), ("open", 1), ("voiced", 1)]
        if self._name:
            kinds += [("open_name", 1), ("open_name", 1)]
        self._random.shuffle(kinds)
        for kind, number in kinds:
            if len(self._points) >= number and (sentence := self._say(kind, self._points[:number])):
                del self._points[:number]
                return [sentence]
        return self._praise() or self._pair()

    def _pair(self) -> list[str]:
        """What one voice praises and what another does."""
        for pair in self._pairs:
            if sentence := self._say("pair", pair):
                self._pairs.remove(pair)
                self._single = [point for point in self._single if point not in pair]
                return [sentence]
        return []

    def _body(self, points: int) -> list[str]:
        """Sentences of one, two or three points; never two of one length in a row where it can be helped."""
        sentences: list[str] = []
        last, left, voiced = 0, min(points, len(self._points)), False
        while left > 0:
            sizes = [size for size in (1, 2, 3) if size <= left and size != last] or [min(left, 1)]
            size = self._random.choice(sizes)
            chosen = self._points[:size]
            kinds = [{1: "one", 2: "two", 3: "three"}[size]]
            if size > 1 and len({point.plural for point in chosen}) == 1:
                kinds.append(f"{kinds[0]}_alike")
            if size == 1 and not voiced and chosen[0].count.supporting > 2 and self._random.random() < 0.6:
                kinds.insert(0, "voiced")
            else:
                self._random.shuffle(kinds)
            sentence = next((said for kind in kinds if (said := self._say(kind, chosen))), None)
            voiced = voiced or (sentence is not None and kinds[0] == "voiced")
            if sentence is None:
                size, sentence = 1, self._say("one", chosen[:1]) or self._say("voiced", chosen[:1])
            del self._points[:size]
            left -= size
            last = size
            if sentence:
                sentences.append(sentence)
        return sentences

    def _praise(self) -> list[str]:
        """A target that reviewers praise in words that differ; two where equally many do."""
        for first, second in combinations(self._praised[:4], 2):
            if first.count != second.count or (first.one and second.one) or self._random.random() < 0.3:
                continue
            if sentence := self._say("praised_two", [first, second]):
                self._praised = [point for point in self._praised if point not in (first, second)]
                return [sentence]
        for point in self._praised:
            kind = "praised_one" if point.one and self._random.random() < 0.8 else "praised"
            if sentence := self._say(kind, [point]) or self._say("praised", [point]):
                self._praised.remove(point)
                return [sentence]
        return []

    def _asides(self) -> list[str]:
        for point in self._single:
            if sentence := self._say("aside", [point]):
                return [sentence]
        return []

    def _musts(self) -> list[str]:
        """What the seller wants said, each in its own words."""
        said = []
        for must in self._brief.must:
            if must[:1].isupper() or must.rstrip()[-1:] in ".!?":
                said.append(_ended(must))
            else:
                said.append(self._seller(must))
        return said

    def _facts(self, count: int) -> list[str]:
        texts = self._fact_texts()
        return [self._seller(text) for text in self._random.sample(texts, min(count, len(texts)))]

    def _fact_texts(self) -> list[str]:
        """The seller's own record, as ``warranty: 3 years``."""
        facts = self._brief.product.facts
        return [f"{key}: {value}" for key, value in facts.items() if key.lower() not in _SILENT_FACTS and value.strip()]

    def _seller(self, text: str) -> str:
        known = [phrase for phrase in self._fitting("seller") if phrase.text not in self._used]
        phrase = self._random.choice(known or list(self._fitting("seller")))
        self._used.add(phrase.text)
        # "Good to know: warranty, 3 years" needs no second colon.
        text = text.replace(": ", ", ", 1) if ": {fact}" in phrase.text and text in self._fact_texts() else text
        before, slot, after = phrase.text.partition("{fact}" if "{fact}" in phrase.text else "{Fact}")
        return before + (capitalised(text) if slot == "{Fact}" or not before else text) + after

    def _line(self, kind: str, room: int) -> str | None:
        """A line that fits, of one, two or three points."""
        points = [*self._points] or []
        for _ in range(24):
            number = self._random.choice((1, 1, 2, 3))
            chosen = self._random.sample(points[:4], min(number, len(points[:4])))
            line = self._say(kind, chosen) if chosen else None
            if line and len(line) <= room:
                return line
        return self._praised_line(room)

    def _praised_line(self, room: int) -> str | None:
        for point in self._praised:
            line = f"{capitalised(self._voices[1])} praise {point.the}"
            if len(line) <= room:
                return line
        return None

    def _short_enough(self, kind: str, number: int, room: int, others: Sequence[str]) -> list[str]:
        pool = self._praised if kind == "praised" else self._points
        for _ in range(8):
            if len(pool) < number:
                return []
            chosen = self._random.sample(pool[:5], min(number, len(pool[:5])))
            sentence = self._say(kind, chosen)
            if sentence and len(sentence) <= room and sentence not in others:
                return [sentence]
        return []

    def _say(self, kind: str, points: Sequence[Point]) -> str | None:
        """A sentence of these points in a phrase not yet used in this draft."""
        known = [
            phrase
            for phrase in self._fitting(kind)
            if phrase.text not in self._used and fits(phrase, points, self._name)
        ]
        if not known:
            return None
        fresh = [phrase for phrase in known if phrase.start not in self._starts]
        phrase = self._random.choice(fresh or known)
        self._used.add(phrase.text)
        if phrase.start:
            self._starts.add(phrase.start)
        return filled(phrase, points, self._name, self._voices)

    def _closing(self) -> str | None:
        known = [phrase.text for phrase in self._fitting(f"close.{self._domain}")]
        return self._random.choice(known) if known else None

    def _fitting(self, kind: str) -> tuple[Phrase, ...]:
        """The phrases of a kind that suit the product and say nothing that must never be said."""
        never = [word.lower() for word in self._brief.never]
        return tuple(
            phrase
            for phrase in phrases(self._brief.style.tone, kind)
            if (not phrase.domains or self._domain in phrase.domains)
            and not any(word in phrase.text.lower() for word in never)
            and not any(word.startswith(spoken) for word in phrase.words for spoken in self._spoken)
        )

    def _joined(self, sentences: Sequence[str], room: int, closing: str | None) -> str:
        """As many sentences as fit, musts first kept; the ending where there is room for it."""
        kept = list(dict.fromkeys(sentences))
        musts = set(self._brief.must)
        while len(" ".join(kept)) > room and len(kept) > 1:
            free = [number for number in range(len(kept) - 1, 0, -1) if not any(must in kept[number] for must in musts)]
            if not free:
                break
            del kept[free[0]]
        text = " ".join(kept)
        return f"{text} {closing}" if closing and len(text) + 1 + len(closing) <= room else text

    @staticmethod
    def _as_line(text: str) -> str:
        return capitalised(text.rstrip(". "))


def spoken_words(brief: Brief) -> frozenset[str]:
    """The words of everything that reviewers judge and how: no phrase may seem to speak of it by the way."""
    texts = (f"{claim.target} {claim.descriptor}" for summary in brief.summaries for claim in summary.claims)
    return frozenset(word for text in texts for word in plain_words(text).split() if len(word) > 3)


def _ended(text: str) -> str:
    return text if text[-1:] in ".!?" else f"{text}."
