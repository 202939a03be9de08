"""Number, agreement and lists: the little English that every sentence needs."""

import re
from collections import Counter
from collections.abc import Sequence

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "knife": "knives",
    "loaf": "loaves",
    "shelf": "shelves",
    "foot": "feet",
    "tooth": "teeth",
    "half": "halves",
    "leaf": "leaves",
    "tomato": "tomatoes",
    "potato": "potatoes",
}
_SINGULAR_OF = {plural: singular for singular, plural in _IRREGULAR.items()}

# Singular words that end in s, and words that are the same in both numbers.
_ENDS_IN_S = {
    "asparagus", "atlas", "bass", "bias", "bus", "business", "canvas", "chaos", "class", "couscous", "dress", "express",
    "focus", "gas", "glass", "grass", "harness", "hibiscus", "hummus", "lens", "mattress", "mess", "molasses", "news",
    "octopus", "plus", "press", "process", "sickness", "status", "stress", "surplus", "swiss", "wellness", "wireless",
}  # fmt: skip
_ALWAYS_PLURAL = {"people", "fries", "scissors", "headphones", "earphones", "glasses", "jeans", "trousers", "shorts"}
_PRONOUNS = {"everything", "everyone", "nothing", "something"}


def plural_of(word: str) -> str:
    """The plural of a lower-case noun."""
    if word in _ALWAYS_PLURAL or word in _SINGULAR_OF:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    return word + "s"


def singular_of(word: str) -> str:
    """The singular of a lower-case noun; a word that is singular already stays."""
    if word in _SINGULAR_OF:
        return _SINGULAR_OF[word]
    if word in _ENDS_IN_S or not word.endswith("s") or word.endswith(("ss", "us")) or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4 and word not in ("cookies", "movies", "pies", "smoothies", "brownies"):
        return word[:-3] + "y"
    if word.endswith("uses") and len(word) < 7:
        return word[:-2]
    if word.endswith(("xes", "ches", "shes", "zzes", "sses")):
        return word[:-2]
    return word[:-1]


def noun_key(phrase: str) -> str:
    """A noun phrase by which its numbers and spellings meet: lower case, last word in the singular."""
    words = re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", phrase.lower())
    if not words:
        return ""
    return " ".join((*words[:-1], singular_of(words[-1])))


def in_number_of(target: str, texts: Sequence[str]) -> tuple[str, bool]:
    """The target in the number that reviewers use, and whether that is the plural.

    Args:
        target: a lemma or noun phrase.
        texts: the spans that speak of it.
    """
    *front, head = target.split() or [""]
    lower = head.lower()
    if lower in _PRONOUNS:
        return target, False
    if lower in _ALWAYS_PLURAL:
        return target, True
    one, many = singular_of(lower), plural_of(singular_of(lower))
    seen = Counter(word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower()) if word in (one, many))
    is_plural = seen[many] > seen[one] if seen else lower == many and one != many
    return " ".join((*front, (many if is_plural else one) if lower in (one, many) else head)), is_plural


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capitalised(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


# Verbs that phrases use of the voices: (one guest ..., several guests ...).
_THIRD_PERSON = {"have": "has", "are": "is", "do": "does", "go": "goes"}


def agrees(verb: str, many: bool) -> str:
    """A present-tense verb in the number of its subject."""
    if many:
        return verb
    if verb in _THIRD_PERSON:
        return _THIRD_PERSON[verb]
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(s|x|z|ch|sh)$", verb) else "s")
