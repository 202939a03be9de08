"""Clips x phrases: how well every clip fits everything that could be said, computed once a run.

A clip says a phrase outright when one of its captions does (whole words, lemmatised, negation respected), and in part
when its sentence vector lies near the phrase's. One title in three is noise ("MABEL 1.aif"), so what *similar* shown
clips say counts too: the fit is the larger of what the clip's own words say and what its neighbours' words say, the
neighbours being shown clips of other sources, near in sentence vector and, where measured, in sound. An acoustic
phrase fits by its measured attribute. Every fit is standardised by shown clips; held-out clips teach nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from earmark.dissection.acoustics import ATTRIBUTES, AcousticScale, Measures
from earmark.dissection.clips import ClipSet
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.descriptions import Phrase, PhraseKind
from earmark.dissection.describing.phrases import Lemmas, Part, affirmed, candidate_phrases, lemma_set, lemmas_of
from earmark.language import Embedder

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_CHUNK = 512
"""Rows of the neighbour matrix held at a time."""


@dataclass(frozen=True)
class FeatureConfig:
    """Which phrases may be said, and how a clip's fit to them is measured."""

    at_least: int = 3
    """Shown captions that must say a phrase before it becomes a candidate."""
    at_most_share: float = 0.6
    """A phrase that more of the shown captions say tells nothing apart."""
    max_phrases: int = 1000
    """Candidates kept from captions, most frequent first."""
    neighbours: int = 2000
    """Shown clips (an even sample of them) whose captions speak for similar clips."""
    caption_width: float = 0.07
    """How fast a neighbour's voice fades with one minus the cosine of the captions. Chosen on class names and titles
    of recordings (0.05 to 0.1 were alike)."""
    sound_width: float = 0.5
    """How fast it fades with the mean squared difference of the standardised acoustic attributes."""


@dataclass(frozen=True)
class Candidate:
    """Something that could be said of clips."""

    text: str
    kind: PhraseKind
    lemmas: Lemmas
    parts: tuple[Part, ...] = ()
    attribute: str | None = None
    measure: str | None = None
    """What is measured, where kind is ``acoustic``; its two ends exclude each other."""


@dataclass(frozen=True)
class ClipFeatures:
    """Every clip's fit to every candidate phrase. Rows count as in ``ClipSet.clips``."""

    clip_ids: tuple[str, ...]
    groups: Indices
    """(clip,): the source recording, as a number."""
    is_shown: npt.NDArray[np.bool_]
    """(clip,)."""
    candidates: tuple[Candidate, ...]
    fits: Floats
    """(clip, candidate), zero mean and unit deviation over shown clips."""
    says: npt.NDArray[np.bool_]
    """(clip, candidate): the clip may be called an instance of the phrase."""
    _voice: "_Voice" = field(repr=False)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each clip id."""
        return {clip_id: row for row, clip_id in enumerate(self.clip_ids)}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Sentence vectors, through the run's one embedder; (text, dimension)."""
        return self._voice.embedder.embed(list(texts))

    def fit(self, texts: Sequence[str]) -> Floats:
        """The fit of every clip to any texts, candidates or not; (clip, text), standardised by shown clips."""
        known = {candidate.text: column for column, candidate in enumerate(self.candidates)}
        fits = np.zeros((len(self.clip_ids), len(texts)), dtype=np.float32)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        spoken = dict(zip(new, _standardised(self._voice.fit(new), self.is_shown).T, strict=True)) if new else {}
        for column, text in enumerate(texts):
            fits[:, column] = self.fits[:, known[text]] if text in known else spoken[text]
        return fits

    def fit_phrases(self, phrases: Sequence[Phrase]) -> Floats:
        """The fit of every clip to phrases of descriptions; (clip, phrase)."""
        attributes = {c.attribute: c.text for c in self.candidates if c.attribute is not None}
        return self.fit([attributes.get(p.attribute, p.text) if p.attribute else p.text for p in phrases])


def build_features(
    clip_set: ClipSet,
    captions: Sequence[Caption],
    measures: Sequence[Measures] | None,
    embedder: Embedder,
    config: FeatureConfig | None = None,
) -> ClipFeatures:
    """Score every clip on every candidate phrase; each distinct caption and phrase is encoded once.

    Args:
        clip_set: the clips, split already.
        captions: their captions. Those of source ``acoustic`` are words for numbers that ``measures`` holds, so they
            are passed over.
        measures: what was measured of each clip, in the order of the clips; ``None`` where nothing was.
        embedder: sentence vectors.
        config: which phrases, and how a fit is measured.
    """
    config = config or FeatureConfig()
    shown = np.array([clip.split == "shown" for clip in clip_set.clips], dtype=bool)
    _, groups = np.unique([clip.group for clip in clip_set.clips], return_inverse=True)
    words = _words_of(clip_set, captions)
    spoken = [words[row] for row in np.flatnonzero(shown) if words[row]]
    taken = {lemmas_of(attribute.name) for attribute in ATTRIBUTES} if measures else set()
    phrases = candidate_phrases(spoken, config.at_least, config.at_most_share, config.max_phrases)
    candidates = [Candidate(p.text, "words", p.lemmas, p.parts) for p in phrases if p.lemmas not in taken]
    sounds = _standardised(_scores(measures, shown), shown) if measures else None
    heard = sounds[:, [a.direction > 0 for a in ATTRIBUTES]] if sounds is not None else None
    voice = _Voice.of(words, shown, groups.astype(np.int64), heard, embedder, config)
    raw = voice.fit([candidate.text for candidate in candidates])
    fits, says = _standardised(raw, shown), raw >= 0.5
    if sounds is not None:
        candidates += [Candidate(a.name, "acoustic", lemmas_of(a.name), (), a.name, a.measure) for a in ATTRIBUTES]
        fits, says = np.concatenate([fits, sounds], 1), np.concatenate([says, sounds >= 0.5], 1)
    varies = fits.any(axis=0)
    kept = tuple(candidates[column] for column in np.flatnonzero(varies))
    ids = tuple(clip.id for clip in clip_set.clips)
    return ClipFeatures(ids, groups.astype(np.int64), shown, kept, fits[:, varies], says[:, varies], voice)


