"""Veracity: is every sentence of the copy carried by the reviews? The weakest sentence and the mean, half and half."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.evidence import Record
from earmark.language.judge import Chunk, Judge, Question, Support


class VeracityParts(Record):
    """What the reviews carry of one draft."""

    sentences: tuple[str, ...]
    supports: tuple[Support, ...]

    @property
    def weakest(self) -> float:
        """Support of the sentence that is carried least."""
        return min(support.score for support in self.supports)

    @property
    def mean(self) -> float:
        """Mean support of the sentences."""
        return sum(support.score for support in self.supports) / len(self.supports)


@dataclass(frozen=True)
class Veracity:
    """The reward; picklable as far as its judge is.

    Args:
        judge: what says how far evidence carries a sentence.
    """

    judge: Judge

    def __call__(self, drafts: Sequence[Draft], briefs: Sequence[Brief]) -> list[float | None]:
        """Half the weakest sentence, half the mean; 0 for an empty draft, ``None`` where there is no evidence."""
        return [
            None if parts is None else 0.5 * parts.weakest + 0.5 * parts.mean if parts.sentences else 0.0
            for parts in self.parts(drafts, briefs)
        ]

    def parts(self, drafts: Sequence[Draft], briefs: Sequence[Brief]) -> list[VeracityParts | None]:
        """Every sentence with its support, for the drafts whose briefs hold evidence."""
        sentences = [
            copy_sentences(draft.text) if brief.sentences else [] for draft, brief in zip(drafts, briefs, strict=True)
        ]
        questions = []
        read: dict[int, tuple[Chunk, ...]] = {}
        for found, brief in zip(sentences, briefs, strict=True):
            # Drafts of one prompt share their brief: its chunks are made once.
            if id(brief) not in read:
                read[id(brief)] = chunks_of(brief)
            chunks = read[id(brief)]
            known = known_to(brief)
            questions += [
                Question(sentence=sentence, chunks=chunks, known=known, voices=brief.reviews) for sentence in found
            ]
        supports = iter(self.judge.support(questions))
        return [
            VeracityParts(sentences=tuple(found), supports=tuple(next(supports) for _ in found))
            if brief.sentences
            else None
            for found, brief in zip(sentences, briefs, strict=True)
        ]


def copy_sentences(text: str) -> list[str]:
    """The sentences of a piece of copy; a bullet or a line is one too."""
    pieces = re.split(r"(?<=[.!?])\s+(?=[\"'(A-Z0-9<])|\n+", text)
    return [piece.strip(" \t\u2022*-") for piece in pieces if re.search(r"\w", piece)]


def chunks_of(brief: Brief) -> tuple[Chunk, ...]:
    """The review sentences behind the brief's claims, each with its reviewer's voice."""
    return tuple(Chunk(text=sentence.text, voice=sentence.review_id) for sentence in brief.sentences)


def known_to(brief: Brief) -> tuple[str, ...]:
    """What the seller gives: names and numbers that need no review."""
    name = (brief.product.name,) if brief.product.name else ()
    return (*name, *brief.product.facts.values(), *brief.must)
