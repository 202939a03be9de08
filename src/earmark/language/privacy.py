"""What is masked in a text before it leaves the machine: e-mails, links, phone and card numbers, and names of people.

Names are recognised by how English introduces people ("the manager John", "my name is", "ask for", "thanks to"),
which finds the ones that reviews hold most often and never all of them; a test says which.
"""

import re
from collections.abc import Callable

from earmark.evidence import Record
from earmark.language.budget import counted
from earmark.language.model import LanguageModel, Prompt, Reply


class Masked(Record):
    """A text with what was private taken out."""

    text: str
    found: tuple[str, ...]
    """The kinds of what was masked, in order: ``e-mail``, ``link``, ``number``, ``name``."""


_EMAIL = re.compile(r"[\w.+'-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w{2,}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)(?:\+?\(?\d[\d\s().\-/]{5,}\d)(?!\w)")
_ROLE = (
    "manager|owner|chef|server|waiter|waitress|bartender|host|hostess|receptionist|stylist|barber|doctor|dr|nurse|"
    "agent|cashier|clerk|employee|technician|driver|mr|mrs|ms|miss|sir|lady|guy|girl|boy|man|woman|supervisor"
)
_INTRODUCED = (
    "my name is|name was|named|called|ask for|asked for|thanks to|thank you|shout ?out to|kudos to|served by|"
    "helped by|spoke (?:to|with)|talked (?:to|with)"
)
_PERSON = r"(?-i:[A-Z][a-z]+(?:[-'][A-Z][a-z]+)?(?:\s(?:[A-Z]\.|[A-Z][a-z]+)){0,2})"
_NAME = re.compile(
    rf"\b(?:(?:{_ROLE})\.?,?|(?:{_INTRODUCED})(?: (?:our|the|my|a) (?:{_ROLE}))?),?\s(?P<name>{_PERSON})", re.IGNORECASE
)
# Capitalised words after such an introduction that are not people.
_NOT_NAMES = {
    "The",
    "This",
    "That",
    "They",
    "He",
    "She",
    "It",
    "We",
    "You",
    "I",
    "And",
    "But",
    "For",
    "Not",
    "No",
    "So",
}


def mask(text: str) -> Masked:
    """Replace what is private by a word in square brackets."""
    found: list[str] = []

    def as_kind(kind: str) -> Callable[[re.Match[str]], str]:
        def replace(_: re.Match[str]) -> str:
            found.append(kind)
            return f"[{kind}]"

        return replace

    def name(match: re.Match[str]) -> str:
        if match["name"].split()[0] in _NOT_NAMES:
            return match[0]
        found.append("name")
        return match[0][: match.start("name") - match.start()] + "[name]"

    text = _EMAIL.sub(as_kind("e-mail"), text)
    text = _LINK.sub(as_kind("link"), text)
    text = _NUMBER.sub(as_kind("number"), text)
    text = _NAME.sub(name, text)
    return Masked(text=text, found=tuple(found))


class MaskingModel:
    """A language model that never sees what is private in its material; our own instructions hold nothing private.

    A quotation of a masked word stands in no review, so whatever checks replies against the evidence drops it.

    Args:
        model: who is asked, beyond this machine.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = counted(model)
        self.name, self.budget = self._model.name, self._model.budget

    def reply(self, prompt: Prompt) -> Reply:
        """Answer from masked material."""
        data = tuple(message.model_copy(update={"text": mask(message.text).text}) for message in prompt.data)
        return self._model.reply(prompt.model_copy(update={"data": data}))
