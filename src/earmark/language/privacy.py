"""What is masked in a text before it leaves the machine: e-mails, links, numbers, addresses, and names of people.

Names are recognised by how English introduces people ("the manager John", "Maria was our server", "thanks to") and by a
list of common first names, which finds the ones that reviews hold most often and never all of them; a test says which.
"""

import re
from collections.abc import Callable
from importlib.resources import files

from earmark.evidence import Record
from earmark.language.budget import counted
from earmark.language.model import LanguageModel, Prompt, Reply


class Masked(Record):
    """A text with what was private taken out."""

    text: str
    found: tuple[str, ...]
    """The kinds of what was masked: ``e-mail``, ``link``, ``address``, ``number``, ``name``."""


FIRST_NAMES = frozenset(
    word
    for line in files("earmark.language").joinpath("first_names.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""Common first names, in small letters."""

_EMAIL = re.compile(
    r"[\w.+'-]+\s?(?:@|(?i:\(at\)|\[at\]))\s?[\w-]+(?:\s?(?:\.|(?i:\(dot\)|\[dot\]))\s?[\w-]+)+"
    r"|[\w.+-]+ AT [\w-]+(?: DOT [\w-]+)+"
)
_ENDINGS = r"(?:com|net|org|io|co|info|biz|example|shop|me|app|dev|uk|de|fr)"
_LINK = re.compile(
    rf"(?:https?://|www\.)\S+|(?<![\w.])@\w{{2,}}|\b[\w-]+(?:\.[\w-]+)*\.{_ENDINGS}\b(?:/\S*)?", re.IGNORECASE
)
_STREET = r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Way|Court|Square|Row|Alley)"
_ADDRESS = re.compile(rf"\b\d{{1,5}}[a-z]?\s+(?:[A-Z][\w'-]*\s+){{1,3}}{_STREET}\b\.?")
# Two years are no telephone number.
_YEARS = r"(?:19|20)\d\d\s?[-/\u2013]\s?(?:19|20)\d\d(?!\d)"
_NUMBER = re.compile(rf"(?<!\w)(?!{_YEARS})(?:[A-Z]{{2}}\d\d )?(?:\+?\(?\d[\d\s().\-/]{{5,}}\d)(?!\w)")
_ROLE = (
    "manager|manageress|owner|chef|server|waiter|waitress|bartender|barista|host|hostess|receptionist|stylist|barber|"
    "doctor|dr|nurse|agent|cashier|clerk|employee|technician|mechanic|driver|mr|mrs|ms|miss|sir|lady|guy|girl|boy|man|"
    "woman|supervisor|assistant|guide|teacher|dentist"
)
_INTRODUCED = (
    "my name is|name is|name was|named|called|ask for|asked for|thanks to|thanks|thank you|shout ?out to|kudos to|"
    "served by|helped by|seated by|spoke (?:to|with)|talked (?:to|with)"
)
_CUE = rf"(?:mr|mrs|ms|dr)\.|(?:{_ROLE}),?|(?:{_INTRODUCED})(?: (?:our|the|my|a) (?:{_ROLE}))?"
_LETTERS = "A-Z\u00c0-\u00d6\u00d8-\u00de"
_ONE = rf"(?-i:(?:[{_LETTERS}]['\u2019])?[{_LETTERS}][^\W\d_]+(?:[-'\u2019][{_LETTERS}][^\W\d_]+)?)"
_PERSON = rf"{_ONE}(?:\s(?:(?-i:[A-Z])\.|{_ONE})){{0,2}}"
_PEOPLE = rf"{_PERSON}(?:(?:,| and| &)\s{_PERSON})*"
_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:{_CUE}),?\s\(?(?P<name>{_PEOPLE})",
        rf"(?P<name>{_PERSON})(?:,| (?:was|is|were|as)) (?:our|the|my|a|an) (?:\w+ )?(?:{_ROLE})\b",
        r"\bmy name is (?P<name>[^\W\d_]+(?: [^\W\d_]+)?)(?=[.,!?]|$| and\b)",
    )
)
_CAPITALISED = re.compile(rf"\b(?P<name>{_PERSON})")
# Capitalised words after such an introduction that are not people.
_NOT_NAMES = frozenset(
    "The This That These Those There Here What Who They He She It We You I And But For Not No So Everyone Everything "  # noqa: SIM905
    "All Our My Your God Again Very Much Great Good Best".split()
)
# First names that are words or months as well: only an introduction makes people of them.
_ALSO_WORDS = frozenset("will mark grace april joy jack bill rob sue may june august hope faith rose art".split())  # noqa: SIM905


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
        start, end = (place - match.start() for place in match.span("name"))
        return f"{match[0][:start]}[name]{match[0][end:]}"

    def known(match: re.Match[str]) -> str:
        first = re.split(r"[\s'\u2019-]", match["name"])[0].lower()
        return name(match) if first in FIRST_NAMES and first not in _ALSO_WORDS else match[0]

    text = _EMAIL.sub(as_kind("e-mail"), text)
    text = _LINK.sub(as_kind("link"), text)
    text = _ADDRESS.sub(as_kind("address"), text)
    text = _NUMBER.sub(as_kind("number"), text)
    for pattern in _NAMES:
        text = pattern.sub(name, text)
    text = _CAPITALISED.sub(known, text)
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
