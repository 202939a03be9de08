"""A pair of a target and what is said of it, and what one sentence hands on to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from earmark.copywriting.lexicon.judging import Lexicon
from earmark.copywriting.opinions.noun_phrases import Target
from earmark.copywriting.opinions.words import Token
from earmark.copywriting.summaries.summaries import Form

# Nouns that are judged in reviews and are not the product.
_OTHER_THINGS = (
    "friend wife husband kid son daughter mom mother dad father family boyfriend girlfriend fiance sister brother"
    " cousin birthday day week month year weather traffic yelp review yelper reviewer opinion rating star life"
    " world mood appetite tooth date baby dog cat morning weekend afternoon evening night summer winter rain"
    " hangover headache stomach mouth eye hand head heart luck news reason way thing lot one other something"
    " anything nothing someone anyone bit kind sort fan idea question time sense fact point mile minute hour block"
    " town city state country area-code part rest end start beginning difference expectation hope"
)
NOT_THE_PRODUCT = frozenset(_OTHER_THINGS.split())


@dataclass(frozen=True)
class Pair:
    """One target and one descriptor, with their places in the text."""

    target: str
    surface: str
    descriptor: str
    sign: int
    dimension: str
    form: Form
    past: bool
    flags: tuple[str, ...]
    target_span: tuple[int, int] | None
    """``None`` where the target is implied, or named by a pronoun."""
    descriptor_span: tuple[int, int]
    loose: bool
    """Whether the target is a noun that no list of ours knows, named only as idioms are."""
    start: int
    """Where the words begin that say so, with what negates or exceeds: "not a clean room", "too salty"."""


@dataclass
class Memory:
    """The nouns that a pronoun may stand for, carried from sentence to sentence of one review."""

    singular: Target | None = None
    plural: Target | None = None
    about_a_person: bool = False
    """Whether the review says he or she of somebody."""
    asked: bool = False
    """Whether the last sentence was a question: "The fries? Crisp." names its thing there, and implies no other."""
    topic: Target | None = None
    """The only thing of the last sentence, where that asked or called out and judged nothing: "The fries!"."""

    def note(self, tokens: Sequence[Token], lexicon: Lexicon, only: Target | None) -> None:
        """Remember the first thing of each number in a sentence, and its only one: later sentences go on about it."""
        self.asked = bool(tokens) and tokens[-1].lower == "?"
        self.topic = only if self.asked or (tokens and tokens[-1].lower == "!") else None
        one = many = None
        for token in tokens:
            known = token.lemma not in NOT_THE_PRODUCT and token.lemma.replace(" ", "-") in lexicon.memberships
            if token.is_noun and known:
                target = Target(token.lemma, token.lower, token.start, token.end)
                if token.tag == "NN2":
                    many = many or target
                else:
                    one = one or target
        self.singular, self.plural = one or self.singular, many or self.plural
