"""What a clip sounds like, in words: one caption a clip and source, made once.

Four sources, which combine: ``acoustic`` words for what was measured, the manifest's own ``column``, class ``labels``
(only when asked for), and a ``model`` that listens.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from pydantic import Field

from earmark.dissection.clips import Clip, ClipSet, read_waveform
from earmark.dissection.describing.caption_checks import (
    CaptionAgreement,
    compare_captions,
    draw_twice,
    told,
    why_no_caption,
)
from earmark.errors import InvalidInput, UnknownName
from earmark.evidence import Record
from earmark.language import Embedder, LanguageModel, Message
from earmark.language.orders import find_orders, without_orders
from earmark.language.prompt_files import load_prompt
from earmark.language.structured import ask
from earmark.language.untrusted import clean_text
from earmark.runs import RunFolder, Skipped
from earmark.workers import Progress, Threads, Workers, silent

if TYPE_CHECKING:
    from pathlib import Path

CaptionSource = Literal["acoustic", "column", "labels", "model"]

CIRCULAR_LABELS = (
    "Captions include the clips' class labels, so a description of a neuron of the output layer repeats what the "
    "network was trained to say: such scores are circular."
)
_TABLE = "captions"
_LIMIT = 500
_COMMIT_EVERY = 32
_WARMER = 0.7


class Caption(Record):
    """The words for one clip from one source. Column, labels and models are untrusted text."""

    clip_id: str
    source: CaptionSource
    text: str


@dataclass(frozen=True)
class CaptionConfig:
    """Where captions come from."""

    sources: tuple[CaptionSource, ...] | None = None
    """Any of acoustic, column, labels, model; by default acoustic, with column where the manifest has captions."""

    def __post_init__(self) -> None:
        for source in self.sources or ():
            if source not in get_args(CaptionSource):
                raise UnknownName("source of captions", source, get_args(CaptionSource))


@dataclass(frozen=True)
class Heard:
    """What a captioner made of a clip, or why there is nothing: exactly one of the two is set."""

    text: str | None
    reason: str | None = None


class Captioner(Protocol):
    """Anything that listens to a clip and says what it hears."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    def caption(self, root: "Path", clip: Clip) -> Heard:
        """Say what one clip sounds like.

        Args:
            root: the folder of the clip set.
            clip: the clip.
        """


class _CaptionReply(Record):
    caption: str = Field(min_length=1, max_length=2000)


