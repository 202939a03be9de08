"""A copy run's pieces, joined with the reviews around their receipts, as plain values for its page."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from earmark.copywriting.copy_run import CopyRequest, copies_of
from earmark.copywriting.grounding.grounding import GroundedCopy, GroundedSentence
from earmark.copywriting.reviews import read_products
from earmark.errors import EarmarkError, InvalidInput
from earmark.evidence import Evidence, Record
from earmark.language.privacy import mask
from earmark.language.untrusted import clean_text
from earmark.runs import Manifest, RunFolder

MOST_PIECES = 2_000
"""On one page; the others stay in the run folder."""
_AROUND = 110
_NOTHING_CLAIMED = "none"


class PageReceipt(Record):
    """Words that carry a sentence: a span of a review with what stands around it, or the seller's own."""

    span: str
    before: str = ""
    after: str = ""
    where: str | None = None
    """File and row of the review and the characters of the span; ``None`` for the seller's own record."""


class PageSentence(Record):
    """A sentence that goes out."""

    text: str
    carried_by: str
    supporting: int | None
    repaired: str | None
    receipts: tuple[PageReceipt, ...]


class PageWithheld(Record):
    """A sentence that does not go out."""

    text: str
    reason: str


class PageDissent(Record):
    """A complaint that the seller should see beside the copy."""

    said: str
    supporting: int
    receipts: tuple[PageReceipt, ...]


class PagePiece(Record):
    """One product's copy, or its refusal."""

    id: str
    name: str
    aspect: str | None
    text: str
    reviews: int
    refusal: str | None
    sentences: tuple[PageSentence, ...]
    withheld: tuple[PageWithheld, ...]
    dissent: tuple[PageDissent, ...]
    compliance: tuple[tuple[str, str], ...]
    claims: tuple[str, ...]
    """Which of the compliance columns found something: ``health``, ``price``, ``superlatives``, ``seller``."""
    notes: tuple[str, ...]


class PageFigure(Record):
    """A number to begin with, and what it counts."""

    value: str
    meaning: str


class CopyData(Record):
    """Everything that the page of a copy run shows."""

    title: str
    version: str
    style: str
    reviews: str
    figures: tuple[PageFigure, ...]
    notes: tuple[str, ...]
    pieces: tuple[PagePiece, ...]
    run: tuple[tuple[str, str], ...]


def page_data(run: RunFolder) -> CopyData:
    """Gather what the page of a copy run shows.

    Raises:
        InvalidInput: the run is of another kind, or has written nothing yet.
    """
    if run.manifest.kind != "copywriting":
        raise InvalidInput(f"{run.path} is a run of {run.manifest.kind}, not one that writes copy.")
    counts: Counter[str] = Counter()
    pieces: list[PagePiece] = []
    texts = _Texts(CopyRequest.from_arguments(run.manifest.arguments))
    for copy in copies_of(run.path):
        _count(copy, counts)
        if len(pieces) < MOST_PIECES:
            pieces.append(_piece(copy, texts.of(copy.product_id)))
    if not counts["products"]:
        raise InvalidInput(f"{run.path} holds no copy yet: 'earmark resume {run.path}' goes on with it.")
    return CopyData(
        title=f"Copy from {clean_text(Path(texts.request.reviews).name, 80)}",
        version=run.manifest.earmark_version,
        style=_style(texts.request),
        reviews=clean_text(Path(texts.request.reviews).name, 80),
        figures=_figures(counts),
        notes=tuple(_notes(counts, texts)),
        pieces=tuple(pieces),
        run=tuple(_run_told(run.manifest, texts.request)),
    )


class _Texts:
    """The texts of reviews by product, read again from the file, which holds the products in the order of the run."""

    def __init__(self, request: CopyRequest) -> None:
        self.request = request
        self.missing: str | None = None
        self._products = self._read()

    def of(self, product_id: str) -> Mapping[str, tuple[str, str]]:
        """Text and place of each review of a product, by review id; empty where they cannot be read any more."""
        return next((texts for found, texts in self._products if found == product_id), {})

    def _read(self) -> Iterator[tuple[str, Mapping[str, tuple[str, str]]]]:
        try:
            for reviewed in read_products(
                Path(self.request.reviews), self.request.columns, self.request.config.product
            ):
                yield reviewed.product.id, {review.id: (review.text, review.uri) for review in reviewed.reviews}
        except EarmarkError as error:
            self.missing = (
                f"The reviews could not be read again, so receipts stand without what is around them: {error}"
            )


