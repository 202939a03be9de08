"""The tokens of a sentence of copy, and what each is accounted for by."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from earmark.copywriting.english import singular_of
from earmark.copywriting.summaries.voices import VOICE_PATTERN
from earmark.copywriting.writers.composer.phrases import literal_runs

_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*%?|[^\W\d_]+(?:['\u2019-][^\W_]+)*|[^\w\s]")
_ODD_MARKS = "$€£%@#<>{}"

Words = tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """A word, a number or a mark, with its place in the sentence."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """As it is looked up."""
        return self.text.lower().replace("\u2019", "'")


class Marks:
    """The tokens of a sentence, and what each is accounted for by."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.tokens = [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(sentence)]
        self.owners: list[tuple[str, str] | None] = [None] * len(self.tokens)

    def holds(self, words: Words) -> bool:
        """Whether the words stand in the sentence, in order, side by side."""
        return bool(words) and any(self._at(start, words) for start in range(len(self.tokens)))

    def claim_all(self, words: Words, owner: tuple[str, str]) -> bool:
        """Give every free place where the words stand to an owner."""
        if not words:
            return False
        done = False
        for start in range(len(self.tokens) - len(words) + 1):
            if self._at(start, words) and not any(self.owners[start : start + len(words)]):
                for place in range(start, start + len(words)):
                    self.owners[place] = owner
                done = True
        return done

    def claim_phrase(self, words: Words, owner: tuple[str, str]) -> bool:
        """Give every free place where the words stand, whatever marks stand between them, to an owner."""
        places = [number for number, token in enumerate(self.tokens) if token.text[0].isalnum()]
        done = False
        for first in range(len(places) - len(words) + 1 if words else 0):
            held = places[first : first + len(words)]
            if all(self.tokens[place].lower == word for place, word in zip(held, words, strict=True)) and not any(
                self.owners[place] for place in held
            ):
                for place in range(held[0], held[-1] + 1):
                    self.owners[place] = owner
                done = True
        return done

    def own(self, start: int, end: int, owner: tuple[str, str]) -> None:
        """Give the free tokens between two characters to an owner."""
        for number, token in enumerate(self.tokens):
            if start <= token.start and token.end <= end and not self.owners[number]:
                self.owners[number] = owner

    def is_owned(self, start: int, end: int, kind: str) -> bool:
        """Whether every word between two characters belongs to an owner of a kind."""
        held = [n for n, token in enumerate(self.tokens) if start <= token.start and token.end <= end]
        return all((self.owners[n] or ("",))[0] == kind for n in held if self.tokens[n].text[0].isalnum())

    def is_strange(self, number: int) -> bool:
        """Whether a token needs accounting for: it is a word or a number, and not one that says nothing."""
        token = self.tokens[number]
        return token.text[0].isalnum() and token.lower not in words_of_form()

    def _at(self, start: int, words: Words) -> bool:
        tokens = self.tokens[start : start + len(words)]
        return len(tokens) == len(words) and all(token.lower == word for token, word in zip(tokens, words, strict=True))


@cache
def words_of_form() -> frozenset[str]:
    """Words that say nothing of a product: articles, pronouns, links, verbs of saying."""
    text = files(__package__).joinpath("words_of_form.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def mark_voices(marks: Marks) -> list[tuple[int, int, str]]:
    """Counts of voices: first and last character, and the wording."""
    found = []
    for match in VOICE_PATTERN.finditer(marks.sentence):
        held = [
            number
            for number, token in enumerate(marks.tokens)
            if match.start() <= token.start and token.end <= match.end()
        ]
        if not held or any(marks.owners[number] for number in held):
            continue
        wording = match["share"] or match["word"] or match["alone"] or match["often"] or ""
        if (match["speaker"] or "").lower() == "review" and not wording:
            continue  # "the reviews say" counts nobody
        for number in held:
            marks.owners[number] = ("voices", wording.lower())
        found.append((match.start(), match.end(), wording.lower()))
    return found


def mark_runs(marks: Marks) -> None:
    """Turns of phrase that the phrase banks bring."""
    runs = literal_runs()
    longest = max(map(len, runs))
    words = [number for number, token in enumerate(marks.tokens) if token.text[0].isalnum()]
    place = 0
    while place < len(words):
        for size in range(min(longest, len(words) - place), 0, -1):
            chosen = words[place : place + size]
            if any(marks.owners[number] for number in chosen):
                continue
            if tuple(marks.tokens[number].lower for number in chosen) in runs:
                for number in chosen:
                    marks.owners[number] = ("phrase", "")
                place += size - 1
                break
        place += 1


def unaccounted(marks: Marks) -> list[str]:
    """The words that nothing accounts for, as a problem."""
    left = [
        token.text for number, token in enumerate(marks.tokens) if not marks.owners[number] and marks.is_strange(number)
    ]
    left += [
        token.text
        for number, token in enumerate(marks.tokens)
        if token.text in "$€£%@#<>{}" and not marks.owners[number]
    ]
    return [f"nothing carries {' '.join(repr(word) for word in left[:6])}"] if left else []


def words_in(text: str) -> Words:
    """The words and numbers of a text, as they are looked up."""
    return tuple(match[0].lower().replace("\u2019", "'") for match in _TOKEN.finditer(text) if match[0][0].isalnum())


def key_of(words: Words) -> str:
    """The key by which the numbers of a noun phrase meet."""
    return " ".join((*words[:-1], singular_of(words[-1]))) if words else ""
