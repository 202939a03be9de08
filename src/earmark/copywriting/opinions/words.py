"""Words of a sentence with parts of speech and lemmas, and phrases that count as one word.

Tags are those of the BNC (C5): ``AJ0`` adjective, ``NN1`` noun, ``VVD`` past tense, ``XX0`` not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Literal

from earmark.copywriting.lexicon.judging import UNKNOWN, load_lexicon, load_phrases
from earmark.errors import MissingExtra

Role = Literal["", "target", "adjective", "noun", "verb", "object", "clause", "denying", "seeming"]

_TOKEN = re.compile(
    r"""
    \w+(?=n['\u2019]t\b)                       # "was" of "wasn't"
  | n['\u2019]t\b
  | ['\u2019](?:s|re|ve|ll|d|m)\b
  | \$?\d+(?:[.,:]\d+)*%?
  | [^\W\d_]+(?:(?:-|['\u2019](?!(?:s|t|re|ve|ll|d|m)\b))[^\W\d_]+)*\d*
  | \.{2,}|\u2026|--+
  | [^\w\s]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_WORD = 32
# Log probability of a word in the tagger: of those that its corpus holds, -9 to -15; of built ones, -30.
_UNHEARD_OF = -22.0
# Nouns that the tagger takes for verbs or adjectives in the short clauses of reviews.
_NOUNS = frozenset(
    {"seating", "parking", "lighting", "seasoning", "pricing", "ambiance", "ambience", "decor", "breading", "plating"}
)
# Words that the tagger takes for nouns and that nobody judges.
_NO_NOUNS = frozenset({"being", "itself", "themselves", "myself", "yum", "wow", "omg", "lol", "btw", "im", "ive"})
# Words that open a sentence in praise or blame and that the tagger takes for names or nouns.
_DEGREES = frozenset({"super", "so", "very", "really", "too", "pretty", "quite", "extremely", "incredibly", "way"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a phrase that counts as one, with its place in the text."""

    text: str
    lower: str
    lemma: str
    tag: str
    start: int
    end: int
    role: Role = ""
    sign: int = 0
    """1 or -1 for a phrase that judges."""

    @property
    def is_noun(self) -> bool:
        """Whether it can be a target."""
        return self.role == "target" or (not self.role and self.tag[:2] in ("NN", "NP"))

    @property
    def is_adjective(self) -> bool:
        """Whether it can qualify a noun."""
        return self.role == "adjective" or (not self.role and self.tag[:2] == "AJ")

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb of any kind."""
        return self.role in ("verb", "object") or (not self.role and self.tag[:1] == "V")


def read_words(text: str, offset: int = 0) -> list[Token]:
    """Tokens of one sentence, tagged, lemmatised and with phrases joined; places count from ``offset``."""
    matches = list(_TOKEN.finditer(text))
    if not matches:
        return []
    words = [match.group().replace("\u2019", "'") for match in matches]
    # Time grows with the square of a word's length: no word that anybody tags is longer than this.
    words = [word[:_LONGEST_WORD] for word in words]
    # Shouting hides the part of speech from a tagger that reads capitals as names.
    shouted = sum(word.isupper() and len(word) > 1 for word in words) * 2 > len(words)
    given = [word.lower() if shouted or (word.isupper() and len(word) > 3) else word for word in words]
    tokens = [
        Token(
            word, word.lower(), lemma.lower(), _mended(word.lower(), tag), match.start() + offset, match.end() + offset
        )
        for match, word, (_, lemma, tag) in zip(matches, words, tag_words(given), strict=True)
    ]
    return _joined(_before_adjectives(tokens))


def tag_words(words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Word, lemma and tag of each word of a sentence (HanTa)."""
    tags = _tagger().tag_sent(list(words), taglevel=0)
    return [(word, _lemma(word.lower(), tag), tag) for word, tag in zip(words, tags, strict=True)]


@lru_cache(maxsize=100_000)
def _lemma(word: str, tag: str) -> str:
    """The dictionary form, worked out once a word and tag: half the time of tagging would go into it otherwise."""
    return str(_tagger().analyze(word, tag)[0])


@lru_cache(maxsize=100_000)
def was_never_seen(word: str) -> bool:
    """Whether the tagger only guesses by a word's letters."""
    return bool(_tagger().tag_word(word)[0][1] < _UNHEARD_OF)


@lru_cache(maxsize=1)
def _tagger() -> Any:
    if find_spec("HanTa") is None:
        raise MissingExtra("HanTa", "write")
    from HanTa.HanoverTagger import HanoverTagger

    return HanoverTagger("morphmodel_en.pgz")


def _mended(lower: str, tag: str) -> str:
    if lower in _NOUNS:
        return "NN1"
    if lower in _NO_NOUNS:
        return "PNX"
    judges = load_lexicon().words.get(lower, UNKNOWN).sign != 0
    guessed = tag == "UNC" or (tag == "AV0" and not lower.endswith("ly") and was_never_seen(lower))
    if guessed and lower.isalpha() and len(lower) > 2:
        # Words that the tagger never saw are nearly always things: salsa, wifi.
        return "AJ0" if judges else "NN1"
    if tag == "NN1" and lower.endswith("ed") and was_never_seen(lower):
        return "AJ0"  # "honeyed" is made of a thing and is none
    if tag == "AV0" and judges and lower.endswith("y") and not lower.endswith("ly") and lower not in _DEGREES:
        return "AJ0"  # tacky, crunchy, pricey
    if lower in ("n't", "dont", "didnt", "doesnt", "wasnt", "werent", "isnt", "arent", "cant", "wont", "couldnt"):
        return "XX0"
    return tag


def _before_adjectives(tokens: list[Token]) -> list[Token]:
    """``super clean``, ``pretty good``: the first word is a degree, whatever the tagger thinks."""
    tokens = [
        replace(token, tag="NN2" if token.lower.endswith("s") else "NN1") if _is_noun_here(tokens, index) else token
        for index, token in enumerate(tokens)
    ]
    tokens = [
        replace(token, tag="AJ0") if _is_adjective_here(tokens, index) else token for index, token in enumerate(tokens)
    ]
    return [
        replace(token, tag="AV0")
        if _is_adverb_here(tokens, index)
        or (token.lower in _DEGREES and index + 1 < len(tokens) and _may_have_degree(tokens[index + 1]))
        else token
        for index, token in enumerate(tokens)
    ]


def _is_adverb_here(tokens: list[Token], index: int) -> bool:
    """``juicy right from the start``: no side of anything."""
    following = tokens[index + 1].tag[:2] if index + 1 < len(tokens) else ""
    return tokens[index].lower == "right" and following in ("PR", "AV", "CJ")


def _is_noun_here(tokens: list[Token], index: int) -> bool:
    """``better rolls``, ``the catch``: behind an adjective or an article stands no verb."""
    if index == 0 or tokens[index].tag not in ("VVZ", "VVB", "VVI"):
        return False
    before = tokens[index - 1].tag
    return before[:2] in ("AJ", "AT", "DP") and tokens[index].lemma in load_lexicon().memberships


def _is_adjective_here(tokens: list[Token], index: int) -> bool:
    """``are pretty featherlight``, ``so zippy``: no thing has a degree, so what has one is no thing."""
    token = tokens[index]
    if index == 0 or token.tag != "NN1" or token.lemma in load_lexicon().memberships:
        return False
    if index + 1 < len(tokens) and tokens[index + 1].tag[:2] in ("NN", "NP"):
        return False
    degree = tokens[index - 1]
    manner = degree.tag == "AV0" and degree.lower.endswith("ly")
    if degree.lower in _DEGREES or manner:
        # "a pretty necklace", "what pretty glasses": an article makes it a thing again.
        return degree.tag[:2] == "AV" or (index > 1 and tokens[index - 2].tag[:2] in ("VB", "AV"))
    return False


def _may_have_degree(token: Token) -> bool:
    return token.tag[:2] in ("AJ", "AV", "VV") or load_lexicon().words.get(token.lower, UNKNOWN).sign != 0


Entry = tuple[tuple[str, ...], Role, int]


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[Entry]]:
    """First word to the phrases that begin with it, the longest first."""
    table = load_phrases()
    signless: tuple[tuple[str, Role], ...] = (("targets", "target"), ("denying", "denying"), ("seeming", "seeming"))
    entries: list[Entry] = [
        (_split(line), role, 0) for name, role in signless for line in table[name].split("\n") if line
    ]
    roles: tuple[Role, ...] = ("adjective", "noun", "verb", "object", "clause")
    for sign, side in ((1, "praise"), (-1, "complaint")):
        for role in roles:
            entries.extend((_split(line), role, sign) for line in table[side][role].split("\n") if line)
    first: dict[str, list[Entry]] = {}
    for entry in entries:
        first.setdefault(entry[0][0], []).append(entry)
    for known in first.values():
        known.sort(key=lambda entry: -len(entry[0]))
    return first


def _split(line: str) -> tuple[str, ...]:
    return tuple(match.group().lower() for match in _TOKEN.finditer(line))


def _joined(tokens: list[Token]) -> list[Token]:
    phrases = _phrases()
    joined: list[Token] = []
    index = 0
    while index < len(tokens):
        entry = _phrase_at(tokens, index, phrases)
        if entry is None:
            joined.append(tokens[index])
            index += 1
            continue
        words, role, sign = entry
        part = tokens[index : index + len(words)]
        index += len(words)
        joined.append(_one_token(part, role, sign))
    return joined


def _phrase_at(tokens: list[Token], index: int, phrases: dict[str, list[Entry]]) -> Entry | None:
    for entry in phrases.get(tokens[index].lower, ()):
        words = entry[0]
        if tuple(token.lower for token in tokens[index : index + len(words)]) == words and _fits(tokens, index, entry):
            return entry
    return None


def _fits(tokens: list[Token], index: int, entry: Entry) -> bool:
    """Whether a phrase is what it looks like here: single words depend on their part of speech."""
    words, role, _ = entry
    following = tokens[index + len(words)] if index + len(words) < len(tokens) else None
    if role == "denying" and words[-1] in ("but", "from", "near", "of"):
        # "far from the beach" tells where; "far from clean" denies.
        return following is not None and (following.is_adjective or following.tag[:2] in ("AV", "VV"))
    if role == "verb" and len(words) == 1:
        return tokens[index].tag[:2] == "VV" and not (index and tokens[index - 1].lemma in ("be", "feel", "leave"))
    if role == "noun" and len(words) == 1:
        # "garbage can", "waste my time": only the noun that ends its phrase judges.
        return tokens[index].is_noun and not (following is not None and following.is_noun)
    return True


def _one_token(part: list[Token], role: Role, sign: int) -> Token:
    text = " ".join(token.text for token in part).replace(" n't", "n't").replace(" 's", "'s")
    last = part[-1]
    if role == "denying":
        return Token(text, "not", "not", "XX0", part[0].start, last.end)
    if role == "seeming":
        return Token(text, "seems", "seem", "VVZ", part[0].start, last.end)
    lemma = " ".join([*(token.lower for token in part[:-1]), last.lemma if role == "target" else last.lower])
    tag = {"target": last.tag if last.tag[:2] == "NN" else "NN1", "adjective": "AJ0", "noun": "NN1"}.get(role, "VVB")
    return Token(text, text.lower(), lemma, tag, part[0].start, last.end, role, sign)
