"""Make products that do not exist, their reviews, and the truth behind them, by rules and a seed.

A product has facts; a fact has a prevalence (the share of reviews that mention it) and dissenters. Each review draws
what it mentions, words it by one set of phrasings, and hides it among noise. What is planted is written down.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Literal

from earmark.samples.reviews.records import (
    Domain,
    Planted,
    Polarity,
    SampleFact,
    SampleMention,
    SampleProduct,
    SampleReview,
)
from earmark.samples.reviews.wording import Phrasings, Piece, Wording

Liking = Literal["liked", "mixed", "disliked"]

_DOMAINS: tuple[Domain, ...] = ("restaurant", "hotel", "goods")
_LIKINGS: tuple[Liking, ...] = ("liked", "liked", "liked", "mixed", "mixed", "disliked")
_PRAISE_SHARE = {"liked": 0.9, "mixed": 0.5, "disliked": 0.05}
_PREVALENCES = (0.15, 0.3, 0.5, 0.6, 0.75)
_DISSENTS = (0.0, 0.0, 0.0, 0.1, 0.3)


@dataclass(frozen=True)
class _Target:
    aspect: str
    noun: str
    plural: bool
    scales: tuple[str, ...]
    dish: bool = False


@dataclass(frozen=True)
class _Plan:
    """A fact before anybody has written about it."""

    id: str
    target: _Target
    scale: str
    polarity: Polarity
    prevalence: float
    dissent: float


def make_products(
    count: int,
    seed: int,
    *,
    start: int = 0,
    phrasings: Phrasings = "first",
    reviews: tuple[int, int] = (8, 30),
) -> Iterator[SampleProduct]:
    """Make sample products one by one; product ``n`` is the same whatever is made before it.

    Args:
        count: how many.
        seed: another seed is another world.
        start: the number of the first, so that two calls need not overlap.
        phrasings: which set of wordings the reviewers use.
        reviews: the fewest and the most of a product, copies and paid-for ones not counted.
    """
    for number in range(start, start + count):
        yield _product(number, seed, phrasings, reviews)


def _product(number: int, seed: int, phrasings: Phrasings, reviews_each: tuple[int, int]) -> SampleProduct:
    random = Random(f"{seed}:{number}")
    look_alike = number % 10 == 9
    domain, category, name = _identity(number - look_alike, seed)
    if look_alike:
        name = f"{name} {'Annex' if domain != 'goods' else 'II'}"
    liking = random.choice(_LIKINGS)
    plans = _plan_facts(random, domain, category, liking)
    wording = Wording(phrasings, random)
    drafts = [_write(random, wording, plans, liking) for _ in range(random.randint(*reviews_each))]
    drafts += _repeated_and_bought(random, wording, drafts)
    random.shuffle(drafts)
    product_id = f"sample-{number:06d}"
    reviews = tuple(
        SampleReview(
            id=f"{product_id}-{index:03d}",
            text=draft.text,
            stars=draft.stars,
            date=f"{random.randint(2023, 2026)}-{random.randint(1, 10):02d}-{random.randint(1, 28):02d}",
            author=random.choice(wording.authors),
            planted=draft.planted,
            usable=draft.usable,
            mentions=draft.mentions,
        )
        for index, draft in enumerate(drafts)
    )
    return SampleProduct(
        id=product_id,
        name=name,
        domain=domain,
        category=category,
        liking=liking,
        attributes=_attributes(random, domain, category, name),
        dishes=tuple(dict.fromkeys(plan.target.noun for plan in plans if plan.target.dish)),
        reviews=reviews,
        facts=tuple(_count(plan, reviews) for plan in plans),
        forbidden=tuple(sorted(wording.forbidden)),
    )


def _identity(number: int, seed: int) -> tuple[Domain, str, str]:
    """Domain, category and name, which a look-alike shares with its neighbour."""
    random = Random(f"{seed}:{number}:name")
    domain = random.choice(_DOMAINS)
    names = world()["names"][domain]
    category = random.choice(sorted(world()[domain]["categories"]))
    name = names["shape"].format(first=random.choice(names["first"]), last=random.choice(names["last"]))
    return domain, category, name if domain != "goods" else f"{name} {category}"


def _attributes(random: Random, domain: Domain, category: str, name: str) -> dict[str, str]:
    attributes = {"name": name, "category": category}
    if domain == "goods":
        return {**attributes, "brand": name.split()[0], "warranty": f"{random.randint(1, 5)} years"}
    return {**attributes, "website": f"https://{category.replace(' ', '-')}.example.com"}


def _plan_facts(random: Random, domain: Domain, category: str, liking: Liking) -> list[_Plan]:
    targets = _targets(random, domain, category)
    random.shuffle(targets)
    own = [target for target in targets if target.dish or target.aspect in ("food", "quality", "rooms")]
    chosen = list(dict.fromkeys([*own[:3], *targets[: random.randint(4, 7)]]))
    plans = []
    for index, target in enumerate(chosen):
        praised = random.random() < _PRAISE_SHARE[liking]
        plans.append(
            _Plan(
                id=f"fact-{index}",
                target=target,
                scale=random.choice(target.scales),
                polarity="praise" if praised else "complaint",
                prevalence=random.choice(_PREVALENCES),
                dissent=random.choice(_DISSENTS) if liking != "disliked" else 0.0,
            )
        )
    return plans


def _targets(random: Random, domain: Domain, category: str) -> list[_Target]:
    """Everything that a product of this category may be judged on."""
    place = world()[domain]
    found = [
        _target(aspect, noun, scales) for aspect, nouns in place["aspects"].items() for noun, scales in nouns.items()
    ]
    main = {"restaurant": "food", "hotel": "facilities", "goods": "quality"}[domain]
    for line in place["categories"][category]:
        noun, scales = line.split("=")
        found.append(_target(main, noun, scales.split(",")))
    if domain == "restaurant":
        dishes = place["dishes"]
        for _ in range(2):
            form = random.choice(dishes["form"])
            noun = f"{random.choice(dishes['style'])} {random.choice(dishes['main'])} {form}"
            found.append(_target("food", noun, dishes["scales"], dish=True))
    return list({target.noun: target for target in found}.values())


def _target(aspect: str, noun: str, scales: Iterable[str], dish: bool = False) -> _Target:
    word, _, plural = noun.partition(":")
    return _Target(aspect, word, plural == "plural", tuple(scales), dish)


@dataclass(frozen=True)
class _Text:
    """A review before it has an id."""

    text: str
    stars: int
    planted: tuple[Planted, ...]
    usable: bool
    mentions: tuple[SampleMention, ...]


def _write(random: Random, wording: Wording, plans: list[_Plan], liking: Liking) -> _Text:
    """One customer's review: what it mentions, in any order, among noise."""
    pieces: list[Piece] = []
    for plan in random.sample(plans, len(plans)):
        if random.random() < plan.prevalence:
            agrees = random.random() >= plan.dissent
            pieces.append(_say(random, wording, plan, agrees))
    pieces = _joined(random, wording, pieces)
    if random.random() < 0.5:
        pieces.insert(0, Piece(wording.choose("opening")))
    if random.random() < 0.35 or not pieces:
        pieces.append(Piece(wording.choose("closing")))
    for planted in _plants(random):
        pieces.insert(random.randint(0, len(pieces)), wording.plant(planted))
    if random.random() < 0.08 and plans:
        plan = random.choice(plans)
        noun = _words(plan, plan.polarity)
        pieces.append(wording.elsewhere(plan.target.noun, plan.target.plural, plan.id, noun))
    return _assemble(random, pieces, liking)


