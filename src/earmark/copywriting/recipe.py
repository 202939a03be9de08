"""From a file of reviews to grounded copy, one product at a time: mine, write, filter, rank, ground."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from earmark.copywriting.briefs import brief_of, notes_of
from earmark.copywriting.choosing import best_copy
from earmark.copywriting.config import CopyConfig, Parts, checked
from earmark.copywriting.facts import Facts
from earmark.copywriting.grounding.grounding import GroundedCopy, refused
from earmark.copywriting.refusals import NOT_MENTIONED, why_refused
from earmark.copywriting.reviews import Columns, ReviewedProduct, read_products
from earmark.copywriting.writers.composer import Composer
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.workers import Progress, silent


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


def write_one(reviewed: ReviewedProduct, config: CopyConfig, parts: Parts, *, turn: int | None = None) -> GroundedCopy:
    """Write for one product, or refuse with the reasons; ``turn`` is its place in a run."""
    brief, stance = brief_of(reviewed, config, parts)
    brief = brief.model_copy(update={"turn": turn})
    notes = (*brief.notes, *notes_of(reviewed, parts.facts))
    writer = parts.writer or Composer(config.rules)
    reason = why_refused(brief, reviewed, stance, config)
    if reason is None:
        copy = best_copy(writer, brief, config, parts)
        return copy.model_copy(update={"notes": (*copy.notes, *notes)})
    return refused(brief, writer.name, reason, config.rules).model_copy(update={"notes": notes})


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
