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
_PLURAL_LIKE = ("ss", "us", "is", "as", "os")
_VOWEL_SOUND = re.compile(r"^(?:[aeio]|u(?!ni|se|ti|k|ra|ro)|hour|honest|8|11)", re.IGNORECASE)


def say_candidate(candidate: Candidate) -> str:
    """A candidate as it stands in a sentence: ``a dog barking``, ``heavy rain``, ``something small``."""
    words, parts = candidate.text.split(), candidate.parts
    if candidate.kind == "acoustic":
        return say_sound([candidate.text])
    if len(words) == 1:
        return _say_word(words[0], parts[0] if parts else "noun", candidate.lemmas[0])
    if len(words) != len(parts):
        return candidate.text
    if parts[-1] == "verb":
        return _say_action(words[0], words[1], candidate.lemmas[1])
    return _with_article(candidate.text, words[-1])


def say_sound(adjectives: Sequence[str]) -> str:
    """Adjectives alone: ``a high-pitched, abrupt sound``; phrases follow: ``a quiet sound, broken by silence``."""
    before = [adjective for adjective in adjectives if not _follows_its_noun(adjective)]
    after = [adjective for adjective in adjectives if _follows_its_noun(adjective)]
    said = f"{', '.join(before)} sound".strip()
    whole = f"{article(said)} {said}"
    return f"{whole}{',' if before else ''} {join_with(after, 'and')}" if after else whole


def say_claim(things: Sequence[Candidate], sounds: Sequence[Candidate]) -> str:
    """One claim: what is heard, then how it sounds.

    >>> dog = Candidate("dog barking", "words", ("dog", "bark"), ("noun", "verb"))
    >>> high = Candidate("high-pitched", "acoustic", ("high-pitched",))
    >>> say_claim([dog], [high])
    'a dog barking; high-pitched'
    """
    if not things:
        return say_sound([sound.text for sound in sounds])
    heard = join_with([say_candidate(thing) for thing in things], "and")
    if not sounds:
        return heard
    said = sorted((sound.text for sound in sounds), key=_follows_its_noun)
    return f"{heard}; {join_with(said, 'and')}"


def say_description(claims: Sequence[str]) -> str:
    """All claims in one sentence: one claim as it stands, several as alternatives."""
    if len(claims) == 1:
        return claims[0]
    plain = [claim.replace("; ", ", ", 1) for claim in claims]
    return f"either {', or '.join(plain)}"


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


def _follows_its_noun(adjective: str) -> bool:
    """Whether an attribute is a participle phrase: ``broken by silence``, not ``rapidly repeating``."""
    return " by " in adjective


def _say_word(word: str, part: str, lemma: str) -> str:
    if part == "verb" and not _is_past_participle(word, lemma):
        return word if word.endswith("ing") else gerund(lemma)
    if part in ("adjective", "verb"):
        return f"something {word}"
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