def _say(random: Random, wording: Wording, plan: _Plan, agrees: bool) -> Piece:
    """A sentence for or against a fact, straight or misleading."""
    polarity: Polarity = plan.polarity if agrees else _other(plan.polarity)
    here, there = _words(plan, polarity), _words(plan, _other(polarity))
    return wording.say(
        plan.target.noun,
        plan.target.plural,
        plan.id,
        polarity,
        "for" if agrees else "against",
        here,
        there,
        trap=random.choices(("straight", "negation", "past", "wish", "sarcasm"), (88, 6, 2, 2, 2))[0],
    )


def _joined(random: Random, wording: Wording, pieces: list[Piece]) -> list[Piece]:
    """Now and then two sentences become one."""
    if len(pieces) < 3 or random.random() > 0.3:
        return pieces
    return [*pieces[:-2], wording.join(pieces[-2], pieces[-1])]


def _plants(random: Random) -> list[Literal["instruction", "personal", "false number"]]:
    chances: tuple[tuple[Literal["instruction", "personal", "false number"], float], ...] = (
        ("instruction", 0.02),
        ("personal", 0.06),
        ("false number", 0.03),
    )
    return [planted for planted, chance in chances if random.random() < chance]


def _assemble(random: Random, pieces: list[Piece], liking: Liking) -> _Text:
    text, mentions, planted = "", [], []
    for piece in pieces:
        offset = len(text) + bool(text)
        text = f"{text} {piece.text}" if text else piece.text
        mentions += [
            SampleMention(
                fact_id=mention.fact_id,
                stance=mention.stance,
                trap=mention.trap,
                start=offset + mention.start,
                end=offset + mention.end,
            )
            for mention in piece.mentions
        ]
        planted += [*piece.planted, *(mention.trap for mention in piece.mentions if mention.trap)]
    good = sum(piece.goodwill for piece in pieces)
    base = {"liked": 4, "mixed": 3, "disliked": 2}[liking]
    stars = min(5, max(1, base + (good > 0) - (good < 0) + random.choice((0, 0, 0, -1, 1))))
    return _Text(text, stars, tuple(dict.fromkeys(planted)), True, tuple(mentions))


