"""A language model as verifier: given what is said of a neuron, which held-out clips does it respond to?

Detection scoring, as for neurons of language models (Paulo et al., arXiv 2410.13928), with hard negatives: a mix of
held-out clips, strong, middling, and weak ones whose captions resemble those of the strong. The model reads captions
in an order drawn by chance, numbered, and nothing of what the neuron does. Beside its area under the precision-recall
curve stand the embedded score's on the same clips, and what a guess would get.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, create_model, field_validator

from earmark.dissection.clips import ClipSet
from earmark.dissection.describing.descriptions import Description, NeuronId
from earmark.dissection.describing.features import ClipFeatures
from earmark.dissection.describing.predictions import predict
from earmark.dissection.recording.activations import Activations
from earmark.dissection.verification.scores import average_precision, find_positives
from earmark.evidence import Record, content_id
from earmark.language import LanguageModel, Message
from earmark.language.prompt_files import load_prompt
from earmark.language.structured import Answer, ask
from earmark.language.untrusted import clean_text
from earmark.workers import Threads, Workers

Indices = npt.NDArray[np.int64]

_SURE = 50
_LONGEST_CAPTION = 300


@dataclass(frozen=True)
class DetectionConfig:
    """Which held-out clips a language model is asked about."""

    strong: int = 8
    """Clips above the shown sample's 95th percentile (90th where that leaves too few), drawn by chance."""
    middling: int = 8
    """Clips from the middle third of the neuron's ranking, drawn by chance."""
    hard: int = 8
    """Clips of the lowest third whose captions lie nearest to those of the strong."""
    fewest: int = 3
    """With fewer captioned clips of a kind nothing is asked."""


class Detection(Record):
    """How well a description tells held-out clips apart when a language model reads it; or the reason why not."""

    neuron: NeuronId
    text: str
    judge: str
    """The model's name."""
    auprc: float | None = None
    auprc_chance: float | None = None
    """The share of strong clips: what one answer for all scores; an order drawn by chance averages .41 for 8 of 24."""
    f1: float | None = None
    """Of the clips that the model is at least 50 of 100 sure of."""
    f1_chance: float | None = None
    """Of saying yes to every clip."""
    embedded_auprc: float | None = None
    """Of the embedded prediction on the same clips."""
    clips: int = 0
    reason: str | None = None


def told(rows: Sequence[Detection]) -> str:
    """What a model's verdicts come to, in one line."""
    judged = [row for row in rows if row.auprc is not None]
    if not judged:
        return (
            f"verified by {rows[0].judge}: nothing could be judged; {rows[0].reason}" if rows else "nothing to verify"
        )

    def mean(name: str) -> float:
        return float(np.mean([getattr(row, name) for row in judged]))

    return (
        f"verified by {judged[0].judge}: {len(judged)} of {len(rows)} descriptions judged on held-out captions, mean "
        f"AUPRC {mean('auprc'):.2f} (chance {mean('auprc_chance'):.2f}, embedded {mean('embedded_auprc'):.2f}), mean "
        f"F1 {mean('f1'):.2f} (chance {mean('f1_chance'):.2f})"
    )


class _Fit(BaseModel):
    number: int
    fit: float = Field(ge=0, le=100)


class _Fits(BaseModel):
    fits: list[_Fit]


@dataclass(frozen=True)
class _Mix:
    """The clips of one question, in the order in which they are numbered."""

    clips: Indices
    positives: npt.NDArray[np.bool_]


def detect_with_model(
    model: LanguageModel,
    descriptions: Sequence[Description],
    activations: Activations,
    captions: Mapping[int, str],
    features: ClipFeatures,
    clip_set: ClipSet,
    *,
    config: DetectionConfig | None = None,
    workers: Workers | None = None,
    seed: int = 0,
) -> list[Detection]:
    """Let a language model judge one layer's descriptions on held-out clips, one question each.

    Args:
        model: who is asked.
        descriptions: of neurons of this tap; those that failed are passed over.
        activations: one tap's recording.
        captions: by position in ``ClipSet.clips``; untrusted text.
        features: every clip's fit to every phrase, for the embedded score beside the model's.
        clip_set: the clips, for their side of the split.
        config: which clips.
        workers: how many questions are under way at once.
        seed: draws the clips and their order.

    Raises:
        EarmarkError: the model refuses, or a budget is spent.
    """
    config = config or DetectionConfig()
    if any(clip_set.clips[row].split != "held_out" for row in activations.held_out_clips.tolist()):
        raise AssertionError("a shown clip was about to judge a description")
    said = [one for one in descriptions if one.text is not None]
    mixes = [_mix(one, activations, captions, features, config, seed) for one in said]

    def judge(item: tuple[Description, _Mix | str]) -> Detection:
        one, mix = item
        base = Detection(neuron=one.neuron, text=one.text or "", judge=model.name)
        if isinstance(mix, str):
            return base.model_copy(update={"reason": mix})
        answer = _ask(model, base.text, [captions[row] for row in mix.clips.tolist()], seed)
        if answer.value is None:
            return base.model_copy(update={"clips": len(mix.clips), "reason": answer.reason})
        return base.model_copy(update=_scored(answer.value, one, mix, features))

    return list((workers or Threads()).map(judge, zip(said, mixes, strict=True)))


