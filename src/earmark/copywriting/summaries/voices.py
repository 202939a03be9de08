"""How many customers say so, in words: the one table of what each wording needs.

=====================  ==========================================================
wording                needs (n reviews say so, m deny it, of N that could be used)
=====================  ==========================================================
one guest              n >= 1
two, three ... guests  n >= that number
some, a couple of      n >= 2
a few, several         n >= 3
many; again and again  n >= 5 and n / N >= 0.30
most                   n >= 3 and n / N > 0.50
nearly all             n >= 5 and n / N >= 0.80 and m = 0
4 of 9                 n >= 4 and N = 9
guests; no voices      n >= 2 and n / N >= 0.05
everyone, always       never: no set of reviews carries it
=====================  ==========================================================

Whatever the wording, a claim that too many deny is not praise (see :mod:`earmark.copywriting.summaries.praise`).
"""

import re
from dataclasses import dataclass

MANY_SHARE, MOST_SHARE, NEARLY_ALL_SHARE, PLAIN_SHARE = 0.30, 0.50, 0.80, 0.05

NUMBER_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

# Who speaks, by what they reviewed: (one, several).
VOICE_NOUNS = {
    "table": ("guest", "guests"),
    "stay": ("guest", "guests"),
    "goods": ("buyer", "buyers"),
    "visit": ("customer", "customers"),
}

SPEAKERS = (
    "guest|diner|customer|buyer|reviewer|shopper|visitor|traveller|traveler|patron|client|owner|user|review|people"
)
_COUNT = "|".join(NUMBER_WORDS[1:])
VOICE_PATTERN = re.compile(
    rf"\b(?:(?P<share>(?P<part>\d+|{_COUNT})(?: out)? of (?:the )?(?P<whole>\d+|{_COUNT}))"
    rf"|(?P<word>one|a single|a couple of|some|a few|several|many|most|nearly all|almost all|a handful of|another|"
    rf"all|every|each|no|any|countless|dozens of|hundreds of|thousands of|plenty of|lots of|numerous|{_COUNT}|\d+))?"
    rf"\s*\b(?:of (?:the |our )?)?(?P<speaker>{SPEAKERS})s?\b(?!')"
    rf"|\b(?P<often>(?:again|time) and again)\b(?:,? (?:{SPEAKERS})s?\b(?!'))?"
    r"|\b(?P<alone>one|another)(?= (?:calls|finds|says|adds|mentions|describes|notes|praises|remarks|writes)\b)",
    re.IGNORECASE,
)

_AT_LEAST = {
    "one": 1,
    "a single": 1,
    "another": 1,
    "some": 2,
    "a couple of": 2,
    "a few": 3,
    "a handful of": 3,
    "several": 3,
}


@dataclass(frozen=True)
class Count:
    """The voices behind a claim: reviews that say so, reviews that deny it, reviews that could be used."""

    supporting: int
    contradicting: int
    reviews: int

    @property
    def share(self) -> float:
        """The share of usable reviews that say so."""
        return self.supporting / self.reviews if self.reviews else 0.0


def carries(count: Count, wording: str | None) -> bool:
    """Whether the count carries a wording such as ``several``, ``4 of 9`` or ``None`` (no voices named)."""
    word = (wording or "").lower().strip()
    n, share = count.supporting, count.share
    part = re.fullmatch(rf"(\d+|{_COUNT})(?: out)? of (?:the )?(\d+|{_COUNT})", word)
    if part:
        return n >= _number(part[1]) > 0 and count.reviews == _number(part[2])
    if not word:
        return n >= 2 and share >= PLAIN_SHARE
    if word in _AT_LEAST:
        return n >= _AT_LEAST[word]
    if word in NUMBER_WORDS or word.isdigit():
        return n >= _number(word) > 0
    if word in ("many", "again and again", "time and again"):
        return n >= 5 and share >= MANY_SHARE
    if word == "most":
        return n >= 3 and share > MOST_SHARE
    if word in ("nearly all", "almost all"):
        return n >= 5 and share >= NEARLY_ALL_SHARE and count.contradicting == 0
    return False


def fitting(count: Count) -> str | None:
    """The strongest wording that the count carries; ``None`` where nobody says so."""
    choices = ("nearly all", "most", "many", "several", "two", "one")
    return next((word for word in choices if carries(count, word)), None)


def domain_of(category: str | None, aspects: tuple[str, ...]) -> str:
    """What kind of thing is reviewed: ``table`` (eating out), ``stay``, ``goods`` or ``visit`` (anything else)."""
    if known := _named_domain(category):
        return known
    counts = {domain: len(marks & set(aspects)) for domain, marks in _ASPECT_MARKS.items()}
    best = max(counts, key=lambda domain: counts[domain])
    return best if counts[best] else "visit"


def _named_domain(category: str | None) -> str | None:
    words = set(re.findall(r"[a-z]+", (category or "").lower()))
    return next((domain for domain, marks in _CATEGORY_MARKS.items() if words & marks), None)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBER_WORDS.index(text)


_CATEGORY_MARKS: dict[str, set[str]] = {
    "table": {
        "restaurant",
        "noodle",
        "bakery",
        "grill",
        "taqueria",
        "pizzeria",
        "seafood",
        "restaurants",
        "cafe",
        "bar",
        "bistro",
        "diner",
        "food",
        "coffee",
    },
    "stay": {"hotel", "hotels", "motel", "inn", "hostel", "resort", "lodging"},
    "visit": {"service", "services", "shop", "shops", "store", "salon", "spa", "gym", "clinic", "garage"},
    "goods": {"goods", "product", "products", "electronics", "kitchen", "clothing", "shoes", "toys", "beauty", "tools"},
}
_ASPECT_MARKS = {
    "table": {"food", "drinks", "menu", "portions", "taste"},
    "stay": {"room", "rooms", "bed", "beds", "breakfast", "check-in"},
    "goods": {"quality", "durability", "battery", "fit", "material", "delivery", "sound", "ease of use"},
}