def _repeated_and_bought(random: Random, wording: Wording, drafts: list[_Text]) -> list[_Text]:
    """Reviews that do not count: copies, paid-for ones and other languages."""
    extra = [
        _unusable(draft, draft.text + random.choice(("", " ", "!")), "duplicate")
        for draft in random.sample(drafts, 2)
        if random.random() < 0.3
    ]
    for draft in random.sample(drafts, 1):
        if random.random() < 0.25:
            extra.append(_unusable(draft, f"{wording.paid()} {wording.choose('closing')} All fine.", "paid"))
        if random.random() < 0.2:
            extra.append(_unusable(draft, wording.foreign(), "language"))
    return extra


def _unusable(draft: _Text, text: str, planted: Planted) -> _Text:
    return _Text(text, draft.stars, (planted,), False, ())


def _words(plan: _Plan, polarity: Polarity) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two halves of the wordings of a pole, without the noun itself."""
    first, second = world()["scales"][plan.scale][polarity]
    return tuple(first), tuple(second)


def _other(polarity: Polarity) -> Polarity:
    return "complaint" if polarity == "praise" else "praise"


def _count(plan: _Plan, reviews: tuple[SampleReview, ...]) -> SampleFact:
    """The truth about a fact, counted from the usable reviews as they were written."""
    said: dict[str, set[str]] = {"for": set(), "against": set(), "neither": set()}
    for review in reviews:
        if review.usable:
            for mention in review.mentions:
                if mention.fact_id == plan.id:
                    said[mention.stance].add(review.id)
    here, there = _words(plan, plan.polarity), _words(plan, _other(plan.polarity))
    return SampleFact(
        id=plan.id,
        aspect=plan.target.aspect,
        target=plan.target.noun,
        descriptor=here[0][0],
        words=(*here[0], *here[1]),
        opposites=(*there[0], *there[1]),
        polarity=plan.polarity,
        supporting=len(said["for"]),
        contradicting=len(said["against"]),
        review_ids=tuple(sorted(said["for"])),
        dissenting_ids=tuple(sorted(said["against"])),
    )


@cache
def world() -> dict[str, Any]:
    """What the samples speak of: ``world.toml``."""
    return tomllib.loads(files(__package__).joinpath("world.toml").read_text(encoding="utf-8"))
