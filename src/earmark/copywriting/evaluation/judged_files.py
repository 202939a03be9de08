"""Two files of copy for the same products: which is better, by a judge or by people, with an interval.

A file is JSONL as ``earmark write --out`` leaves it (``product_id``, ``text``, and ``aspect`` where there is one), or
made by hand with ``product`` instead of ``product_id``.
"""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from earmark.copywriting.evaluation.canaries import distinct, superlative_rate
from earmark.copywriting.evaluation.judging import Comparison, PairJudge, Preference, compare, preference
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.evidence import Record
from earmark.language.orders import find_orders, holds_order
from earmark.language.text_files import open_text
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped
from earmark.runs.files import whole_file, write_whole
from earmark.tables.files import check_file

Key = tuple[str, str]
"""Product and aspect (empty for the whole product)."""


class FileReport(Record):
    """What can be said of one file alone."""

    file: str
    pieces: int
    words: float
    distinct_2: float
    superlatives: float
    faithfulness: float | None
    """Share of sentences that grounding lets out with the reviews that were given; ``None`` without reviews."""


@dataclass(frozen=True)
class Judged:
    """Which of two files is better."""

    judge: str
    shared: int
    """Products (and aspects) that both speak of."""
    same: int
    """Of those, texts that are the same in both: not judged."""
    left_out: tuple[Skipped, ...]
    """Pieces that speak to whoever judges, quoted: their pairs are not judged."""
    preference: Preference
    files: tuple[FileReport, FileReport]


def read_copy(path: Path) -> dict[Key, str]:
    """The texts of a file by product and aspect; refusals and empty texts are passed over.

    Raises:
        InvalidInput: not JSONL, or a line without product and text.
    """
    found: dict[Key, str] = {}
    check_file(path, "give JSONL of copy, as 'earmark write --out' leaves it")
    try:
        with open_text(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    key, text = _piece(line, path, number)
                    if text:
                        found[key] = text
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not found:
        raise InvalidInput(f"{path} holds no copy.")
    return found


def _piece(line: str, path: Path, number: int) -> tuple[Key, str]:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path}, line {number} is not JSON: {error}.") from error
    if not isinstance(row, dict):
        raise InvalidInput(f"{path}, line {number} is no object with product_id and text.")
    product, text = row.get("product_id", row.get("product")), row.get("text")
    if not isinstance(product, str | int) or not isinstance(text, str):
        raise InvalidInput(f"{path}, line {number} has no product_id (or product) with a text.")
    return (str(product), str(row.get("aspect") or "")), clean_text(text, 4_000)


def judge_files(
    first: Path, second: Path, judge: PairJudge, *, seed: int, faithful: Mapping[Path, float] | None = None
) -> Judged:
    """Have every pair of texts about the same product judged in both orders.

    Args:
        first: of the two files; a preference above 0 is for it.
        second: the other.
        judge: who prefers.
        seed: of the bootstrap over products.
        faithful: share of faithful sentences by file, where reviews were given.

    Raises:
        InvalidInput: a file cannot be read.
        NotEnoughEvidence: they speak of no product in common, or the judge answered nothing.
    """
    one, other = read_copy(first), read_copy(second)
    shared = [key for key in one if key in other]
    if not shared:
        raise NotEnoughEvidence(f"{first.name} and {second.name} speak of no product in common.")
    met: list[Comparison] = []
    ratios: list[float] = []
    products: list[str] = []
    left_out = [
        Skipped(uri=f"{path.name}: {' '.join(filter(None, key))}", reason=order.told())
        for path, texts in ((first, one), (second, other))
        for key in shared
        for order in find_orders(texts[key])
    ]
    for key in shared:
        if one[key] != other[key] and not (holds_order(one[key]) or holds_order(other[key])):
            for pair in compare(judge, [one[key], other[key]], [(0, 1)]):
                met.append(pair)
                ratios.append(_ratio(one[key], other[key]))
                products.append(key[0])
    if not met:
        raise NotEnoughEvidence(
            f"{judge.name} compared no pair: the texts are the same, speak to the judge, or got no answer."
        )
    known = faithful or {}
    return Judged(
        judge=judge.name,
        shared=len(shared),
        same=sum(one[key] == other[key] for key in shared),
        left_out=tuple(left_out),
        preference=preference(met, ratios, seed=seed, groups=products),
        files=(_about(first, one, known.get(first)), _about(second, other, known.get(second))),
    )


def _ratio(one: str, other: str) -> float:
    return math.log(max(len(one.split()), 1) / max(len(other.split()), 1))


