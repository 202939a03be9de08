"""How the scripted model ``perfect`` answers each question of earmark: from the material, and from nothing else.

It is known by the fields of the reply which question is asked, so that another wording of the same question finds it
too. Words are compared by their stems and, where the packaged sentence vectors are installed, by meaning.
"""

import io
import json
import re
import threading
import tomllib
import wave
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from earmark.errors import Mendable
from earmark.language.embedder import EachTextOnce
from earmark.language.model import Message, Prompt
from earmark.language.providers.scripted_shapes import fields_of, filled

_WORDS = tomllib.loads(files("earmark.language.providers").joinpath("scripted_words.toml").read_text(encoding="utf-8"))
_STOP, _GOOD, _BAD, _GENERIC = (frozenset(_WORDS[kind].split()) for kind in ("stop", "good", "bad", "generic"))
_CLICHES = re.compile(
    r"\b(?:must|best|amazing|awesome|incredible|unforgettable|world-class|something for everyone|look no further|very|"
    r"really|great|nice|good|perfect|ultimate|unique)\b|!",
    re.IGNORECASE,
)


def answer(prompt: Prompt) -> str:
    """The best answer that the material allows."""
    fields = fields_of(prompt)
    for name, say in _ANSWERS.items():
        if name in fields:
            return json.dumps(say(prompt))
    lines = iter([*_shared(_lines(prompt)), *_lines(prompt)])
    return filled(prompt, lambda: next(lines, "nothing"))


# ---- captions ------------------------------------------------------------------------------------------------------


def _caption(prompt: Prompt) -> dict[str, Any]:
    """What can be measured of a clip in a few words."""
    clip = next((message.audio_wav for message in prompt.data if message.audio_wav is not None), None)
    return {"caption": _heard(clip) if clip else "Nothing can be heard."}


