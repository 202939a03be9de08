"""Lay points out as a headline, a paragraph, bullets, an ad, an e-mail: what comes first, what is joined."""

import re
from collections.abc import Sequence
from random import Random

from earmark.copywriting.english import capitalised
from earmark.copywriting.reviews import split_sentences
from earmark.copywriting.writers.channels import (
    AD_DESCRIPTION,
    AD_DESCRIPTIONS,
    AD_HEADLINE,
    AD_HEADLINES,
    SUBJECT,
    limits,
)
from earmark.copywriting.writers.composer.plan import in_order, in_sentences
from earmark.copywriting.writers.composer.points import Point, Points
from earmark.copywriting.writers.composer.speaking import Speaker
from earmark.copywriting.writers.drafts import Brief

Piece = str

# Facts that are said by other means, or not at all.
_SILENT_FACTS = {"name", "brand", "category", "id", "sku", "url", "website", "title"}
_ENDING_AT_LEAST = 12
# Three dots and emoji, where copy is cut into sentences.
_PAUSES = re.compile(r"\s*(?:\.{2,}|\u2026|[\U0001F300-\U0001FAFF\u2600-\u27bf]\ufe0f?)+\s*(?=\S)")


class Layout:
    """One attempt at one draft.

    Args:
        brief: what to write.
        offered: the points that may be said.
        speaker: who finds the words.
        random: where choices come from.
    """

    def __init__(self, brief: Brief, offered: Points, speaker: Speaker, random: Random) -> None:
        self._brief = brief
        self._speaker = speaker
        self._random = random
        self._named = bool(brief.product.name)
        self._points = in_order([point for point in offered.strong if self._may_say(point)], speaker.domain, random)
        self._praised = [point for point in offered.praised if self._may_say(point)]
        self._single = [point for point in offered.single if not point.faint and self._may_say(point)]
        self._pairs = [pair for pair in offered.pairs if all(map(self._may_say, pair))]

    def headline(self) -> Piece | None:
        """One line: the best points, or what must be said."""
        if self._brief.must:
            return self._brief.must[0].rstrip(".")
        return self._line("headline", limits(self._brief.style).characters)

    def short(self) -> Piece | None:
        """One to three sentences, and an ending where there is room."""
        room = limits(self._brief.style).characters
        sentences = self._opening()
        if not sentences:
            return None
        sentences += self._musts()
        rest = self._body(self._random.choice((0, 1, 2, 3)))
        return self._joined([*sentences, *rest], room)

    def paragraph(self) -> Piece | None:
        """An opening, what follows theme by theme, counted voices, what the seller says, and an ending."""
        room = limits(self._brief.style).characters
        sentences = self._opening()
        if not sentences:
            return None
        sentences += self._body(self._random.choice((4, 5, 6)))
        sentences += self._further(len(sentences))
        sentences += [*self._musts(), *self._facts(1)]
        return self._joined(sentences, room)

    def bullets(self) -> Piece | None:
        """Three to five lines, each one point with its count, all built alike."""
        room = limits(self._brief.style)
        lines, width = [self._as_line(must) for must in self._brief.must], (room.line or room.characters) - 2
        chosen = [*self._points, *self._praised][: max(0, (room.lines or 5) - len(lines))]
        lines += self._speaker.say_alike("bullet", [point for point in chosen if point.descriptors], width)
        lines += self._speaker.say_alike("bullet_praised", [point for point in chosen if not point.descriptors], width)
        facts = [self._as_line(fact) for fact in self._fact_texts()]
        lines += [fact for fact in facts if len(fact) <= width][: max(0, (room.lines or 5) - len(lines))]
        return "\n".join(f"- {line}" for line in lines) if lines else None

    def ad(self) -> Piece | None:
        """Headlines of 30 characters (one is the name where it fits), a blank line, descriptions of 90."""
        short = [must for must in self._brief.must if len(must) <= AD_HEADLINE]
        long = [must for must in self._brief.must if len(must) > AD_HEADLINE]
        headlines = [self._as_line(must) for must in short[:AD_HEADLINES]]
        for _ in range(4 * AD_HEADLINES):
            if len(headlines) >= AD_HEADLINES - self._name_fits():
                break
            line = self._line("headline", AD_HEADLINE)
            if line and line.lower() not in {other.lower() for other in headlines}:
                headlines.append(line)
        if not headlines:
            return None
        name = self._brief.product.name or ""
        if self._name_fits() and len(headlines) < AD_HEADLINES and not any(name in line for line in headlines):
            headlines.insert(1, name)
        if self._brief.style.length == "headline" and not long:
            return "\n".join(headlines)
        descriptions = self._descriptions([_ended(must) for must in (*long, *short[AD_HEADLINES:])])
        return "\n".join(headlines) + ("\n\n" + "\n".join(descriptions) if descriptions else "")

    def email(self) -> Piece | None:
        """A subject, a greeting, what there is to say, an ending, and from whom."""
        subject = self._line("subject", SUBJECT) or self._line("headline", SUBJECT)
        self._speaker.forget()
        body = self.bullets() if self._brief.style.length == "bullets" else self._email_body()
        if not subject or not body:
            return None
        parts = [f"Subject: {subject}", self._speaker.say_of_itself("greeting"), body, self._ending(None)]
        name = self._brief.product.name or ""
        if name and name not in (parts[-1] or ""):
            parts.append(name)
        return "\n\n".join(part for part in parts if part)

    def _email_body(self) -> Piece | None:
        sentences = self._opening()
        if not sentences:
            return None
        count = {"headline": 0, "short": 1}.get(self._brief.style.length, self._random.choice((4, 5, 6)))
        sentences += self._body(count)
        sentences += self._further(len(sentences)) if count else []
        rest = [*sentences[1:], *self._musts(), *self._facts(2)]
        return sentences[0] if not rest else f"{sentences[0]}\n\n{' '.join(rest)}"

    def _may_say(self, point: Point) -> bool:
        said = f"{point.the} {point.bare} {point.one or ''}".lower()
        return not any(never.lower() in said for never in self._brief.never)

    def _opening(self) -> list[str]:
        """The first sentence: one, two or three points, a count, or the name; praise where there are no points."""
        kinds = [("open", 1), ("open", 1), ("open_two", 2), ("open_two", 2), ("open_three", 3), ("voiced", 1)]
        if self._named:
            kinds += [("open_name", 1), ("open_name", 1)]
        self._random.shuffle(kinds)
        for kind, number in kinds:
            if len(self._points) >= number and (sentence := self._speaker.say(kind, self._points[:number])):
                del self._points[:number]
                return [sentence]
        return self._praise(opening=True) or self._pair()

    def _body(self, points: int) -> list[str]:
        """Sentences of one, two or three points, theme by theme; one of them counts its voices."""
        chosen, self._points = self._points[:points], self._points[points:]
        runs = in_sentences(chosen, self._random)
        singles = [run[0] for run in runs if len(run) == 1 and run[0].count.supporting > 2]
        counted = max(singles, key=lambda point: point.count.supporting, default=None)
        sentences: list[str] = []
        for run in runs:
            kinds = [{1: "one", 2: "two", 3: "three"}[len(run)]]
            if len(run) > 1 and len({point.plural for point in run}) == 1 and self._random.random() < 0.4:
                kinds.insert(0, f"{kinds[0]}_alike")
            if len(run) == 1 and run[0] is counted and self._random.random() < 0.7:
                kinds.insert(0, "voiced")
            said = next((said for kind in kinds if (said := self._speaker.say(kind, run))), None)
            sentences += [said] if said else self._one_by_one(run)
        return sentences

    def _one_by_one(self, points: Sequence[Point]) -> list[str]:
        said = (self._speaker.say("one", [point]) or self._speaker.say("voiced", [point]) for point in points)
        return [sentence for sentence in said if sentence]

    def _further(self, sentences: int) -> list[str]:
        """Praise in words that differ, and, where the text is still thin, what single voices say."""
        found = self._praise()
        if sentences + len(found) < 3:
            found += self._praise()
        if sentences + len(found) < 3:
            found += self._asides() or self._pair()
        return found

    def _praise(self, *, opening: bool = False) -> list[str]:
        """Targets that reviewers praise in words that differ: several together, or one with what a voice says."""
        plain = [point for point in self._praised if not point.one]
        kinds = [("praised_one", [point]) for point in self._praised if point.one][:1]
        kinds += [("praised_two", plain[:2])] if len(plain) > 1 else []
        kinds += [("praised_three", plain[:3])] if len(plain) > 2 else []
        if opening and self._named and self._praised:
            kinds.append(("praised_name", self._praised[:1]))
        self._random.shuffle(kinds)
        kinds += [("praised_two", self._praised[:2])] if len(self._praised) > 1 else []
        kinds += [("praised", self._praised[:1])] if self._praised else []
        for kind, points in kinds:
            if sentence := self._speaker.say(kind, points):
                self._praised = [point for point in self._praised if point not in points]
                return [sentence]
        return []

    def _pair(self) -> list[str]:
        """What one voice praises and what another does."""
        for pair in self._pairs:
            if sentence := self._speaker.say("pair", pair):
                self._pairs.remove(pair)
                self._single = [point for point in self._single if point not in pair]
                return [sentence]
        return []

    def _asides(self) -> list[str]:
        said = (self._speaker.say("aside", [point]) for point in self._single)
        return [sentence for sentence in said if sentence][:1]

    def _musts(self) -> list[str]:
        """What the seller wants said, each in its own words."""
        return [
            _ended(must)
            if must[:1].isupper() or must.rstrip()[-1:] in ".!?"
            else self._speaker.seller(must, is_fact=False)
            for must in self._brief.must
        ]

    def _facts(self, count: int) -> list[str]:
        texts = self._fact_texts()
        chosen = self._random.sample(texts, min(count, len(texts)))
        return [self._speaker.seller(text, is_fact=True) for text in chosen]

    def _fact_texts(self) -> list[str]:
        """The seller's own record, as ``warranty: 3 years``, less what must never be said."""
        facts = self._brief.product.facts
        texts = [
            f"{key}: {_in_one_sentence(value)}" for key, value in facts.items() if key.lower() not in _SILENT_FACTS
        ]
        return [text for text in texts if not any(never.lower() in text.lower() for never in self._brief.never)]

    def _line(self, kind: str, room: int) -> str | None:
        """A line that fits, of one, two or three points; of what is praised where there are none."""
        best = self._points[:4]
        numbers = [1, 1, 2, 3]
        self._random.shuffle(numbers)
        for number in numbers:
            if number > len(best):
                continue
            chosen = self._random.sample(best, number)
            if line := self._speaker.say(kind, chosen, room):
                return line
        lines = (self._speaker.say("headline_praised", [point], room) for point in self._praised)
        return next((line for line in lines if line), None)

    def _descriptions(self, descriptions: list[str]) -> list[str]:
        """The longer lines of an ad: a sentence each, with an ending where it fits."""
        kinds = [("open", 1), ("open_two", 2), ("open_two", 2), ("voiced", 1), ("praised", 1), ("praised_two", 2)]
        self._random.shuffle(kinds)
        for kind, number in kinds:
            pool = (self._praised if kind.startswith("praised") else self._points)[:5]
            if len(descriptions) >= AD_DESCRIPTIONS or len(pool) < number:
                continue
            sentence = self._speaker.say(kind, self._random.sample(pool, number), AD_DESCRIPTION)
            if sentence:
                descriptions.append(self._with_ending(sentence, AD_DESCRIPTION))
        return descriptions[:AD_DESCRIPTIONS]

    def _name_fits(self) -> bool:
        return self._named and len(self._brief.product.name or "") <= AD_HEADLINE

    def _ending(self, room: int | None) -> str | None:
        return self._speaker.say_of_itself(f"close.{self._speaker.domain}", room)

    def _with_ending(self, text: str, room: int) -> str:
        left = room - len(text) - 1
        ending = self._ending(left) if left >= _ENDING_AT_LEAST else None
        return f"{text} {ending}" if ending else text

    def _joined(self, sentences: Sequence[str], room: int) -> str:
        """As many sentences as fit, musts first kept; the ending where there is room for it."""
        kept = list(dict.fromkeys(sentences))
        musts = set(self._brief.must)
        while len(" ".join(kept)) > room and len(kept) > 1:
            free = [number for number in range(len(kept) - 1, 0, -1) if not any(must in kept[number] for must in musts)]
            if not free:
                break
            del kept[free[0]]
        return self._with_ending(" ".join(kept), room)

    @staticmethod
    def _as_line(text: str) -> str:
        return capitalised(text.rstrip(". "))


def _in_one_sentence(text: str) -> str:
    """``Solid oak. Oiled by hand`` as ``Solid oak; Oiled by hand``: phrases hold a fact as a part of their sentence."""
    text = _PAUSES.sub(", ", text)
    return "; ".join(text[start:end].rstrip(".!?\u2026 ") for start, end in split_sentences(text))


def _ended(text: str) -> str:
    return text if text[-1:] in ".!?" else f"{text}."
