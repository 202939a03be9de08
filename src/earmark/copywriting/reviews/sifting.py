"""Which reviews may be used: duplicates folded; paid-for, empty, boilerplate and foreign ones set aside."""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from earmark.copywriting.reviews.records import Review

_NEAR = 0.8
"""Jaccard similarity of word triples from which two reviews of a product are one."""
_HASHES, _BAND = 32, 4

_NOT_PAID = re.compile(
    r"\b(?:not|never|n't|nobody|no one|without being)\b[^.!?]{0,30}(?:paid|compensated|sponsored|receive|given|gifted)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_ENGLISH_WORDS = (
    "the a an and or but of to in on at for with from is are was were be been am it its it's this that these those i"
    " we you he she they my our your their me us them not no so very too as if when will would can could have has had"
    " do does did don't didn't there here all by out up about just get got go again really place food good great"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
# Languages that are told from English by a closed list of names, for the sentence that people read.
_LANGUAGES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "tr": "Turkish", "ru": "Russian",
    "ja": "Japanese", "zh": "Chinese", "ko": "Korean", "ar": "Arabic", "el": "Greek", "cs": "Czech",
}  # fmt: skip


def reason_to_set_aside(review: Review, language: str | None) -> str | None:
    """Why a review may not be used, or ``None``.

    Args:
        review: the review, cleaned.
        language: what its own column says, where there is one.
    """
    words = _WORD.findall(review.text)
    if not words:
        return "empty" if not review.text.strip() else "no words"
    if is_blank(review.text) or patterns("boilerplate").fullmatch(review.text.strip(" .!\n")):
        return "boilerplate"
    if patterns("paid_for").search(review.text) and not _NOT_PAID.search(review.text):
        return "paid for"
    foreign = _foreign_language(review.text, words, language)
    return f"written in {foreign}" if foreign else None


def is_blank(cell: str) -> bool:
    """Whether a cell holds nothing, or what programs write in its place: ``nan``, ``#REF!``, ``-``."""
    return not cell.strip() or patterns("blank").fullmatch(cell.strip()) is not None


@lru_cache(maxsize=3)
def patterns(name: str) -> re.Pattern[str]:
    """The regular expressions of a file beside this one, as alternatives."""
    text = files("earmark.copywriting.reviews").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith(";")]
    return re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE)


def _foreign_language(text: str, words: Sequence[str], told: str | None) -> str | None:
    """The language where it is not English; short texts are foreign only where their letters say so."""
    if told and told.strip():
        code = told.strip().lower()
        return None if code.startswith("en") else _LANGUAGES.get(code[:2], told.strip()[:20])
    letters = [character for character in text if character.isalpha()]
    latin = sum(character < "\u0250" for character in letters)
    if latin * 2 < len(letters):
        return _named(_classify(text)[0], "another script")
    lower = [word.lower().replace("\u2019", "'") for word in words]
    known = sum(word in _ENGLISH for word in lower) / len(lower)
    # English function words carry a sixth of any English review; few words carry too little to convict a text.
    if known >= 0.17 or len(lower) < 5:
        return None
    code, probability = _classify(text)
    return None if code == "en" or probability < 0.95 else _named(code, f"the language {code!r}")


def _named(code: str, otherwise: str) -> str:
    return _LANGUAGES.get(code, otherwise)


def _classify(text: str) -> tuple[str, float]:
    code, probability = _identifier().classify(text[:2000].lower())
    return str(code), float(probability)


@lru_cache(maxsize=1)
def _identifier():  # type: ignore[no-untyped-def]  # noqa: ANN202
    from importlib.util import find_spec

    from earmark.errors import MissingExtra

    if find_spec("py3langid") is None:
        raise MissingExtra("py3langid", "write")
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def fold_duplicates(reviews: Sequence[Review]) -> tuple[list[Review], int]:
    """Keep one of each group of reviews that say the same, the earliest; and count the others.

    Two reviews are one where their normalised words are equal, or the Jaccard similarity of their word triples is at
    least 0.8. Candidates come from MinHash bands, so the work stays near linear in the number of reviews.
    """
    kept: list[Review] = []
    seen: set[str] = set()
    shingles: list[frozenset[int]] = []
    bands: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for review in reviews:
        words = re.findall(r"\w+", review.text.lower())
        normalised = " ".join(words)
        if normalised in seen:
            continue
        seen.add(normalised)
        mine = _shingles(words)
        keys = list(_band_keys(mine))
        if any(_jaccard(mine, shingles[other]) >= _NEAR for other in {index for key in keys for index in bands[key]}):
            continue
        for key in keys:
            bands[key].append(len(kept))
        kept.append(review)
        shingles.append(mine)
    return kept, len(reviews) - len(kept)


def _shingles(words: list[str]) -> frozenset[int]:
    if len(words) < 3:
        return frozenset((zlib.crc32(" ".join(words).encode()),))
    return frozenset(zlib.crc32(" ".join(words[i : i + 3]).encode()) for i in range(len(words) - 2))


def _band_keys(shingles: frozenset[int]) -> Iterator[tuple[int, ...]]:
    """MinHash signatures (Broder 1997) in bands: equal in a band with high probability where the sets nearly agree."""
    import numpy as np

    values = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    factors, offsets = _hash_family()
    signature = ((values[:, None] * factors + offsets) % np.uint64(4294967311)).min(axis=0)
    for band in range(_HASHES // _BAND):
        yield band, *(int(value) for value in signature[band * _BAND : (band + 1) * _BAND])


@lru_cache(maxsize=1)
def _hash_family():  # type: ignore[no-untyped-def]  # noqa: ANN202
    import numpy as np

    generator = np.random.default_rng(1997)
    return (
        generator.integers(1, 2**31, _HASHES, dtype=np.uint64),
        generator.integers(0, 2**31, _HASHES, dtype=np.uint64),
    )


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)
