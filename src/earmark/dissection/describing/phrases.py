"""Captions to words and short phrases: whole words, lemmatised, negation respected.

A phrase is compared by its lemmas, so "dogs barking", "a dog barks" and "dog_bark_03.wav" say the same. What a
caption denies ("no birds", "without music") is not among its words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from earmark.errors import MissingExtra

Part = Literal["noun", "verb", "adjective", "other", "stop"]
Lemmas = tuple[str, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATORS = _words("no not without never neither nor lacking except non minus")
_SCOPE = 4
"""How many words a negator reaches, unless the clause ends before."""
_RESUME = _words("but only just however though although")
_EXTENSION = re.compile(r"\.(wav|aiff?|mp3|flac|ogg|opus|m4a|wma|au|caf)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['\u2019-][A-Za-zÀ-ɏ]+)*|[.,;:!?()/]")
_CLAUSE_END = frozenset(".,;:!?()/")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

RECORDING_WORDS = _words(
    "sound audio wav file clip effect sfx fx sample stereo mono mic microphone recording record recorder take "
    "version edit mix track loop channel zoom tascam sony khz bit format test part untitled new good nice best low-fi "
    "lbs hq raw normalized fade thing something someone one two three lot kind sort"
)
"""Words that say that something was recorded, and not what is heard."""
_ABBREVIATED = ("stereo", "recording", "sample", "version", "original", "effect", "normalized", "processed", "edit")
"""Such words as file names cut them short: "Rooster_Ste.wav", "orig", "rec"."""

_LEMMAS = {"hiss": "hiss", "hisses": "hiss"}
"""Sound words that the tagger takes for something else (hiss for his)."""

_NOT_GERUNDS = _words("morning evening building ceiling string ring king thing spring wing swing during")
_PARTS: dict[str, Part] = {"NN": "noun", "NP": "noun", "VV": "verb", "AJ": "adjective"}


@dataclass(frozen=True)
class Token:
    """One word of a caption."""

    word: str
    """As written, in lower case."""
    lemma: str
    part: Part
    gerund: bool
    clause: int
    """Counts up at every mark, so that a phrase never reaches over a comma."""


@dataclass(frozen=True)
class Spoken:
    """A phrase as captions say it."""

    text: str
    """The wording that captions use most."""
    lemmas: Lemmas
    parts: tuple[Part, ...]
    captions: int
    """How many captions say it."""


@lru_cache(maxsize=65536)
def read_caption(text: str) -> tuple[Token, ...]:
    """Split a caption or file name into words, leaving out what it denies.

    >>> [token.lemma for token in read_caption("Two dogs_barking, no birds.wav") if token.part != "stop"]
    ['dog', 'bark']
    """
    found = _WORD.findall(_CAMEL.sub(" ", _EXTENSION.sub(" ", text).replace("_", " ")))
    pieces = [piece for word in found for piece in _apart(word)]
    kept: list[Token] = []
    clause, denied = 0, 0
    words = [piece for piece in pieces if piece not in _CLAUSE_END]
    tags = iter(_tagger().tag_sent([word.lower() for word in words]) if words else ())
    for piece in pieces:
        if piece in _CLAUSE_END:
            clause, denied = clause + 1, 0
            continue
        word = piece.lower().replace("\u2019", "'")
        token = _token(word, next(tags)[2], clause)
        if word in _NEGATORS or word.endswith("n't"):
            denied = _SCOPE
        elif word in _RESUME:
            denied = 0
        elif denied:
            denied -= 1
        else:
            kept.append(token)
    return tuple(kept)


def affirmed(text: str) -> str:
    """A caption without what it denies and without file-name debris, for sentence vectors."""
    return " ".join(token.word for token in read_caption(text))


def lemma_set(text: str) -> frozenset[str]:
    """The lemmas that a caption affirms, function words left out."""
    return frozenset(token.lemma for token in read_caption(text) if token.part != "stop")


def lemmas_of(phrase: str) -> Lemmas:
    """The lemmas of a phrase, in order, function words left out (all words if nothing else is there)."""
    tokens = read_caption(phrase)
    content = tuple(token.lemma for token in tokens if token.part != "stop")
    return content or tuple(token.lemma for token in tokens)


def candidate_phrases(captions: Iterable[str], at_least: int, at_most_share: float, limit: int) -> tuple[Spoken, ...]:
    """Words and two-word phrases that enough captions say, and not nearly all of them; most frequent first.

    Args:
        captions: one text a clip; of shown clips only.
        at_least: how many captions must say a phrase.
        at_most_share: a phrase that more of the captions say tells nothing apart.
        limit: how many phrases are kept.
    """
    wordings: dict[Lemmas, Counter[tuple[str, tuple[Part, ...]]]] = defaultdict(Counter)
    said: Counter[Lemmas] = Counter()
    total = 0
    for caption in captions:
        total += 1
        found = list(_phrases(read_caption(caption)))
        said.update({key for key, _, _ in found})
        for key, text, parts in found:
            wordings[key][text, parts] += 1
    kept = [key for key, count in said.items() if count >= at_least and count <= at_most_share * total]
    kept.sort(key=lambda key: (-said[key], key))
    spoken = []
    for key in kept[:limit]:
        (text, parts), _ = min(wordings[key].items(), key=lambda item: (-item[1], item[0]))
        spoken.append(Spoken(text, key, parts, said[key]))
    return tuple(spoken)


def _phrases(tokens: Sequence[Token]) -> Iterable[tuple[Lemmas, str, tuple[Part, ...]]]:
    for index, token in enumerate(tokens):
        if not _is_content(token):
            continue
        yield (token.lemma,), token.word, (token.part,)
        if index + 1 == len(tokens):
            continue
        after = tokens[index + 1]
        if _is_content(after) and after.clause == token.clause and after.lemma != token.lemma and _joins(token, after):
            yield (token.lemma, after.lemma), f"{token.word} {after.word}", (token.part, after.part)


def _joins(first: Token, second: Token) -> bool:
    if second.part == "noun":
        return first.part in ("noun", "adjective") or first.gerund
    return second.part == "verb" and first.part == "noun"


def _apart(word: str) -> list[str]:
    """Split at hyphens, except in adjectives ("high-pitched"): file names are full of hyphens that join nothing."""
    if "-" not in word or word.lower().endswith(("ed", "ing")):
        return [word]
    return word.split("-")


def _is_content(token: Token) -> bool:
    tells = token.part in ("noun", "verb", "adjective") and not {token.lemma, token.word} & RECORDING_WORDS
    return tells and not (len(token.word) < 5 and any(word.startswith(token.word) for word in _ABBREVIATED))


def _token(word: str, tag: str, clause: int) -> Token:
    gerund = word.endswith("ing") and len(word) > 5 and word not in _NOT_GERUNDS and _can_be_gerund(word)
    part: Part = "verb" if gerund else _PARTS.get(tag[:2], "other" if tag in ("AV0", "ORD") else "stop")
    if word in _LEMMAS:
        part = "noun"
    elif len(word) < 3:
        part = "stop"
    return Token(word, _lemma(word, tag, gerund), part, gerund, clause)


@lru_cache(maxsize=65536)
def _can_be_gerund(word: str) -> bool:
    return any(tag in ("VVG", "AJ0") for tag, _ in _tagger().tag_word(word))


@lru_cache(maxsize=65536)
def _lemma(word: str, tag: str, gerund: bool) -> str:
    if word in _LEMMAS:
        return _LEMMAS[word]
    pos = "VVG" if gerund else tag
    lemma = _tagger().analyze(word, pos=pos)[0] if pos[:2] in ("NN", "VV", "AJ") else word
    return str(lemma).lower()


@lru_cache(maxsize=1)
def _tagger() -> Any:
    try:
        from HanTa.HanoverTagger import HanoverTagger
    except ImportError as error:
        raise MissingExtra("HanTa", "dissect") from error
    return HanoverTagger("morphmodel_en.pgz")
