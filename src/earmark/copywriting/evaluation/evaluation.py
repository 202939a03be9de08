"""Which writer is better, at equal budget, by judges that are not the rewards alone; and what smells of cheating.

Every writer gets the same briefs and the same number of drafts. A writer that was not run stands in the table as "not
run" with the reason; it is never counted as beaten.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from earmark.copywriting.evaluation.canaries import (
    CANARIES,
    commonest_phrase,
    copied_share,
    correlation,
    distinct,
    superlative_rate,
)
from earmark.copywriting.evaluation.judging import (
    Comparison,
    Floats,
    PairJudge,
    bootstrap_mean,
    compare,
    strengths_without_length,
)
from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.rewards import REWARDS, Reward, score
from earmark.copywriting.rewards.rouge import rouge_l
from earmark.copywriting.rewards.veracity import copy_sentences
from earmark.copywriting.rewards.weigh import WeighConfig, gated_sum
from earmark.copywriting.summaries.praise import Support
from earmark.copywriting.writers.drafts import Brief, Draft, Writer
from earmark.errors import NotEnoughEvidence
from earmark.evidence import Record
from earmark.workers import Progress, silent


class Interval(Record):
    """A mean with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float


class WriterReport(Record):
    """What one writer came to; every figure is ``None`` where it was not run or does not apply."""

    writer: str
    not_run: str | None = None
    """Why it was not run; ``None`` where it was."""
    pieces: int = 0
    silent: int = 0
    """Briefs for which it wrote nothing."""
    allure: Interval | None = None
    veracity: Interval | None = None
    information: Interval | None = None
    gated_sum: Interval | None = None
    strength: Interval | None = None
    """Bradley-Terry strength of allure among the writers of this evaluation, length taken out; mean 0."""
    faithful_sentences: float | None = None
    """Share of sentences that grounding lets out."""
    coverage: float | None = None
    """Share of the claims that may be praised which are said, by grounding's own receipts."""
    rouge_l: float | None = None
    """Against human summaries where there are any."""
    distinct_1: float | None = None
    distinct_2: float | None = None
    words: float | None = None
    superlatives: float | None = None
    copied: float | None = None
    """Share of runs of five words that stand in the reviews word for word."""
    commonest: str | None = None
    commonest_share: float | None = None
    length_against_reward: float | None = None
    """Correlation of words with the gated sum."""
    swapped_veracity: float | None = None
    """Veracity with another product's reviews: it must be far below."""
    negated_veracity: float | None = None
    """Veracity once a negation is flipped."""
    numbered_veracity: float | None = None
    """Veracity once a number is changed or put in."""
    canaries: tuple[str, ...] = ()
    measured: dict[str, Interval] = {}
    """By the measures that the caller brought: a truth that is known, another judge."""
    seconds: float | None = None


Measure = Callable[[Draft, Brief], float | None]
"""A number for one piece of copy; ``None`` where it does not apply."""


class Evaluation(Record):
    """All writers side by side."""

    judge: str
    briefs: int
    drafts: int
    """Drafts that each writer was allowed a brief."""
    seed: int
    reports: tuple[WriterReport, ...]


@dataclass(frozen=True)
class EvaluationConfig:
    """How writers are compared."""

    drafts: int = 1
    """Drafts each writer may make for a brief; the best of them by the gated sum is its piece."""
    seed: int = 0
    """Of the writers and of the bootstrap."""
    weighing: WeighConfig = field(default_factory=WeighConfig)
    """Weights and gate of the sum, fixed before anything is written."""
    pairs_each: int = 60
    """Pairs judged between each two writers at most."""


def evaluate(
    briefs: Sequence[Brief],
    writers: Mapping[str, Writer | str],
    rewards: Mapping[str, Reward],
    judge: PairJudge,
    config: EvaluationConfig,
    *,
    references: Mapping[str, Sequence[str]] | None = None,
    measures: Mapping[str, Measure] | None = None,
    progress: Progress = silent,
) -> Evaluation:
    """Have every writer write for every brief and measure what came.

    Args:
        briefs: of products that no writer learned from.
        writers: by name; a sentence instead of a writer says why it was not run.
        rewards: by the name of the field of :class:`~earmark.copywriting.rewards.RewardScores` that they fill.
        judge: who prefers one text to another; better not the one that the allure reward learned from.
        config: budget, seed, weights.
        references: human summaries by product id.
        measures: what else is measured of every piece, by name.
        progress: told after every writer.
    """
    pieces: dict[str, list[Draft | None]] = {}
    reports: dict[str, WriterReport] = {}
    for count, (name, writer) in enumerate(writers.items(), start=1):
        if isinstance(writer, str):
            reports[name] = WriterReport(writer=name, not_run=writer)
        else:
            started = time.perf_counter()
            pieces[name] = [best_of(writer, brief, rewards, config) for brief in briefs]
            seconds = time.perf_counter() - started
            report = _report(name, pieces[name], briefs, rewards, config, references or {}, seconds)
            reports[name] = report.model_copy(
                update={"measured": _measured(pieces[name], briefs, measures or {}, config.seed)}
            )
        progress("evaluate", count, len(writers))
    for name, strength in _strengths(pieces, judge, config).items():
        reports[name] = reports[name].model_copy(update={"strength": strength})
    return Evaluation(
        judge=judge.name,
        briefs=len(briefs),
        drafts=config.drafts,
        seed=config.seed,
        reports=tuple(reports[name] for name in writers),
    )


