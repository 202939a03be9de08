"""Doubt: whether praise is told plainly, or beside words that may turn it and that no rule has read.

People deny, wish, remember, quote and mock in more ways than any list of phrases holds, but nearly always with words of
a few closed classes: a negation, a modal, "if", "once", somebody who claims. Praise in the reach of such a word counts
only where a rule knows what the word does there. Blame needs no such care: copy praises.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from earmark.copywriting.lexicon.judging import load_lexicon, pattern, vader_lexicon
from earmark.copywriting.opinions.scope import NEGATIONS
from earmark.copywriting.opinions.setting import TIMES
from earmark.copywriting.opinions.words import Token, was_never_seen

SAD_FROM = -1.6
"""VADER valence of a word from which it throws doubt on praise beside it."""
_CUTS = re.compile(
    r";|\bbut\b|\bhowever\b|\balthough\b|\bthough\b| - |\.\.+|\u2026|\u2013|\u2014|--"
    r"|, (?:and|so|plus) (?=(?:the|we|i|it|they|our|my|their|he|she|you|this|that) )",
    re.IGNORECASE,
)
# "That the soup is hot must be a fairy tale."
_DENIABLE = re.compile(r"\W*that (?:the|their|its|these|my|our) ")
# What looks like a name where a sentence begins.
_NO_NAME = re.compile(r"(.)\1\1|^(?:ngl|idk|tbh|imo|imho|fyi|lol|omg|btw|iirc|afaik|tldr|ok|okay|y'all)$")


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
        told = self.text.lower().replace("\u2019", "'")
        if pattern("inviting").search(told):
            return False  # "if you want fresh bread, this is it"
        begins, ends = self._clause(at)
        if (
            self._names_another(at)
            or _DENIABLE.match(told)
            or pattern("ironic").search(told)
            or pattern("regret").search(told[begins:ends])
            or self._is_sad(at, begins, ends)
        ):
            return True
        unread = self._without_what_is_read(told, read)
        before = unread[max(begins, self._reach(at, target)) : self.tokens[at].start - self.offset]
        behind = unread[self.tokens[at].end - self.offset : ends]
        return any(
            pattern(turning).search(pattern("plain").sub(" ", part))
            for names, part in ((("turning_before", "turning"), before), (("turning_behind", "turning"), behind))
            for turning in names
        )

    def _clause(self, at: int) -> tuple[int, int]:
        """Begin and end of the clause around a word, in the sentence."""
        place = self.tokens[at].start - self.offset
        cuts = [0, *(match.end() for match in _CUTS.finditer(self.text)), len(self.text)]
        begins = max(cut for cut in cuts if cut <= place)
        return begins, min(cut for cut in cuts if cut > place)

    def _reach(self, at: int, target: int) -> int:
        """Where what may turn a word from its left begins: behind the last comma or colon before it and its target."""
        first = at
        while first and not (
            self.tokens[first - 1].lower in (",", ":")
            and self.tokens[first - 1].end <= min(target, self.tokens[at].start)
        ):
            first -= 1
        return self.tokens[first].start - self.offset

    def _without_what_is_read(self, told: str, read: int | None) -> str:
        """The sentence with blanks for phrases that judge by themselves and for what a rule has read."""
        for index, token in enumerate(self.tokens):
            if index == read or (token.role and token.role != "denying"):
                start, end = token.start - self.offset, token.end - self.offset
                told = told[:start] + " " * (end - start) + told[end:]
        return told

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
