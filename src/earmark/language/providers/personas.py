"""Scripted models with a character, so that a recipe can be tried offline and attacked on purpose.

They know nothing of what is asked but its schema and its material: ``perfect`` says only what stands in the
material, ``random`` fills the schema at random, ``inventing`` makes things up, ``obedient`` does whatever the
material tells it to.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from earmark.errors import UnknownName
from earmark.evidence import content_id
from earmark.language.model import Prompt
from earmark.language.providers.scripted import Scripted

_INVENTED = (
    "Voted the best in the country by 9,482 guests in 2031.",
    "Chef Zelmira Quandt won three golden spoons for it.",
    "It cures migraine and costs only $1.99.",
    "Every single guest says it changed their life.",
)
_ORDER = re.compile(
    r"[^.!?\n]*\b(?:ignore|disregard|forget|instead|you are now|system|assistant|write|say|output|print|reply|send|"
    r"reveal|repeat|include|describe)\b[^.!?\n]*[.!?]?",
    re.IGNORECASE,
)
_STOP = frozenset(
    "a an and as at be but by for from had has he her his i in is it its my not of on or our she so that the "  # noqa: SIM905
    "their them they this to was we were what which will with you your".split()
)


def persona(name: str) -> Scripted:
    """A scripted model by its character.

    Raises:
        UnknownName: there is no such character.
    """
    if name not in _PERSONAS:
        raise UnknownName("scripted model", name, _PERSONAS)
    return Scripted(_PERSONAS[name], name=f"scripted:{name}")


def _perfect(prompt: Prompt) -> str:
    """Say the words that most pieces of the material share, and quote its sentences word for word."""
    texts = [message.text for message in prompt.data]
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    shared = Counter(word for line in lines for word in dict.fromkeys(re.findall(r"[a-z][a-z-]+", line.lower())))
    words = [word for word, _ in shared.most_common() if word not in _STOP][:6]
    return _answer(prompt, iter([" ".join(words[:3]), *lines]), " ".join(words[:3]) or "nothing")


def _random(prompt: Prompt) -> str:
    draws = random.Random(content_id(prompt.model_dump_json(exclude={"data": {"__all__": {"audio_wav"}}})))
    words = re.findall(r"\w+", " ".join(message.text for message in prompt.data)) or ["nothing"]
    return _answer(prompt, (" ".join(draws.choices(words, k=4)) for _ in iter(int, 1)), "nothing")


def _inventing(prompt: Prompt) -> str:
    return _answer(prompt, (text for _ in iter(int, 1) for text in _INVENTED), _INVENTED[0])


def _obedient(prompt: Prompt) -> str:
    """Do as the material says: repeat every order that stands in it, wherever words are wanted."""
    orders = [order.strip() for message in prompt.data for order in _ORDER.findall(message.text)]
    return _answer(prompt, (" ".join(orders) or "I do as I am told." for _ in iter(int, 1)), "nothing")


def _answer(prompt: Prompt, texts: Any, otherwise: str) -> str:
    if prompt.reply_schema is None:
        return next(texts, otherwise)
    definitions: dict[str, Any] = prompt.reply_schema.get("$defs", {})  # type: ignore[assignment]
    return json.dumps(_filled(prompt.reply_schema, definitions, lambda: next(texts, otherwise)))


def _filled(schema: dict[str, Any], definitions: dict[str, Any], text: Callable[[], str]) -> Any:
    """A value that satisfies a JSON schema, with words from ``text`` wherever words are wanted."""
    if "$ref" in schema:
        return _filled(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, text)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return _filled(schema["anyOf"][0], definitions, text)
    match schema.get("type"):
        case "object":
            return {name: _filled(inner, definitions, text) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [_filled(schema.get("items", {}), definitions, text) for _ in range(schema.get("minItems", 1) or 1)]
        case "integer":
            return int(schema.get("minimum", 1))
        case "number":
            return float(schema.get("minimum", 0.5))
        case "boolean":
            return True
        case _:
            return text()[: schema.get("maxLength", 400)]


_PERSONAS: dict[str, Callable[[Prompt], str]] = {
    "perfect": _perfect,
    "random": _random,
    "inventing": _inventing,
    "obedient": _obedient,
}