def best_of(writer: Writer, brief: Brief, rewards: Mapping[str, Reward], config: EvaluationConfig) -> Draft | None:
    """The draft with the highest gated sum among those that the budget allows; ``None`` where there is none."""
    drafts = writer.write(brief, config.drafts, config.seed)
    if len(drafts) < 2:
        return drafts[0] if drafts else None
    sums = [gated_sum(scores, config.weighing) or 0.0 for scores in score(drafts, [brief] * len(drafts), rewards)]
    return drafts[max(range(len(drafts)), key=lambda index: sums[index])]


def _report(
    name: str,
    pieces: Sequence[Draft | None],
    briefs: Sequence[Brief],
    rewards: Mapping[str, Reward],
    config: EvaluationConfig,
    references: Mapping[str, Sequence[str]],
    seconds: float,
) -> WriterReport:
    written = [(draft, brief) for draft, brief in zip(pieces, briefs, strict=True) if draft is not None]
    if not written:
        return WriterReport(writer=name, silent=len(briefs), seconds=seconds)
    drafts, of = [draft for draft, _ in written], [brief for _, brief in written]
    texts = [draft.text for draft in drafts]
    scores = score(drafts, of, rewards)
    sums = [gated_sum(item, config.weighing) for item in scores]
    known = [value if value is not None else 0.0 for value in sums]
    faithful, coverage = _grounded(drafts, of)
    phrase, share = commonest_phrase(texts)
    means: dict[str, Any] = {
        field: _interval([getattr(item, field) for item in scores], config.seed) for field in REWARDS
    }
    return WriterReport(
        writer=name,
        pieces=len(texts),
        silent=len(briefs) - len(texts),
        gated_sum=_interval(sums, config.seed),
        faithful_sentences=faithful,
        coverage=coverage,
        rouge_l=_rouge(drafts, references),
        distinct_1=distinct(texts, 1),
        distinct_2=distinct(texts, 2),
        words=sum(len(text.split()) for text in texts) / len(texts),
        superlatives=superlative_rate(texts),
        copied=_mean(
            [
                copied_share(draft.text, [sentence.text for sentence in brief.sentences])
                for draft, brief in zip(drafts, of, strict=True)
            ]
        ),
        commonest=phrase,
        commonest_share=share,
        length_against_reward=correlation([float(len(text.split())) for text in texts], known),
        canaries=tuple(told for canary in CANARIES if (told := canary(drafts, of, known))),
        seconds=seconds,
        **means,
        **_tampered(drafts, of, rewards.get("veracity")),
    )


def _measured(
    pieces: Sequence[Draft | None], briefs: Sequence[Brief], measures: Mapping[str, Measure], seed: int
) -> dict[str, Interval]:
    written = [(draft, brief) for draft, brief in zip(pieces, briefs, strict=True) if draft is not None]
    found = {
        name: _interval([measure(draft, brief) for draft, brief in written], seed) for name, measure in measures.items()
    }
    return {name: interval for name, interval in found.items() if interval}


def _grounded(drafts: Sequence[Draft], briefs: Sequence[Brief]) -> tuple[float | None, float | None]:
    """Share of sentences that grounding lets out, and mean share of praisable claims that are said."""
    out = withheld = 0
    shares = []
    for draft, brief in zip(drafts, briefs, strict=True):
        grounded = ground(draft, brief)
        out += len(grounded.sentences)
        withheld += len(grounded.withheld)
        offered = [claim for claim in Support(brief).praise if claim.supporting >= 2]
        if offered:
            quoted = {piece.id for sentence in grounded.sentences for piece in sentence.evidence}
            said = sum(any(piece.id in quoted for piece in claim.evidence) for claim in offered)
            shares.append(said / len(offered))
    return out / (out + withheld) if out + withheld else None, _mean(shares)


def flip_negation(text: str) -> str:
    """The text with its first plain ``is`` or ``are`` denied, or its first judgement made its opposite."""
    for plain, denied in ((" is not ", " is "), (" are not ", " are "), (" is ", " is not "), (" are ", " are not ")):
        if plain in text:
            return text.replace(plain, denied, 1)
    first, *rest = copy_sentences(text) or [""]
    return " ".join((f"It is not true: {first[:1].lower()}{first[1:]}", *rest))


def change_number(text: str) -> str:
    """The text with a number in it that no review has."""
    first, *rest = copy_sentences(text) or [""]
    return " ".join((f"{first.rstrip('.!?')} since 1871.", *rest))


