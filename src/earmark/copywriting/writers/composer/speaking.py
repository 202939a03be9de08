"""Find words for points: the next phrase of the deck that fits them and has not been used in this draft."""

from collections.abc import Iterable, Sequence

from earmark.copywriting.english import capitalised
from earmark.copywriting.summaries.voices import VOICE_NOUNS, domain_of
from earmark.copywriting.writers.composer.phrases import SLOT, Phrase, deck, plain_words
from earmark.copywriting.writers.composer.points import Point
from earmark.copywriting.writers.composer.realise import filled, fits
from earmark.copywriting.writers.drafts import Brief


class Speaker:
    """Says things about one product in one tone, never the same way twice in a draft.

    Args:
        brief: what to write.
        seed: of the deck.
        turn: the place of this draft among all drafts of a run.
    """

    def __init__(self, brief: Brief, seed: int, turn: int) -> None:
        self.domain = domain_of(brief.product.category, tuple(summary.aspect for summary in brief.summaries))
        self._tone = brief.style.tone
        self._name = brief.product.name
        self._voices = VOICE_NOUNS[self.domain]
        self._never = tuple(word.lower() for word in brief.never)
        self._spoken = spoken_words(brief)
        self._seed, self._turn = str(seed), turn
        self._used: set[str] = set()
        self._starts: set[str] = set()

    def say(self, kind: str, points: Sequence[Point], room: int | None = None) -> str | None:
        """A sentence of these points in a phrase not yet used in this draft.

        Args:
            kind: of phrase.
            points: what it says.
            room: characters that there are, if they are counted.
        """
        known = (
            (phrase, filled(phrase, points, self._name, self._voices))
            for phrase in self._dealt(kind)
            if fits(phrase, points, self._name, self.domain)
        )
        return self._take(known, room)

    def say_alike(self, kind: str, points: Sequence[Point], room: int) -> list[str]:
        """A line for each point, all in one phrase, as a list should be; those that fit no phrase are left out."""
        for phrase in self._dealt(kind):
            lines = [
                filled(phrase, [point], self._name, self._voices)
                for point in points
                if fits(phrase, [point], self._name, self.domain)
            ]
            if len(lines) == len(points) and all(len(line) <= room for line in lines):
                return lines
        single = (self.say(kind, [point], room) for point in points)
        return [line for line in single if line]

    def say_of_itself(self, kind: str, room: int | None = None) -> str | None:
        """A phrase that says nothing of what reviewers judge: an ending, a greeting."""
        known = (
            (phrase, filled(phrase, (), self._name, self._voices))
            for phrase in self._dealt(kind)
            if self._name or "name" not in phrase.slots
        )
        return self._take(known, room)

    def seller(self, text: str, *, is_fact: bool) -> str:
        """What the seller says, as the seller's own."""
        known = self._dealt("seller")
        if not known:
            return f"{capitalised(text)}."
        phrase = next((phrase for phrase in known if phrase.text not in self._used), known[0])
        self._used.add(phrase.text)
        # "Good to know: warranty, 3 years" needs no second colon.
        text = text.replace(": ", ", ", 1) if is_fact and ": {fact}" in phrase.text else text
        before, slot, after = phrase.text.partition("{fact}" if "{fact}" in phrase.text else "{Fact}")
        return before + (capitalised(text) if slot == "{Fact}" or not before else text) + after

    def forget(self) -> None:
        """Let phrases be used again: a new part of the text begins."""
        self._used.clear()

    def _take(self, known: Iterable[tuple[Phrase, str]], room: int | None) -> str | None:
        """The first sentence that begins as no other in this draft, else the first."""
        chosen: tuple[Phrase, str] | None = None
        for phrase, sentence in known:
            if phrase.text in self._used or (room is not None and len(sentence) > room):
                continue
            fresh = phrase.start not in self._starts
            if chosen is None or fresh:
                chosen = (phrase, sentence)
            if fresh:
                break
        if chosen is None:
            return None
        phrase, sentence = chosen
        self._used.add(phrase.text)
        if phrase.start:
            self._starts.add(phrase.start)
        return sentence

    def _dealt(self, kind: str) -> list[Phrase]:
        """The phrases of a kind, the next first, less those that say what must never be said or what is judged here."""
        return [
            phrase
            for phrase in deck(self._tone, kind, self._seed, self._turn)
            if not any(word in SLOT.sub(" ", phrase.text).lower() for word in self._never)
            and not any(word.startswith(spoken) for word in phrase.words for spoken in self._spoken)
        ]


def spoken_words(brief: Brief) -> frozenset[str]:
    """The words of everything that reviewers judge and how: no phrase may seem to speak of it by the way."""
    texts = (f"{claim.target} {claim.descriptor}" for summary in brief.summaries for claim in summary.claims)
    return frozenset(word for text in texts for word in plain_words(text).split() if len(word) > 3)
