"""Phrases to plain English: articles, gerunds, and one sentence for a whole description."""

import re
from collections.abc import Sequence

from earmark.dissection.describing.features import Candidate

_MASS = frozenset(
    re.findall(
        r"\w+",
        "air applause audio bass breath chatter cheering clapping clatter crackle static coughing crying dirt drizzle "
        "electricity feedback fire foliage gas glass grass gravel hail hiss ice jazz laughter leather machinery metal "
        "mud music news noise paper percussion plastic rain reverb reverberation rock rust sand screaming shouting "
        "silence singing smoke snow speech steam surf talk thunder traffic turbulence typing vinyl water wax weather "
        "wind wood wool birdsong rainfall snoring drumming whistling knocking dripping people children men women mice",
    )
)
"""Nouns that take no indefinite article."""
_LIVING = frozenset(
    re.findall(
        r"\w+",
        "adult animal baby bee bird boy cat chicken child cicada cow cricket crow crowd dog duck fly frog girl goat "
        "goose hen horse human infant insect kitten lion man mosquito mouse owl people person pig puppy rooster "
        "seagull sheep sparrow turkey woman",
    )
)
"""Nouns that a quality of sound does not fit: not a tonal infant, but its tonal sound."""
_PLURAL_LIKE = ("ss", "us", "is", "as", "os")
_VOWEL_SOUND = re.compile(r"^(?:[aeio]|u(?!ni|se|ti|k|ra|ro)|hour|honest|8|11)", re.IGNORECASE)


def say_candidate(candidate: Candidate) -> str:
    """A candidate that names something, as it stands in a sentence: ``a dog barking``, ``heavy rain``."""
    words, parts = candidate.text.split(), candidate.parts
    if len(words) == 1:
        return _say_word(words[0], parts[0] if parts else "noun", candidate.lemmas[0])
    if len(words) != len(parts):
        return candidate.text
    if parts[-1] == "verb":
        return _say_action(words[0], words[1], candidate.lemmas[1])
    return _with_article(candidate.text, words[-1])


def say_sound(adjectives: Sequence[str], of: str = "") -> str:
    """Adjectives alone: ``a high-pitched, abrupt sound``; phrases follow: ``a quiet sound broken by silence``."""
    before, after = _around_the_noun(adjectives)
    said = f"{', '.join(before)} sound".strip()
    return " ".join(part for part in (article(said), said, f"of {of}" if of else "", after) if part)


def say_claim(candidates: Sequence[Candidate]) -> str:
    """One claim: what is heard and how it sounds, in the order of importance.

    >>> rain = Candidate("rain", "words", ("rain",), ("noun",))
    >>> dog = Candidate("dog barking", "words", ("dog", "bark"), ("noun", "verb"))
    >>> high = Candidate("high-pitched", "acoustic", ("high-pitched",))
    >>> say_claim([rain, high])
    'high-pitched rain'
    >>> say_claim([dog, high])
    'a high-pitched sound of a dog barking'
    """
    things = [candidate for candidate in candidates if not _is_quality(candidate)]
    qualities = list(dict.fromkeys(candidate.text for candidate in candidates if _is_quality(candidate)))
    if not things:
        return say_sound(qualities)
    heard = join_with([say_candidate(thing) for thing in things], "and")
    if not qualities:
        return heard
    if len(things) == 1 and _may_be_qualified(things[0]):
        return _qualified(things[0], qualities)
    return say_sound(qualities, of=heard)


def say_description(claims: Sequence[str]) -> str:
    """All claims in one sentence: one claim as it stands, several as alternatives.

    >>> say_description(["a dark hum", "rain", "a dog barking"])
    'either a dark hum, rain or a dog barking'
    >>> say_description(["a dark, rough hum", "rain"])
    'either a dark, rough hum, or rain'
    """
    if len(claims) == 1:
        return claims[0]
    # A comma, an "and" or an "of" inside of an alternative would reach over into the next.
    entangled = any(re.search(r",| and | of ", claim) for claim in claims)
    return f"either {', or '.join(claims) if entangled else join_with(claims, 'or')}"


def join_with(items: Sequence[str], word: str) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def article(words: str) -> str:
    """``an`` before a vowel sound, else ``a``."""
    return "an" if _VOWEL_SOUND.match(words) else "a"


def gerund(lemma: str) -> str:
    """The -ing form of a verb: ``ring`` to ``ringing``, ``drip`` to ``dripping``, ``sneeze`` to ``sneezing``."""
    if lemma.endswith("ing") and len(lemma) > 5:
        return lemma
    if lemma.endswith("ie"):
        return f"{lemma[:-2]}ying"
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
        return f"{lemma[:-1]}ing"
    if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", lemma):
        return f"{lemma}{lemma[-1]}ing"
    return f"{lemma}ing"


def _is_quality(candidate: Candidate) -> bool:
    """Whether a candidate says what a sound is like, and names nothing: measured, an adjective, or ``muffled``."""
    if candidate.kind == "acoustic":
        return True
    if len(candidate.parts) != 1:
        return False
    (part,) = candidate.parts
    return part == "adjective" or (part == "verb" and _is_past_participle(candidate.text, candidate.lemmas[0]))


def _around_the_noun(adjectives: Sequence[str]) -> tuple[list[str], str]:
    """Attributes that stand before a noun, and those that follow it (``broken by silence``)."""
    before = [adjective for adjective in adjectives if " by " not in adjective]
    return before, join_with([adjective for adjective in adjectives if " by " in adjective], "and")


def _may_be_qualified(thing: Candidate) -> bool:
    """Whether qualities of sound may stand before it: before a hum, not before a dog, nor a dog barking."""
    acts = len(thing.parts) > 1 and thing.parts[-1] == "verb"
    return not acts and not _LIVING & {thing.text.split()[-1], thing.lemmas[-1]}


def _qualified(thing: Candidate, qualities: Sequence[str]) -> str:
    """One named thing with its qualities around it: ``a dark, steady hum broken by silence``, ``dark, heavy rain``."""
    before, after = _around_the_noun(qualities)
    heard = say_candidate(thing)
    bare = re.sub(r"^an? ", "", heard)
    comma = "," if before and len(thing.parts) > 1 and thing.parts[0] == "adjective" else ""
    said = f"{', '.join(before)}{comma} {bare}".strip()
    return f"{said if bare == heard else _with_article(said, bare.split()[-1])} {after}".strip()


def _say_word(word: str, part: str, lemma: str) -> str:
    if part == "verb":
        return word if word.endswith("ing") else gerund(lemma)
    return _with_article(word, word)


def _is_past_participle(word: str, lemma: str) -> bool:
    """``lost``, ``broken`` and ``muffled`` say what a sound is like; ``bark`` and ``barks`` what something does."""
    return word != lemma and word.endswith(("ed", "en", "t"))


def _say_action(noun: str, verb: str, lemma: str) -> str:
    if verb.endswith("ing"):
        return _with_article(f"{noun} {verb}", noun)
    if _is_past_participle(verb, lemma):
        return _with_article(f"{verb} {noun}", noun)
    return _with_article(f"{noun} {gerund(lemma)}", noun)


def _with_article(words: str, noun: str) -> str:
    plural = noun.endswith("s") and not noun.endswith(_PLURAL_LIKE)
    if plural or noun in _MASS or noun.endswith("ing"):
        return words
    return f"{article(words)} {words}"
