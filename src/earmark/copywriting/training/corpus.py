"""The corpus that teaches a policy: (aspect, style, chosen evidence) to copy, as a table that ``datasets`` loads.

A writer (the composer, or a language model) writes copy from briefs; what grounding does not carry whole is left
out. Products are split by their ids, so that what is tested was never seen; and no name or judged thing of a test
product stands in a training text, which placeholders make true and :func:`assert_unseen` checks.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.reviews.splits import ProductSplit, assert_disjoint
from earmark.copywriting.summaries.voices import VOICE_PATTERN
from earmark.copywriting.writers.drafts import Brief, Channel, Draft, Length, Tone, Writer
from earmark.copywriting.writers.filters import why_unfit
from earmark.copywriting.writers.placeholders import fill, unfilled
from earmark.copywriting.writers.policy_prompt import PolicyPrompt, policy_prompt
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.evidence import Record, content_id
from earmark.runs.files import write_whole
from earmark.runs.tables import read_records, write_records
from earmark.workers import Progress, silent

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")

# Placeholders know their number, so that a verb which does not is found without a parser.
_DISAGREES = re.compile(
    r"\b(?:there is|comes|goes|this|that)(?: \w+)? <things\d>|<things\d>,? (?:is|was|has|does|comes|goes|sets)\b|"
    r"\b(?:there are|these|those)(?: \w+)? <thing\d>|(?<!and )<thing\d>,? (?:are|were|have|do|come|go|set)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CorpusConfig:
    """How a corpus is made."""

    drafts: int = 2
    """Different pieces of copy a brief."""
    filtered: bool = True
    """Keep only copy of which every sentence is carried; off, to measure what the filter is worth."""
    shares: tuple[float, float, float] = (0.9, 0.05, 0.05)
    """Of the products: training, validation, test."""
    seed: int = 0
    """Of the split and of the writer."""


class CorpusPair(Record):
    """One lesson."""

    id: str
    product_id: str
    part: Part
    aspect: str | None
    tone: Tone
    length: Length
    channel: Channel
    prompt: str
    target: str
    """The copy with its placeholders."""
    copy_text: str
    """The copy as it was written."""
    placeholders: tuple[str, ...]
    stand_for: tuple[str, ...]
    """What each of the placeholders stands for, in the same order."""
    claims: int
    """Claims in the prompt."""
    offered: int
    """Claims that could have been said: where it is more, the rest did not fit."""
    writer: str

    @property
    def values(self) -> dict[str, str]:
        """Placeholder to value."""
        return dict(zip(self.placeholders, self.stand_for, strict=True))


class Corpus(Record):
    """What was made, and what was left out and why."""

    pairs: tuple[CorpusPair, ...]
    left_out: dict[str, int]
    """How many drafts or briefs, by reason."""

    def part(self, name: Part) -> tuple[CorpusPair, ...]:
        """The pairs of one part."""
        return tuple(pair for pair in self.pairs if pair.part == name)


def make_corpus(briefs: Iterable[Brief], writer: Writer, config: CorpusConfig, progress: Progress = silent) -> Corpus:
    """Have copy written for briefs and keep what holds.

    Args:
        briefs: one for each product, aspect and style.
        writer: the composer, or a language model.
        config: how.
        progress: told after every brief.

    Raises:
        NotEnoughEvidence: nothing was left for training.
    """
    split = ProductSplit(config.shares, config.seed)
    pairs: dict[str, CorpusPair] = {}
    left_out: Counter[str] = Counter()
    for count, brief in enumerate(briefs, start=1):
        prompt = policy_prompt(brief)
        if prompt is None:
            left_out["nothing may be praised"] += 1
            continue
        part = PARTS[split.part(brief.product.id)]
        for draft in writer.write(told(brief, prompt), config.drafts, config.seed):
            if reason := _why_not(draft, brief, prompt, config):
                left_out[reason] += 1
                continue
            pair = _pair(draft, brief, prompt, part)
            pairs.setdefault(pair.id, pair)
        progress("corpus", count, None)
    corpus = Corpus(pairs=tuple(pairs.values()), left_out=dict(left_out))
    if not corpus.part("train"):
        why = ", ".join(f"{count} {reason}" for reason, count in left_out.most_common(3)) or "there were no briefs"
        raise NotEnoughEvidence(f"no copy was left to learn from ({why}): give reviews of more products.")
    assert_unseen(corpus)
    return corpus


def told(brief: Brief, prompt: PolicyPrompt) -> Brief:
    """The brief with the praise that its prompt holds and no other: a lesson must not speak of what it cannot see."""
    held = {claim.claim.id for claim in prompt.claims}
    return brief.model_copy(
        update={
            "summaries": tuple(
                summary.model_copy(
                    update={
                        "claims": tuple(
                            claim for claim in summary.claims if claim.polarity != "praise" or claim.claim.id in held
                        )
                    }
                )
                for summary in brief.summaries
            )
        }
    )


def _why_not(draft: Draft, brief: Brief, prompt: PolicyPrompt, config: CorpusConfig) -> str | None:
    """Why a draft teaches nothing good."""
    target = prompt.slots.hide(draft.text)
    if not _comes_back(target, draft, prompt):
        return "speaks of what the prompt does not hold"
    if _DISAGREES.search(target):
        return "disagrees in number"
    if not config.filtered:
        return None
    if not _counts_as(target, prompt):
        return "counts voices that the prompt does not hold"
    if any(re.search(rf"\b{re.escape(claim.descriptor)}\b", target, re.IGNORECASE) for claim in prompt.claims):
        return "judges what its sentence does not name"
    if why_unfit(draft, brief):
        return "fails a hard filter"
    return "has a sentence that nothing carries" if ground(draft, brief).withheld else None


def _comes_back(target: str, draft: Draft, prompt: PolicyPrompt) -> bool:
    """Whether the copy survives the way through placeholders, but for letter case."""
    back = fill(target, prompt.slots.values)
    return back.lower() == draft.text.lower() and set(unfilled(target)) <= {*unfilled(prompt.text), "<name>"}


def _counts_as(target: str, prompt: PolicyPrompt) -> bool:
    """Whether every count of voices ("most guests") stands in the prompt too."""
    told = set(re.findall(r"[a-z]+", prompt.text.lower()))
    counts = (match["share"] or match["word"] or match["alone"] or "" for match in VOICE_PATTERN.finditer(target))
    return all(set(count.lower().split()) <= told for count in counts)


def _pair(draft: Draft, brief: Brief, prompt: PolicyPrompt, part: Part) -> CorpusPair:
    return CorpusPair(
        id=content_id(brief.product.id, prompt.text, draft.text),
        product_id=brief.product.id,
        part=part,
        aspect=draft.aspect,
        tone=brief.style.tone,
        length=brief.style.length,
        channel=brief.style.channel,
        prompt=prompt.text,
        target=prompt.slots.hide(draft.text),
        copy_text=draft.text,
        placeholders=tuple(prompt.slots.values),
        stand_for=tuple(prompt.slots.values.values()),
        claims=len(prompt.claims),
        offered=prompt.offered,
        writer=draft.writer,
    )


def assert_unseen(corpus: Corpus) -> None:
    """Make sure that no test product, nor the name or a many-worded thing of one, stands in what is trained on.

    Raises:
        InvalidInput: one does.
    """
    assert_disjoint({pair.product_id for pair in corpus.part(part)} for part in PARTS)
    trained = "\n".join(f"{pair.prompt}\n{pair.target}" for pair in corpus.part("train")).lower()
    for pair in corpus.part("test"):
        for placeholder, value in pair.values.items():
            wanted = placeholder == "<name>" or (placeholder.startswith("<thing") and value.count(" ") >= 2)
            if wanted and value.lower() in trained:
                raise InvalidInput(f"{value!r} of the test part stands in a training text.")


def save_corpus(corpus: Corpus, folder: Path, config: CorpusConfig, source: str) -> None:
    """Write one Parquet file a part and a dataset card; ``datasets.load_dataset(folder)`` reads it.

    Args:
        corpus: what was made.
        folder: new or empty.
        config: how it was made, for the card.
        source: what the reviews were, in a phrase.
    """
    for part in PARTS:
        write_records(folder / "data" / f"{part}.parquet", CorpusPair, corpus.part(part))
    write_whole(folder / "README.md", _card(corpus, config, source))


def load_pairs(folder: Path, part: Part) -> list[CorpusPair]:
    """Read one part of a saved corpus.

    Raises:
        InvalidInput: the folder holds no corpus.
    """
    file = folder / "data" / f"{part}.parquet"
    if not file.is_file():
        raise InvalidInput(f"{folder} holds no corpus: there is no data/{part}.parquet.")
    return read_records(file, CorpusPair)


def _card(corpus: Corpus, config: CorpusConfig, source: str) -> str:
    writers = sorted({pair.writer for pair in corpus.pairs})
    files = "\n".join(f"      - split: {part}\n        path: data/{part}.parquet" for part in PARTS)
    counts = "\n".join(f"| {part} | {_products(corpus.part(part))} | {len(corpus.part(part))} |" for part in PARTS)
    left = "\n".join(f"- {count} x {reason}" for reason, count in sorted(corpus.left_out.items())) or "- nothing"
    short = sum(pair.claims < pair.offered for pair in corpus.pairs)
    return f"""---
language: en
task_categories: [text2text-generation]
configs:
  - config_name: default
    data_files:
{files}
---

# Product copy from reviews

Pairs of a prompt (style, aspect, chosen evidence with its counts) and copy, for teaching a sequence-to-sequence model.

Reviews: {source}. Written by: {", ".join(writers)}. Made by earmark with `{json.dumps(asdict(config))}`.

| part | products | pairs |
|---|---|---|
{counts}

Products are split by id: none stands in two parts. Names, judged things and numbers are placeholders in `prompt` and
`target`; `placeholders` and `stand_for` say what they stand for, and `copy_text` is the copy as it was written. In
{short} pairs some claims did not fit the prompt and were left out whole (`claims` of `offered`).

Left out:

{left}
"""


def _products(pairs: Sequence[CorpusPair]) -> int:
    return len({pair.product_id for pair in pairs})
