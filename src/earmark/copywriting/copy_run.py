"""A request for copy as a run folder: resumable, streamed, and readable without earmark."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from earmark.copywriting.aspects.aspects import read_aspect_set
from earmark.copywriting.config import CopyConfig, Parts, checked
from earmark.copywriting.facts import read_facts
from earmark.copywriting.grounding.grounding import GroundedCopy
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.reviews import Columns
from earmark.copywriting.reviews.columns import KINDS
from earmark.copywriting.writers.drafts import Writer
from earmark.errors import InvalidInput, UnknownName
from earmark.evidence import Record
from earmark.language import LanguageModel
from earmark.language.budget import counted
from earmark.language.choose import asks_somebody, open_model, shared_cache
from earmark.language.prompt_files import PromptSet
from earmark.language.spending import spending
from earmark.runs import Manifest, RunFolder
from earmark.runs.arguments import plainly
from earmark.runs.files import content_hash
from earmark.runs.grants import NOTHING, Allowed, refuse_ungranted
from earmark.workers import Progress, Threads, silent

SummaryKind = Literal["embedded", "model"]
WriterKind = Literal["composer", "policy", "model"]
_TABLE, _STAGE = "copy", "write"
_KEPT_EVERY, _KEPT_AFTER_S = 64, 30.0


@dataclass(frozen=True)
class CopyRequest:
    """Everything that decides what copy is written: the arguments of a run."""

    reviews: str
    """The file of reviews."""
    config: CopyConfig = field(default_factory=CopyConfig)
    columns: Columns = field(default_factory=Columns)
    writer: WriterKind = "composer"
    """Who writes: composer (embedded), policy (a trained writer, --policy) or model (a language model, --model)."""
    policy: str | None = None
    """The folder of a trained writer, as earmark train writer leaves it; the packaged one where there is none."""
    model: str | None = None
    """The language model that writes or summarises, such as http://localhost:8000/v1#NAME."""
    summarise_by: SummaryKind = "embedded"
    """Who reads the claims out of the reviews: our own reader, or the model, of which only what reviews bear out is
    kept."""
    prompts: PromptSet = "own"
    """How a model is asked to summarise: in our own way, or as published."""
    discover: bool = False
    """Also find aspects in the reviews themselves, beside those of the ready set or of your own."""
    facts: str | None = None
    """The seller's own record of the product: name, brand, attributes (JSON, TOML, JSONL, CSV)."""
    aspects: str | None = None
    """Your own aspects, in TOML."""
    vectors: str | None = "minilm"
    """Sentence vectors that group what means the same: minilm, a folder, or none."""

    def arguments(self) -> dict[str, Any]:
        """As plain values, with the hashes of the files that it names, for the manifest.

        Raises:
            InvalidInput: a file cannot be read.
        """
        files = {"reviews": self.reviews, "facts": self.facts, "aspects": self.aspects}
        hashes = {f"{name}_hash": content_hash(Path(file)) for name, file in files.items() if file}
        return {**asdict(self), **hashes}

    @property
    def files(self) -> tuple[str, ...]:
        """Whose texts are read: what a language model is asked about."""
        return tuple(file for file in (self.reviews, self.facts, self.aspects) if file)

    @classmethod
    def from_arguments(cls, arguments: dict[str, Any]) -> "CopyRequest":
        """Back from the manifest.

        Raises:
            InvalidInput: the arguments are not a request for copy.
        """
        return plainly(cls, arguments, "the manifest does not hold a request for copy")

    def parts(self, model: LanguageModel | None = None, *, send_raw: bool = False) -> Parts:
        """Open what plugs in.

        Args:
            model: used instead of the one that ``model`` names.
            send_raw: whether the writer hands the model names and contact details as they stand in the reviews.

        Raises:
            Mendable: a file cannot be read, a model cannot be opened, or a package is missing.
        """
        facts = read_facts(Path(self.facts)) if self.facts else None
        aspects = read_aspect_set(Path(self.aspects)) if self.aspects else None
        if self.config.aspect and aspects and not self.discover:
            aspects.aspect(self.config.aspect)
        embedder = None
        if self.vectors not in (None, "none"):
            from earmark.copywriting.summaries.recent_vectors import RecentTexts
            from earmark.language.providers.minilm import SentenceVectors

            embedder = RecentTexts(SentenceVectors(None if self.vectors == "minilm" else self.vectors))
        asked = self._language_model(model)
        return Parts(
            writer=self._open_writer(asked, send_raw),
            aspects=aspects,
            embedder=embedder,
            facts=facts,
            model=asked,
            summarise_by=self.summarise_by,
            prompts=self.prompts,
            discover=self.discover,
        )

    def _language_model(self, given: LanguageModel | None) -> LanguageModel | None:
        if given is None and self.model:
            given = open_model(self.model, cache=shared_cache(self.model))
        return None if given is None else counted(given)

    def _open_writer(self, model: LanguageModel | None, send_raw: bool) -> Writer | None:
        if self.policy and self.writer != "policy":
            raise InvalidInput("--policy is for --writer policy: add it, or drop --policy.")
        if self.model and "model" not in (self.writer, self.summarise_by):
            raise InvalidInput("--model is for --writer model or --summarise-by model: add one, or drop --model.")
        if self.writer == "policy":
            from earmark.copywriting.writers.policy import PolicyWriter

            return PolicyWriter(self._policy_folder(), self.config.rules)
        if self.writer == "model":
            from earmark.copywriting.writers.model_writer import ModelWriter

            if model is None:
                raise InvalidInput("--writer model needs --model NAME, such as http://localhost:8000/v1#NAME.")
            return ModelWriter(model, self.config.rules, send_raw=send_raw)
        return None

    def _policy_folder(self) -> Path:
        """The folder of the writer that was named, or of the one that comes with the package."""
        from earmark.samples.writers import find_writer, writer_names

        if self.policy is None and not writer_names():
            raise InvalidInput("--writer policy needs --policy DIR, a folder that 'earmark train writer' made.")
        if self.policy is None or self.policy in writer_names():
            return find_writer(self.policy or writer_names()[0])
        if not Path(self.policy).is_dir():
            raise InvalidInput(f"--policy {self.policy!r} is no folder: name one that 'earmark train writer' made.")
        return Path(self.policy)


