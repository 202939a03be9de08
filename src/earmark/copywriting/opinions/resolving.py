"""What a target stands for: a noun for every pronoun, a role for every name, a side for every target left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earmark.copywriting.lexicon.judging import Lexicon
from earmark.copywriting.opinions.noun_phrases import PERSONS, Target
from earmark.copywriting.opinions.pairs import Memory
from earmark.copywriting.opinions.words import Token

Implied = Callable[[str], str | None]
"""The word that names the aspect which a descriptor implies: ``delicious`` to ``food``."""

_VAGUE = (
    "everything all nothing anything something none some most others nobody everybody everyone somebody someone"
    " anybody anyone one each"
)
_VAGUE_PRONOUNS = frozenset(_VAGUE.split())
_PEOPLE = frozenset({"nobody", "everybody", "everyone", "somebody", "someone", "anybody", "anyone"})


@dataclass(frozen=True)
class Resolver:
    """Resolves targets of one sentence.

    Args:
        tokens: its words.
        lexicon: the words that judge.
        implied: the target that a descriptor implies.
        whole: the word for the product as a whole.
        memory: what pronouns may stand for.
    """

    tokens: Sequence[Token]
    lexicon: Lexicon
    implied: Implied
    whole: str
    memory: Memory

    def resolved(self, target: Target | None, index: int) -> Target | None:
        """A noun for every target: what a pronoun stands for, or what the descriptor implies."""
        token = self.tokens[index]
        if target is not None and self._is_name(target):
            return self._behind_a_name(target)
        if target is not None and (not target.pronoun or target.lemma not in PERSONS | _VAGUE_PRONOUNS):
            return target
        if target is not None:
            if target.lemma in ("he", "she"):
                return Target("staff", "staff", target.start, target.end, pronoun=True)
            found = self._stands_for(target, index)
            if found is not None:
                return found
        name = self.implied(token.lower) or self.implied(token.lemma)
        if target is not None and target.lemma in _PEOPLE and not self._is_of_people(name):
            return None  # "somebody has been economical with the truth" says nothing of the prices
        if name is None and target is not None and target.lemma in ("it", "this", "that"):
            name = self.whole
        if name is None and self.lexicon.judge(token.lower, token.lemma, frozenset()).sign == 0 and token.sign == 0:
            return None
        start, end = (target.start, target.end) if target is not None else (token.start, token.end)
        return Target(name or "", name or "", start, end, pronoun=True)

    def _is_name(self, target: Target) -> bool:
        """A proper noun without an article that no list knows: a person, or the business itself."""
        if target.pronoun or self.lexicon.memberships.keys() & {
            target.lemma.replace(" ", "-"),
            target.lemma.split(" ")[-1],
        }:
            return False
        inside = [token for token in self.tokens if target.start <= token.start < target.end]
        first = self.tokens.index(inside[0]) if inside else 0
        before = self.tokens[first - 1] if first else None
        named = bool(inside) and all(token.tag[:2] == "NP" and token.text[:1].isupper() for token in inside)
        return named and not (before is not None and (before.tag[:2] in ("AT", "DP", "DT") or before.is_adjective))

    def _behind_a_name(self, target: Target) -> Target:
        """Names of people never become targets: a review that says "she" is about somebody, else about the business."""
        name = "staff" if self.memory.about_a_person else self.whole
        return Target(name, name, target.start, target.end, pronoun=True)

    def _stands_for(self, pronoun: Target, index: int) -> Target | None:
        if pronoun.lemma in _VAGUE_PRONOUNS:
            return None
        plural = pronoun.lemma in ("they", "these", "those", "them")
        for token in reversed(self.tokens[:index]):
            if token.end > pronoun.start or not token.is_noun or (token.tag == "NN2") != plural:
                continue
            if self.lexicon.memberships.get(token.lemma.replace(" ", "-")):
                return Target(token.lemma, token.lower, pronoun.start, pronoun.end, pronoun=True)
        kept = self.memory.plural if plural else self.memory.singular
        implied = self.implied(self.tokens[index].lower)
        if kept is None or (implied is not None and not self.agrees(implied, kept)):
            return None
        return Target(kept.lemma, kept.surface, pronoun.start, pronoun.end, pronoun=True)

    def _is_of_people(self, name: str | None) -> bool:
        return name is not None and bool(self.lexicon.classes_of(name) & {"staff", "service"})

    def agrees(self, implied: str, kept: Target) -> bool:
        """Whether what a descriptor implies and what a pronoun may stand for are of one kind."""
        one, other = self.lexicon.classes_of(implied), self.lexicon.classes_of(kept.lemma)
        people = frozenset({"staff", "service"})
        return bool(one & other) or bool(one & people and other & people)

    def named_before(self, index: int) -> Target | None:
        """``service was efficient - no complaints``: the thing that the sentence is about."""
        for token in self.tokens[:index]:
            if token.is_noun and self.lexicon.memberships.get(token.lemma.replace(" ", "-")):
                return Target(token.lemma, token.lower, self.tokens[index].start, self.tokens[index].end, pronoun=True)
        return None
