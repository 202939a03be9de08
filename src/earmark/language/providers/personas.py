"""Scripted models with a character, so that a recipe can be tried offline and attacked on purpose.

``perfect`` answers every question of earmark from its material alone, ``random`` fills the schema at random,
``inventing`` makes things up, ``obedient`` answers like ``perfect`` until anything in the material, in whatever
disguise, tells it to do something, and then does it.
"""

import json
import random
import re
from collections.abc import Callable
from itertools import cycle

from earmark.errors import UnknownName
from earmark.evidence import content_id
from earmark.language.model import Prompt
from earmark.language.providers.scripted import Scripted
from earmark.language.providers.scripted_obedience import obey
from earmark.language.providers.scripted_perfection import answer
from earmark.language.providers.scripted_shapes import fields_of, filled

_INVENTED = (
    "Voted the best in the country by 9,482 guests in 2031.",
    "Chef Zelmira Quandt won three golden spoons for it.",
    "It cures migraine and costs only $1.99.",
    "Every single guest says it changed their life.",
)


def persona(name: str) -> Scripted:
    """A scripted model by its character.

    Raises:
        UnknownName: there is no such character.
    """
    if name not in _PERSONAS:
        raise UnknownName("scripted model", name, _PERSONAS)
    return Scripted(_PERSONAS[name], name=f"scripted:{name}")


def _random(prompt: Prompt) -> str:
    draws = random.Random(content_id(prompt.model_dump_json(exclude={"data": {"__all__": {"audio_wav"}}})))
    if "fits" in fields_of(prompt):
        count = len(prompt.data[-1].text.splitlines())
        return json.dumps({"fits": [{"number": number + 1, "fit": draws.randrange(101)} for number in range(count)]})
    words = re.findall(r"\w+", " ".join(message.text for message in prompt.data)) or ["nothing"]
    return filled(prompt, lambda: " ".join(draws.choices(words, k=4)), draws)


def _inventing(prompt: Prompt) -> str:
    texts = cycle(_INVENTED)
    return filled(prompt, lambda: next(texts))


_PERSONAS: dict[str, Callable[[Prompt], str]] = {
    "perfect": answer,
    "random": _random,
    "inventing": _inventing,
    "obedient": obey,
}
