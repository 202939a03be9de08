"""Information: the share of a buyer's questions that the copy answers and the reviews support, weighed against length.

A question counts once, however often it is answered; a sentence that answers nothing new, and every word beyond what
the length allows, costs. A sentence that only invites ("Come by and see.") is form and neither adds nor costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.copywriting.rewards.veracity import copy_sentences
from earmark.copywriting.writers.drafts import Brief, Draft, Length
from earmark.language.embedder import EachTextOnce, Embedder
from earmark.language.judge import content, only_invites, stem

WORDS: dict[Length, int] = {"headline": 10, "short": 28, "paragraph": 75, "bullets": 60}
"""Words that a length may take before they cost."""


@dataclass(frozen=True)
class Information:
    """The reward; picklable as far as its embedder is.

    Args:
        embedder: sentence vectors; each text is encoded once.
        answers: cosine from which a sentence answers a question whose words it does not repeat.
    """

    embedder: Embedder
    answers: float = 0.55

    def __post_init__(self) -> None:
        if not isinstance(self.embedder, EachTextOnce):
            object.__setattr__(self, "embedder", EachTextOnce(self.embedder))

    def __call__(self, drafts: Sequence[Draft], briefs: Sequence[Brief]) -> list[float | None]:
        """One score a draft in [0, 1]; ``None`` where the reviews support no answer to any question."""
        texts = {query for brief in briefs for query in queries_of(brief)}
        texts |= {sentence for draft in drafts for sentence in copy_sentences(draft.text)}
        self.embedder.embed(sorted(texts))
        return [self._score(draft, brief) for draft, brief in zip(drafts, briefs, strict=True)]

    def _score(self, draft: Draft, brief: Brief) -> float | None:
        queries = queries_of(brief)
        evidence = [sentence.text for sentence in brief.sentences]
        answerable = self.answerable(queries, evidence)
        if not answerable.any():
            return None
        sentences = [sentence for sentence in copy_sentences(draft.text) if not only_invites(sentence)]
        if not sentences:
            return 0.0
        asked = [queries[index] for index in np.flatnonzero(answerable)]
        answered = self.answered(asked, sentences)
        coverage = float(answered.any(axis=1).mean())
        # Walk the sentences in order: one adds something when it answers what none before it did.
        adds = (answered & (np.cumsum(answered, axis=1) == 1)).any(axis=0)
        budget = WORDS[draft.style.length]
        brevity = min(1.0, budget / max(len(draft.text.split()), 1))
        return coverage * (0.7 + 0.3 * float(adds.mean())) * brevity

    def answerable(self, queries: Sequence[str], evidence: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which questions the reviews answer (query,); vectors are asked only where words do not settle it."""
        if not queries or not evidence:
            return np.zeros(len(queries), dtype=np.bool_)
        found: npt.NDArray[np.bool_] = np.any(_in_words(queries, evidence), axis=1)
        open_ones = np.flatnonzero(~found).tolist()
        if open_ones:
            found[open_ones] = np.any(self.answered([queries[index] for index in open_ones], evidence), axis=1)
        return found

    def answered(self, queries: Sequence[str], sentences: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which sentence answers which question; (query, sentence)."""
        if not queries or not sentences:
            return np.zeros((len(queries), len(sentences)), dtype=bool)
        near = self.embedder.embed(queries) @ self.embedder.embed(sentences).T >= self.answers
        return near | _in_words(queries, sentences)


def _in_words(queries: Sequence[str], sentences: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which sentence holds every content word of which question; (query, sentence)."""
    stems = [{stem(word) for word in content(sentence)} for sentence in sentences]
    asked = [{stem(word) for word in content(query)} for query in queries]
    return np.array([[bool(words) and words <= found for found in stems] for words in asked], dtype=bool)


def queries_of(brief: Brief) -> tuple[str, ...]:
    """The questions of the brief's aspect; where it has none, one for each target that is praised."""
    if brief.aspect and brief.aspect.queries:
        return brief.aspect.queries
    targets = {
        claim.target: None for summary in brief.summaries for claim in summary.claims if claim.polarity == "praise"
    }
    return tuple(f"How is the {target}?" for target in targets)