def _piece(copy: GroundedCopy, texts: Mapping[str, tuple[str, str]]) -> PagePiece:
    held = copy.compliance.model_dump()
    claims = [kind for kind in ("superlatives", "health", "price") if held[kind] != _NOTHING_CLAIMED]
    own = (mark for sentence in copy.sentences for mark in sentence.seller if not mark.startswith("name: "))
    claims += ["seller"] if any(own) else []
    return PagePiece(
        id=clean_text(copy.product_id, 120),
        name=clean_text(copy.product_name or copy.product_id, 120),
        aspect=copy.aspect,
        text="\n".join(clean_text(line, 2_000) for line in copy.text.split("\n")),
        reviews=copy.reviews,
        refusal=clean_text(copy.refusal, 800) if copy.refusal else None,
        sentences=tuple(_sentence(sentence, texts) for sentence in copy.sentences),
        withheld=tuple(
            PageWithheld(text=clean_text(item.text, 400), reason=clean_text(item.reason, 400)) for item in copy.withheld
        ),
        dissent=tuple(
            PageDissent(
                said=clean_text(f"{item.target}: {item.descriptor}", 120),
                supporting=item.supporting,
                receipts=tuple(_receipt(piece, (), texts) for piece in item.evidence),
            )
            for item in copy.dissent
        ),
        compliance=tuple((kind, clean_text(told, 400)) for kind, told in held.items()) if copy.text else (),
        claims=tuple(claims),
        notes=tuple(clean_text(note, 400) for note in copy.notes),
    )


def _sentence(sentence: GroundedSentence, texts: Mapping[str, tuple[str, str]]) -> PageSentence:
    return PageSentence(
        text=clean_text(sentence.text, 2_000),
        carried_by=sentence.carried_by,
        supporting=sentence.supporting,
        repaired=clean_text(sentence.repaired, 400) if sentence.repaired else None,
        receipts=tuple(_receipt(piece, sentence.seller, texts) for piece in sentence.evidence),
    )


def _receipt(piece: Evidence, seller: tuple[str, ...], texts: Mapping[str, tuple[str, str]]) -> PageReceipt:
    """A span in its context; what is private in the context is masked, for a page may be passed on."""
    excerpt = piece.excerpt
    if excerpt.text in seller:
        return PageReceipt(span=clean_text(excerpt.text or "", 300))
    start, end = int(excerpt.start), int(excerpt.end)
    text, uri = texts.get(excerpt.source_id, ("", excerpt.source_id))
    if text[start:end] != excerpt.text:
        text = ""
    before, after = text[:start], text[end:]
    return PageReceipt(
        span=clean_text(mask(excerpt.text or "").text, 300),
        before=_end_of(_flat(before)),
        after=_start_of(_flat(after)),
        where=f"{clean_text(uri, 120)}, characters {start} to {end}",
    )


def _flat(text: str) -> str:
    """What stands around a span on one line, with a space kept where it touches the span."""
    clean = clean_text(mask(text).text, len(text) + 100)
    return f"{' ' if text[:1].isspace() else ''}{clean}{' ' if text[-1:].isspace() else ''}" if clean else ""


def _end_of(text: str) -> str:
    """The last words of what stands before a span."""
    return text if len(text) <= _AROUND else "\u2026" + text[-_AROUND:].partition(" ")[2]


def _start_of(text: str) -> str:
    """The first words of what stands after a span."""
    return text if len(text) <= _AROUND else text[:_AROUND].rpartition(" ")[0] + "\u2026"


def _count(copy: GroundedCopy, counts: Counter[str]) -> None:
    counts["products"] += 1
    counts["refused"] += copy.refusal is not None
    counts["sentences"] += sum(bool(sentence.evidence) for sentence in copy.sentences)
    counts["withheld"] += len(copy.withheld)
    counts["dissent"] += bool(copy.dissent)
    counts["reviews"] += copy.reviews


def _figures(counts: Mapping[str, int]) -> tuple[PageFigure, ...]:
    told = (
        (counts["products"] - counts["refused"], f"of {counts['products']:,} products with copy"),
        (counts["refused"], "refused, with the reasons"),
        (counts["sentences"], "sentences, each with its receipts"),
        (counts["withheld"], "sentences withheld"),
        (counts["dissent"], "products with complaints that the seller should know"),
        (counts["reviews"], "reviews that could be used"),
    )
    return tuple(PageFigure(value=f"{value:,}", meaning=meaning) for value, meaning in told)


def _notes(counts: Mapping[str, int], texts: _Texts) -> Iterator[str]:
    if counts["products"] > MOST_PIECES:
        yield f"This page holds the first {MOST_PIECES:,} of {counts['products']:,} products; the run folder holds all."
    if texts.missing:
        yield texts.missing


def _style(request: CopyRequest) -> str:
    style = request.config.style
    return f"{style.tone}, {style.length}, {style.channel}"


def _run_told(manifest: Manifest, request: CopyRequest) -> Iterator[tuple[str, str]]:
    yield "made", f"{manifest.day} by earmark {manifest.earmark_version}, seed {manifest.seed}"
    yield "reviews", request.reviews
    yield "writer", request.model or request.policy or request.writer
    config = request.config
    for name, value in (
        ("tone", config.tone),
        ("length", config.length),
        ("channel", config.channel),
        ("aspect", config.aspect or "all"),
        ("drafts", str(config.drafts)),
        ("must", "; ".join(config.must)),
        ("never", "; ".join(config.never)),
        ("dissent reported from", f"{config.dissent_share:.0%} of the voices"),
    ):
        if value:
            yield name, clean_text(value, 300)
    yield from (("note", clean_text(note, 300)) for note in islice(manifest.notes, 20))
