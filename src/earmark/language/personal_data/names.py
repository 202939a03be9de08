"""Names of people: beside a title, a role or a cue, before what only people do, under a letter; first names anywhere.

A name is suspected, not proven. In a text with capitals a capital is the evidence, and the place beside a title or a
role tells a person from a brand; in one without (all small, all capitals), only the closest places and the list count.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files

from earmark.language.personal_data.other_scripts import find_in_other_scripts
from earmark.language.personal_data.pattern import Kind

NAME = Kind("name", "a name")


def _words_of(name: str) -> frozenset[str]:
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


FIRST_NAMES = _words_of("first_names.txt")
"""First names that are common somewhere, in small letters."""
NOT_PEOPLE = _words_of("not_people.txt")
"""Words that are written with a capital and name no person (an origin, a day, a dish), in small letters."""

_DATA = tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
_NEVER = NOT_PEOPLE | frozenset(_DATA["never"].split())
_LISTED = FIRST_NAMES - NOT_PEOPLE - frozenset(_DATA["also_words"].split())
_ROLE_WORDS = frozenset(f"{role}{plural}" for role in _DATA["roles"].split() for plural in ("", "s"))
TITLES, _ROLES, _RELATIONS, _DEEDS = ("|".join(_DATA[key].split()) for key in ("titles", "roles", "relations", "deeds"))
_CUES, _CLOSINGS = ("|".join(_DATA[key]) for key in ("cues", "closings"))

# Letters of every script that tells capitals from small ones.
_SCRIPTS = (*range(0x250), *range(0x370, 0x590), *range(0x1E00, 0x2000))
_UPPER = "".join(chr(code) for code in _SCRIPTS if chr(code).isupper())
_LOWER = "".join(chr(code) for code in _SCRIPTS if chr(code).islower())

_ONE = rf"(?-i:(?:[{_UPPER}]')?[{_UPPER}][{_LOWER}][^\W\d_]*(?:[-'][{_UPPER}][^\W\d_]+)?)"
_PARTICLE = r"(?-i:de|da|del|della|di|van|von|der|den|la|le|bin|ibn|al|el|dos|du|ter)"
_INITIAL = rf"(?-i:[{_UPPER}]\.)"
_PERSON = rf"\b(?:{_INITIAL} ?){{0,2}}{_ONE}(?: (?:{_INITIAL}|(?:{_PARTICLE} ){{0,2}}{_ONE})){{0,3}}"
_PEOPLE = rf"(?P<name>{_PERSON}(?:(?:,| and| &|, and) {_PERSON})*)"
_WORD = r"\b[^\W\d_]{2,}(?:[-'][^\W\d_]+)?"
_IS = "(?:was|were|is|are|war|waren|ist|sind|era|eran|fue|es|è|é|foi|était|est|była|był)"
_OUR = r"(?:(?:our|the|my|a|an|your|such an?|unsere?|meine?|nuestr[ao]|mi|notre|mon|ma|la|il|el|nossa?o?|nasz[ae]?) )"
_LINK = r"(?:and|but|when|if|with|because|so|that|for|to|of|by|from|in|at|until|not|or|while|who|the|our|my)\b"
_BETWEEN = rf"(?:(?!{_LINK})[\w-]+ ){{0,2}}"
_CLAUSE = r"(?:^|[.!?,;:\n]\s*|\b(?:and|but) )"
_CLAUSE_END = r"(?=\s*(?:[.!?,;:)\n]|$| -| and\b| who\b| at\b| for\b| was\b| is\b))"

_INTRODUCED = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"\b(?:{TITLES})\.?(?: (?:(?:&|and) )?(?:{TITLES})\.?)* {_PEOPLE}",
        rf"\b(?:{_ROLES}|{_RELATIONS})s?(?:'s name)?(?:,|:| -|,? named| called| {_IS})? \(?{_PEOPLE}",
        rf"\b(?:{_CUES}),? (?:{_OUR}(?:(?:\w+ )?(?:{_ROLES}),? |(?-i:[a-z]+ )))?\(?{_PEOPLE}",
        rf"\b(?:{_ROLES})s? (?-i:[a-z']+ ){{1,6}}(?:was|is|were|named|called) {_PEOPLE}",
        rf"\b(?:counter|desk|register|bar|reception|phone), {_PEOPLE},",
        rf"\bthis is {_PEOPLE} (?:speaking|here|from)\b",
        rf"\b(?P<name>{_INITIAL} ?(?:{_INITIAL} ?)?{_ONE})",
        rf"(?:^|[.!?]\s*)(?:--?|~)\s?{_PEOPLE}\s*$",
    )
)
_ACTING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_PEOPLE}(?:,| \(| as|, who {_IS}| the| {_IS}|'s)? {_OUR}?{_BETWEEN}(?:{_ROLES})s?\b",
        rf"{_PEOPLE} and (?:his|her) (?:team|crew|staff|wife|husband|partner|assistant|colleagues?)\b",
        rf"(?<!the )(?<!at )(?<!of ){_PEOPLE}(?: (?:also|always|really|even|then|kindly|personally))? (?:{_DEEDS})\b",
        rf"{_PEOPLE}(?:,? who\b|,? you(?:'re| are| were| rock)\b| {_IS} [^.!?]{{0,60}}\b(?:he|she|his|her)\b)",
        rf"{_PEOPLE} (?:at|behind|from) (?:the )?(?:front desk|desk|counter|register|reception|customer service)\b",
        rf"{_PEOPLE}'s (?:smile|attitude|kindness|patience|hospitality|personality|help|attentiveness|section)\b",
    )
)
_ROLE_ANY_CASE = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"{_CLAUSE}(?P<name>{_WORD}(?: (?:(?:and|&) )?{_WORD})?) {_IS} (?:our|my) {_BETWEEN}(?:{_ROLES})s?\b",
        rf"\b(?:{_ROLES})(?:'s)? name (?:was|is) (?P<name>{_WORD}(?: {_WORD})?){_CLAUSE_END}",
    )
)
_NAMED = r"my name is|name(?:'s| was)|named|me llamo|je m'appelle|ich heiße|mrs?\.?|(?:kudos|props|shout[ -]?outs?) to"
_CALLED = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"\b(?:{_NAMED}) (?P<name>{_WORD}(?: {_WORD})?){_CLAUSE_END}",
        rf"(?:^|[.!?\n]\s*)(?:{_CLOSINGS})\s*(?:[,\n-]+)\s*(?P<name>{_WORD}(?: {_WORD}){{0,2}})\s*[.!]?\s*$",
    )
)
_PLACED = re.compile(
    rf"\b(?:(?:our|the|my) (?:{_ROLES}),?(?: was| is)?|{_CUES}) (?P<name>{_WORD})\b"
    rf"|(?P<subject>{_WORD}(?: {_WORD})?),? (?:(?:was|is) )?(?:our|my|the) {_BETWEEN}(?:{_ROLES})s?\b"
    rf"|(?P<doer>{_WORD}) (?:{_DEEDS})\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(rf"\b(?:{_ROLES}) (?:was|is|were) (?P<name>{_WORD}){_CLAUSE_END}", re.IGNORECASE)
# What is said of a person rather than who it is, by its ending.
_JUDGING = re.compile(rf".*(?:{'|'.join(_DATA['judging_endings'].split())})|{'|'.join(_DATA['judging'].split())}")
_CAPITALS = re.compile(rf"\b(?P<name>{_PERSON}|[{_UPPER}]{{4,}})\b(?!'t)")
# A capital that does not only begin the text.
_INNER_CAPITAL = re.compile(rf"(?<=\W)[{_UPPER}][{_LOWER}]")
_SENTENCE_START = re.compile(r"(?:^|[.!?\n]\W*)$")


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Where a plain text may name a person; spans may overlap."""
    yield from find_in_other_scripts(text)
    words = frozenset(re.findall(r"[^\W\d_]+", text.lower()))
    # A word that the text also writes small is no name ("Parking was ..., the parking").
    common = frozenset(word for word in re.findall(r"[^\W\d_]+", text) if word.islower()) - FIRST_NAMES
    if _INNER_CAPITAL.search(text):
        yield from _names_by(_INTRODUCED, text, lambda word: word not in _NEVER)
    yield from _names_by(_CALLED, text, lambda word: word not in _NEVER)
    yield from _names_by(_ACTING, text, lambda word: word not in _NEVER | common | _ROLE_WORDS)
    if words & _ROLE_WORDS:
        yield from _names_by(_ROLE_ANY_CASE, text, lambda word: word not in _NEVER)
        yield from _names_by((_PREDICATE,), text, lambda word: word not in _NEVER and not _JUDGING.fullmatch(word))
    if words & _LISTED:
        yield from _names_by((_PLACED,), text, _LISTED.__contains__)
        yield from _first_names_in(text)


def _names_by(patterns: Iterable[re.Pattern[str]], text: str, fits: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """The names that expressions find, each from the first word that may be one."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield from _trimmed(match, fits)


def _first_names_in(text: str) -> Iterator[tuple[int, int]]:
    """First names wherever they stand, unless inside what is called after somebody ("a Les Paul")."""
    for match in _CAPITALS.finditer(text):
        for start, end in _trimmed(match, _LISTED.__contains__):
            before = re.findall(r"[^\W\d_]+", text[match.start() : start].lower())
            if _NEVER.issuperset(before) or _SENTENCE_START.search(text[: match.start()]):
                yield start, end


def _trimmed(match: re.Match[str], fits: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    start = match.start(str(match.lastgroup))
    words = list(re.finditer(r"[^\W\d_]+", match[str(match.lastgroup)]))
    while words and not fits(words[0][0].lower()):
        if words.pop(0)[0].lower() == "the":  # a place or a product: "The Copper Ladle"
            return
    while words and words[-1][0].lower() in _NEVER:
        words.pop()
    if words:
        yield start + words[0].start(), start + words[-1].end()
