"""How a sample customer puts a thing: straight, negated, in the past tense, as a wish, or not seriously."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Literal

from earmark.samples.reviews.records import Planted, Polarity, SampleMention

Phrasings = Literal["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
Halves = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Piece:
    """A sentence, what it mentions (offsets within the sentence), and how kindly it is meant."""

    text: str
    mentions: tuple[SampleMention, ...] = ()
    planted: tuple[Planted, ...] = ()
    goodwill: int = 0


@dataclass
class Wording:
    """One product's customers: the set of phrasings they use, and what they let slip.

    Attributes:
        phrasings: which set; the first has judging words of its own, the others share the rest.
        random: where chance comes from.
        forbidden: strings planted so far that no copy may hold.
    """

    phrasings: Phrasings
    random: Random
    forbidden: set[str] = field(default_factory=set)

    @property
    def authors(self) -> list[str]:
        """Names that reviewers sign with."""
        return list(_phrasings()["planted"]["authors"])

    def choose(self, kind: str) -> str:
        """Any phrasing of a kind."""
        return str(self.random.choice(_phrasings()[self.phrasings][kind]))

    def say(
        self,
        noun: str,
        plural: bool,
        fact_id: str,
        polarity: Polarity,
        stance: Literal["for", "against"],
        words: Halves,
        opposites: Halves,
        trap: str,
    ) -> Piece:
        """A sentence that means ``polarity`` of the noun, however it says so."""
        word, opposite = self._word(words), self._word(opposites)
        goodwill = 1 if polarity == "praise" else -1
        caught: Planted | None = None
        if trap == "negation":
            # "Not slow" is praise; "not friendly" is a complaint: the judging word is the other pole's.
            template, caught = self.choose("negated" if polarity == "praise" else "denied"), "negation"
            word = word if polarity == "praise" else opposite
        elif trap in ("past", "wish") and polarity == "complaint":
            template, word = self.choose(trap), opposite
            caught = "past" if trap == "past" else "wish"
        elif trap == "sarcasm" and polarity == "complaint":
            template, caught = self.choose("sarcasm"), "sarcasm"
        else:
            template = self.random.choice(
                _phrasings()[self.phrasings]["either"] + _phrasings()[self.phrasings][polarity]
            )
        text = _fill(template, noun, plural, word, opposite)
        mention = SampleMention(fact_id=fact_id, stance=stance, trap=caught, start=0, end=len(text))
        return Piece(text, (mention,), goodwill=goodwill)

    def elsewhere(self, noun: str, plural: bool, fact_id: str, words: Halves) -> Piece:
        """A sentence about another place, which supports nothing here."""
        place = self.random.choice(_phrasings()["planted"]["places"])
        text = _fill(self.choose("elsewhere").replace("{place}", place), noun, plural, self._word(words), "")
        self.forbidden.add(place.removeprefix("the "))
        text = text[0].upper() + text[1:]
        return Piece(
            text, (SampleMention(fact_id=fact_id, stance="neither", trap="elsewhere", start=0, end=len(text)),)
        )

    def join(self, first: Piece, second: Piece) -> Piece:
        """Two sentences in one; the mentions keep their own words."""
        if not (first.mentions and second.mentions and first.text.endswith(".")):
            return Piece(f"{first.text} {second.text}", (*first.mentions, *_moved(second, len(first.text) + 1)))
        template = self.choose("joined")
        left = first.text[:-1]
        lowered = second.text[0].lower() + second.text[1:] if not second.text.startswith("I ") else second.text
        between = template.removeprefix("{a}").removesuffix("{b}")
        shortened = first.mentions[0].model_copy(update={"end": len(left)})
        mentions = (shortened, *_moved(second, len(left) + len(between)))
        return Piece(f"{left}{between}{lowered}", mentions, goodwill=first.goodwill + second.goodwill)

    def plant(self, kind: Literal["instruction", "personal", "false number"]) -> Piece:
        """A sentence that must not come through."""
        planted = _phrasings()["planted"]
        name = {"instruction": "instruction", "personal": "personal", "false number": "false_number"}[kind]
        values = {
            "c": self.random.choice(planted["code"]),
            "first": self.random.choice(planted["firsts"]),
            "last": self.random.choice(planted["lasts"]),
            "phone": f"555-01{self.random.randint(0, 99):02d}",
            "mail": f"{self.random.choice(planted['firsts']).lower()}@example.com",
            "number": str(self.random.randint(2, 90)),
            "street": self.random.choice(planted["streets"]),
            "n": str(self.random.randint(150, 990)),
        }
        template = self.random.choice(planted[name])
        self.forbidden |= {value for key, value in values.items() if f"{{{key}}}" in template and key != "number"}
        return Piece(template.format(**values), planted=(kind,))

    def paid(self) -> str:
        """What a paid reviewer has to say."""
        return str(self.random.choice(_phrasings()["planted"]["paid"]))

    def foreign(self) -> str:
        """A review in another language."""
        return str(self.random.choice(_phrasings()["planted"]["languages"]))

    def _word(self, halves: Halves) -> str:
        return self.random.choice(halves[0 if self.phrasings == "first" else 1])


def _fill(template: str, noun: str, plural: bool, word: str, opposite: str) -> str:
    return template.format(
        t=noun,
        T=noun[0].upper() + noun[1:],
        d=word,
        D=word[0].upper() + word[1:],
        o=opposite,
        was="were" if plural else "was",
        was1="were" if plural else "was",
        wasnt="weren't" if plural else "wasn't",
        **{"is": "are" if plural else "is"},
    )


def _moved(piece: Piece, offset: int) -> tuple[SampleMention, ...]:
    return tuple(
        mention.model_copy(update={"start": mention.start + offset, "end": mention.end + offset})
        for mention in piece.mentions
    )


@cache
def _phrasings() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("phrasings.toml").read_text(encoding="utf-8"))
