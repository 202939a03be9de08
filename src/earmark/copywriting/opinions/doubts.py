"""Doubt: whether praise is told plainly, or beside words that may turn it and that no rule has read.

People deny, wish, remember, quote and mock in more ways than any list of phrases holds, but nearly always with words of
a few closed classes: a negation, a modal, "if", "once", somebody who claims. Praise in the reach of such a word counts
only where a rule knows what the word does there. Blame needs no such care: copy praises.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from earmark.copywriting.lexicon.judging import load_lexicon, pattern, vader_lexicon
from earmark.copywriting.opinions.misspelt import misspelt_denials
from earmark.copywriting.opinions.scope import NEGATIONS
from earmark.copywriting.opinions.setting import TIMES, clause_around
from earmark.copywriting.opinions.words import Token, was_never_seen

SAD_FROM = -1.6
"""VADER valence of a word from which it throws doubt on praise beside it."""
_CLAUSE_ENDS = re.compile(
    r";|\bbut\b|\bhowever\b|\balthough\b|\bthough\b| - |\.\.+|\u2026|\u2013|\u2014|--"
    r"|, (?:and|so|plus) (?=(?:the|we|i|it|they|our|my|their|he|she|you|this|that) )",
    re.IGNORECASE,
)
# "That the soup is hot must be a fairy tale."
_DENIABLE = re.compile(r"\W*that (?:the|their|its|these|my|our) ")
# What looks like a name where a sentence begins.
_NO_NAME = re.compile(r"(.)\1\1|^(?:ngl|idk|tbh|imo|imho|fyi|lol|omg|btw|iirc|afaik|tldr|ok|okay|y'all)$")


def _blanked(told: str, token: Token, offset: int) -> str:
    start, end = token.start - offset, token.end - offset
    return told[:start] + " " * (end - start) + told[end:]


@dataclass(frozen=True)
class Doubts:
    """What may turn the praise of one sentence.

    Args:
        tokens: the words of the sentence.
        text: the sentence.
        offset: where it begins in its review.
        own: words of the product's own name; ``None`` where it has none.
    """

    tokens: Sequence[Token]
    text: str
    offset: int
    own: frozenset[str] | None

    def about(self, at: int, target: int, read: int | None) -> bool:
        """Whether something may turn the praise at a word.

        Args:
            at: index of the judging word.
            target: where its target begins in the review.
            read: index of the negation that a rule has read already, as in "not slow".
        """
        if self._inviting:
            return False  # "if you want fresh bread, this is it"
        begins, ends = clause_around(self.text, self.tokens[at].start - self.offset, _CLAUSE_ENDS)
        if (
            self._ironic
            or self._names_another(at)
            or pattern("regret").search(self._told[begins:ends])
            or self._is_sad(at, begins, ends)
        ):
            return True
        reach = max(begins, self._reach(at, target))
        if any(reach <= start < ends for start, _ in self._misspelt):
            return True
        unread = self._unread if read is None else _blanked(self._unread, self.tokens[read], self.offset)
        before = unread[reach : self.tokens[at].start - self.offset]
        behind = unread[self.tokens[at].end - self.offset : ends]
        return any(
            pattern(turning).search(pattern("plain").sub(" ", part))
            for names, part in ((("turning_before", "turning"), before), (("turning_behind", "turning"), behind))
            for turning in names
        )

    @cached_property
    def _told(self) -> str:
        return self.text.lower().replace("\u2019", "'")

    @cached_property
    def _misspelt(self) -> list[tuple[int, int]]:
        return misspelt_denials(self._told)

    @cached_property
    def _inviting(self) -> bool:
        return pattern("inviting").search(self._told) is not None

    @cached_property
    def _ironic(self) -> bool:
        return bool(_DENIABLE.match(self._told) or pattern("ironic").search(self._told))

    @cached_property
    def _unread(self) -> str:
        """The sentence with blanks for phrases that judge by themselves."""
        told = self._told
        for token in self.tokens:
            if token.role and token.role != "denying":
                told = _blanked(told, token, self.offset)
        return told

    def _reach(self, at: int, target: int) -> int:
        """Where what may turn a word from its left begins: behind the last comma or colon before it and its target."""
        first = at
        while first and not (
            self.tokens[first - 1].lower in (",", ":")
            and self.tokens[first - 1].end <= min(target, self.tokens[at].start)
        ):
            first -= 1
        return self.tokens[first].start - self.offset

    def _names_another(self, at: int) -> bool:
        """Whether a name stands before the praise that is not the product's own: "we went to Brimblewick, and ..."."""
        words = [token.text for token in self.tokens if token.text[:1].isalpha()]
        if self.own is None or sum(word[:1].isupper() for word in words) * 2 > len(words):
            return False  # where every word has a capital, none is a name
        before = self.tokens[:at]
        named = [
            token.text[:1].isupper()
            and not token.role
            and token.text != "I"
            and token.lower not in self.own
            and token.text not in TIMES
            for token in before
        ]
        alone = any(
            is_name and was_never_seen(token.lower) and not _NO_NAME.search(token.lower)
            for is_name, token in zip(named, before, strict=True)
        )
        # The first word of a sentence has its capital from there.
        return alone or any(one and other for one, other in pairwise(named[1:]))

    def _is_sad(self, at: int, begins: int, ends: int) -> bool:
        """Whether a word that judges no thing throws doubt: "sadly", "a shame"."""
        return any(
            vader_lexicon().get(token.lower, 0.0) <= SAD_FROM
            for index, token in enumerate(self.tokens)
            if begins <= token.start - self.offset < ends
            and index != at
            and not token.role
            and not token.is_adjective
            and not (index and self.tokens[index - 1].lower in NEGATIONS)
            and token.lower not in load_lexicon().words
        )