def columns_told(options: Sequence[str], one_product: str | None = None) -> Columns:
    """Where a table keeps what, from ``KIND=NAME`` options.

    Args:
        options: such as ``text=review``; several for ``text`` where a row holds several reviews.
        one_product: the name of the product, where the whole table is about one.

    Raises:
        InvalidInput: an option is not ``KIND=NAME``, or a kind but ``text`` is told twice.
        UnknownName: there is no such kind of column.
    """
    told: dict[str, Any] = {"one_product": one_product}
    for option in options:
        kind, equals, name = option.partition("=")
        if not equals or not name:
            raise InvalidInput(f"--column {option!r} tells nothing: write KIND=NAME, such as text=review.")
        if kind not in KINDS:
            raise UnknownName("kind of column", kind, KINDS)
        if kind == "text":
            told["text"] = (*told.get("text", ()), name)
        elif kind in told:
            raise InvalidInput(f"--column names two columns for {kind!r}: name one.")
        else:
            told[kind] = name
    return Columns(**told)


class WithheldRow(Record):
    """A sentence that did not go out, for reading without earmark."""

    product_id: str
    text: str
    reason: str


def run_copy(
    folder: Path,
    request: CopyRequest,
    progress: Progress = silent,
    *,
    model: LanguageModel | None = None,
    send_raw: bool = False,
    workers: Threads | None = None,
) -> Iterator[GroundedCopy]:
    """Write copy into a run folder; a folder that holds the same request, unfinished, is gone on with.

    Products that were written before are not yielded again: see :func:`copies_of`.

    Args:
        folder: new, empty, or one of the same request.
        request: what is wanted.
        progress: told after every product.
        model: used instead of the one that the request names.
        send_raw: see :meth:`CopyRequest.parts`.
        workers: how many questions to the model are under way at once; four by default.

    Raises:
        BudgetSpent: stopped early by a budget; everything so far is kept, and the same call goes on.
        RunConflict: the folder holds another run, or the reviews have changed since.
    """
    checked(request.config)
    run = RunFolder.begin_or_continue(folder, Manifest.begin("copywriting", request.arguments(), request.config.seed))
    if run.is_done(_STAGE):
        return
    parts = request.parts(model, send_raw=send_raw)
    before = {copy.product_id for copy in run.parts(_TABLE, GroundedCopy)}
    kept: list[GroundedCopy] = []
    clock = time.monotonic()
    with run.stage(_STAGE) as counts, spending(run, _STAGE, parts.model) as keep_spending:
        try:
            # Closed here, so that what is still being asked is waited for before its cost is kept.
            with closing(
                write_copy(
                    Path(request.reviews),
                    request.config,
                    parts,
                    request.columns,
                    before.__contains__,
                    progress,
                    workers,
                )
            ) as copies:
                for copy in copies:
                    kept.append(copy)
                    if len(kept) >= _KEPT_EVERY or time.monotonic() - clock > _KEPT_AFTER_S:
                        run.append(_TABLE, GroundedCopy, kept)
                        keep_spending()
                        kept, clock = [], time.monotonic()
                    yield copy
        finally:
            # Stopped by hand or by an error: what was written is kept all the same.
            if kept:
                run.append(_TABLE, GroundedCopy, kept)
        run.finish(_TABLE, GroundedCopy)
        run.write("withheld", WithheldRow, _withheld(run))
        counts.update(_counted(run))


