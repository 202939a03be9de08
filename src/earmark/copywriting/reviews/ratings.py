"""Ratings as other people write them, as stars of five: ``4/10``, ``80%``, ``★★★★☆``, ``5,0 von 5 Sternen``.

A cell may say what it is out of. Where it does not, its column does, by its name or by the values in it; a scale that
cannot be told is not guessed.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = r"[+-]?\d{1,9}(?:[.,]\d+)?"
_UNIT = (
    r"(?:-?stars?|sternen?|stern|etoiles?|estrellas?|estrelas?|stelle|stella|sterren|ster|stjerner|points?|punkten?|puntos"
    r"|punti)?(?: rating)?"
)
_BEFORE = r"(?:rat(?:ed|ing)|score|note|bewertung|bewertet mit)?\s*:?\s*"
_OF = r"(?:/|out of|of|von|sur|de|su|van de|van|av|af|ud af|di|z|из)"
_OUT_OF = re.compile(rf"{_BEFORE}({_NUMBER})\s*{_UNIT}\s*{_OF}\s*({_NUMBER})\s*{_UNIT}", re.IGNORECASE)
_JAPANESE = re.compile(rf"(\d+)つ星のうち({_NUMBER})")
_PERCENT = re.compile(rf"{_BEFORE}({_NUMBER})\s*%")
_PLAIN = re.compile(rf"{_BEFORE}({_NUMBER})\s*({_UNIT})", re.IGNORECASE)
_GLYPHS = re.compile(r"(?P<full>[★⭐🌟✭✯*]*)(?P<half>[½⯨⯪]?)(?P<empty>[☆✩✰⭒]*)")
_LONGEST = 60
"""Characters of a cell that may be a rating."""
_ACCENTS = str.maketrans("éèÉ", "eee")
_COUNTS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_WORDS = {word: str(number) for word, number in _COUNTS.items()}
# What travellers' sites, app shops and labelled corpora put in place of a number.
_VERDICTS = {
    "excellent": 5.0, "very good": 4.0, "average": 3.0, "poor": 2.0, "terrible": 1.0,
    "positive": 5.0, "neutral": 3.0, "mixed": 3.0, "negative": 1.0,
    "recommended": 5.0, "not recommended": 1.0, "true": 5.0, "false": 1.0, "yes": 5.0, "no": 1.0,
    "👍": 5.0, "👎": 1.0, "thumbs up": 5.0, "thumbs down": 1.0,
}  # fmt: skip
_NAMED_SCALE = re.compile(
    r"(?:out[ _-]*of|von|sur|/|\bof)[ _-]*(\d{1,3})\b|\b[01]\s*(?:-|to|bis|\u2013)\s*(\d{1,3})\b", re.IGNORECASE
)
_FEW = 0.02
"""A column with more values than fifty keeps its scale where no more than this share lies beyond it."""


@dataclass(frozen=True)
class Rating:
    """What one cell says."""

    value: float
    out_of: float | None
    """The best that could be given, where the cell says so."""


def read_rating(cell: str) -> Rating | None:
    """A rating, where the cell holds one."""
    if len(cell) > _LONGEST:
        return None
    text = " ".join(cell.replace("\ufe0f", "").translate(_ACCENTS).split()).strip(" .()")
    if not text:
        return None
    if verdict := _VERDICTS.get(text.lower()):
        return Rating(verdict, 5.0)
    if glyphs := _GLYPHS.fullmatch(text):
        filled = len(glyphs["full"]) + (0.5 if glyphs["half"] else 0.0)
        return _within(filled, max(5.0, filled + len(glyphs["empty"])) if filled <= 5 else filled)
    text = re.sub(r"(?<=\d)\s?½", ".5", text)
    text = re.sub(r"\s*[★⭐🌟]\s*", " stars ", text).strip().removeprefix("stars ")
    text = re.sub(r"[a-z]+", lambda word: _WORDS.get(word[0].lower(), word[0]), text, flags=re.IGNORECASE)
    if match := _OUT_OF.fullmatch(text):
        return _within(_number(match[1]), _number(match[2]))
    if match := _JAPANESE.fullmatch(text):
        return _within(_number(match[2]), _number(match[1]))
    if match := _PERCENT.fullmatch(text):
        return _within(_number(match[1]), 100.0)
    if match := _PLAIN.fullmatch(text):
        value = _number(match[1])
        return Rating(value, 5.0 if match[2].strip("- ").lower().startswith(("s", "e")) and value <= 5 else None)
    return None


@dataclass(frozen=True)
class RatingScale:
    """How the numbers of one column become stars: linearly, from its worst and best."""

    worst: float = 0.0
    best: float | None = 5.0
    """``None`` where the scale cannot be told; then only cells that say what they are out of are read."""
    onto: float = 0.0
    """The stars of the worst."""

    @property
    def of_labels(self) -> bool:
        """Whether two or three labels stand for good and bad."""
        return self.onto > self.worst

    def stars(self, cell: str) -> float | None:
        """The stars of a cell, from 0 to 5; ``None`` where it holds no rating, or one beyond the scale."""
        rating = read_rating(cell)
        if rating is None:
            return None
        if rating.out_of:
            return 5.0 * rating.value / rating.out_of
        if self.best is None or not self.worst <= rating.value <= self.best:
            return None
        share = (rating.value - self.worst) / (self.best - self.worst)
        return round(self.onto + (5.0 - self.onto) * share, 4)

    def told(self) -> str | None:
        """What people should know: nothing where the numbers are stars of five."""
        if self.best is None:
            return "its numbers are on no scale that is known (stars of 5, out of 10 or 100, 0 to 1): they are not read"
        if (self.worst, self.best) == (0.0, 5.0):
            return None
        return f"its numbers are read as {self.worst:g} to {self.best:g}"


_BINARY = RatingScale(0.0, 1.0, onto=1.0)


def scale_of(header: str, cells: Mapping[str, int]) -> RatingScale:
    """The scale of a column.

    Args:
        header: its name.
        cells: every value in it, and how often.
    """
    read = [(rating, count) for cell, count in cells.items() if (rating := read_rating(cell)) is not None]
    plain: Counter[float] = Counter()
    said: Counter[float] = Counter()
    for rating, count in read:
        if rating.out_of is None:
            plain[rating.value] += count
        else:
            said[rating.out_of] += count
    if named := _NAMED_SCALE.search(header):
        best = float(named[1] or named[2])
        return RatingScale(best=best) if best > 1 else _BINARY
    if set(plain) <= {-1.0, 0.0, 1.0} and -1.0 in plain:
        return RatingScale(-1.0, 1.0, onto=1.0)
    if plain and min(plain) < 0:
        return RatingScale(best=None)
    if plain and max(plain) <= 1 and (min(plain) < 1 or re.search("recommend|voted", header, re.IGNORECASE)):
        return _BINARY
    beyond = [best for best in (5.0, 10.0, 100.0) if _few(plain, best)]
    if said and max(said, key=lambda best: said[best]) in beyond:
        return RatingScale(best=max(max(said, key=lambda best: said[best]), beyond[0]))
    return RatingScale(best=beyond[0] if beyond else None)


def _few(values: Counter[float], best: float) -> bool:
    """Whether no value, or only a few of many, lies beyond a scale."""
    beyond = sum(count for value, count in values.items() if value > best)
    return beyond == 0 or (values.total() > 50 and beyond < _FEW * values.total())


def _within(value: float, best: float) -> Rating | None:
    return Rating(value, best) if 0 <= value <= best and best > 0 else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