def _heard(wav: bytes) -> str:
    with wave.open(io.BytesIO(wav)) as sound:
        rate_hz = sound.getframerate()
        raw = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        samples = raw.reshape(-1, sound.getnchannels()).mean(1) / 32768
    if len(samples) < 64 or not np.abs(samples).max() > 1e-4:
        return "Silence."
    power = np.abs(np.fft.rfft(samples)) ** 2
    centre_hz = float((np.fft.rfftfreq(len(samples), 1 / rate_hz) * power).sum() / power.sum())
    # A tone gathers its power in few places of the spectrum, noise spreads it.
    gathered = float(np.sort(power)[-max(1, len(power) // 50) :].sum() / power.sum())
    frames = np.array(
        [float((part**2).mean()) for part in np.array_split(samples, max(4, 20 * len(samples) // rate_hz))]
    )
    height = "low" if centre_hz < 600 else "high" if centre_hz > 3000 else "middle"
    loudness = "loud" if frames.max() > 0.01 else "quiet"
    kind = "tone" if gathered > 0.8 else "noise" if gathered < 0.3 else "mixture of tones and noise"
    onsets = int(((frames[1:] > 4 * frames[:-1]) & (frames[1:] > 0.2 * frames.max())).sum())
    course = "with one sharp start" if onsets == 1 else "in repeated bursts" if onsets > 1 else "that goes on steadily"
    return f"A {loudness} {kind} of {height} pitch {course}."


# ---- choosing and summarising ----------------------------------------------------------------------------------------


def _concept(prompt: Prompt) -> dict[str, Any]:
    """The listed name that most captions say, else the one that lies nearest in meaning."""
    *captions, listed = prompt.data
    names = [line for line in listed.text.split("\n") if line.strip()]
    lines = [line for message in captions for line in _lines_of(message)]
    if not names or not lines:
        return {"concept": names[0] if names else "nothing"}
    said = [set(_stems(line)) for line in lines]
    near = _nearness(names, lines)
    weights = np.linspace(1.2, 0.8, len(lines))
    scores = [
        sum(
            weight * (bool(wanted) and wanted <= have) for weight, have in zip(weights, said, strict=True)
        ) + (float(near[place] @ weights) if near is not None else 0.0)
        for place, wanted in enumerate(set(_stems(name)) for name in names)
    ]  # fmt: skip
    return {"concept": names[int(np.argmax(scores))]}


def _summary(prompt: Prompt) -> dict[str, Any]:
    return {"shared": _shared(_lines(prompt))[:3]}


def _shared(lines: Sequence[str]) -> list[str]:
    """Words, and pairs of neighbouring words, that several lines say, the most shared first, none within another."""
    said: Counter[tuple[str, ...]] = Counter()
    wording: dict[tuple[str, ...], Counter[str]] = {}
    for line in lines:
        for stems, text in dict(_phrases(line)).items():
            said[stems] += 1
            wording.setdefault(stems, Counter())[text] += 1
    enough = [stems for stems, count in said.items() if count >= max(2, 0.2 * len(lines))]
    generic = {_stem(word) for word in _GENERIC}

    def worth(stems: tuple[str, ...]) -> float:
        # A pair that nearly as many lines say as its words alone says more, and a source more than a quality.
        return said[stems] * (1 + 0.3 * (len(stems) - 1)) * (0.4 if set(stems) <= generic else 1.0)

    enough.sort(key=lambda stems: (-worth(stems), stems))
    chosen: list[tuple[str, ...]] = []
    for stems in enough:
        if not any(set(stems) & set(other) for other in chosen):
            chosen.append(stems)
    return [wording[stems].most_common(1)[0][0] for stems in chosen]


def _phrases(line: str) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], str]] = []
    for clause in re.split(r"[.,;:!?]", line.lower()):
        words = re.findall(r"[a-z][a-z'-]+", clause)
        for at, word in enumerate(words):
            if word in _STOP:
                continue
            found.append(((_stem(word),), word))
            if at + 1 < len(words) and words[at + 1] not in _STOP:
                found.append(((_stem(word), _stem(words[at + 1])), f"{word} {words[at + 1]}"))
    return found


def _fits(prompt: Prompt) -> dict[str, Any]:
    """How sure it is, from 0 to 100, that each numbered caption fits the description."""
    description, *captions = prompt.data
    lines = [line for message in captions for line in _lines_of(message)]
    wanted = [set(_stems(part)) for part in re.split(r",| and | with |;", description.text) if _stems(part)]
    near = _nearness([description.text], lines)
    fits = []
    for place, line in enumerate(lines):
        have = set(_stems(line))
        told = max((len(part & have) / len(part) for part in wanted), default=0.0)
        close = float(near[0, place]) if near is not None else 0.0
        fits.append(
            {"number": _number(line, place + 1), "fit": round(100 * max(0.0, min(1.0, 0.7 * told + 0.6 * close)))}
        )
    return {"fits": fits}


def _number(line: str, otherwise: int) -> int:
    found = re.match(r"\s*(\d{1,4})[.:)]", line)
    return int(found[1]) if found else otherwise


def _word(prompt: Prompt) -> dict[str, Any]:
    words = [word for line in _lines(prompt) for word in re.findall(r"[a-z]{3,}", line.lower()) if word not in _STOP]
    return {"word": words[0] if words else "nothing", "certain": 1.0 if words else 0.0}


# ---- copywriting -----------------------------------------------------------------------------------------------------

_SAID = re.compile(
    r"\b(?:the |our |its |their )?(?P<target>[a-z]+(?: [a-z]+)?) (?P<verb>was|were|is|are|wasn't|weren't|isn't|aren't)"
    r" (?P<how>(?:not |never |so |very |really |quite |always |also )*)(?P<word>[a-z-]+)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?P<word>[a-z-]+) (?P<target>[a-z]+)\b", re.IGNORECASE)


def _claims(prompt: Prompt) -> dict[str, Any]:
    """What numbered reviews judge, in their own words; of the side that is asked about."""
    side, *reviews = prompt.data
    quotes: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for review in reviews:
        number = int(found[0]) if (found := re.search(r"\d+", review.label)) else 0
        for sentence in re.split(r"(?<=[.!?])\s+|\n", review.text):
            for target, word, polarity, quote in _judged(sentence):
                said = quotes.setdefault((target, word, polarity), [])
                if all(known["review"] != number for known in said):
                    said.append({"review": number, "quote": quote})
    targets = list(dict.fromkeys(target for target, _, _ in quotes))
    near = _nearness(targets, _lines_of(side)) if targets else None
    asked = set(_stems(side.text))
    wanted = {
        target
        for place, target in enumerate(targets)
        if set(_stems(target)) & asked or near is None or near[place].max() >= 0.3
    }
    claims = []
    for (target, word, polarity), support in quotes.items():
        if target in wanted:
            opposite = [key for key in quotes if key[0] == target and key[2] != polarity]
            against = [quote for key in opposite for quote in quotes[key]]
            claims.append(
                {"target": target, "descriptor": word, "polarity": polarity, "support": support, "against": against}
            )
    return {"claims": claims[:60]}


def _judged(sentence: str) -> list[tuple[str, str, str, str]]:
    found = []
    if re.search(r"\?|\b(?:used to|hoped|if only|would be|wish|other place|elsewhere)\b", sentence, re.IGNORECASE):
        return []
    for match in _SAID.finditer(sentence):
        denied = (
            match["verb"].lower().endswith("n't") or re.search(r"\b(?:not|never)\b", match["how"].lower()) is not None
        )
        found += _opinion(match["target"].split()[-1], match["word"], denied, match[0])
    for match in _BEFORE.finditer(sentence):
        found += _opinion(match["target"], match["word"], False, match[0])
    return found


def _opinion(target: str, word: str, denied: bool, quote: str) -> list[tuple[str, str, str, str]]:
    target, word = target.lower(), word.lower()
    if target in _STOP or target in _GOOD | _BAD or word not in _GOOD | _BAD or denied:
        return []
    return [(target, word, "praise" if word in _GOOD else "complaint", quote)]


def _better(prompt: Prompt) -> dict[str, Any]:
    """The piece that is more concrete and less worn, whatever its length."""
    first, second = (_freshness(message.text) for message in prompt.data[:2])
    return {"better": "tie" if abs(first - second) < 1e-9 else "first" if first > second else "second"}


def _freshness(text: str) -> float:
    words = re.findall(r"[a-z][a-z'-]+", text.lower())
    concrete = [word for word in words if word not in _STOP]
    return (len(set(concrete)) - 3 * len(_CLICHES.findall(text))) / max(len(words), 1)


def _drafts(prompt: Prompt) -> dict[str, Any]:
    """As many drafts as the style asks for, each made of other claims first."""
    told = {message.label: message.text for message in prompt.data}
    style = next((text for label, text in told.items() if "style" in label), "")
    count = int(found[1]) if (found := re.search(r"drafts: (\d+)", style)) else 1
    room = int(found[1]) if (found := re.search(r"at most (\d+) characters", style)) else 300
    must = next((text for label, text in told.items() if "must be said" in label), "none")
    never = next((text for label, text in told.items() if "never" in label), "none").lower().split("\n")
    claims = [line for label, text in told.items() if "claims" in label for line in text.split("\n") if ": " in line]
    claims = [line for line in claims if not re.search(r": (?:not|never) ", line)] or claims
    several = [line for line in claims if "(1 of " not in line]
    claims = several if len(several) > 2 else claims
    said = [text for text in map(_claim_said, claims) if not any(word and word in text.lower() for word in never)]
    musts = [f"{line.rstrip('.')}." for line in must.split("\n") if line.strip() and line != "none"]
    return {"drafts": [_draft(said[turn:] + said[:turn], musts, room) for turn in range(max(1, min(count, 64)))]}


def _claim_said(line: str) -> str:
    target, _, rest = line.partition(": ")
    word = rest.rpartition(" (")[0] or rest
    last = target.split()[-1] if target.split() else target
    verb = "are" if last.endswith("s") and not last.endswith(("ss", "us")) else "is"
    voices = re.search(r"\((\d+) of (\d+)", rest)
    sentence = f"the {target} {verb} {word}"
    if voices and int(voices[1]) == 1:
        return f"One guest says {sentence}."
    return f"{sentence[0].upper()}{sentence[1:]}."


def _draft(said: Sequence[str], musts: Sequence[str], room: int) -> str:
    text = " ".join(musts)
    for sentence in dict.fromkeys(said):
        if len(text) + 1 + len(sentence) <= min(room, 400):
            text = f"{text} {sentence}".strip()
    return text


# ---- words -----------------------------------------------------------------------------------------------------------


def _lines(prompt: Prompt) -> list[str]:
    return [line for message in prompt.data for line in _lines_of(message)]


def _lines_of(message: Message) -> list[str]:
    return [line.strip() for line in message.text.split("\n") if line.strip()]


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in re.findall(r"[a-z][a-z'-]+", text.lower()) if word not in _STOP]


def _stem(word: str) -> str:
    """A word without the endings that change with its place in a sentence."""
    for ending in ("ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            stem = word[: -len(ending)]
            return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl" else stem
    return word.removesuffix("e") if len(word) > 4 else word


_ONE_AT_A_TIME = threading.RLock()


@lru_cache(maxsize=1)
def _vectors() -> EachTextOnce | None:
    try:
        from earmark.language.providers.minilm import SentenceVectors

        return EachTextOnce(SentenceVectors())
    except Mendable:
        return None


def _nearness(these: Sequence[str], those: Sequence[str]) -> npt.NDArray[np.float32] | None:
    """Cosines of sentence vectors (these, those), ``None`` where there are no vectors here."""
    # Questions come from several threads; a library must be imported, and a text embedded, by one of them.
    with _ONE_AT_A_TIME:
        vectors = _vectors()
        if vectors is None or not these or not those:
            return None
        found: npt.NDArray[np.float32] = vectors.embed(list(these)) @ vectors.embed(list(those)).T
    return found


_ANSWERS: dict[str, Callable[[Prompt], dict[str, Any]]] = {
    "caption": _caption,
    "concept": _concept,
    "shared": _summary,
    "fits": _fits,
    "word": _word,
    "claims": _claims,
    "better": _better,
    "drafts": _drafts,
}
