"""Try a model with one question of each kind that earmark asks: text, structured, and sound."""

import io
import math
import wave
from collections.abc import Callable, Iterator

import numpy as np
from pydantic import BaseModel, Field

from earmark.errors import Mendable, ModelRefused
from earmark.evidence import Record
from earmark.language.model import LanguageModel, Message
from earmark.language.prompt_files import load_prompt
from earmark.language.structured import ask
from earmark.language.untrusted import clean_text


class Trial(Record):
    """One kind of question, and how it went."""

    kind: str
    works: bool
    detail: str


class _Word(BaseModel):
    word: str = Field(min_length=1, max_length=100)
    certain: float = Field(ge=0, le=1)


def try_out(model: LanguageModel) -> Iterator[Trial]:
    """Ask one question of each kind; a failure is an outcome here and not an error.

    Raises:
        BudgetSpent: the budget does not reach for every kind.
    """
    note = Message(label="note", text="heavy rain on a tin roof")
    clip = Message(label="clip", text="one second of a pure tone", audio_wav=_tone())
    questions: dict[str, Callable[[], tuple[bool, str]]] = {
        "text": lambda: _said(model, note),
        "structured": lambda: _structured(model, note),
        "audio": lambda: _heard(model, clip),
    }
    for kind, asked in questions.items():
        try:
            works, detail = asked()
        except Mendable as error:
            works, detail = False, str(error)
            if isinstance(error, ModelRefused) and kind == "text":
                # The key, the name or the address is wrong: the others would fail alike.
                yield Trial(kind=kind, works=False, detail=detail)
                return
        yield Trial(kind=kind, works=works, detail=clean_text(detail, 80 if works else 300))


def _said(model: LanguageModel, material: Message) -> tuple[bool, str]:
    reply = model.reply(load_prompt("earmark.language", "check").fill(material, max_tokens=60))
    if reply.finish == "refused":
        return False, f"it refused: {reply.text}"
    return (True, reply.text) if reply.text.strip() else (False, "an empty reply")


def _heard(model: LanguageModel, clip: Message) -> tuple[bool, str]:
    """Servers answer where they leave the sound out, too; they count as many tokens then as without it."""
    prompt = load_prompt("earmark.language", "check").fill(clip, max_tokens=60)
    heard = model.reply(prompt)
    unheard = model.reply(prompt.model_copy(update={"data": (clip.model_copy(update={"audio_wav": None}),)}))
    if heard.finish == "refused" or not heard.text.strip():
        return False, f"it gave no answer: {heard.text}"
    if heard.usage.prompt_tokens and heard.usage.prompt_tokens == unheard.usage.prompt_tokens:
        return False, "it answers, but counts no token more than without the sound: it seems not to listen"
    return True, heard.text


def _structured(model: LanguageModel, material: Message) -> tuple[bool, str]:
    answer = ask(model, load_prompt("earmark.language", "check").fill(material, max_tokens=60), _Word)
    return answer.value is not None, answer.reason or str(answer.value)


def _tone(seconds: float = 1.0, rate_hz: int = 16_000, pitch_hz: float = 440.0) -> bytes:
    samples = np.sin(2 * math.pi * pitch_hz * np.arange(int(seconds * rate_hz)) / rate_hz)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes((samples * 12_000).astype("<i2").tobytes())
    return file.getvalue()
