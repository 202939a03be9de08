"""Descriptions by a language model: what the strong clips share, less what the weak clips share.

Paper: AND (arXiv 2406.16990), module B: a summary of commonalities of each side, then calibration. What the model says
is checked against the shown clips before it counts: a phrase whose words no caption says or comes near, and a phrase
that does not go with the neuron there, are withheld; an answer that cannot be used is a reason and never a description.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, StringConstraints

from earmark.dissection.describing.calibration import calibrate
from earmark.dissection.describing.descriptions import Description, NeuronClaim, Phrase
from earmark.dissection.describing.features import ClipFeatures
from earmark.dissection.describing.open_concepts import open_concepts
from earmark.dissection.describing.phrases import lemma_set, read_caption
from earmark.dissection.describing.wording import join_with
from earmark.dissection.recording.activations import Activations
from earmark.dissection.recording.selection import NeuronEvidence
from earmark.evidence import Claim, Evidence, content_id
from earmark.language import Embedder, LanguageModel, Message
from earmark.language.orders import holds_order
from earmark.language.prompt_files import PromptSet, load_prompt
from earmark.language.structured import Answer, ask
from earmark.language.untrusted import clean_text
from earmark.workers import Progress, Threads, Workers, silent

_LONGEST_CAPTION = 300
_PHRASES = 3
_NEAR = 0.3
"""Least cosine of a word that no caption says with the nearest caption: *mammal* has .32 with captions of barking dogs,
made-up words up to .22."""
_NO_WORDS = re.compile(r"[<>{}\[\]|\\@=`$]|://|www\.|\d{4,}")
_Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class Shared(BaseModel):
    """The reply that is hoped for."""

    shared: list[_Phrase]


@dataclass(frozen=True)
class _Sides:
    strong: Answer[Shared]
    weak: Answer[Shared]


def describe_with_model(
    model: LanguageModel,
    activations: Activations,
    evidence: Sequence[NeuronEvidence],
    captions: Mapping[str, str],
    features: ClipFeatures,
    embedder: Embedder,
    *,
    prompts: PromptSet = "own",
    workers: Workers | None = None,
    progress: Progress = silent,
    seed: int = 0,
) -> list[Description]:
    """Let a language model describe the neurons of one layer, from shown clips only.

    Args:
        model: who is asked, twice a neuron: about its strong clips and about its weak ones.
        activations: one tap's recording.
        evidence: the strong and weak clips of the neurons to describe, any of this tap's.
        captions: by clip id; untrusted text.
        features: every clip's fit to any phrase.
        embedder: sentence vectors, for calibration.
        prompts: how it is asked: in our own way, or as published, with a question about every adjective.
        workers: how many questions are under way at once.
        progress: told after every neuron.
        seed: handed to the model.

    Returns:
        One description for each item of ``evidence``, in order.

    Raises:
        EarmarkError: the model refuses, or a budget is spent.
    """

    def listen(item: NeuronEvidence) -> _Sides | None:
        if activations.dead[item.neuron.index]:
            return None
        return _Sides(
            _commonalities(model, item.high, captions, "excited it most", prompts, seed),
            _commonalities(model, item.low, captions, "excited it least", prompts, seed),
        )

    said = []
    answers = (workers or Threads()).map(listen, evidence)
    for done, (item, sides) in enumerate(zip(evidence, answers, strict=True), start=1):
        read = [captions[one.excerpt.source_id] for one in item.high if captions.get(one.excerpt.source_id)]
        described = _description(model.name, item, sides, read, activations, features, embedder)
        said.append(_with_acoustic_adjectives(described, model) if prompts == "published" else described)
        progress("describing", done, len(evidence))
    return said


def _commonalities(
    model: LanguageModel,
    side: Sequence[Evidence],
    captions: Mapping[str, str],
    which: str,
    prompts: PromptSet,
    seed: int,
) -> Answer[Shared]:
    lines = [
        clean_text(captions[one.excerpt.source_id], _LONGEST_CAPTION)
        for one in side
        if captions.get(one.excerpt.source_id)
    ]
    if not lines:
        return Answer(None, f"none of the clips that {which} has a caption")
    material = Message(label=f"captions of the recordings that {which}", text="\n".join(lines))
    prompt = load_prompt("earmark.dissection", "summary", prompts)
    return ask(model, prompt.fill(material, max_tokens=200, seed=seed), Shared)


def _description(
    writer: str,
    item: NeuronEvidence,
    sides: _Sides | None,
    read: Sequence[str],
    activations: Activations,
    features: ClipFeatures,
    embedder: Embedder,
) -> Description:
    def silent_because(reason: str, withheld: Sequence[str] = ()) -> Description:
        return Description(neuron=item.neuron, text=None, withheld=tuple(withheld), writer=writer, failure=reason)

    if sides is None:
        return silent_because("dead: it does not vary over the shown clips.")
    if sides.strong.value is None or sides.weak.value is None:
        return silent_because(str(sides.strong.reason or sides.weak.reason))
    strong = [clean_text(text, 100) for text in sides.strong.value.shared[:_PHRASES]]
    kept, withheld = calibrate(strong, sides.weak.value.shared, embedder)
    phrases = _borne_out(
        [text for text in kept if _comes_from(text, read, embedder)], activations, item.neuron.index, features
    )
    withheld = (*withheld, *(text for text in kept if text not in {phrase.text for phrase in phrases}))
    if not phrases:
        return silent_because("nothing that the model says sets the strong clips apart.", withheld)
    text = join_with([phrase.text for phrase in phrases], "and")
    ids = tuple(one.id for one in item.high)
    claim = Claim(id=content_id(str(item.neuron), text, *ids), text=text, evidence_ids=ids)
    return Description(
        neuron=item.neuron,
        text=text,
        claims=(NeuronClaim(claim=claim, phrases=tuple(phrases)),),
        open_concepts=open_concepts(text),
        withheld=tuple(withheld),
        writer=writer,
    )


def _comes_from(phrase: str, captions: Sequence[str], embedder: Embedder) -> bool:
    """Whether every word of a phrase is said by the captions that were read, or comes near one in meaning.

    A model may say *animal* of barks and mews; what it was told to say, or made up, comes near nothing.
    """
    words = lemma_set(phrase)
    if not words or holds_order(phrase) or _NO_WORDS.search(phrase):
        return False
    said = frozenset().union(*map(lemma_set, captions))
    new = sorted(words - said)
    if not new:
        return True
    nearness = embedder.embed(new) @ embedder.embed(list(dict.fromkeys(captions))).T
    return bool((nearness.max(axis=1) >= _NEAR).all())


class _Acoustic(BaseModel):
    acoustic: bool


def _with_acoustic_adjectives(description: Description, model: LanguageModel) -> Description:
    """The description with those open concepts only that are no adjective, or one that the model calls acoustic."""
    if description.text is None:
        return description
    adjectives = {token.lemma for token in read_caption(description.text) if token.part == "adjective"}
    kept = [word for word in description.open_concepts if word not in adjectives or is_acoustic(word, model)]
    return description.model_copy(update={"open_concepts": tuple(kept)})


def is_acoustic(adjective: str, model: LanguageModel) -> bool:
    """Paper: AND, module C. An adjective of which the model says nothing usable is no concept."""
    prompt = load_prompt("earmark.dissection", "acoustic_adjective", "published")
    answer = ask(model, prompt.fill(Message(label="adjective", text=adjective), max_tokens=20), _Acoustic)
    return answer.value is not None and answer.value.acoustic


def _borne_out(texts: Sequence[str], activations: Activations, neuron: int, features: ClipFeatures) -> list[Phrase]:
    """The phrases that go with the neuron over the shown sample, weighted by how far (Pearson)."""
    distinct = [text for text in dict.fromkeys(texts) if text]
    if not distinct:
        return []
    fits = features.fit(distinct)[activations.shown_clips].astype(np.float64)
    values = activations.shown[:, neuron].astype(np.float64)
    fits, values = fits - fits.mean(0), values - values.mean()
    size = np.linalg.norm(fits, axis=0) * np.linalg.norm(values)
    weights = np.divide(values @ fits, size, out=np.zeros(len(distinct)), where=size > 0)
    return [
        Phrase(text=text, kind="words", weight=float(weight))
        for text, weight in zip(distinct, weights, strict=True)
        if weight > 0
    ]
