"""Private details that never come through: people's names, addresses, telephone numbers, e-mail, links.

A name is suspected, not proven: a capitalised word near a cue ("our waitress ...", "ask for ..."), after a title, or
on a list of common first names. What is suspected is left out; a seller who wants a name in gives it with ``--must``
or in the facts.
"""

import re
from collections.abc import Iterable
from importlib.resources import files

from earmark.copywriting.english import singular_of
from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.language.privacy import FIRST_NAMES

_AT, _DOT = r"(?:@|\(at\)|\[at\])", r"(?:\.|\(dot\)|\[dot\])"
_ENDINGS = r"(?:com|net|org|io|co|info|biz|example|shop)"
_STREET = r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|square|sq|place|pl|row|alley)"
_DETAILS = {
    "an e-mail address": re.compile(rf"[\w.+-]+\s?{_AT}\s?[\w-]+(?:\s?{_DOT}\s?\w{{2,}})+", re.IGNORECASE),
    "a link": re.compile(rf"\b(?:https?://|www\.)\S+|\b[\w-]+\.{_ENDINGS}\b\S*|!?\[[^\]]*\]\([^)]*\)", re.IGNORECASE),
    "a telephone number": re.compile(
        r"(?<!\w)(?:\+?\d{1,3}[\s.-]?)?(?:\(\d{2,4}\)[\s.-]?)?\d{3}[\s.-]\d{3,4}(?:[\s.-]?\d{2,4})?(?!\w)"
        r"|(?<!\d)\+?\d{9,15}(?!\d)"
    ),
    "an address": re.compile(
        rf"\b\d{{1,5}}[a-z]?\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w'-]*\s+){{1,3}}{_STREET}\b\.?", re.IGNORECASE
    ),
    "a handle": re.compile(r"(?<![\w.])@\w{2,}"),
}

_TITLES = r"(?:mr|mrs|ms|miss|dr|prof|sir|madam|chef|uncle|aunt|señor|monsieur)"
_CUES = (
    r"(?:manager|manageress|owner|waiter|waitress|server|bartender|barista|host|hostess|cashier|receptionist|chef|clerk|"
    r"technician|mechanic|agent|stylist|employee|supervisor|lady|named|called|name is|name was|"
    r"ask for|thanks to|thank you|thanks|kudos to|shout ?out to|service (?:from|by)|great from|helped by|served by)"
)
_AFTER_CUE = re.compile(rf"(?i:\b(?:{_CUES}|{_TITLES})\.?,?)\s+([A-Z][a-z]+(?:\s+[A-Z][a-z]+)?)")
_ACTS = r"(?:was|is|were|has|had|went|took|made|helped|gave|did|always|really|who|and her|and his|at the|'s)"
_WHO_ACTS = re.compile(rf"\b([A-Z][a-z]+)\s+{_ACTS}\b")


_DETERMINERS = "the|an?|our|my|their|his|her|your|this|that|these|those|every|each|all"
_EATEN = frozenset({"food", "drink", "dessert", "coffee"})


def _words_of(name: str) -> frozenset[str]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


_NOT_PEOPLE = _words_of("not_people.txt")


def private_detail_in(text: str) -> str | None:
    """What kind of contact detail a text gives away, or ``None``."""
    return next((kind for kind, pattern in _DETAILS.items() if pattern.search(text)), None)


def is_first_name(word: str) -> bool:
    """Whether a word is on the list of common first names."""
    return word.lower() in FIRST_NAMES


def names_in(text: str) -> set[str]:
    """Words of a text that look like the name of a private person."""
    found: set[str] = set()
    for match in _AFTER_CUE.finditer(text):
        found.update(word for word in match[1].split() if word.lower() not in _NOT_PEOPLE)
    for match in _WHO_ACTS.finditer(text):
        if is_first_name(match[1]):
            found.add(match[1])
    found.update(word for word in re.findall(r"\b[A-Z][a-z]+\b(?!['\u2019]t)", text) if is_first_name(word))
    return {word for word in found if word.lower() not in _NOT_PEOPLE}


def is_known_proper(word: str) -> bool:
    """Whether a capitalised word is known to name no person (an origin, a day, a dish)."""
    return word.lower() in _NOT_PEOPLE


def names_a_person(target: str, texts: Iterable[str], *, judged_as_people_are: bool = False) -> bool:
    """Whether what is judged may be a person's name, given what reviewers write of it.

    A target is suspected that follows a title or a cue ("our waitress ..."), or that reviewers mostly write with a
    capital inside a sentence, and is no known origin or dish; and one that is called kind or helpful, as people are,
    though no noun that takes an article ("the planner"), or though it is a thing to eat ("Basil was so friendly").

    Args:
        target: what is judged.
        texts: the sentences that speak of it, or the spans alone.
        judged_as_people_are: whether it is called kind, helpful, patient.
    """
    words = re.findall(r"[^\W\d_]+", target)
    if any(re.fullmatch(_TITLES, word, re.IGNORECASE) and word.lower() != "chef" for word in words):
        return True
    known = bool(words) and all(word.lower() in _NOT_PEOPLE for word in words)
    if not words or (known and not judged_as_people_are):
        return False
    head = words[-1].lower()
    said = [text for text in texts if head[:4] in text.lower()]
    suspects = {name.lower() for text in said for name in names_in(text)}
    if any(word.lower() in suspects for word in words):
        return True
    inside = [word for text in said for word in re.findall(r"(?<=[\w,;] )[^\W\d_]+", text) if word.lower() == head]
    if len(words) == 1 and inside and 2 * sum(word[0].isupper() for word in inside) > len(inside):
        return not known
    if not judged_as_people_are or len(words) > 1:
        return False
    memberships = load_lexicon().memberships
    classes = memberships.get(head) or memberships.get(singular_of(head)) or frozenset()
    common = rf"\b(?:{_DETERMINERS})(?: [a-z-]+){{0,2}} {re.escape(head)}\b"
    with_article = sum(len(re.findall(common, text.lower())) for text in said)
    bare = sum(word.lower() == head for text in said for word in re.findall(r"[^\W\d_]+", text)) - with_article
    return classes <= _EATEN and (bool(classes) or bare > with_article)
