"""From a file of reviews to grounded copy, one product at a time: mine, write, filter, rank, ground."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from earmark.copywriting.aspects.aspects import READY_SETS, Aspect, AspectSet, choose_aspect_set, ready_set
from earmark.copywriting.aspects.discovery import discover_aspects
from earmark.copywriting.facts import Facts
from earmark.copywriting.grounding.grounding import GroundedCopy, Withheld, ground, refused
from earmark.copywriting.opinions import mine_opinions
from earmark.copywriting.opinions.stance import Stance, overall_stance
from earmark.copywriting.reviews import Columns, Product, ReviewedProduct, read_products
from earmark.copywriting.rewards import Reward
from earmark.copywriting.summaries.grouping import summarise
from earmark.copywriting.summaries.model_summaries import ModelSummaryConfig, summarise_all
from earmark.copywriting.summaries.praise import PraiseRules, Support
from earmark.copywriting.writers.channels import check_must
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.composer.points import points_of
from earmark.copywriting.writers.drafts import Brief, Channel, Draft, Length, Style, Tone, Writer
from earmark.copywriting.writers.filters import why_unfit
from earmark.errors import InvalidInput, NotEnoughEvidence, UnknownName
from earmark.language import Embedder, LanguageModel
from earmark.language.orders import find_orders
from earmark.language.prompt_files import PromptSet
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped
from earmark.workers import Progress, silent


@dataclass(frozen=True)
class CopyConfig:
    """What copy to write."""

    product: str | None = None
    """Write for the product with this id or name only."""
    aspect: str | None = None
    """Write about this aspect only (food, service, ...)."""
    tone: Tone = "plain"
    """How it sounds: plain, warm, playful or premium."""
    length: Length = "paragraph"
    """How long it is: headline, short, paragraph or bullets."""
    channel: Channel = "shop"
    """Where it stands, with the limits that hold there: shop, ad (30 and 90 characters), social (280) or email."""
    must: tuple[str, ...] = ()
    """A phrase that must be said, in these words; marked as the seller's own in the receipt."""
    never: tuple[str, ...] = ()
    """A phrase that must never be said."""
    drafts: int = 4
    """Drafts to choose from; more cost more time and choose better."""
    dissent_share: float = 0.25
    """From this share of complaining voices on, a thing is not praised and the dissent is reported."""
    stale_years: float = 3.0
    """Praise whose last voice is so many years older than the newest review is not repeated."""
    seed: int = 0
    """Another seed writes other copy; the same seed the same."""

    @property
    def style(self) -> Style:
        """Tone, length and channel together."""
        return Style(tone=self.tone, length=self.length, channel=self.channel)

    @property
    def rules(self) -> PraiseRules:
        """What counts as praise."""
        return PraiseRules(dissent_share=self.dissent_share, stale_years=self.stale_years)


@dataclass(frozen=True)
class Parts:
    """What plugs into the recipe; the embedded defaults where nothing is given."""

    writer: Writer | None = None
    """Who writes; the composer by default."""
    aspects: AspectSet | None = None
    """Whose questions are asked; chosen from the ready sets by what the reviews speak of by default."""
    embedder: Embedder | None = None
    """Places targets that no aspect names and groups what means the same; none leaves them apart."""
    facts: Facts | None = None
    """The seller's own record."""
    model: LanguageModel | None = None
    """The language model that the parts ask, if any does."""
    summarise_by: Literal["embedded", "model"] = "embedded"
    """Who says what reviewers claim: our own reader, or the model, of which only what the reviews bear out is kept."""
    prompts: PromptSet = "own"
    """How the model is asked to summarise: in our own way, or as published."""
    discover: bool = False
    """Whether a product's reviews may found aspects beside those that are known."""
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    """What ranks drafts that passed every filter; without any, see :func:`embedded_order`."""


