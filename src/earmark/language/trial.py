"""Try a model with one question of each kind that earmark asks: text, structured, and sound."""

import io
import math
import wave
from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel, Field

from earmark.errors import EarmarkError, Mendable
from earmark.evidence import Record
from earmark.language.model import LanguageModel, Message
from earmark.language.prompt_files import load_prompt
from earmark.language.structured import ask


class Trial(Record):
    """One kind of question, and how it went."""

    kind: str
    works: bool
    detail: str


class _Word(BaseModel):
    word: str = Field(min_length=1, max_length=100)
    certain: float = Field(ge=0, le=1)


def try_out(model: LanguageModel) -> Iterator[Trial]:
    """Ask one question of each kind; a failure is an outcome here and not an error."""
    prompt = load_prompt("earmark.language", "check")
    note = Message(label="note", text="heavy rain on a tin roof")
    try:
        reply = model.reply(prompt.fill(note, max_tokens=60))
        yield Trial(kind="text", works=bool(reply.text.strip()), detail=_shortened(reply.text) or "an empty reply")
    except Mendable as error:
        yield Trial(kind="text", works=False, detail=str(error))
    try:
        answer = ask(model, prompt.fill(note, max_tokens=60), _Word)
        good = answer.value is not None
        yield Trial(kind="structured", works=good, detail=answer.reason or _shortened(str(answer.value)))
    except Mendable as error:
        yield Trial(kind="structured", works=False, detail=str(error))
    try:
        clip = Message(label="clip", text="one second of a pure tone", audio_wav=_tone())
        reply = model.reply(prompt.fill(clip, max_tokens=60))
        yield Trial(kind="audio", works=bool(reply.text.strip()), detail=_shortened(reply.text) or "an empty reply")
    except EarmarkError as error:
        yield Trial(kind="audio", works=False, detail=str(error))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"


def _tone(seconds: float = 1.0, rate_hz: int = 16_000, pitch_hz: float = 440.0) -> bytes:
    samples = np.sin(2 * math.pi * pitch_hz * np.arange(int(seconds * rate_hz)) / rate_hz)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes((samples * 12_000).astype("<i2").tobytes())
    return file.getvalue()
