"""Private details that never come through: whatever :mod:`earmark.language.personal_data` calls private.

A name is suspected, not proven, and what is suspected is left out; a seller who wants a name in gives it with
``--must`` or in the facts.
"""

import re
from collections.abc import Iterable

from earmark.copywriting.english import singular_of
from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.language.personal_data.details import details_in
from earmark.language.personal_data.names import NAME, NOT_PEOPLE, TITLES

_DETERMINERS = "the|an?|our|my|their|his|her|your|this|that|these|those|every|each|all"
_EATEN = frozenset({"food", "drink", "dessert", "coffee"})


def private_detail_in(text: str) -> str | None:
    """What kind of contact detail or number a text gives away, or ``None``; names apart."""
    return next((detail.kind.noun for detail in details_in(text) if detail.kind != NAME), None)


def names_in(text: str) -> set[str]:
    """Words of a text that look like the name of a private person."""
    names = (text[detail.start : detail.end] for detail in details_in(text) if detail.kind == NAME)
    return {word for name in names for word in re.findall(r"[^\W\d_]{2,}", name) if word.lower() not in NOT_PEOPLE}


def is_known_proper(word: str) -> bool:
    """Whether a capitalised word is known to name no person (an origin, a day, a dish)."""
    return word.lower() in NOT_PEOPLE


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
    if any(re.fullmatch(TITLES, word, re.IGNORECASE) for word in words):
        return True
    known = bool(words) and all(word.lower() in NOT_PEOPLE for word in words)
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