def write_copy(
    reviews: Path,
    config: CopyConfig | None = None,
    parts: Parts | None = None,
    columns: Columns | None = None,
    done: Callable[[str], bool] = lambda _: False,
    progress: Progress = silent,
) -> Iterator[GroundedCopy]:
    """Write copy for the products of a file, one after the other, in memory that does not grow with their number.

    Args:
        reviews: CSV, TSV, JSONL or Parquet.
        config: what copy to write.
        parts: who writes and from what; embedded by default.
        columns: where the table keeps what; guessed where not given.
        done: says of a product id whether it has been written before; such products are passed over.
        progress: told after every product.

    Raises:
        InvalidInput: the file, the options, or what they ask for together cannot be met.
        UnknownName: no such product, aspect or column.
        NotEnoughEvidence: no review of any product speaks of the aspect.
    """
    config, parts = config or CopyConfig(), parts or Parts()
    config = checked(config)
    products = _only_one_for_its_facts(read_products(reviews, columns, config.product), parts.facts)
    spoke, count = config.aspect is None, 0
    for count, reviewed in enumerate(products, start=1):
        if not done(reviewed.product.id):
            copy = write_one(reviewed, config, parts, turn=count - 1)
            spoke = spoke or copy.refusal is None or NOT_MENTIONED not in copy.refusal
            yield copy
        else:
            spoke = True
        progress("write", count, None)
    if count and not spoke:
        raise NotEnoughEvidence(
            f"no review in {reviews} speaks of the aspect {config.aspect!r}: choose another --aspect, or leave it out."
        )


def checked(config: CopyConfig) -> CopyConfig:
    """The config with its phrases cleaned, if it can be met.

    Raises:
        InvalidInput: contradictory or impossible wishes.
    """
    must = tuple(text for phrase in config.must if (text := clean_text(phrase, 1_000)))
    never = tuple(text for phrase in config.never if (text := clean_text(phrase, 1_000)))
    for wish in must:
        if clash := next((word for word in never if word.lower() in wish.lower()), None):
            raise InvalidInput(f"--must {wish!r} contains --never {clash!r}: drop one of them.")
    if config.drafts < 1:
        raise InvalidInput(f"--drafts {config.drafts} leaves nothing to choose from: ask for 1 or more.")
    check_must(must, config.style)
    return replace(config, must=must, never=never)


def write_one(reviewed: ReviewedProduct, config: CopyConfig, parts: Parts, *, turn: int | None = None) -> GroundedCopy:
    """Write for one product, or refuse with the reasons; ``turn`` is its place in a run."""
    brief, stance = brief_of(reviewed, config, parts)
    brief = brief.model_copy(update={"turn": turn})
    orders = (*reviewed.orders, *_sober_facts(reviewed.product, parts.facts)[1])
    notes = (*brief.notes, *_notes(reviewed, orders))
    writer = parts.writer or Composer(config.rules)
    reason = why_refused(brief, reviewed, stance, config)
    if reason is None:
        copy = _best(writer, brief, config, parts)
        return copy.model_copy(update={"notes": (*copy.notes, *notes)})
    return refused(brief, writer.name, reason, config.rules).model_copy(update={"notes": notes})


def embedded_order(copy: GroundedCopy) -> tuple[float, ...]:
    """How drafts are ranked without rewards: the smaller comes first, and the first difference decides.

    Fewest sentences withheld, most things said, most voices behind the weakest of them, fewest repeated words.
    """
    said = [sentence for sentence in copy.sentences if sentence.supporting is not None]
    things = {piece.id for sentence in said for piece in sentence.evidence}
    words = [word for word in copy.text.lower().split() if len(word) > 3]
    repeated = 1 - len(set(words)) / len(words) if words else 1.0
    weakest = min((sentence.supporting or 0 for sentence in said), default=0)
    return (float(len(copy.withheld)), -float(len(things)), -float(weakest), round(repeated, 1))


_ORDERS_TOLD = 3
NOT_MENTIONED = "no review mentions"


