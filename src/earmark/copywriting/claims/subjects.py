"""Whom a word of a review is said of: the product, a part of it, the buyer and theirs, or something else."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from earmark.copywriting.claims.tables import words
from earmark.copywriting.claims.valence import valence
from earmark.copywriting.english import singular_of

Whose = Literal["product", "part", "person", "kin", "body", "belonging", "rival", "seller", "nobody"]

_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
_DEEPEST = 6
_OWN_SHARE = 0.25


@dataclass(frozen=True)
class Subject:
    """Whom something is said of; ``noun`` names a part."""

    whose: Whose
    noun: str = ""
    token: Any = None


PRODUCT = Subject("product")
NOBODY = Subject("nobody")


def product_nouns(docs: Iterable[Any], name: str = "") -> tuple[str, ...]:
    """The nouns that mean the product: the head of its name, then what reviews call it, the most often first.

    Args:
        docs: parsed sentences, one review's after the other.
        name: of the product, as far as the shop gives it.
    """
    votes: Counter[str] = Counter()
    for doc in docs:
        for token in doc:
            if token.pos_ not in ("NOUN", "PROPN") or _closed(token.lemma_.lower()):
                continue
            determiners = {child.lower_ for child in token.children if child.dep_ in ("det", "poss")}
            bought = token.dep_ == "dobj" and token.head.lemma_ in _BUYING
            if determiners & {"this", "these"}:
                votes[token.lemma_.lower()] += 2
            elif bought:
                votes[token.lemma_.lower()] += 1
    most = max(votes.values(), default=0)
    agreed = [noun for noun, count in votes.most_common() if count >= 3 and count >= _OWN_SHARE * most]
    named = re.findall(r"[a-z]+", re.split(r" for | with |,|\(", name.lower())[0])[-1:]
    return tuple(dict.fromkeys((*map(singular_of, named), *named, *agreed)))


_BUYING = frozenset(["buy", "love", "recommend", "order", "purchase", "own", "get", "receive", "like", "use"])


def _closed(lemma: str) -> bool:
    lists = ("person", "kin", "body", "product", "seller", "like_parts")
    return any(lemma in words("subjects", name) for name in lists)


def of_noun(token: Any, own: frozenset[str]) -> Subject:
    """Whom a noun or pronoun means."""
    lemma, word = token.lemma_.lower(), token.lower_
    if word in words("subjects", "pronoun") or lemma in words("degree", "noun"):
        return PRODUCT
    if word in words("subjects", "person"):
        return Subject("kin" if word in ("he", "she") else "person", word, token)
    if lemma in words("subjects", "kin"):
        return Subject("kin", lemma, token)
    if lemma in words("subjects", "body") and not any(child.lower_ in ("the", "its") for child in token.children):
        return Subject("body", lemma, token)
    if lemma in words("subjects", "seller"):
        return Subject("seller", lemma, token)
    before = {child.lemma_.lower() for child in token.children if child.i < token.i}
    if before & words("subjects", "rival"):
        return Subject("rival", lemma, token)
    if lemma in own or lemma in words("subjects", "product"):
        return PRODUCT
    if any(
        child.dep_ == "poss" and child.lower_ in ("my", "our", "your", "her", "his", "their")
        for child in token.children
    ):
        return Subject("belonging", lemma, token)
    return Subject("part", _noun_phrase(token, own), token)


def _noun_phrase(token: Any, own: frozenset[str]) -> str:
    compounds = [child.lemma_.lower() for child in token.children if child.dep_ == "compound" and child.i < token.i]
    return " ".join([*(word for word in compounds[-1:] if word not in own), token.lemma_.lower()])


def clause_head(token: Any) -> Any:
    """The verb whose clause a token stands in, or the root of its sentence where there is none."""
    at = token
    for _ in range(_DEEPEST):
        if at.pos_ in ("VERB", "AUX") and at.dep_ not in ("aux", "auxpass", "amod"):
            return at
        if at.head == at:
            return at
        at = at.head
    return at


def holder(token: Any, own: frozenset[str]) -> Subject:
    """Whom the word says something of: the noun beside it, else the subject of its clause."""
    at = token
    while at.dep_ in ("amod", "compound", "nmod", "advmod", "npadvmod", "conj", "oprd") and at.head != at:
        if at.head.pos_ in ("NOUN", "PROPN") and at.dep_ in ("amod", "compound", "nmod"):
            return _attributive(at.head, own)
        if at.dep_ == "oprd":
            break
        at = at.head
    if at.pos_ in ("NOUN", "PROPN") and at.dep_ in ("nsubj", "nsubjpass"):
        return of_noun(at, own)
    verb = clause_head(at)
    if verb.pos_ not in ("VERB", "AUX"):
        return _fragment(verb, token, own)
    return subject_of(verb, own)


def _attributive(noun: Any, own: frozenset[str]) -> Subject:
    """Whom "a sturdy bag" is said of, by where the noun stands."""
    itself = of_noun(noun, own)
    verb = clause_head(noun)
    if noun.dep_ in ("attr", "oprd") and verb.pos_ in ("VERB", "AUX"):
        subject = subject_of(verb, own)
        if subject.whose == "product":
            names = noun.lemma_.lower() in _QUALITIES or valence(noun.lower_, noun.lemma_.lower()) < 0
            return itself if names or itself.whose in ("product", "rival", "seller") else PRODUCT
        return subject if subject.whose != "part" else itself
    return itself


_QUALITIES = frozenset(
    ["quality", "price", "value", "deal", "fit", "size", "color", "colour", "sound", "design", "gift"]
)


def _fragment(root: Any, token: Any, own: frozenset[str]) -> Subject:
    """Whom a sentence without a verb is about: "Great pockets!", "Very sturdy."."""
    subject = next((child for child in root.children if child.dep_ in _SUBJECTS), None)
    if subject is not None:
        return of_noun(subject, own)
    if root.pos_ in ("NOUN", "PROPN") and root != token:
        return of_noun(root, own)
    if token.pos_ in ("NOUN", "PROPN"):
        return of_noun(token, own)
    return PRODUCT


def subject_of(verb: Any, own: frozenset[str], depth: int = 0) -> Subject:
    """The subject of a verb, inherited through coordination and complements."""
    for child in verb.children:
        if child.dep_ in _SUBJECTS:
            if child.tag_ in ("WDT", "WP") or (child.lower_ == "that" and verb.dep_ == "relcl"):
                return of_noun(verb.head, own) if verb.dep_ == "relcl" else NOBODY
            if child.dep_.startswith("csubj"):
                return PRODUCT
            return of_noun(child, own)
    if any(child.dep_ == "expl" for child in verb.children):
        return PRODUCT
    head = verb.head
    if depth > _DEEPEST or head == verb:
        return _unsaid(verb)
    if verb.dep_ == "conj":
        return subject_of(head, own, depth + 1) if head.pos_ in ("VERB", "AUX") else holder(head, own)
    if verb.dep_ in ("relcl", "acl") and head.pos_ in ("NOUN", "PROPN", "PRON"):
        return of_noun(head, own)
    if verb.dep_ in ("xcomp", "ccomp", "acomp", "attr", "oprd", "advcl", "pcomp", "prep") and head != verb:
        if verb.dep_ in ("xcomp", "oprd"):
            objects = [child for child in head.children if child.dep_ == "dobj" and child.i < verb.i]
            if objects:
                return of_noun(objects[0], own)
        return subject_of(clause_head(head), own, depth + 1)
    return _unsaid(verb)


def _unsaid(verb: Any) -> Subject:
    """No subject at all: "Works great" is said of the product, "Buy two" of nobody, "Love it" by the buyer."""
    if verb.lemma_ in _BUYERS_VERBS:
        return Subject("person", "i")
    helped = any(child.dep_ in ("aux", "auxpass") for child in verb.children)
    if verb.tag_ in ("VB", "VBP") and verb.lemma_ in _ADVICE and not helped:
        return NOBODY
    return PRODUCT


_BUYERS_VERBS = frozenset(
    [
        "love",
        "like",
        "adore",
        "enjoy",
        "recommend",
        "buy",
        "order",
        "get",
        "receive",
        "purchase",
        "use",
        "wish",
        "need",
        "want",
        "take",
        "return",
        "hate",
        "think",
        "wear",
        "find",
        "hope",
        "try",
        "have",
    ]
)
_ADVICE = frozenset(
    [
        "be",
        "do",
        "go",
        "make",
        "let",
        "put",
        "give",
        "pay",
        "avoid",
        "spray",
        "check",
        "read",
        "beware",
        "spend",
        "stay",
    ]
)
