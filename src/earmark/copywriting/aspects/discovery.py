"""Aspects that no ready set names, found in the reviews themselves: frequent targets, grouped by sentence vectors."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from earmark.copywriting.aspects.aspects import Aspect, AspectSet
from earmark.copywriting.opinions import mine_opinions
from earmark.copywriting.reviews import ReviewedProduct
from earmark.language import Embedder


@dataclass(frozen=True)
class DiscoveryConfig:
    """What is frequent, and what belongs together."""

    share: float = 0.02
    """Share of the reviews that must judge a target before it can found an aspect."""
    reviews: int = 3
    """And so many reviews at least."""
    same_aspect: float = 0.5
    """Mean cosine of two groups of targets from which they are one aspect."""
    most: int = 8
    """Aspects that are found at most, the most frequent first."""


def discover_aspects(
    products: Iterable[ReviewedProduct], known: AspectSet, embedder: Embedder, config: DiscoveryConfig | None = None
) -> AspectSet:
    """The known aspects and those that reviews speak of beside them.

    Args:
        products: the products whose reviews are read, one after the other.
        known: a ready set, or the user's own; its last aspect, the product as a whole, stays the last.
        embedder: what groups targets.
        config: what is frequent.
    """
    config = config or DiscoveryConfig()
    named = {word for aspect in known.aspects for word in aspect.words}
    voices: Counter[str] = Counter()
    reviews = 0
    for product in products:
        reviews += len(product.reviews)
        opinions = mine_opinions(product, known.aspects)
        judged = {(opinion.review_id, opinion.target) for opinion in opinions if opinion.surface and opinion.usable}
        voices.update(target for _, target in judged)
    enough = max(config.reviews, config.share * reviews)
    frequent = [
        target
        for target, count in sorted(voices.items(), key=lambda entry: (-entry[1], entry[0]))
        if count >= enough and not named & {target.replace(" ", "-"), target.rsplit(" ", 1)[-1]}
    ]
    groups = _grouped(frequent, voices, embedder, config.same_aspect)[: config.most]
    found = tuple(_aspect(group) for group in groups)
    return known.model_copy(update={"aspects": (*known.aspects[:-1], *found, known.aspects[-1])})


def _aspect(targets: list[str]) -> Aspect:
    head = targets[0]
    return Aspect(
        name=head,
        queries=(f"What do customers say of the {head}?",),
        words=tuple(target.replace(" ", "-") for target in targets),
    )


def _grouped(targets: list[str], voices: Counter[str], embedder: Embedder, threshold: float) -> list[list[str]]:
    """Average-linkage groups, each with its most frequent target first, the group with most voices first."""
    groups = [[target] for target in targets]
    if len(groups) > 1:
        vectors = embedder.embed(targets)
        cosines = vectors @ vectors.T
        place = {target: index for index, target in enumerate(targets)}
        while len(groups) > 1:
            means = np.array(
                [
                    [float(cosines[np.ix_([place[a] for a in one], [place[b] for b in two])].mean()) for two in groups]
                    for one in groups
                ]
            )
            np.fill_diagonal(means, -1.0)
            first, second = sorted(int(index) for index in np.unravel_index(means.argmax(), means.shape))
            if means[first, second] < threshold:
                break
            groups[first] = sorted(groups[first] + groups.pop(second), key=lambda target: (-voices[target], target))
    return sorted(groups, key=lambda group: -sum(voices[target] for target in group))
