"""What kind of judging word stands at a place: the questions that the reader of a sentence asks of its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from earmark.copywriting.lexicon.judging import Lexicon, load_phrases
from earmark.copywriting.opinions.words import Token

PLENTY = frozenset({"plenty", "lots", "tons", "loads", "ton", "abundance"})
MISSING = frozenset({"no", "lack", "lacks", "lacked", "lacking", "without", "zero"})


@dataclass(frozen=True)
class Kinds:
    """The words of one sentence, and what our lexicon knows of them."""

    tokens: Sequence[Token]
    lexicon: Lexicon

    def follows(self, index: int, word: str) -> bool:
        """Whether a word follows."""
        return index + 1 < len(self.tokens) and self.tokens[index + 1].lower == word

    def is_presence(self, index: int) -> bool:
        """Whether a word says that something is there, or missing: plenty of, no, lacked."""
        lower = self.tokens[index].lower
        if lower in PLENTY:
            return self.follows(index, "of")
        return lower in MISSING

    def is_degree(self, index: int) -> bool:
        """``pretty good``, ``pretty watered down``: the adverb only measures what follows."""
        if self.tokens[index].lower not in ("pretty", "well", "awful") or index + 1 >= len(self.tokens):
            return False
        following = self.tokens[index + 1]
        return following.is_adjective or (self.tokens[index].lower == "pretty" and following.tag in ("VVN", "VVD"))

    def completes_be(self, index: int) -> bool:
        """``was zesty``: taken for an adverb, and an adjective, since "to be" has no manner."""
        at = index - 1
        if at >= 0 and self.tokens[at].is_noun and self.tokens[index].lower in self.lexicon.depends:
            return True  # "found the bed hard"
        while at >= 0 and self.tokens[at].tag[:2] in ("AV", "XX"):
            at -= 1
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        verb_follows = following is not None and (following.is_verb or following.is_adjective)
        return at >= 0 and self.tokens[at].lemma == "be" and not verb_follows

    def stands_before_a_noun(self, index: int) -> bool:
        """``have had better soup``: taken for an adverb, and an adjective."""
        known = self.lexicon.words.get(self.tokens[index].lower)
        return known is not None and index + 1 < len(self.tokens) and self.tokens[index + 1].is_noun

    def is_aside(self, index: int) -> bool:
        """``What's worse, ...``, ``to be fair, ...``."""
        token = self.tokens[index]
        honest = token.lower in ("fair", "honest", "frank", "precise", "kind", "polite", "generous", "clear", "exact")
        if honest and [other.lower for other in self.tokens[max(0, index - 2) : index]] == ["to", "be"]:
            return index + 1 >= len(self.tokens) or not self.tokens[index + 1].is_noun
        return index > 1 and self.tokens[index - 2].lower == "what" and token.tag == "AJC"

    def is_verb_of_feeling(self, token: Token, index: int) -> bool:
        """``loved`` and the like, where they are meant."""
        if token.lemma not in verbs() or token.tag[:2] != "VV":
            return False
        before = [self.tokens[at].lower for at in range(max(0, index - 3), index)]
        # "would like some", "would love to": a wish, unless it recommends.
        wishing = {"would", "'d", "will", "'ll", "to", "can", "could", "might", "may"} & set(before)
        wishing = wishing if token.lemma not in ("recommend", "avoid") else set()
        return not wishing

    def may_be_adjective(self, index: int) -> bool:
        """A participle or a word that the tagger takes for something else, where our own lexicon judges by it."""
        token = self.tokens[index]
        if token.tag[:2] in ("XX", "PR", "CJ", "AT", "VM", "VB", "VH", "VD", "PN", "DT", "DP"):
            return False
        judgement = self.lexicon.words.get(token.lower)
        known = (judgement is not None and judgement.sign != 0) or (
            token.lower in self.lexicon.depends and token.tag[:2] != "NN"
        )
        behind_a_noun = token.lower in self.lexicon.depends and index > 0 and self.tokens[index - 1].is_noun
        if not known and not behind_a_noun:
            return False
        if token.is_noun and not behind_a_noun:
            following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
            before = self.tokens[index - 1] if index else None
            return (
                following is None
                or following.is_noun
                or before is None
                or before.tag[:2] in ("VB", "AV", "VV", "CJ", "XX")
                or before.lower == ","
            )
        return token.tag[:2] != "VV" or token.tag in ("VVN", "VVD", "VVG")

    def is_in_a_name(self, index: int) -> bool:
        """``Best Western``, ``Good Karma Cafe``: capitals inside a sentence that is not written in capitals."""
        token = self.tokens[index]
        if (
            index + 1 >= len(self.tokens)
            or not token.text[:1].isupper()
            or not self.tokens[index + 1].text[:1].isupper()
        ):
            return False
        words = [other.text for other in self.tokens if other.text[:1].isalpha()]
        capitals = sum(word[:1].isupper() for word in words)
        return index > 0 and capitals * 2 < len(words) and token.text != token.text.upper()

    def is_plain_verb(self, at: int) -> bool:
        """A verb of its own, no part of a phrase."""
        return self.tokens[at].tag[:2] == "VV" and not self.tokens[at].role


def desired(lemma: str) -> int:
    """1 for what should be there, -1 for what should not, 0 for anything else."""
    presence = load_phrases()["presence"]
    word = lemma.replace(" ", "-")
    forms = {word, word.rsplit("-", 1)[-1]}
    if forms & set(presence["desirable"].split()):
        return 1
    return -1 if forms & set(presence["undesirable"].split()) else 0


@lru_cache(maxsize=1)
def feelings() -> dict[str, int]:
    """What a person is about something, and its sign: ``impressed`` with the staff."""
    return _signed("feelings")


@lru_cache(maxsize=1)
def verbs() -> dict[str, int]:
    """What a person does about something, and its sign: ``loved`` the soup."""
    return _signed("verbs")


def _signed(table: str) -> dict[str, int]:
    rows = load_phrases()[table]
    return {word: sign for sign, side in ((1, "praise"), (-1, "complaint")) for word in rows[side].split()}