def _tampered(drafts: Sequence[Draft], briefs: Sequence[Brief], veracity: Reward | None) -> dict[str, Any]:
    """Veracity of copy that was made untrue in three ways."""
    if veracity is None or len(drafts) < 2:
        return {}
    other = [
        brief.model_copy(update={"sentences": briefs[(index + len(briefs) // 2) % len(briefs)].sentences})
        for index, brief in enumerate(briefs)
    ]

    def rewritten(change: Callable[[str], str]) -> list[Draft]:
        return [draft.model_copy(update={"text": change(draft.text)}) for draft in drafts]

    return {
        "swapped_veracity": _mean(veracity(drafts, other)),
        "negated_veracity": _mean(veracity(rewritten(flip_negation), briefs)),
        "numbered_veracity": _mean(veracity(rewritten(change_number), briefs)),
    }


def _strengths(
    pieces: Mapping[str, Sequence[Draft | None]], judge: PairJudge, config: EvaluationConfig
) -> dict[str, Interval]:
    """Bradley-Terry strengths of the writers with intervals by resampling products; length taken out of each win."""
    names = list(pieces)
    met: list[tuple[int, Comparison]] = []
    lengths: dict[int, float] = {}
    for a, b in combinations(range(len(names)), 2):
        both = [
            (index, one, other)
            for index, (one, other) in enumerate(zip(pieces[names[a]], pieces[names[b]], strict=True))
            if one is not None and other is not None and one.text != other.text
        ][: config.pairs_each]
        for index, one, other in both:
            for pair in compare(judge, [one.text, other.text], [(0, 1)]):
                lengths[len(met)] = math.log(max(len(one.text.split()), 1) / max(len(other.text.split()), 1))
                met.append((index, Comparison(first=a, second=b, score=pair.score, agreed=pair.agreed)))
    if not met:
        return {}
    return _bootstrapped(names, met, [lengths[place] for place in range(len(met))], config.seed)


def _bootstrapped(
    names: Sequence[str], met: Sequence[tuple[int, Comparison]], lengths: Sequence[float], seed: int, draws: int = 200
) -> dict[str, Interval]:
    import numpy as np

    by_product: dict[int, list[int]] = {}
    for place, (product, _) in enumerate(met):
        by_product.setdefault(product, []).append(place)
    groups = list(by_product.values())
    generator = np.random.default_rng(seed)

    def strengths(places: Sequence[int]) -> Floats:
        pairs = [met[place][1] for place in places]
        return strengths_without_length(len(names), pairs, [lengths[place] for place in places])

    whole = strengths(range(len(met)))
    drawn = [
        strengths([place for pick in generator.integers(0, len(groups), len(groups)) for place in groups[pick]])
        for _ in range(draws)
    ]
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    heard = {index for _, pair in met for index in (pair.first, pair.second)}
    return {
        names[index]: Interval(mean=float(whole[index]), low=float(low[index]), high=float(high[index]))
        for index in sorted(heard)
    }


def _rouge(drafts: Sequence[Draft], references: Mapping[str, Sequence[str]]) -> float | None:
    """Mean of each draft's best ROUGE-L F1 against the human summaries of its product."""
    known = [draft for draft in drafts if references.get(draft.product_id)]
    if not known:
        return None
    return _mean([rouge_l(draft.text, references[draft.product_id]) for draft in known])


def _interval(values: Sequence[float | None], seed: int) -> Interval | None:
    present = [value for value in values if value is not None]
    if not present:
        return None
    mean, low, high = bootstrap_mean(present, seed)
    return Interval(mean=mean, low=low, high=high)


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


_COLUMNS = (
    "writer", "gated sum", "allure", "veracity", "information", "preferred", "faithful", "covered", "distinct-2",
    "words", "canaries",
)  # fmt: skip


def as_markdown(evaluation: Evaluation) -> str:
    """The table that a person reads."""
    if not evaluation.reports:
        raise NotEnoughEvidence("no writer was compared.")
    lines = [
        f"{evaluation.briefs} briefs, {evaluation.drafts} drafts each, preferred by {evaluation.judge}.",
        f"Seed {evaluation.seed}; means with 95% bootstrap intervals.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
    ]
    for report in evaluation.reports:
        if report.not_run is not None:
            lines.append(f"| {report.writer} | not run: {report.not_run} | | | | | | | | | |")
            continue
        cells = [
            *(_told(getattr(report, field)) for field in ("gated_sum", *REWARDS, "strength")),
            _plain(report.faithful_sentences),
            _plain(report.coverage),
            _plain(report.distinct_2),
            _plain(report.words, 0),
            "; ".join(report.canaries) or "none",
        ]
        lines.append(f"| {report.writer} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _told(value: Interval | None) -> str:
    return "" if value is None else f"{value.mean:.3f} ({value.low:.3f} to {value.high:.3f})"


def _plain(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"
