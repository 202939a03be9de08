"""Opinions of a product to counted claims: who agrees with whom, and who says the opposite of the same thing."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from earmark.copywriting.aspects.aspects import Aspect
from earmark.copywriting.lexicon.judging import load_lexicon
from earmark.copywriting.reviews import Review, ReviewedProduct
from earmark.copywriting.summaries.summaries import AspectSummary, CountedClaim, Opinion
from earmark.evidence import Claim, Evidence, Excerpt, content_id
from earmark.language import Embedder


@dataclass(frozen=True)
class GroupingConfig:
    """What counts as the same."""

    same_target: float = 0.75
    """Cosine of two targets' vectors from which they are one."""
    same_descriptor: float = 0.6
    """Cosine of two descriptors' vectors from which, within a polarity and a dimension, they say the same."""
    spans: int = 24
    """Evidence kept on each side of a claim; the counts are of all."""


def summarise(
    product: ReviewedProduct,
    opinions: Sequence[Opinion],
    aspects: Sequence[Aspect],
    embedder: Embedder | None = None,
    config: GroupingConfig | None = None,
) -> list[AspectSummary]:
    """What the reviews say of each aspect, the claim with the most voices first.

    Only opinions that hold for the product as it is now are counted: past, hypothetical, mocking and quoted ones, and
    those of other places, neither support nor contradict.

    Args:
        product: the reviews that the opinions are from.
        opinions: what was mined.
        aspects: one summary for each that anybody mentions, in this order.
        embedder: joins targets and descriptors that no list joins; optional.
        config: what counts as the same.
    """
    config = config or GroupingConfig()
    reviews = {review.id: review for review in product.reviews}
    counted = [opinion for opinion in opinions if opinion.usable and opinion.target and opinion.review_id in reviews]
    summaries = []
    for aspect in aspects:
        mine = [opinion for opinion in counted if opinion.aspect == aspect.name]
        if not mine:
            continue
        targets = _groups([opinion.target for opinion in mine], _target_families(), embedder, config.same_target)
        claims = [
            _claim(voices, rivals, reviews, product.asked, config)
            for voices, rivals in _sides(mine, targets, aspect, embedder, config)
        ]
        claims.sort(key=lambda claim: (-claim.supporting, claim.contradicting, claim.claim.id))
        summaries.append(AspectSummary(product_id=product.product.id, aspect=aspect.name, claims=tuple(claims)))
    return summaries


def _sides(
    opinions: Sequence[Opinion], targets: dict[str, str], aspect: Aspect, embedder: Embedder | None,
    config: GroupingConfig,
) -> Iterator[tuple[list[Opinion], list[Opinion]]]:  # fmt: skip
    """The opinions with one target, one polarity and one meaning, and those that deny them."""
    head = aspect.words[0].replace("-", " ")
    sides: dict[tuple[str, str, str], list[Opinion]] = {}
    for opinion in opinions:
        sides.setdefault((targets[opinion.target], opinion.polarity, opinion.dimension), []).append(opinion)
    for (target, polarity, dimension), group in sides.items():
        said = [opinion.descriptor for opinion in group]
        meanings = (
            dict.fromkeys(said, said[0]) if dimension == "quality" else
            _groups(said, _descriptor_families(), embedder, config.same_descriptor)
        )  # fmt: skip
        general = target == targets.get(head, head)
        rivals = [
            other
            for other in opinions
            if other.polarity != polarity and _denies(other, dimension, target, targets, general)
        ]
        for meaning in dict.fromkeys(meanings.values()):
            yield [opinion for opinion in group if meanings[opinion.descriptor] == meaning], rivals


def _denies(other: Opinion, dimension: str, target: str, targets: dict[str, str], general: bool) -> bool:
    """Whether an opinion of the opposite polarity is about the same.

    Whoever finds fault with any dish also speaks against "the food"; praise of one dish is no voice for all of it.
    """
    same = targets[other.target] == target or (_is_about_people(other.target) and _is_about_people(target))
    comparable = dimension == other.dimension or "quality" in (dimension, other.dimension)
    return comparable and (same or (general and other.polarity == "complaint"))


def _is_about_people(target: str) -> bool:
    """Rude waiters deny friendly service, though neither is a voice for the other."""
    return bool(load_lexicon().classes_of(target) & {"staff", "service"})


