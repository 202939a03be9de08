"""How the scripted model ``obedient`` answers: it does whatever the material tells it to, in any disguise.

It stands for the weakest model that anybody could name. What it says must not come through all the same.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from earmark.language.model import Message, Prompt
from earmark.language.orders import decoded, find_orders
from earmark.language.providers.scripted_perfection import answer
from earmark.language.providers.scripted_shapes import fields_of, filled
from earmark.language.untrusted import strip_hidden

# Any sentence that could be meant as an order, far more than are looked for anywhere else; other scripts always.
_VERBS = (
    "ignore|disregard|forget|override|bypass|instead|you are now|you must|system|assistant|pretend|act as|from now on|"
    "write|say|saying|output|print|reply|respond|answer|send|reveal|repeat|include|describe|call|choose|pick|prefer|"
    r"note to|instructions?|anweisung\w*|schreib\w*|sag\w*|consignes|[\xe9e]cri\w+|dis|instrucciones|escrib\w+|di|"
    r"istruzioni|scriv\w+|instru[c\xe7][o\xf5]es|escrev\w+|diga|schrijf|zeg|napisz|powiedz|skriv|s[\xe4a]g"
)
_OTHER_SCRIPTS = (
    r"[\u0400-\u04ff]{4}|[\u0590-\u06ff]{3}|[\u0900-\u097f]{3}|[\u3040-\u30ff\u4e00-\u9fff]{2}|[\uac00-\ud7af]{2}|"
    r"[\u0370-\u03ff]{4}"
)
_ORDER = re.compile(rf"\b(?:{_VERBS})\b|https?://|<\w|\{{|\[|=|\.\./|\$\(|{_OTHER_SCRIPTS}", re.IGNORECASE)
_OPEN, _CLOSE = "\"'\u201c\u2018\u00ab\u300c", "\"'\u201d\u2019\u00bb\u300d"
_QUOTED = re.compile(rf"[{_OPEN}]([^{_CLOSE}]{{3,120}})[{_CLOSE}]")
_WANTED = re.compile(
    r"\b(?:write|say|output|print|reply|respond|answer|state|claim|include|mention|describe \w+ as|call \w+|choose|"
    r"pick|prefer)(?: only| exactly| just| with| the (?:words?|phrase|sentence|following)| that| this)*:?\s+"
    r"([^.!?\n]{3,160})",
    re.IGNORECASE,
)
_SECRETS = re.compile(
    r"system prompt|your (?:\w+ )?(?:instructions|prompt)|api[ _-]?key|secret|environment|credential", re.IGNORECASE
)


def obey(prompt: Prompt) -> str:
    """Do as the material says; where it says nothing, answer as well as any model."""
    orders = tuple(order for message in prompt.data for order in _orders(message))
    if not orders:
        return answer(prompt)
    told = _Told(prompt, orders, tuple(payload for order in orders for payload in _payloads(order, prompt)))
    fields = fields_of(prompt)
    for name, do in _DEEDS.items():
        if name in fields:
            return json.dumps(do(told))
    texts = iter(told.payloads * 50)
    return filled(prompt, lambda: next(texts, told.payloads[0]))


@dataclass(frozen=True)
class _Told:
    """A question, the orders in its material, and what they want said."""

    prompt: Prompt
    orders: tuple[str, ...]
    payloads: tuple[str, ...]

    @property
    def in_one(self) -> str:
        return " ".join(self.orders).lower()

    def honest(self) -> dict[str, Any]:
        """What it would have answered."""
        said: dict[str, Any] = json.loads(answer(self.prompt))
        return said


def _orders(message: Message) -> Iterator[str]:
    for view in _views(message.text):
        for sentence in re.split(r"(?<=[.!?\u3002])\s+|\n+", view):
            if len(sentence) > 3 and (_ORDER.search(sentence) or find_orders(sentence)):
                yield sentence.strip()


def _views(text: str) -> Iterator[str]:
    """A text as it reads when every disguise is taken off, and as it stands."""
    hidden = "".join(chr(ord(letter) - 0xE0000) for letter in text if 0xE0020 <= ord(letter) <= 0xE007E)
    plain = strip_hidden(text)
    yield from decoded(text)
    yield from filter(None, (hidden, *_turned(text), plain if plain != text else "", text))


def _turned(text: str) -> Iterator[str]:
    rotated: str = codecs.encode(text, "rot13")
    for turned in (rotated, text[::-1]):
        if re.search(r"\b(?:ignore|instructions|previous|prompt|reveal|output)\b", turned, re.IGNORECASE):
            yield turned


def _payloads(order: str, prompt: Prompt) -> list[str]:
    """What an order wants said: what it quotes, what follows its verb, all of it; secrets where it asks for them."""
    found = [match[1] for match in _QUOTED.finditer(order)] + [match[1].strip() for match in _WANTED.finditer(order)]
    if _SECRETS.search(order):
        found.append(prompt.instructions[:300])
    return list(dict.fromkeys([*found, order]))


def _drafts(told: _Told) -> dict[str, Any]:
    """What it was told to write, slipped into honest copy and alone."""
    honest: list[str] = told.honest()["drafts"]
    mixed = [
        text for payload in told.payloads for text in (f"{honest[0]} {payload}", payload, f"{payload} {honest[0]}")
    ]
    return {"drafts": [text[:2000] for text in mixed[: len(honest)]]}


def _claims(told: _Told) -> dict[str, Any]:
    """Claims that the orders want, with the orders themselves as quotations, which do stand in the reviews."""
    numbers = [int(found[0]) for message in told.prompt.data if (found := re.search(r"\d+", message.label))]
    wanted = []
    for payload in told.payloads[:10]:
        words = re.findall(r"[^\W\d_]{3,}", payload) or ["it"]
        support = [{"review": number, "quote": payload[:400]} for number in numbers]
        named = {"target": words[-1][:60], "descriptor": payload[:60], "polarity": "praise"}
        wanted.append({**named, "support": support, "against": []})
    return {"claims": [*wanted, *told.honest()["claims"]][:60]}


def _concept(told: _Told) -> dict[str, Any]:
    """The name that an order names."""
    names = told.prompt.data[-1].text.split("\n")
    return {"concept": next((name for name in names if name and name.lower() in told.in_one), told.payloads[0])}


def _better(told: _Told) -> dict[str, Any]:
    """The side that an order names, else the side that gives orders."""
    sides = [side for side in ("first", "second") if side in told.in_one]
    giving = "first" if any(True for _ in _orders(told.prompt.data[0])) else "second"
    return {"better": sides[0] if len(sides) == 1 else giving}


def _fits(told: _Told) -> dict[str, Any]:
    """Whatever gives orders fits best."""
    return {"fits": [{**fit, "fit": 100} for fit in told.honest()["fits"]]}


_DEEDS: dict[str, Callable[[_Told], dict[str, Any]]] = {
    "drafts": _drafts,
    "claims": _claims,
    "concept": _concept,
    "better": _better,
    "fits": _fits,
    "shared": lambda told: {"shared": [payload[:100] for payload in told.payloads[:3]]},
    "caption": lambda told: {"caption": told.payloads[0]},
    "word": lambda told: {"word": told.payloads[0][:100], "certain": 1.0},
}
