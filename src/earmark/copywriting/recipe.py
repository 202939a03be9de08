"""From a file of reviews to grounded copy: each product is read, written about, and the best draft chosen.

Reading and choosing happen in the caller's thread, product by product, whoever writes. Only the questions to a language
model are asked in threads of their own, about several products at once, and answers are taken in the order of the file.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from threading import Semaphore

from earmark.copywriting.briefs import Reading, brief_from, notes_of, read_product
from earmark.copywriting.choosing import best_copy
from earmark.copywriting.config import CopyConfig, Parts, checked
from earmark.copywriting.facts import Facts
from earmark.copywriting.goods import goods_copy, write_goods
from earmark.copywriting.grounding.grounding import GroundedCopy, refused
from earmark.copywriting.refusals import NOT_MENTIONED, why_refused
from earmark.copywriting.reviews import Columns, ReviewedProduct, read_products
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Brief, Draft, Writer
from earmark.copywriting.writers.model_writer import ModelWriter
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.language.at_once import AtOnce
from earmark.language.structured import Answer
from earmark.workers import Progress, Threads, silent


def write_copy(
    reviews: Path,
    config: CopyConfig | None = None,
    parts: Parts | None = None,
    columns: Columns | None = None,
    done: Callable[[str], bool] = lambda _: False,
    progress: Progress = silent,
    workers: Threads | None = None,
) -> Generator[GroundedCopy]:
    """Write copy for the products of a file, in their order, in memory that does not grow with their number.

    Args:
        reviews: CSV, TSV, JSONL or Parquet.
        config: what copy to write.
        parts: who writes and from what; embedded by default.
        columns: where the table keeps what; guessed where not given.
        done: says of a product id whether it has been written before; such products are passed over.
        progress: told after every product.
        workers: how many questions to a language model are under way at once, over all products; four by default. Where
            no model is asked there are no threads.

    Raises:
        InvalidInput: the file, the options, or what they ask for together cannot be met.
        UnknownName: no such product, aspect or column.
        NotEnoughEvidence: no review of any product speaks of the aspect.
    """
    config, parts = config or CopyConfig(), parts or Parts()
    config = checked(config)
    products = _only_one_for_its_facts(read_products(reviews, columns, config.product), parts.facts)
    readings = (
        None if done(reviewed.product.id) else read_product(reviewed, config, parts, turn)
        for turn, reviewed in enumerate(products)
    )
    spoke, count = config.aspect is None, 0
    with closing(_asked(readings, config, parts, workers)) as asked:
        for count, piece in enumerate(asked, start=1):
            if piece is not None:
                copy = _written(piece, config, parts)
                spoke = spoke or copy.refusal is None or NOT_MENTIONED not in copy.refusal
                yield copy
            else:
                spoke = True
            progress("write", count, None)
    if count and not spoke:
        raise NotEnoughEvidence(
            f"no review in {reviews} speaks of the aspect {config.aspect!r}: choose another --aspect, or leave it out."
        )


def write_one(reviewed: ReviewedProduct, config: CopyConfig, parts: Parts) -> GroundedCopy:
    """Write for one product, or refuse with the reasons."""
    return _written(_ask_about(read_product(reviewed, config, parts), config, parts), config, parts)


@dataclass(frozen=True)
class _Piece:
    """A product about which every language model that is to be asked has answered."""

    reading: Reading
    brief: Brief
    refusal: str | None
    """Why nothing may be written; nobody is asked to write then."""
    answer: Answer[list[Draft]] | None
    """What a language model wrote; ``None`` where another writer's turn is still to come."""


def _asked(
    readings: Iterable[Reading | None], config: CopyConfig, parts: Parts, workers: Threads | None
) -> Generator[_Piece | None]:
    """Ask a language model what it is to be asked about each product, several at once; nothing stays nothing."""
    workers = workers or Threads(4)
    # Several sides of a product may be asked about at once, too: the bound is on all questions together.
    places = Semaphore(workers.count)
    bounded = parts if parts.model is None else replace(parts, model=AtOnce(parts.model, places))

    def ask(reading: Reading | None) -> _Piece | None:
        return None if reading is None else _ask_about(reading, config, bounded, places)

    asks_a_model = parts.summarise_by == "model" or isinstance(parts.writer, ModelWriter)
    yield from workers.map(ask, readings) if asks_a_model else map(ask, readings)


def _ask_about(reading: Reading, config: CopyConfig, parts: Parts, places: Semaphore | None = None) -> _Piece:
    """Ask about one product, in any thread; drafts are asked for when there is a place."""
    brief = brief_from(reading, config, parts)
    refusal = why_refused(brief, reading, config)
    if refusal is not None or not isinstance(parts.writer, ModelWriter):
        return _Piece(reading, brief, refusal, None)
    with places or nullcontext():
        return _Piece(reading, brief, None, parts.writer.ask(brief, config.drafts, config.seed))


def _written(piece: _Piece, config: CopyConfig, parts: Parts) -> GroundedCopy:
    """The best draft, or the reasons why there is none; every writer but a language model writes here."""
    writer: Writer = parts.writer or Composer(config.rules)
    brief = piece.brief
    notes = (*brief.notes, *notes_of(piece.reading.reviewed, parts.facts))
    if piece.reading.goods is not None:
        goods = piece.reading.goods
        copy = (
            goods_copy(goods, brief, config.rules, piece.reading.reviewed, refusal=piece.refusal)
            if piece.refusal is not None
            else write_goods(goods, piece.reading.reviewed, brief, config)
        )
        return copy.model_copy(update={"notes": (*copy.notes, *notes)})
    if piece.refusal is not None:
        return refused(brief, writer.name, piece.refusal, config.rules).model_copy(update={"notes": notes})
    answer = piece.answer or Answer(writer.write(brief, config.drafts, config.seed), None)
    copy = best_copy(answer, writer.name, brief, config, parts.rewards)
    return copy.model_copy(update={"notes": (*copy.notes, *notes)})


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