def _claim(
    voices: Sequence[Opinion], rivals: Sequence[Opinion], reviews: dict[str, Review], asked: int, config: GroupingConfig
) -> CountedClaim:
    best = _named_for_all(_representative(voices), voices)
    evidence = (*_evidence(voices, "for", reviews, config.spans), *_evidence(rivals, "against", reviews, config.spans))
    supporting = {opinion.review_id for opinion in voices}
    dates = sorted(date for date in (reviews[review_id].date for review_id in supporting) if date)
    surfaces = Counter(opinion.surface for opinion in voices if opinion.surface and opinion.target == best.target)
    surface = surfaces.most_common(1)[0][0] if surfaces else best.target
    text = claim_text(surface, best)
    return CountedClaim(
        claim=Claim(
            id=content_id(reviews[best.review_id].product_id, best.aspect, best.target, best.descriptor, best.polarity),
            text=text,
            evidence_ids=tuple(item.id for item in evidence if item.side == "for"),
        ),
        target=best.target,
        descriptor=best.descriptor,
        polarity=best.polarity,
        evidence=evidence,
        supporting=len(supporting),
        contradicting=len({opinion.review_id for opinion in rivals}),
        reviews=asked,
        first_date=dates[0] if dates else None,
        last_date=dates[-1] if dates else None,
        surface=surface,
        form=best.form,
        dimension=best.dimension,
    )


def _named_for_all(best: Opinion, voices: Sequence[Opinion]) -> Opinion:
    """Where some say waiter and some say bartender, the claim says staff: a word that every voice bears."""
    families = {_target_families().get(opinion.target.replace(" ", "-")) for opinion in voices}
    shared = next(iter(families)) if len(families) == 1 else None
    if len({opinion.target for opinion in voices}) == 1 or shared is None:
        return best
    return best.model_copy(update={"target": shared.split(" ")[0].replace("-", " ")})


def claim_text(surface: str, opinion: Opinion) -> str:
    """A claim as a short phrase that names it; writers build sentences from its parts instead."""
    if opinion.form in ("adjective", "quantity") and not opinion.descriptor.startswith(
        ("not ", "could ", "no longer ")
    ):
        return f"{opinion.descriptor} {surface}"
    return f"{surface}: {opinion.descriptor}"


def _representative(voices: Sequence[Opinion]) -> Opinion:
    """The pair most reviewers use; of equals an adjective, the plainest, the first."""
    counts = Counter((opinion.target, opinion.descriptor) for opinion in voices)
    targets = Counter(opinion.target for opinion in voices)
    order = {word: place for family in _families()["families"] for place, word in enumerate(family.split())}
    return min(
        voices,
        key=lambda opinion: (
            -targets[opinion.target],
            opinion.form != "adjective",
            -counts[opinion.target, opinion.descriptor],
            order.get(opinion.descriptor.replace(" ", "-"), 99),
        ),
    )


def _evidence(opinions: Sequence[Opinion], side: str, reviews: dict[str, Review], most: int) -> list[Evidence]:
    """Spans, one a review first, then further ones."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, opinion in enumerate(opinions):
        ranked.append((seen[opinion.review_id], place, opinion))
        seen[opinion.review_id] += 1
    spans: dict[str, Evidence] = {}
    for _, _, opinion in sorted(ranked, key=lambda entry: entry[:2]):
        key = content_id(opinion.review_id, str(opinion.start), str(opinion.end), side)
        if key in spans or len(spans) >= most:
            continue
        spans[key] = Evidence(
            id=key,
            excerpt=Excerpt(
                source_id=opinion.review_id, start=opinion.start, end=opinion.end, unit="characters",
                text=reviews[opinion.review_id].text[opinion.start : opinion.end],
            ),
            side="for" if side == "for" else "against",
            strength=1.0 if opinion.surface else 0.7,
            split="shown",
        )  # fmt: skip
    return list(spans.values())


def _groups(
    words: Sequence[str], families: dict[str, str], embedder: Embedder | None, threshold: float
) -> dict[str, str]:
    """Each word to the word that stands for its group: same family, else nearest group by vectors (complete link)."""
    counts = Counter(words)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    chosen: dict[str, str] = {}
    by_family: dict[str, str] = {}
    for word in ordered:
        family = families.get(word.replace(" ", "-"))
        if family is not None:
            chosen[word] = by_family.setdefault(family, word)
    loose = [word for word in ordered if word not in chosen]
    if embedder is None or len(ordered) < 2 or not loose:
        return {**chosen, **{word: word for word in loose}}
    vectors = dict(zip(ordered, embedder.embed(ordered), strict=True))
    groups: dict[str, list[str]] = {}
    for word, leader in chosen.items():
        groups.setdefault(leader, []).append(word)
    for word in loose:
        near = [
            (min(float(vectors[word] @ vectors[other]) for other in members), leader)
            for leader, members in groups.items()
        ]
        similarity, leader = max(near, default=(0.0, word))
        if similarity < threshold:
            leader = word
        groups.setdefault(leader, []).append(word)
        chosen[word] = leader
    return chosen


@lru_cache(maxsize=1)
def _families() -> dict[str, list[str]]:
    text = files("earmark.copywriting.lexicon").joinpath("families.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _descriptor_families() -> dict[str, str]:
    return {word: line for line in reversed(_families()["families"]) for word in line.split()}


@lru_cache(maxsize=1)
def _target_families() -> dict[str, str]:
    return {word: line for line in reversed(_families()["targets"]) for word in line.split()}
