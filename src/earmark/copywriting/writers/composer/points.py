"""Points: what a piece of copy can say, each one target with the words that reviewers use of it."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from earmark.copywriting.english import capitalised, in_number_of, listed, noun_key
from earmark.copywriting.summaries.praise import Support, voices_of
from earmark.copywriting.summaries.summaries import CountedClaim, Form
from earmark.copywriting.summaries.voices import Count, carries
from earmark.copywriting.writers.composer.themes import theme_of

_READABLE = re.compile(r"[^\W\d_][\w' \u2019-]*")


@cache
def word_list(name: str) -> frozenset[str]:
    """One of the word lists of ``words.toml``."""
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[name].split())


@dataclass(frozen=True)
class Point:
    """One target, how it is judged, and by how many.

    Attributes:
        target: as it is printed, in the number that reviewers use.
        plural: whether it takes ``are``.
        descriptors: the judging words; empty where reviewers praise it in different words.
        claims: what carries it.
        count: the voices behind it: of the least carried descriptor, or of any praise where there is none.
        aspect: the aspect of its first claim.
        faint: whether it says little ("good food").
        one: what one voice calls it, where voices praise it in words that differ.
        form: what its judging words are: ``crisp``, ``a gem``, ``cooked perfectly``, ``plenty of``.
    """

    target: str
    plural: bool
    descriptors: tuple[str, ...]
    claims: tuple[CountedClaim, ...]
    count: Count
    aspect: str
    faint: bool
    form: Form = "adjective"
    one: str | None = None

    @property
    def desc(self) -> str:
        """``crisp and salty``, ``a gem``."""
        if self.form == "noun":
            nouns = self.descriptors
            return listed(
                [word if word.split()[0] in word_list("articles") else f"{article(word)} {word}" for word in nouns]
            )
        return listed(self.descriptors)

    @property
    def the(self) -> str:
        """``the fries``."""
        return self.target if self.target.lower() in word_list("pronouns") else f"the {self.target}"

    @property
    def bare(self) -> str:
        """``crisp fries``; two judging words at most, and a comma between them."""
        return f"{', '.join(self.descriptors[:2])} {self.target}"

    @property
    def a_np(self) -> str:
        """``crisp fries``, ``a crisp crust``, ``quick service``."""
        if self.plural or self.target.split()[-1].lower() in word_list("mass"):
            return self.bare
        return f"{article(self.bare)} {self.bare}"

    @property
    def a_target(self) -> str:
        """``fries``, ``a crust``, ``service``."""
        if self.plural or self.target.split()[-1].lower() in word_list("mass"):
            return self.target
        return f"{article(self.target)} {self.target}"

    @property
    def theme(self) -> str:
        """What it is about: ``food``, ``team``, ``cost`` ..."""
        return theme_of(self.aspect)

    @property
    def is_many(self) -> bool:
        """Whether several act as one: "the staff is friendly; one calls them kind"."""
        return self.target.split()[-1].lower() in word_list("collective")

    @property
    def goes_before(self) -> bool:
        """Whether the judging words can stand before the target."""
        if self.form == "quantity":
            return True
        if not self.descriptors or self.form != "adjective" or self.target.lower() in word_list("pronouns"):
            return False
        return all(
            len(word.split()) == 1 and word.lower() not in word_list("after_a_verb") for word in self.descriptors
        )

    @property
    def goes_after(self) -> bool:
        """Whether the judging words can stand after "is"."""
        return bool(self.descriptors) and self.form != "quantity" and not (self.form == "noun" and self.plural)

    @property
    def words(self) -> frozenset[str]:
        """The words of the target and of what is said of it, lower case."""
        return frozenset(re.findall(r"[^\W_]+", f"{self.target} {' '.join(self.descriptors)}".lower()))


def article(phrase: str) -> str:
    """``a`` or ``an``, by how the first word sounds."""
    word = phrase.lower()
    if re.match(r"(?:hour|honest|honou?r|heir)", word):
        return "an"
    if re.match(r"(?:uni(?!n|mp)|use|usu|eu|one|u[^aeiou]i(?:que|t))", word):
        return "a"
    return "an" if word[:1] in "aeiou" else "a"


@dataclass(frozen=True)
class Points:
    """What a brief offers a writer.

    Attributes:
        strong: carried by enough voices to be said without counting them.
        praised: targets praised by enough voices, in words that differ.
        single: said by one voice, worth an aside.
        pairs: two of those, of one aspect and by two different voices.
    """

    strong: tuple[Point, ...]
    praised: tuple[Point, ...]
    single: tuple[Point, ...]
    pairs: tuple[tuple[Point, Point], ...] = ()

    @property
    def carry_copy(self) -> bool:
        """Whether there is anything that two voices praise."""
        return bool(self.strong or self.praised or self.pairs)


def points_of(support: Support) -> Points:
    """Group the praise of a brief into points, the best carried and most telling first."""
    groups: dict[str, list[CountedClaim]] = {}
    for claim in support.praise:
        if _can_be_named(claim.target):
            groups.setdefault(noun_key(claim.target), []).append(claim)
    strong, praised, single = [], [], []
    for claims in groups.values():
        worded = [claim for claim in claims if _can_be_worded(claim)]
        several = _distinct([claim for claim in worded if carries(support.count([claim]), None)])
        if several and several[0].descriptor.lower() not in word_list("faint"):
            strong.append(_point(support, several))
            continue
        together = support.count(claims, of_target=True)
        telling = [claim for claim in worded if _makes_an_aside(claim, support)]
        if carries(together, None):
            praised.append(_point(support, claims, name_words=False, one=telling[0].descriptor if telling else None))
        elif telling:
            single.append(_point(support, telling[:1]))
    telling_of = [point for point in single if _is_spoken_of(point, support)]
    return Points(_ranked(strong), _ranked(praised), _ranked(telling_of), _paired(single))


def _makes_an_aside(claim: CountedClaim, support: Support) -> bool:
    """Whether what one voice says is worth telling: telling words, of something that others mention too."""
    if claim.descriptor.lower() in word_list("faint") or claim.form != "adjective" or len(claim.descriptor.split()) > 1:
        return False
    if not _stands_alone(claim, support):
        return False
    head = noun_key(claim.target).split(" ")[-1]
    named = {
        sentence.review_id
        for sentence in support.brief.sentences
        if re.search(rf"\b{re.escape(head)}", sentence.text, re.IGNORECASE)
    }
    return len(named) > 1 or not support.brief.sentences


def _stands_alone(claim: CountedClaim, support: Support) -> bool:
    """Whether the one who says so says it of the target alone.

    Not of "chocolate covered strawberries" or of "friendly staff and happy hour specials".
    """
    for piece in (piece for piece in claim.evidence if piece.side == "for"):
        span = piece.excerpt.text or ""
        if re.search(r"\band\b|[&,/]", span):
            return False
        sentences = (one for one in support.brief.sentences if one.review_id == piece.excerpt.source_id)
        around = next((one for one in sentences if one.start <= piece.excerpt.start < one.end), None)
        if around is None:
            continue
        follows = re.match(r"\s+([a-z]+)", around.text[int(piece.excerpt.end) - around.start :], re.IGNORECASE)
        if follows and follows[1].lower() not in word_list("may_follow"):
            return False
    return True


def _is_spoken_of(point: Point, support: Support) -> bool:
    """Whether more than one reviewer judges the target in some way, so that it is no slip of the reader."""
    return len(voices_of(support.by_target[noun_key(point.claims[0].target)], "for")) > 1


def _paired(single: Sequence[Point]) -> tuple[tuple[Point, Point], ...]:
    """Two things of one aspect, each praised by a voice of its own."""
    pairs: list[tuple[Point, Point]] = []
    left = list(_ranked(single))
    while left:
        first = left.pop(0)
        second = next((point for point in left if point.aspect == first.aspect and _other_voices(first, point)), None)
        if second is not None:
            left.remove(second)
            pairs.append((first, second))
    return tuple(pairs)


def _other_voices(first: Point, second: Point) -> bool:
    return not voices_of(first.claims, "for") & voices_of(second.claims, "for")


def _can_be_named(target: str) -> bool:
    """Whether a target is a noun that praise can be about."""
    head = noun_key(target).split(" ")[-1]
    if not _READABLE.fullmatch(target) or head in word_list("no_targets"):
        return False
    return not head.endswith("ing") or head in word_list("ing_nouns")


def _can_be_worded(claim: CountedClaim) -> bool:
    """Whether a claim makes a sentence: no denial, no comparison, no "clean cleanliness"."""
    words = claim.descriptor.lower().split()
    if not _READABLE.fullmatch(claim.descriptor) or (claim.form == "adjective" and _is_adverb(words[-1])):
        return False
    if (
        claim.form == "verb"
        or words[0] in word_list("never_first")
        or words[-1] in word_list("never_last")
        or set(words) & word_list("compared")
    ):
        return False
    stem = words[-1][:5]
    return len(stem) < 4 or not any(word.startswith(stem) for word in claim.target.lower().split())


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in word_list("ly_adjectives")


def _distinct(claims: Sequence[CountedClaim]) -> list[CountedClaim]:
    """At most two judging words for a target, a telling one first; a faint one only where there is no other."""
    telling = [claim for claim in claims if claim.descriptor.lower() not in word_list("faint")]
    if not telling:
        return list(claims[:1])
    first = telling[0]
    # Words of one form only: "crisp and cooked perfectly" limps.
    further = [claim for claim in telling[1:] if claim.form == first.form and not _echoes(first, claim)]
    return [first, *further[:1]]


def _echoes(first: CountedClaim, second: CountedClaim) -> bool:
    """Whether the second judging word adds nothing to the first."""
    said = {first.descriptor.lower(), second.descriptor.lower()}
    if any(said <= set(group.split("/")) for group in word_list("echoes")):
        return True
    return first.dimension == second.dimension and first.dimension not in word_list("two_words")


def _point(
    support: Support, claims: Sequence[CountedClaim], *, name_words: bool = True, one: str | None = None
) -> Point:
    spans = [text for claim in claims for text in support.spans(claim)]
    target, plural = in_number_of(_in_lower_case(claims[0].surface or claims[0].target, spans), spans)
    descriptors = tuple(dict.fromkeys(claim.descriptor.lower() for claim in claims)) if name_words else ()
    counts = [support.count([claim]) for claim in claims] if name_words else [support.count(claims, of_target=True)]
    faint = (
        target.lower() in word_list("faint_targets")
        or not descriptors
        or all(word in word_list("faint") for word in descriptors)
    )
    return Point(
        target=target,
        plural=plural,
        descriptors=descriptors,
        claims=tuple(claims),
        count=min(counts, key=lambda count: count.supporting),
        aspect=support.aspect_of[claims[0].claim.id],
        faint=faint,
        form=claims[0].form if name_words else "adjective",
        one=one.lower() if one else None,
    )


def _in_lower_case(target: str, spans: Sequence[str]) -> str:
    """A target as it is written inside a sentence: lower case where reviewers write it so."""
    lower = target.lower()
    if target == lower or any(lower in span for span in spans):
        return lower
    return target if re.search(r"[a-z]", target) else capitalised(lower)


def _ranked(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple(sorted(points, key=lambda point: (point.faint, -point.count.supporting, point.target)))