def brief_of(reviewed: ReviewedProduct, config: CopyConfig, parts: Parts) -> tuple[Brief, Stance]:
    """Everything a writer may use about one product, and how reviewers feel about it as a whole.

    Raises:
        UnknownName: the aspect is none of the set's.
    """
    aspects, discovered = _aspects_of(reviewed, parts)
    aspect = _aspect_named(config.aspect, aspects, parts) if config.aspect else None
    opinions = mine_opinions(reviewed, aspects.aspects, parts.embedder)
    summaries = summarise(reviewed, opinions, aspects.aspects, parts.embedder)
    notes = [f"aspects found in the reviews: {', '.join(discovered)}"] if discovered else []
    if parts.summarise_by == "model":
        asked = aspects.aspects if aspect is None else (aspect,)
        summaries, read = summarise_all(
            reviewed, asked, _model_of(parts), summaries, ModelSummaryConfig(prompts=parts.prompts)
        )
        notes += read
    stance = overall_stance(reviewed, opinions)
    facts, _ = _sober_facts(reviewed.product, parts.facts)
    product = _with_facts(reviewed.product, facts, aspects.name)
    chosen = tuple(summary for summary in summaries if aspect is None or summary.aspect == aspect.name)
    told = {piece.excerpt.source_id for summary in chosen for claim in summary.claims for piece in claim.evidence}
    return (
        Brief(
            product=product,
            aspect=aspect,
            style=config.style,
            summaries=tuple(chosen),
            sentences=tuple(sentence for sentence in reviewed.sentences if sentence.review_id in told),
            must=config.must,
            never=config.never,
            reviews=len(reviewed.reviews),
            notes=tuple(notes),
        ),
        stance,
    )


def _aspects_of(reviewed: ReviewedProduct, parts: Parts) -> tuple[AspectSet, list[str]]:
    """The aspects of a product, and the names of those that its own reviews found."""
    known = parts.aspects or choose_aspect_set(reviewed.product, reviewed.sentences)
    if not parts.discover:
        return known, []
    if parts.embedder is None:
        raise InvalidInput("aspects are found with sentence vectors: leave out --vectors none, or --discover.")
    aspects = discover_aspects([reviewed], known, parts.embedder)
    return aspects, [aspect.name for aspect in aspects.aspects if aspect not in known.aspects]


def _model_of(parts: Parts) -> LanguageModel:
    if parts.model is None:
        raise InvalidInput("summaries by a model need one: name it with --model.")
    return parts.model


def why_refused(brief: Brief, reviewed: ReviewedProduct, stance: Stance, config: CopyConfig) -> str | None:
    """Why no copy may be written, in a sentence with its reasons; ``None`` where it may."""
    if not reviewed.reviews:
        why = Counter(skipped.reason for skipped in reviewed.set_aside).most_common(3)
        aside = "; ".join(f"{count} set aside: {reason}" for reason, count in why)
        return (
            f"there is no review that can be used{f' ({aside})' if aside else ''}: it would need at least "
            f"{config.rules.least_voices} reviews by customers, in English, that praise the same thing."
        )
    if stance.stance == "disliked":
        return f"reviewers mostly dislike it ({stance.reason}), so praise would mislead."
    if config.aspect and not any(summary.claims for summary in brief.summaries):
        return f"{NOT_MENTIONED} {config.aspect!r} with an opinion."
    support = Support(brief, config.rules)
    offered = points_of(support)
    if offered.carry_copy:
        return None
    reasons = Counter(reason for claim in support.claims if (reason := support.against_saying(claim)))
    told = "; ".join(reason for reason, _ in reasons.most_common(3))
    single = len(support.praise)
    voices = f"{single} thing{'s' if single != 1 else ''} praised by one voice only" if single else "no praise"
    return (
        f"no two of its {brief.reviews} usable reviews praise the same thing ({voices}{f'; {told}' if told else ''}): "
        "it would need a second voice."
        if brief.reviews > 1
        else f"it has one usable review ({voices}): praise needs a second voice."
    )