def _about(path: Path, texts: Mapping[Key, str], faithfulness: float | None) -> FileReport:
    pieces = list(texts.values())
    return FileReport(
        file=path.name,
        pieces=len(pieces),
        words=sum(len(text.split()) for text in pieces) / len(pieces),
        distinct_2=distinct(pieces, 2),
        superlatives=superlative_rate(pieces),
        faithfulness=faithfulness,
    )


_COLUMNS = ("pair", "product", "first", "second", "better")


def write_sheet(first: Path, second: Path, sheet: Path, *, seed: int, pairs: int = 50) -> int:
    """Write a blinded sheet for people: pairs in random order, sides drawn by chance, nobody named.

    The key stands in a file beside it, ``SHEET.key.json``, which judges should not open.

    Returns:
        How many pairs it holds.

    Raises:
        InvalidInput: a file cannot be read or written.
        NotEnoughEvidence: they speak of no product in common.
    """
    one, other = read_copy(first), read_copy(second)
    shared = sorted(key for key in one if key in other and one[key] != other[key])
    if not shared:
        raise NotEnoughEvidence(f"{first.name} and {second.name} hold no different texts about the same product.")
    random = Random(seed)
    chosen = random.sample(shared, min(pairs, len(shared)))
    swapped = [random.random() < 0.5 for _ in chosen]
    kept = {
        "first": str(first),
        "second": str(second),
        "pairs": [
            {"pair": number, "product": key[0], "swapped": turned, "ratio": _ratio(one[key], other[key])}
            for number, (key, turned) in enumerate(zip(chosen, swapped, strict=True), start=1)
        ],
    }
    write_whole(key_file(sheet), json.dumps(kept, indent=1))
    with whole_file(sheet) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for number, (key, turned) in enumerate(zip(chosen, swapped, strict=True), start=1):
            texts = (other[key], one[key]) if turned else (one[key], other[key])
            table.writerow([number, *(_cell(text) for text in (" / ".join(filter(None, key)), *texts)), ""])
    return len(chosen)


def _cell(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text[:1] in "=+-@\t\r|%" else text


def key_file(sheet: Path) -> Path:
    """Where the key of a sheet lies."""
    return sheet.with_name(sheet.name + ".key.json")


def read_sheet(sheet: Path, *, seed: int) -> Preference:
    """Read a sheet that people filled in: ``first``, ``second`` or ``tie`` under ``better``; empty ones are left out.

    Raises:
        InvalidInput: the sheet or its key cannot be read, or an answer is none of the three.
        NotEnoughEvidence: nothing was filled in.
    """
    try:
        kept = json.loads(key_file(sheet).read_text(encoding="utf-8"))
        with open_text(sheet, newline="") as file:
            rows = list(csv.DictReader(file))
        key = {str(pair["pair"]): pair for pair in kept["pairs"]}
    except OSError as error:
        raise InvalidInput(f"{error.filename} cannot be read: {error.strerror}.") from error
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{key_file(sheet)} is not the key of {sheet.name}.") from error
    answered: list[tuple[Comparison, dict[str, Any]]] = []
    for row in rows:
        answer, pair = (row.get("better") or "").strip().lower(), key.get((row.get("pair") or "").strip())
        if not answer:
            continue
        if pair is None or answer not in ("first", "second", "tie"):
            raise InvalidInput(f"{sheet}, pair {row.get('pair')!r}: write first, second or tie, not {answer!r}.")
        answered.append((_answer(answer, bool(pair["swapped"])), pair))
    return preference(
        [met for met, _ in answered],
        [float(pair["ratio"]) for _, pair in answered],
        seed=seed,
        groups=[str(pair["product"]) for _, pair in answered],
    )


def _answer(answer: str, swapped: bool) -> Comparison:
    score = {"first": 1.0, "second": 0.0, "tie": 0.5}[answer]
    return Comparison(first=0, second=1, score=1 - score if swapped else score, agreed=True)


def told(found: Preference, names: Sequence[str]) -> str:
    """A preference in a sentence."""
    first, second = names
    clear = found.low > 0 or found.high < 0
    better = first if found.log_odds > 0 else second
    verdict = f"{better} is preferred" if clear else "no clear preference"
    return (
        f"{verdict}: {first} wins {found.win_rate:.0%} of {found.pairs} pairs against {second} (ties as half); "
        f"at equal length the odds are {math.exp(found.log_odds):.2f} to 1 "
        f"({math.exp(found.low):.2f} to {math.exp(found.high):.2f})"
    )
