"""What a captioner says that is no caption: refusals and loops; and whether it says the same when asked again."""

import re
from collections import Counter
from collections.abc import Sequence
from random import Random

import numpy as np

from earmark.dissection.clips import Clip
from earmark.evidence import Record
from earmark.language import Embedder

ASKED_TWICE = 20
"""Clips of a run that a captioner hears a second time."""

_REFUSAL = re.compile(
    r"\b(?:i(?:'m| am) (?:sorry|unable|afraid|not able)|i (?:can(?:'|no)t|could not|couldn't|do not|don't) (?:\w+ )?"
    r"(?:hear|listen|access|process|play|describe|help|assist|provide|hear)|as an? (?:ai|language model|text-based)|"
    r"(?:no|without) (?:audio|sound|recording|clip|file) (?:was |has been |is )?(?:provided|attached|given|available)|"
    r"(?:please|could you) (?:provide|upload|share|attach)|against (?:my|our) (?:policy|guidelines)|"
    r"(?:unable|not able) to (?:hear|listen|access|process|play|describe|determine))\b",
    re.IGNORECASE,
)
_LONGEST_LOOP = 12


def why_no_caption(text: str) -> str | None:
    """Why a model's words cannot stand for what is heard, or ``None``.

    >>> why_no_caption("a dog barks and barks and barks and barks and barks")
    'it repeats itself ("and barks")'
    """
    if refusal := _REFUSAL.search(text):
        return f'it refuses ("{refusal[0]}")'
    words = re.findall(r"[\w']+", text.lower())
    if not words:
        return "it says nothing"
    for length in range(1, _LONGEST_LOOP + 1):
        for start in range(len(words) - 4 * length + 1):
            phrase = words[start : start + length]
            if words[start : start + 4 * length] == 4 * phrase:
                return f'it repeats itself ("{" ".join(phrase)}")'
    triples = Counter(zip(words, words[1:], words[2:], strict=False))
    if len(words) >= 24 and 3 * max(triples.values()) > len(words) / 3:
        return "it repeats itself"
    return None


class CaptionAgreement(Record):
    """A clip that was heard twice: a row of the table of agreements."""

    clip_id: str
    first: str
    second: str
    cosine: float
    """Of the two captions' sentence vectors."""


def draw_twice(clips: Sequence[Clip], seed: int, count: int = ASKED_TWICE) -> list[Clip]:
    """The clips that are heard a second time, drawn by chance."""
    chosen = Random(seed).sample(range(len(clips)), min(count, len(clips)))
    return [clips[place] for place in sorted(chosen)]


def compare_captions(pairs: Sequence[tuple[Clip, str, str]], embedder: Embedder) -> list[CaptionAgreement]:
    """How near the two captions of each clip lie to each other."""
    first, second = (embedder.embed([pair[place] for pair in pairs]) for place in (1, 2))  # type: ignore[misc]
    cosines = (first * second).sum(axis=1)
    return [
        CaptionAgreement(clip_id=clip.id, first=one, second=other, cosine=float(cosine))
        for (clip, one, other), cosine in zip(pairs, cosines, strict=True)
    ]


def told(rows: Sequence[CaptionAgreement], captioner: str, embedder: Embedder) -> str:
    """What asking twice showed, in a sentence, with what captions of different clips have in common beside it."""
    vectors = embedder.embed([row.first for row in rows])
    others = (vectors @ vectors.T)[~np.eye(len(rows), dtype=bool)]
    by_chance = f", those of different clips at {others.mean():.2f}" if len(others) else ""
    same = sum(row.first == row.second for row in rows)
    return (
        f"{captioner} heard {len(rows)} clips twice: the two captions of a clip lie at a cosine of "
        f"{np.mean([row.cosine for row in rows]):.2f}{by_chance}; {same} were the same to the letter."
    )
