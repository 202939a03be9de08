"""Copy for goods: from a ledger of what buyers say to grounded copy, or an honest refusal."""

from earmark.copywriting.claims.ledger import Reading
from earmark.copywriting.config import CopyConfig
from earmark.copywriting.grounding.compliance import comply
from earmark.copywriting.grounding.grounding import Dissent, GroundedCopy, GroundedSentence, Withheld
from earmark.copywriting.reviews import ReviewedProduct
from earmark.copywriting.summaries.praise import PraiseRules
from earmark.copywriting.writers.channels import broken_limit
from earmark.copywriting.writers.drafts import Brief
from earmark.copywriting.writers.ledger_composer.composer import Composer
from earmark.copywriting.writers.ledger_composer.quotes import quotes_of
from earmark.copywriting.writers.ledger_composer.receipts import evidence_of, grounded
from earmark.copywriting.writers.ledger_composer.selection import caveats_of
from earmark.copywriting.writers.ledger_composer.wording import Named

WRITER = "ledger composer"


def composer_of(reading: Reading, reviewed: ReviewedProduct, brief: Brief, config: CopyConfig) -> Composer:
    """Who writes about these goods."""
    named = Named(brief.product.name, reading.nouns, [review.text for review in reviewed.reviews])
    quotes = quotes_of(reviewed, reading.claims, reading.unhappy)
    return Composer(reading.ledger, named, quotes, config, dict(brief.product.facts))


def write_goods(reading: Reading, reviewed: ReviewedProduct, brief: Brief, config: CopyConfig) -> GroundedCopy:
    """Write about goods; the sentences that a hard check stops are withheld."""
    lines = composer_of(reading, reviewed, brief, config).write()
    outcomes = [[grounded(one, reviewed, brief.product.name or "") for one in line] for line in lines]
    kept = [[one for one in line if isinstance(one, GroundedSentence)] for line in outcomes]
    withheld = tuple(one for line in outcomes for one in line if isinstance(one, Withheld))
    text = "\n".join(" ".join(one.text for one in line) for line in kept).strip()
    sentences = tuple(one for line in kept for one in line)
    refusal = broken_limit(text, config.style) if text else "every sentence was withheld"
    missing = next((must for must in config.must if must.lower().rstrip(".") not in text.lower()), None)
    refusal = refusal or (f"there is no room for {missing!r}, which must be said" if missing else None)
    return goods_copy(
        reading, brief, config.rules, reviewed,
        text=text if refusal is None else "",
        sentences=sentences if refusal is None else (),
        withheld=withheld,
        refusal=refusal,
    )  # fmt: skip


def goods_copy(
    reading: Reading,
    brief: Brief,
    rules: PraiseRules,
    reviewed: ReviewedProduct,
    *,
    text: str = "",
    sentences: tuple[GroundedSentence, ...] = (),
    withheld: tuple[Withheld, ...] = (),
    refusal: str | None,
) -> GroundedCopy:
    """The copy with what buyers complain of beside it."""
    texts = {review.id: review.text for review in reviewed.reviews}
    return GroundedCopy(
        product_id=brief.product.id,
        product_name=brief.product.name,
        aspect=None,
        style=brief.style,
        writer=WRITER,
        text=text,
        sentences=sentences,
        withheld=withheld,
        dissent=tuple(
            Dissent(
                target="it",
                descriptor=fact.wording,
                supporting=len(fact.voices),
                contradicting=len(fact.against),
                reviews=brief.reviews,
                evidence=evidence_of(fact, texts),
            )
            for fact in caveats_of(reading.ledger, rules)
        ),
        compliance=comply(text, [(s.text, s.supporting, s.seller) for s in sentences], brief.reviews),
        reviews=brief.reviews,
        refusal=refusal,
    )