def _best(writer: Writer, brief: Brief, config: CopyConfig, parts: Parts) -> GroundedCopy:
    """Write drafts, drop the unfit, ground the rest, and keep the first by rewards or by the embedded order."""
    drafts = writer.write(brief, config.drafts, config.seed)
    unfit: list[Withheld] = []
    grounded: list[tuple[Draft, GroundedCopy]] = []
    for draft in drafts:
        if reason := why_unfit(draft, brief):
            unfit.append(Withheld(text=draft.text, reason=f"the draft was dropped: {reason}"))
            continue
        grounded.append((draft, ground(draft, brief, config.rules, read_twice=False)))
    fit = [(draft, copy) for draft, copy in grounded if copy.refusal is None and _still_fits(copy, brief)]
    whole = [(draft, copy) for draft, copy in fit if not copy.withheld] or fit
    if whole:
        return _first_that_stands(_ranked(whole, brief, parts.rewards), brief, config)
    reason = _why_nothing_was_left(writer, drafts, unfit, [copy for _, copy in grounded])
    withheld = tuple(dict.fromkeys((*unfit, *(item for _, copy in grounded for item in copy.withheld))))
    return refused(brief, writer.name, reason, config.rules).model_copy(update={"withheld": withheld[:20]})


def _first_that_stands(ranked: Sequence[Draft], brief: Brief, config: CopyConfig) -> GroundedCopy:
    """The first draft of which a second reading leaves everything; else the first of which it leaves something."""
    copies = (ground(draft, brief, config.rules) for draft in ranked)
    left: list[GroundedCopy] = []
    for copy in copies:
        if copy.refusal is None and _still_fits(copy, brief):
            if not copy.withheld:
                return copy
            left.append(copy)
    if left:
        return left[0]
    last = ground(ranked[0], brief, config.rules)
    reason = last.refusal or "a second reading leaves too little of every draft."
    return last.model_copy(update={"text": "", "sentences": (), "refusal": reason})


def _ranked(found: Sequence[tuple[Draft, GroundedCopy]], brief: Brief, rewards: Mapping[str, Reward]) -> list[Draft]:
    if not rewards:
        # The writer's own order decides between equals, so that no way of beginning wins by its first letter.
        ordered = sorted(found, key=lambda pair: embedded_order(pair[1]))
        return [draft for draft, _ in ordered]
    # Rewards have no common scale, so each ranks the drafts on its own and the mean of the ranks decides.
    places: Counter[str] = Counter()
    for reward in rewards.values():
        scores = reward([draft for draft, _ in found], [brief] * len(found))
        known = sorted({score for score in scores if score is not None}, reverse=True)
        for (draft, _), score in zip(found, scores, strict=True):
            places[draft.id] += known.index(score) if score is not None else len(known)
    return [draft for draft, _ in sorted(found, key=lambda pair: (places[pair[0].id], pair[0].text))]


def _still_fits(copy: GroundedCopy, brief: Brief) -> bool:
    """Whether what is left after withholding still says what it must."""
    return all(must.lower().rstrip(".") in copy.text.lower() for must in brief.must)


def _why_nothing_was_left(
    writer: Writer, drafts: Sequence[Draft], unfit: Sequence[Withheld], grounded: Sequence[GroundedCopy]
) -> str:
    failure = getattr(writer, "failure", None)
    if failure:
        return f"the writer brought no draft: {failure}."
    if not drafts:
        return (
            "the writer brought no draft that keeps the limits, says what it must and leaves out what it must never: "
            "wish for less, or give more room."
        )
    if grounded and grounded[0].refusal:
        return f"none of {len(drafts)} drafts is carried by the reviews: {grounded[0].refusal}"
    first = unfit[0].reason if unfit else "what was left no longer says what it must"
    return f"none of {len(drafts)} drafts is fit: {first}."


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


def _notes(reviewed: ReviewedProduct, orders: Sequence[Skipped]) -> tuple[str, ...]:
    notes = []
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


def _only_one_for_its_facts(products: Iterator[ReviewedProduct], facts: Facts | None) -> Iterable[ReviewedProduct]:
    """Refuse to give one product's record to several.

    Raises:
        InvalidInput: the record names no product and there are several.
    """
    if facts is None or not facts.of_the_one:
        return products
    first = list(islice(products, 2))
    if len(first) > 1:
        raise InvalidInput(
            "--facts holds one product's record and the reviews speak of several: choose one with --product, or key "
            "the facts by product."
        )
    return chain(first, products)