def resume_copy(
    folder: Path,
    progress: Progress = silent,
    *,
    allowed: Allowed = NOTHING,
    model: LanguageModel | None = None,
    send_raw: bool = False,
    workers: Threads | None = None,
) -> Iterator[GroundedCopy]:
    """Go on with a run that was stopped; the arguments are those of :func:`run_copy`, but for one.

    Args:
        folder: the run.
        progress: as in :func:`run_copy`.
        allowed: what the run may do though you did not begin it.
        model: as in :func:`run_copy`.
        send_raw: as in :func:`run_copy`.
        workers: as in :func:`run_copy`.

    Raises:
        InvalidInput: the folder holds no such run.
        RunConflict: the reviews have changed since.
        NotGranted: the run is somebody else's and wants to ask a language model.
    """
    run = RunFolder.open(folder)
    if run.manifest.kind != "copywriting":
        raise InvalidInput(f"{folder} is a {run.manifest.kind} run, not one that writes copy.")
    request = CopyRequest.from_arguments(run.manifest.arguments)
    if model is None and request.model:
        asks = asks_somebody(request.model)
        refuse_ungranted(folder, run.manifest, allowed, model=request.model, asks=asks, texts=request.files)
    yield from run_copy(folder, request, progress, model=model, send_raw=send_raw, workers=workers)


def copies_of(folder: Path) -> Iterator[GroundedCopy]:
    """All copy of a run, in the order of the products, a few in memory at a time.

    Raises:
        InvalidInput: the folder holds no run that writes copy.
    """
    run = RunFolder.open(folder)
    yield from run.parts(_TABLE, GroundedCopy)


def _withheld(run: RunFolder) -> Iterator[WithheldRow]:
    for copy in run.stream(_TABLE, GroundedCopy):
        for item in copy.withheld:
            yield WithheldRow(product_id=copy.product_id, text=item.text, reason=item.reason)


def _counted(run: RunFolder) -> dict[str, int]:
    counts = {"products": 0, "copies": 0, "refusals": 0, "sentences": 0, "withheld": 0}
    for copy in run.stream(_TABLE, GroundedCopy):
        counts["products"] += 1
        counts["copies"] += copy.refusal is None
        counts["refusals"] += copy.refusal is not None
        counts["sentences"] += len(copy.sentences)
        counts["withheld"] += len(copy.withheld)
    return counts