@dataclass(frozen=True)
class ListeningModel:
    """A captioner that plays each clip to a language model that can listen."""

    model: LanguageModel
    rate_hz: int = 16_000
    max_s: float = 30.0
    """A longer clip is cut here."""
    seed: int = 0
    """Handed to the model."""
    temperature: float = 0.0
    """Above 0 it may say something else every time."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def caption(self, root: "Path", clip: Clip) -> Heard:
        """Ask once, and once more where the reply cannot be used; refusals and loops are no captions."""
        sound = Message(label="clip", text="the recording", audio_wav=self._wav(root, clip))
        prompt = load_prompt("earmark.dissection", "caption").fill(sound, max_tokens=120, seed=self.seed)
        answer = ask(self.model, prompt.model_copy(update={"temperature": self.temperature}), _CaptionReply)
        if answer.value is None:
            return Heard(None, answer.reason)
        reason = why_no_caption(answer.value.caption)
        return Heard(None, f"{self.name} gave no caption: {reason}") if reason else Heard(answer.value.caption)

    def _wav(self, root: "Path", clip: Clip) -> bytes:
        import soundfile

        wave = read_waveform(root, clip, self.rate_hz, self.max_s)
        buffer = io.BytesIO()
        soundfile.write(buffer, wave, self.rate_hz, format="WAV", subtype="PCM_16")
        return buffer.getvalue()


def caption_sources(clip_set: ClipSet, config: CaptionConfig) -> tuple[CaptionSource, ...]:
    """The sources that a run uses, in a fixed order: those asked for, else what the clips offer.

    Raises:
        InvalidInput: a source was asked for that no clip has.
    """
    has_column = any(clip.caption for clip in clip_set.clips)
    if not config.sources:
        return ("acoustic", "column") if has_column else ("acoustic",)
    if "column" in config.sources and not has_column:
        raise InvalidInput(
            "no clip has a caption of its own: give a manifest with a column 'caption', or ask for others."
        )
    if "labels" in config.sources and not any(clip.label for clip in clip_set.clips):
        raise InvalidInput(
            "no clip has a label: give a folder per class or a column 'label', or ask for other captions."
        )
    return tuple(source for source in get_args(CaptionSource) if source in config.sources)


def caption_clips(
    clip_set: ClipSet,
    config: CaptionConfig,
    run: RunFolder,
    *,
    acoustic: Callable[[Clip], str] | None = None,
    captioner: Captioner | None = None,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> list[Caption]:
    """Caption every clip once from every source, and keep what is done as it is done.

    A killed run goes on where it was; a finished table is read and nothing is asked again. A clip that a captioner says
    nothing of is remembered in the run as skipped, with the reason.

    Args:
        clip_set: the clips.
        config: where captions come from.
        run: where they are kept, in the table ``captions``.
        acoustic: a clip's measured attributes in words, needed by ``acoustic``.
        captioner: who listens, needed by ``model``.
        workers: who calls the captioner; a few threads by default.
        progress: told how many captions are made.

    Returns:
        The captions in the order of sources and clips; none where a source says nothing of a clip.

    Raises:
        InvalidInput: a source has nothing to draw from.
    """
    sources = caption_sources(clip_set, config)
    if run.has(_TABLE):
        return run.read(_TABLE, Caption)
    say = _sayers(clip_set, sources, acoustic, captioner)
    if "labels" in sources:
        run.note(CIRCULAR_LABELS)
    done = {(item.clip_id, item.source) for item in run.parts(_TABLE, Caption)}
    wanted = [(clip, source) for source in sources for clip in clip_set.clips if (clip.id, source) not in done]
    made = (workers or Threads(4)).map(lambda item: (*item, say[item[1]](item[0])), wanted)
    count, total = len(done), len(done) + len(wanted)
    while batch := list(islice(made, _COMMIT_EVERY)):
        run.append(_TABLE, Caption, _spoken(batch))
        failures = _failures(batch)
        if failures:
            run.skip(failures)
        count += len(batch)
        progress("captions", count, total)
    run.finish(_TABLE, Caption)
    return run.read(_TABLE, Caption)


def hear_twice(
    clip_set: ClipSet,
    captions: Sequence[Caption],
    captioner: ListeningModel,
    run: RunFolder,
    embedder: Embedder,
    *,
    seed: int = 0,
    workers: Workers | None = None,
) -> None:
    """Ask about a sample of the clips a second time, warmer, and note in the run how far the two answers agree.

    Args:
        clip_set: the clips.
        captions: the first answers.
        captioner: who listens.
        run: keeps the table ``caption_agreement`` and the note.
        embedder: sentence vectors.
        seed: draws the sample, and is handed to the model.
        workers: who calls the captioner.
    """
    first = {one.clip_id: one.text for one in captions if one.source == "model"}
    drawn = draw_twice([clip for clip in clip_set.clips if clip.id in first], seed)
    again = replace(captioner, seed=seed + 1, temperature=_WARMER)
    heard = (workers or Threads(4)).map(lambda clip: again.caption(clip_set.root, clip), drawn)
    pairs = [
        (clip, first[clip.id], clean_text(second.text, _LIMIT))
        for clip, second in zip(drawn, heard, strict=True)
        if second.text is not None
    ]
    if not pairs:
        run.note(f"{captioner.name} was asked about {len(drawn)} clips twice and gave no second caption.")
        return
    rows = compare_captions(pairs, embedder)
    run.write("caption_agreement", CaptionAgreement, rows)
    run.note(told(rows, captioner.name, embedder))


_Made = Sequence[tuple[Clip, CaptionSource, Heard]]


def _spoken(batch: _Made) -> Iterator[Caption]:
    for clip, source, heard in batch:
        if heard.text is not None:
            text, _ = without_orders(clean_text(heard.text, _LIMIT))
            if text:
                yield Caption(clip_id=clip.id, source=source, text=text)


def _failures(batch: _Made) -> list[Skipped]:
    """What a captioner could not do, and words that speak to a machine; to have no words of its own is no failure."""
    failed = []
    for clip, source, heard in batch:
        if heard.reason is not None:
            failed.append(Skipped(uri=clip.path, reason=f"no {source} caption: {clean_text(heard.reason, 200)}"))
        for order in find_orders(clean_text(heard.text or "", _LIMIT)):
            reason = f"a part of its {source} caption speaks to a machine and is left out: {order.told()}"
            failed.append(Skipped(uri=clip.path, reason=reason))
    return failed


def _sayers(
    clip_set: ClipSet,
    sources: Sequence[CaptionSource],
    acoustic: Callable[[Clip], str] | None,
    captioner: Captioner | None,
) -> dict[CaptionSource, Callable[[Clip], Heard]]:
    say: dict[CaptionSource, Callable[[Clip], Heard]] = {
        "column": lambda clip: Heard(clip.caption),
        "labels": lambda clip: Heard(", ".join(clip.labels).replace("_", " ") or None),
    }
    if acoustic is not None:
        say["acoustic"] = lambda clip: Heard(acoustic(clip))
    if captioner is not None:
        say["model"] = lambda clip: captioner.caption(clip_set.root, clip)
    missing = [source for source in sources if source not in say]
    if "model" in missing:
        raise InvalidInput("captions by a model need one that listens: name it with --model.")
    if missing:
        raise ValueError("acoustic captions need the argument 'acoustic': the words for what was measured")
    return say
