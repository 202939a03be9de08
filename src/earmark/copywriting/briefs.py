"""From the reviews of one product to everything that a writer may use, and what the seller must know of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from earmark.copywriting.aspects.aspects import READY_SETS, Aspect, AspectSet, choose_aspect_set, ready_set
from earmark.copywriting.aspects.discovery import discover_aspects
from earmark.copywriting.claims.ledger import Reading as ClaimReading
from earmark.copywriting.claims.ledger import read_goods
from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.facts import Facts
from earmark.copywriting.opinions import mine_opinions
from earmark.copywriting.opinions.stance import Stance, overall_stance
from earmark.copywriting.reviews import Product, ReviewedProduct
from earmark.copywriting.summaries.grouping import summarise
from earmark.copywriting.summaries.model_summaries import ModelSummaryConfig, summarise_all
from earmark.copywriting.summaries.summaries import AspectSummary
from earmark.copywriting.writers.drafts import Brief
from earmark.errors import InvalidInput, UnknownName
from earmark.language import LanguageModel
from earmark.language.orders import find_orders
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

_ORDERS_TOLD = 3


@dataclass(frozen=True)
class Reading:
    """What our own reader makes of the reviews of a product, before a model is asked anything."""

    reviewed: ReviewedProduct
    aspects: AspectSet
    discovered: tuple[str, ...]
    """The names of the aspects that its own reviews found."""
    aspect: Aspect | None
    """The one that copy is wanted about, if any."""
    summaries: tuple[AspectSummary, ...]
    stance: Stance
    """How reviewers feel about the product as a whole."""
    turn: int | None
    """The place of the product in its run; ``None`` where there is no run."""
    goods: ClaimReading | None = None
    """The ledger of claims, where the embedded composer writes about goods."""


def read_product(reviewed: ReviewedProduct, config: CopyConfig, parts: Parts, turn: int | None = None) -> Reading:
    """Read what reviewers say of a product; the sentence vectors are asked here and nowhere later.

    Raises:
        UnknownName: the aspect is none of the set's.
        InvalidInput: aspects are to be found without sentence vectors.
    """
    aspects, discovered = _aspects_of(reviewed, parts)
    aspect = _aspect_named(config.aspect, aspects, parts) if config.aspect else None
    opinions = mine_opinions(reviewed, aspects.aspects, parts.embedder)
    summaries = summarise(reviewed, opinions, aspects.aspects, parts.embedder)
    stance = overall_stance(reviewed, opinions)
    goods = read_goods(reviewed) if _is_for_the_ledger(aspects, config, parts) else None
    return Reading(reviewed, aspects, discovered, aspect, tuple(summaries), stance, turn, goods)


def _is_for_the_ledger(aspects: AspectSet, config: CopyConfig, parts: Parts) -> bool:
    """Whether a product is read claim by claim: goods, written about as a whole by the embedded composer."""
    embedded = parts.writer is None and parts.summarise_by == "embedded" and not parts.rewards
    return embedded and aspects.name == "goods" and parts.aspects is None and not parts.discover and not config.aspect


def brief_from(reading: Reading, config: CopyConfig, parts: Parts) -> Brief:
    """Everything a writer may use about a product; a model says what reviewers claim where the parts want it.

    Raises:
        InvalidInput: a model is wanted, and there is none.
    """
    reviewed, aspect, summaries = reading.reviewed, reading.aspect, reading.summaries
    notes = [f"aspects found in the reviews: {', '.join(reading.discovered)}"] if reading.discovered else []
    if parts.summarise_by == "model":
        asked = reading.aspects.aspects if aspect is None else (aspect,)
        told_by_model, read = summarise_all(
            reviewed, asked, _model_of(parts), summaries, ModelSummaryConfig(prompts=parts.prompts)
        )
        summaries = tuple(told_by_model)
        notes += read
    facts, _ = _sober_facts(reviewed.product, parts.facts)
    chosen = tuple(summary for summary in summaries if aspect is None or summary.aspect == aspect.name)
    told = {piece.excerpt.source_id for summary in chosen for claim in summary.claims for piece in claim.evidence}
    return Brief(
        product=_with_facts(reviewed.product, facts, reading.aspects.name),
        aspect=aspect,
        style=config.style,
        summaries=chosen,
        sentences=tuple(sentence for sentence in reviewed.sentences if sentence.review_id in told),
        must=config.must,
        never=config.never,
        reviews=reviewed.asked,
        notes=tuple(notes),
        turn=reading.turn,
    )


def brief_of(reviewed: ReviewedProduct, config: CopyConfig, parts: Parts) -> Brief:
    """Read a product and make its brief."""
    return brief_from(read_product(reviewed, config, parts), config, parts)


def notes_of(reviewed: ReviewedProduct, facts: Facts | None) -> tuple[str, ...]:
    """What the seller must know of the reviews and of their own record: what was folded, set aside and left out."""
    notes = []
    orders = (*reviewed.orders, *_sober_facts(reviewed.product, facts)[1])
    if reviewed.folded:
        what = "duplicates or near-duplicates" if reviewed.folded > 1 else "duplicate or near-duplicate"
        notes.append(f"{reviewed.folded} {what} counted once")
    for reason, count in Counter(skipped.reason for skipped in reviewed.set_aside).most_common():
        notes.append(f"{count} set aside: {reason}")
    if orders:
        told = "; ".join(f"{order.uri}, {order.reason}" for order in orders[:_ORDERS_TOLD])
        more = f"; and {len(orders) - _ORDERS_TOLD} more" if len(orders) > _ORDERS_TOLD else ""
        notes.append(f"left out, since it speaks to a machine and not to buyers: {told}{more}")
    return tuple(notes)


def _aspects_of(reviewed: ReviewedProduct, parts: Parts) -> tuple[AspectSet, tuple[str, ...]]:
    """The aspects of a product, and the names of those that its own reviews found."""
    known = parts.aspects or choose_aspect_set(reviewed.product, reviewed.sentences)
    if not parts.discover:
        return known, ()
    if parts.embedder is None:
        raise InvalidInput("aspects are found with sentence vectors: leave out --vectors none, or --discover.")
    aspects = discover_aspects([reviewed], known, parts.embedder)
    return aspects, tuple(aspect.name for aspect in aspects.aspects if aspect not in known.aspects)


def _model_of(parts: Parts) -> LanguageModel:
    if parts.model is None:
        raise InvalidInput("summaries by a model need one: name it with --model.")
    return parts.model


def _aspect_named(name: str, chosen: AspectSet, parts: Parts) -> Aspect:
    """The aspect of that name; of another ready set where the reviews of this product called for one without it."""
    known = {aspect.name: aspect for aspect in chosen.aspects}
    if name in known:
        return known[name]
    if parts.discover:
        # Reviews of other products may have found it; this product's do not speak of it.
        return Aspect(name=name, queries=(f"What do customers say of the {name}?",))
    if parts.aspects is not None:
        return chosen.aspect(name)
    every = [aspect for ready in READY_SETS for aspect in ready_set(ready).aspects]
    found = next((aspect for aspect in every if aspect.name == name), None)
    if found is None:
        raise UnknownName("aspect", name, (aspect.name for aspect in every))
    return found


def _with_facts(product: Product, facts: Mapping[str, str], kind: str) -> Product:
    """The product with the seller's record; its kind says how voices are named where no category does."""
    lowered = {key.lower(): value for key, value in facts.items()}
    return product.model_copy(
        update={
            "facts": {**product.facts, **facts},
            "name": lowered.get("name") or product.name,
            "category": " ".join(filter(None, (product.category or lowered.get("category"), kind))),
        }
    )


def _sober_facts(product: Product, facts: Facts | None) -> tuple[dict[str, str], list[Skipped]]:
    """The seller's record without what speaks to a machine: a record may come from a feed that others write."""
    kept: dict[str, str] = {}
    left_out: list[Skipped] = []
    for key, value in (facts.of(product.id, product.name) if facts else {}).items():
        found = (*find_orders(key), *find_orders(value))
        left_out += [Skipped(uri=f"the fact {clean_text(key, 40)!r}", reason=order.told()) for order in found]
        if not found:
            kept[key] = value
    return kept, left_out
