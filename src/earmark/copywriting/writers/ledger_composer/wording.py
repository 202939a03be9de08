"""Surface realisation: predicates in the number of the product, joined; names and counts in words."""

import re
from collections import Counter
from collections.abc import Sequence

from earmark.copywriting.claims.ledger import Fact
from earmark.copywriting.english import agrees, capitalised, listed, plural_of, singular_of
from earmark.copywriting.summaries.voices import NUMBER_WORDS

_BREAKS = re.compile(r"\s+(?:for|with|from|to|by|in|on)\s+|,|\(|\s[-\u2013|]\s")
_LONGEST_NAME = 9


class Named:
    """How copy calls the product.

    Args:
        name: as the shop gives it, if it does.
        nouns: what reviewers call it, the likeliest first.
        texts: what they wrote: a first word that they write small is no proper name.

    Attributes:
        noun: its head noun alone.
        bare: its name without an article.
        full: with its article, for the first sentence: ``the tea kettle``.
        short: after that: ``it`` or ``they``.
        many: whether verbs are plural.
    """

    def __init__(self, name: str | None, nouns: Sequence[str], texts: Sequence[str] = ()) -> None:
        shown = re.sub(r"\s+", " ", name or "").strip(" .!?,;:")
        if len(shown.split()) > _LONGEST_NAME:
            shown = _BREAKS.split(shown)[0]
        head = _BREAKS.split(shown)[0].split()
        self.noun = head[-1].lower() if head else next(iter(nouns), "product")
        self.many = self.noun != singular_of(self.noun) and self.noun == plural_of(singular_of(self.noun))
        self.bare = _in_a_sentence(shown, texts) if shown else self.noun
        self.full = self.bare if self.bare.lower().startswith(("the ", "a ", "an ")) else f"the {self.bare}"
        self.short = "they" if self.many else "it"

    def says(self, concept: str) -> bool:
        """Whether the name holds the noun of a part or a use already."""
        noun = concept.removeprefix("use:").removesuffix(":") if ":" in concept else ""
        return bool(noun) and not concept.startswith("it:") and noun in re.findall(r"[a-z]+", self.bare.lower())


def _in_a_sentence(name: str, texts: Sequence[str]) -> str:
    first, *rest = name.split()
    small = first.lower()
    written = Counter(word for text in texts for word in re.findall(r"[\w'-]+", text) if word.lower() == small)
    if written[small] and written[small] >= sum(written.values()) / 2 and first[1:] == first[1:].lower():
        return " ".join([small, *rest])
    return name


def predicate(fact: Fact, many: bool) -> str:
    """The fact's predicate in the number of the product: "is sturdy", "are sturdy"."""
    verb, _, rest = fact.wording.partition(" ")
    if not many:
        return fact.wording
    bare = {"is": "are", "has": "have", "does": "do", "goes": "go"}.get(verb)
    if bare is None:
        bare = (
            verb[:-3] + "y"
            if verb.endswith("ies")
            else verb[:-2]
            if verb.endswith(("ches", "shes", "sses"))
            else verb[:-1]
        )
    return f"{bare} {rest}".strip()


def joined(facts: Sequence[Fact], many: bool) -> str:
    """Predicates in one verb phrase: "is sturdy and easy to clean, looks good and holds a lot"."""
    be = "are " if many else "is "
    predicates = [predicate(fact, many) for fact in facts]
    states = [text.removeprefix(be) for text in predicates if text.startswith(be)]
    rest = [text for text in predicates if not text.startswith(be)]
    phrases = [f"{be}{listed(states)}", *rest] if states else rest
    if len(phrases) == 2 and " and " in phrases[0]:
        return f"{phrases[0]}, and {phrases[1]}"
    return listed(phrases)


def count_in_words(voices: int, reviews: int, noun: tuple[str, str]) -> str:
    """``six of eight buyers``."""
    return f"{_number(voices)} of {_number(reviews)} {noun[1]}"


def _number(count: int) -> str:
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)


def says(voices: int) -> str:
    """The verb of so many voices."""
    return agrees("say", voices > 1)


def sentence(text: str) -> str:
    """A sentence: capital first, full stop last."""
    text = text.strip()
    return capitalised(text) if text.endswith((".", "!", "?", "\u201d")) else f"{capitalised(text)}."