def _mix(
    one: Description,
    activations: Activations,
    captions: Mapping[int, str],
    features: ClipFeatures,
    config: DetectionConfig,
    seed: int,
) -> _Mix | str:
    """The clips to ask about, or why there are too few."""
    neuron = one.neuron.index
    values = activations.held_out[:, neuron]
    positives = find_positives(activations.shown[:, neuron], values)
    if positives.reason:
        return positives.reason
    told = np.array([bool(captions.get(row)) for row in activations.held_out_clips.tolist()], dtype=bool)
    draws = Random(content_id(str(one.neuron), str(seed)))
    strong = _drawn(np.flatnonzero(positives.clips & told), config.strong, draws)
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    weak = ~positives.clips & told
    middling = _drawn(np.flatnonzero(weak & (values > low) & (values <= high)), config.middling, draws)
    if min(len(strong), len(middling)) < config.fewest:
        return f"fewer than {config.fewest} strong or middling held-out clips have a caption."
    lowest = np.flatnonzero(weak & (values <= low))
    hard = _nearest(lowest, strong, activations.held_out_clips, captions, features)[: config.hard]
    places = [*strong.tolist(), *middling.tolist(), *hard.tolist()]
    draws.shuffle(places)
    return _Mix(activations.held_out_clips[places], positives.clips[places])


def _drawn(places: Indices, count: int, draws: Random) -> Indices:
    return np.array(sorted(draws.sample(places.tolist(), min(count, len(places)))), dtype=np.int64)


def _nearest(
    places: Indices, strong: Indices, clips: Indices, captions: Mapping[int, str], features: ClipFeatures
) -> Indices:
    """Places ordered by how near their captions lie to those of the strong clips, the nearest first."""
    if not len(places):
        return places
    told = features.vectors([captions[row] for row in clips[places].tolist()])
    wanted = features.vectors([captions[row] for row in clips[strong].tolist()]).mean(0)
    return places[np.argsort(-(told @ wanted), kind="stable")]


def _ask(model: LanguageModel, text: str, captions: Sequence[str], seed: int) -> Answer[_Fits]:
    lines = [f"{number}. {clean_text(caption, _LONGEST_CAPTION)}" for number, caption in enumerate(captions, start=1)]
    prompt = load_prompt("earmark.dissection", "detection").fill(
        Message(label="what is said of the unit", text=text),
        Message(label="numbered captions", text="\n".join(lines)),
        max_tokens=40 + 24 * len(captions),
        seed=seed,
    )
    return ask(model, prompt, _about_each_of(len(captions)))


def _about_each_of(count: int) -> type[_Fits]:
    """A reply that says something of every caption, once."""

    def each_once(fits: list[_Fit]) -> list[_Fit]:
        if sorted(fit.number for fit in fits) != list(range(1, count + 1)):
            raise ValueError(f"it must have one entry for each of the {count} captions, with its number")
        return fits

    checked = {"each_once": field_validator("fits")(each_once)}
    return create_model("Fits", __base__=_Fits, __validators__=checked)


def _scored(said: _Fits, one: Description, mix: _Mix, features: ClipFeatures) -> dict[str, object]:
    sure = np.array([fit.fit for fit in sorted(said.fits, key=lambda fit: fit.number)], dtype=np.float32)
    once = np.ones((1, len(mix.clips)), dtype=np.float32)
    embedded = predict([one.phrases], features, mix.clips, weighted=True)[:, 0]
    chosen = sure >= _SURE
    right = int((chosen & mix.positives).sum())
    share = float(mix.positives.mean())
    return {
        "auprc": float(average_precision(sure, mix.positives, once)[0]),
        "auprc_chance": share,
        "f1": 2 * right / (int(chosen.sum()) + int(mix.positives.sum())),
        "f1_chance": 2 * share / (1 + share),
        "embedded_auprc": float(average_precision(embedded, mix.positives, once)[0]),
        "clips": len(mix.clips),
    }