@dataclass(frozen=True)
class _Voice:
    """What clips say: their own words, and the words of shown clips that are like them."""

    lemmas: tuple[frozenset[str], ...]
    vectors: Floats
    """(clip, dimension): captions, centred on the mean shown caption, unit rows; zero where there is no caption."""
    centre: Floats
    """(dimension,): the mean shown caption, what all captions share."""
    spoken: npt.NDArray[np.bool_]
    """(clip,): has a caption."""
    teachers: Indices
    """(teacher,): the shown, captioned clips whose words speak for others."""
    groups: Indices
    sounds: Floats | None
    embedder: Embedder
    config: FeatureConfig

    @classmethod
    def of(
        cls,
        words: Sequence[str],
        shown: npt.NDArray[np.bool_],
        groups: Indices,
        sounds: Floats | None,
        embedder: Embedder,
        config: FeatureConfig,
    ) -> "_Voice":
        spoken = np.array([bool(text) for text in words], dtype=bool)
        vectors = embedder.embed(list(words)) * spoken[:, None]
        teachers = np.flatnonzero(shown & spoken)
        centre = vectors[teachers].mean(0) if len(teachers) else np.zeros(vectors.shape[1], dtype=np.float32)
        vectors = _unit((vectors - centre) * spoken[:, None])
        if len(teachers) > config.neighbours:
            teachers = teachers[np.linspace(0, len(teachers) - 1, config.neighbours).astype(np.int64)]
        lemmas = tuple(lemma_set(text) for text in words)
        return cls(lemmas, vectors, centre, spoken, teachers, groups, sounds, embedder, config)

    def fit(self, texts: Sequence[str]) -> Floats:
        """(clip, text), 1 where a clip says a text outright, 0 where nothing speaks for it."""
        if not texts or not len(self.teachers):
            return np.zeros((len(self.lemmas), len(texts)), dtype=np.float32)
        own = self._own(texts)
        heard = np.empty_like(own)
        for start in range(0, len(own), _CHUNK):
            heard[start : start + _CHUNK] = self._closeness(start, start + _CHUNK) @ own[self.teachers]
        fit: Floats = np.maximum(own, heard)
        return fit

    def _own(self, texts: Sequence[str]) -> Floats:
        phrases = self.embedder.embed(list(texts))
        nearness = np.clip(self.vectors @ _unit(phrases - self.centre).T, 0, 0.99)
        wanted = [frozenset(lemmas_of(text)) for text in texts]
        outright = np.array([[want <= said for want in wanted] for said in self.lemmas], dtype=np.float32)
        return np.where(self.spoken[:, None], np.maximum(outright, nearness), 0).astype(np.float32)

    def _closeness(self, start: int, stop: int) -> Floats:
        """(clip, teacher), rows sum to one; a clip's own source never speaks for it."""
        rows = slice(start, stop)
        logits = (self.vectors[rows] @ self.vectors[self.teachers].T - 1) / self.config.caption_width
        logits[~self.spoken[rows]] = 0
        if self.sounds is not None:
            here, there = self.sounds[rows], self.sounds[self.teachers]
            squared = (here**2).sum(1)[:, None] + (there**2).sum(1)[None, :] - 2 * here @ there.T
            logits = logits - squared / here.shape[1] / self.config.sound_width
        logits[self.groups[rows][:, None] == self.groups[self.teachers][None, :]] = -np.inf
        peak = logits.max(1, keepdims=True)
        weights = np.exp(logits - np.where(np.isfinite(peak), peak, 0))
        total = weights.sum(1, keepdims=True)
        share: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0).astype(np.float32)
        return share


def _scores(measures: Sequence[Measures], shown: npt.NDArray[np.bool_]) -> Floats:
    scale = AcousticScale.fit([measures[row] for row in np.flatnonzero(shown).tolist()])
    return scale.scores(measures).astype(np.float32)


def _words_of(clip_set: ClipSet, captions: Sequence[Caption]) -> list[str]:
    said: dict[str, list[str]] = {}
    for caption in captions:
        if caption.source != "acoustic":
            said.setdefault(caption.clip_id, []).append(caption.text)
    return [". ".join(affirmed(text) for text in said.get(clip.id, ())).strip() for clip in clip_set.clips]


def _standardised(values: Floats, shown: npt.NDArray[np.bool_]) -> Floats:
    mean, deviation = values[shown].mean(0), values[shown].std(0)
    flat = deviation <= 1e-6 * (1 + np.abs(mean))
    centred = (values - mean) / np.where(flat, 1, deviation)
    return np.where(flat, 0, centred).astype(np.float32)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-6).astype(np.float32)
    return unit
