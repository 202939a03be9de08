"""A language model picks a name from the closed list, given the captions of a neuron's strong clips (ICL).

Paper: AND (arXiv 2406.16990), module A, in-context learning. What the model says counts only if it stands in the
list; everything else is a reason for having no name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, create_model

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.recording.activations import Activations
from earmark.errors import InvalidInput
from earmark.language import LanguageModel, Message
from earmark.language.prompt_files import PromptSet, load_prompt
from earmark.language.structured import Answer, ask
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped
from earmark.workers import Progress, Threads, Workers, silent


@dataclass(frozen=True)
class PickConfig:
    """How a language model is asked to pick a concept."""

    captions: int = 5
    """Strongest clips with a caption whose captions it reads, as in the paper."""
    longest_list: int = 1000
    """A longer list does not fit a question."""
    longest_caption: int = 300
    """Characters of a caption that it reads."""
    prompts: PromptSet = "own"
    """How it is asked: in our own way, or as published."""
    seed: int = 0
    """Handed to the model."""


@dataclass(frozen=True)
class Picked:
    """What a model picked, and for which neurons it gave no usable answer."""

    scores: tuple[ConceptScore, ...]
    refused: tuple[Skipped, ...]


def pick_concepts(
    model: LanguageModel,
    activations: Activations,
    captions: Mapping[int, str],
    concepts: Sequence[str],
    config: PickConfig | None = None,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Picked:
    """Let a language model name every neuron of a tap that varies.

    Args:
        model: who is asked, once a neuron, and once more after an answer that is not in the list.
        activations: one tap's recording.
        captions: by position in ``ClipSet.clips``; untrusted text.
        concepts: the closed list.
        config: how it is asked.
        workers: how many questions are under way at once.
        progress: told after every neuron.

    Raises:
        InvalidInput: the list is too long for a question.
        EarmarkError: the model cannot be reached, or a budget is spent.
    """
    config = config or PickConfig()
    if len(concepts) > config.longest_list:
        raise InvalidInput(
            f"a language model cannot read a list of {len(concepts)} concepts: give at most {config.longest_list}, "
            "or compare captions instead."
        )
    shape = choice_among(concepts)
    live = [index for index in range(len(activations.dead)) if not activations.dead[index]]

    def pick(neuron: int) -> Answer[BaseModel]:
        read = [captions[clip] for clip in activations.high_clips[neuron].tolist() if captions.get(clip)]
        if not read:
            return Answer(None, "none of its strong clips has a caption")
        lines = [clean_text(text, config.longest_caption) for text in read[: config.captions]]
        prompt = load_prompt("earmark.dissection", "icl", config.prompts).fill(
            Message(label="captions of the recordings that excited it most", text="\n".join(lines)),
            Message(label="the list of names", text="\n".join(concepts)),
            max_tokens=64,
            seed=config.seed,
        )
        return ask(model, prompt, shape)

    scores, refused = [], []
    for done, (neuron, answer) in enumerate(zip(live, (workers or Threads()).map(pick, live), strict=True), start=1):
        if answer.value is None:
            refused.append(Skipped(uri=f"{activations.tap.name}:{neuron}", reason=str(answer.reason)))
        else:
            scores.append(_row(activations.tap.name, neuron, answer.value.model_dump()["concept"]))
        progress("concepts", done, len(live))
    return Picked(tuple(scores), tuple(refused))


def choice_among(concepts: Sequence[str]) -> type[BaseModel]:
    """A reply whose one field is a name of the list, written as there but for case and spaces."""
    written = {name.casefold(): name for name in concepts}

    def as_listed(said: str) -> str:
        name = written.get(" ".join(said.split()).casefold())
        if name is None:
            raise ValueError(f"{said[:80]!r} is not a name of the list")
        return name

    choice: Any = Annotated[str, AfterValidator(as_listed)]
    return create_model("Choice", concept=(choice, ...))


def _row(tap: str, neuron: int, concept: str) -> ConceptScore:
    return ConceptScore(tap=tap, neuron=neuron, source="ICL", score_name=None, rank=1, concept=concept, score=None)
