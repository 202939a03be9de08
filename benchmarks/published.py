"""AND's procedure as its paper describes it (arXiv 2406.16990, section 3), for comparison; our own code.

Only the procedure is the paper's: the K = 5 most and least responsive clips of a neuron, a summary of what their
captions share, calibration by sentence vectors, open concepts by parts of speech. No clip is kept apart, nothing is
tested, and every neuron gets a description. Captions and writer are pluggable, so that a benchmark can give it the
ones that earmark's own procedure gets. Where a whole probing set would let it see the clips it is scored on, a
benchmark hands it the shown clips only.

    from published import PublishedConfig, dissect_as_published
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.dissection.describing.phrases import candidate_phrases, read_caption
from earmark.language import Embedder

Writer = Callable[[Sequence[str]], Sequence[str]]
"""Captions of a few clips to sentences (or phrases) on what they share: the language model's place."""


@dataclass(frozen=True)
class PublishedConfig:
    """The paper's settings."""

    per_side: int = 5
    """K, clips at each end (section 3.1)."""
    threshold: float = 0.9
    """A sentence of the strong summary as close as this to one of the weak summary is dropped (figure of module B;
    the released flag and code say 0.6 and 0.5)."""
    longest: int = 3
    """Sentences kept, as many as earmark's own descriptions have here; the paper sets no limit."""


@dataclass(frozen=True)
class PublishedNeuron:
    """What the published procedure says of one neuron."""

    strong: tuple[int, ...]
    """Rows of its K strongest clips, strongest first."""
    weak: tuple[int, ...]
    summary: tuple[str, ...]
    """What the strong clips share, before calibration."""
    weak_summary: tuple[str, ...]
    calibrated: tuple[str, ...]
    """The description: the summary without what the weak clips share."""
    open_concepts: tuple[str, ...]


def dissect_as_published(
    activations: npt.NDArray[np.floating],
    captions: Sequence[str | None],
    embedder: Embedder,
    config: PublishedConfig | None = None,
    writer: Writer | None = None,
) -> tuple[PublishedNeuron, ...]:
    """Describe every neuron of a layer as published.

    Args:
        activations: (clip, neuron).
        captions: one a clip, ``None`` where there is none.
        embedder: sentence vectors; give one that remembers (``EachTextOnce``).
        config: the paper's settings.
        writer: what finds the commonalities; :func:`shared_phrases` by default.
    """
    config = config or PublishedConfig()
    writer = writer or shared_phrases
    # Ties go to the clip that comes first, as sorting by value alone leaves them.
    order = np.argsort(-activations, axis=0, kind="stable")
    neurons = []
    for column in order.T:
        strong, weak = column[: config.per_side], column[::-1][: config.per_side]
        summary, weak_summary = (
            tuple(writer([text for row in rows if (text := captions[row])])) for rows in (strong, weak)
        )
        calibrated = calibrate_as_published(summary, weak_summary, embedder, config.threshold)[: config.longest]
        neurons.append(
            PublishedNeuron(
                tuple(map(int, strong)),
                tuple(map(int, weak)),
                summary,
                weak_summary,
                calibrated,
                open_concepts_as_published(calibrated),
            )
        )
    return tuple(neurons)


def shared_phrases(captions: Sequence[str]) -> tuple[str, ...]:
    """The embedded writer of the published procedure: phrases that most captions share, most shared first.

    Phrases are found as in earmark's own writer. A language model always writes something, so where no two captions
    share a phrase, the first phrase of the strongest clip stands alone.
    """
    spoken = candidate_phrases(captions, at_least=2, at_most_share=1.0, limit=50)
    ranked = sorted(spoken, key=lambda phrase: (-phrase.captions, -len(phrase.lemmas)))
    kept: list[str] = []
    said: set[str] = set()
    for phrase in ranked:
        if not set(phrase.lemmas) <= said:
            kept.append(phrase.text)
            said |= set(phrase.lemmas)
    if kept:
        return tuple(kept)
    alone = candidate_phrases(captions[:1], at_least=1, at_most_share=1.0, limit=1)
    return tuple(phrase.text for phrase in alone)


def calibrate_as_published(
    summary: Sequence[str], weak_summary: Sequence[str], embedder: Embedder, threshold: float
) -> tuple[str, ...]:
    """Drop the sentences of the strong summary that come close to a sentence of the weak one (module B).

    The published code deletes from the list while walking it; this is what the text says it does.
    """
    if not summary or not weak_summary:
        return tuple(summary)
    closest = (embedder.embed(summary) @ embedder.embed(weak_summary).T).max(axis=1)
    return tuple(sentence for sentence, near in zip(summary, closest, strict=True) if near < threshold)


def open_concepts_as_published(sentences: Sequence[str]) -> tuple[str, ...]:
    """Nouns, verbs and adjectives of a summary, by their lemmas, most said first (module C)."""
    words = Counter(
        token.lemma
        for sentence in sentences
        for token in read_caption(sentence)
        if token.part in ("noun", "verb", "adjective")
    )
    return tuple(word for word, _ in words.most_common())


def majority_label(
    activations: npt.NDArray[np.floating], labels: Sequence[str | None], per_side: int = 5
) -> tuple[str | None, ...]:
    """The commonest label among the strongest clips of each neuron: the simplest description there is.

    Ties between labels go to the one whose clip is stronger.
    """
    order = np.argsort(-activations, axis=0, kind="stable")[:per_side]
    chosen = []
    for column in order.T:
        seen = Counter(label for row in column if (label := labels[row]))
        chosen.append(seen.most_common(1)[0][0] if seen else None)
    return tuple(chosen)
