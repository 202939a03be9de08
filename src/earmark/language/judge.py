"""Does this evidence carry this sentence? Judged by an entailment model, or by embedded rules without one.

The embedded judge takes a sentence apart into judgements ("crisp", of "crust") and looks, for each, for a clause of
evidence that says it: of the same thing, by the same word or a neighbour of it by vector, with the same polarity
(negation counted), told of now and of here. Numbers and names must stand in the evidence, and a wording such as "most"
needs its share of voices. A sentence that judges nothing and names nothing new only invites.
"""

import re
import tomllib
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from earmark.errors import InvalidInput, MissingExtra
from earmark.evidence import Record
from earmark.language.embedder import EachTextOnce, Embedder
from earmark.weights.folder import find_folder
from earmark.weights.opening import open_weights, open_words

_REMEMBERED = 1 << 16
"""Texts whose reading is kept: the same evidence is met again for every draft about a product."""


class Chunk(Record):
    """A piece of evidence, and whose voice it is."""

    text: str
    voice: str


class Question(Record):
    """One sentence and everything that may carry it."""

    sentence: str
    chunks: tuple[Chunk, ...]
    known: tuple[str, ...] = ()
    """Names and numbers that come from elsewhere and need no chunk: the product's name, the seller's facts."""
    voices: int | None = None
    """Voices there are in all, said or unsaid; the distinct voices of the chunks where ``None``."""


class Support(Record):
    """How far the evidence carries a sentence, between 0 and 1, and what is missing."""

    score: float
    reason: str | None


class Judge(Protocol):
    """Anything that says how far evidence carries sentences."""

    @property
    def name(self) -> str:
        """The name by which runs remember it."""

    def support(self, questions: Sequence[Question]) -> list[Support]:
        """Judge each question on its own; the order is kept."""


@dataclass(frozen=True)
class EmbeddedJudge:
    """The judge that needs no entailment model.

    Args:
        embedder: sentence vectors, for words that mean nearly the same; each word is encoded once.
        near: cosine from which two judging words of one polarity count as saying the same.
        same: cosine from which two other words do.
    """

    embedder: Embedder
    near: float = 0.42
    same: float = 0.7
    _near_words: dict[tuple[str, str], float] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.embedder, EachTextOnce):
            object.__setattr__(self, "embedder", EachTextOnce(self.embedder))

    @property
    def name(self) -> str:
        """The name by which runs remember it."""
        return f"embedded judge on {self.embedder.name}"

    def support(self, questions: Sequence[Question]) -> list[Support]:
        """Judge each question on its own; the order is kept."""
        spoken = {word for question in questions for word in content(question.sentence)}
        spoken |= {word for question in questions for chunk in question.chunks for word in content(chunk.text)}
        self.embedder.embed(sorted(spoken))
        return [self._judge(question) for question in questions]

    def _judge(self, question: Question) -> Support:
        if missing := unsupported_names_and_numbers(question):
            return Support(score=0.0, reason=f"{missing!r} stands in no evidence")
        named = {word for text in question.known for word in content(text)}
        said = [word for word in content(question.sentence) if word not in named]
        if only_invites(" ".join(said)):
            return Support(score=1.0, reason=None)
        chunks = [chunk for chunk in question.chunks if not is_unusable(chunk.text)]
        known = {stem(word) for chunk in chunks for word in content(chunk.text)}
        claims = claims_in(question.sentence, known, named)
        if not claims:
            foreign = [word for word in said if stem(word) not in known and word not in words()["invitation"]]
            return Support(score=0.5 if foreign else 1.0, reason=f"nothing says {foreign[0]!r}" if foreign else None)
        if not chunks:
            return Support(score=0.0, reason="there is no usable evidence")
        scores = np.array([[self._carries(claim, chunk.text) for chunk in chunks] for claim in claims])
        best = scores.max(axis=1)
        score, reason = float(best.min()), None
        if score < 0.5:
            reason = f"nothing says {' '.join(reversed(claims[int(best.argmin())].words))!r}"
        elif lacking := _voices_lacking(question, chunks, scores):
            score, reason = min(score, 0.4), lacking
        return Support(score=score, reason=reason)

    def _carries(self, claim: "Said", chunk: str) -> float:
        """Whether one clause of a chunk says it of the same thing, equally meant: 1, less for a synonym, or 0."""
        best = 0.0
        for clause in clauses(chunk):
            there = content(clause)
            if not there or polarity(clause) * claim.sign <= 0:
                continue
            if not self._meets(claim.target, there, self.same):
                continue
            if stem(claim.judgement) in {stem(word) for word in there}:
                return 1.0
            judging = tuple(word for word in there if sign_of(word))
            if judging and self._meets(claim.judgement, judging, self.near):
                best = 0.8
        return best

    def _meets(self, word: str, there: Sequence[str], near: float) -> bool:
        if stem(word) in {stem(other) for other in there}:
            return True
        return any(self._nearness(word, other) >= near for other in there)

    def _nearness(self, word: str, other: str) -> float:
        found = self._near_words.get((word, other))
        if found is None:
            one, two = self.embedder.embed([word, other])
            found = self._near_words[word, other] = float(one @ two)
        return found


class Said(Record):
    """One judgement in a sentence, and the nearest thing it may be said of."""

    judgement: str
    target: str
    sign: int
    """1 or -1, negation counted."""

    @property
    def words(self) -> tuple[str, str]:
        """Target and judgement."""
        return self.target, self.judgement


def claims_in(sentence: str, known: Set[str], named: Set[str] = frozenset()) -> list[Said]:
    """Every judging word of a sentence with the thing it is said of.

    Args:
        sentence: of the copy.
        known: stems that the evidence speaks of; a neighbour among them is preferred as the target.
        named: words of names, which judge nothing.
    """
    found = []
    for clause in clauses(sentence):
        told = [word for word in content(clause) if word not in named]
        for place, word in enumerate(told):
            if not sign_of(word):
                continue
            others = [(abs(place - at), at < place, other) for at, other in enumerate(told) if not sign_of(other)]
            others = [item for item in others if item[2] not in words()["invitation"]] or others
            heard = [item for item in others if stem(item[2]) in known]
            if not others:
                # "Crisp and golden crust": the thing stands in the next clause; looked for in the whole sentence.
                others = [(at, False, other) for at, other in enumerate(content(sentence)) if not sign_of(other)]
                heard = [item for item in others if stem(item[2]) in known and item[2] not in named]
            if others:
                turned = polarity(clause) * sum(sign_of(other) for other in told) < 0
                target = min(heard or others)[2]
                found.append(Said(judgement=word, target=target, sign=-sign_of(word) if turned else sign_of(word)))
    return found


@lru_cache(maxsize=_REMEMBERED)
def clauses(text: str) -> tuple[str, ...]:
    """A sentence cut where one thing ends and the next begins, as far as commas and conjunctions tell."""
    pieces = re.split(r"[,;()\u2013\u2014]|\b(?:and|but|while|plus|though|between)\b", text)
    parts: list[str] = []
    for piece in pieces:
        # A piece without a thing of its own ("crisp, " of "crisp, golden crust") belongs to what follows.
        if parts and not any(not sign_of(word) for word in content(parts[-1])):
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    if len(parts) > 1 and not any(not sign_of(word) for word in content(parts[-1])):
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    return tuple(part for part in parts if content(part))


def unsupported_names_and_numbers(question: Question) -> str | None:
    """The first number, unfilled placeholder or capitalised word that neither evidence nor the seller gives."""
    sentence = question.sentence
    if placeholder := re.search(r"<[a-z]+\d*>", sentence):
        return placeholder.group()
    given = " ".join((*(chunk.text for chunk in question.chunks), *question.known)).lower()
    for number in re.findall(r"\d+(?:[.,]\d+)*", sentence):
        if not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", given):
            return str(number)
    for match in re.finditer(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]+", sentence):
        word = match.group()
        if word.lower() not in given and word.removesuffix("'s").lower() not in given and not word.startswith("I'"):
            return word
    return None


@lru_cache(maxsize=_REMEMBERED)
def is_unusable(chunk: str) -> bool:
    """Whether a chunk speaks of another time or place, wishes, mocks or gives orders."""
    return any(pattern.search(chunk) for pattern in _unusable())


def _voices_lacking(question: Question, chunks: Sequence[Chunk], scores: npt.NDArray[np.float64]) -> str | None:
    """What the wording of the sentence claims beyond the voices that say it."""
    wanted = _wanted_voices(question)
    if wanted is None:
        return None
    # A sentence that joins claims speaks of the voices behind any of them: judge by the weakest.
    fewest = min(len({chunk.voice for chunk, score in zip(chunks, row, strict=True) if score >= 0.5}) for row in scores)
    word, needed = wanted
    # Rules miss some of those who say so in other words, so the wording is let off a third of its voices.
    return None if fewest >= 0.66 * needed else f"'{word}' needs {needed} voices, and {fewest} say it"


def _wanted_voices(question: Question) -> tuple[str, int] | None:
    text = question.sentence.lower()
    total = question.voices if question.voices is not None else len({chunk.voice for chunk in question.chunks})
    for word, share in words()["shares"].items():
        if re.search(rf"\b{word}\b", text):
            return str(word), max(1, int(np.ceil(share * total)))
    for word, count in words()["counts"].items():
        if re.search(rf"\b{word}\b(?! of)", text):
            return str(word), int(count)
    return None


@lru_cache(maxsize=_REMEMBERED)
def polarity(text: str) -> int:
    """1 for praise, -1 for a complaint, 0 where no judging word is known; a negator before a word turns it."""
    total, turned = 0, 0
    for item in re.findall(r"[a-z][a-z'-]*|[,;.:]", text.lower().replace("\u2019", "'")):
        if item in ",;.:":
            turned = 0
        elif item in words()["negators"]:
            turned = 5
        else:
            sign = sign_of(item)
            total += -sign if turned else sign
            turned = max(0, turned - 1)
    return (total > 0) - (total < 0)


def sign_of(word: str) -> int:
    """Whether a word alone praises (1), complains (-1) or neither (0)."""
    known = words()["signs"]
    return int(known.get(word, known.get(stem(word), 0)))


@lru_cache(maxsize=_REMEMBERED)
def content(text: str) -> tuple[str, ...]:
    """The words of a text that need support, in order, in small letters."""
    tokens = re.findall(r"[a-z0-9][a-z0-9'-]*", text.lower().replace("\u2019", "'"))
    skipped = words()["frame"] | words()["negators"]
    return tuple(token.removesuffix("'s") for token in tokens if token.removesuffix("'s") not in skipped)


def only_invites(sentence: str) -> bool:
    """Whether a sentence judges nothing and names nothing, as in "Come by and see"."""
    return words()["invitation"].issuperset(content(sentence))  # type: ignore[no-any-return]


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """A word without its ending, well enough to know ``tacos`` and ``taco``, ``quickly`` and ``quick`` as one."""
    for ending in ("ness", "ies", "ily", "ly", "ing", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) > 4 else word


@cache
def words() -> dict[str, Any]:
    """``judge_words.toml``, with sets for its lists."""
    raw = tomllib.loads(files(__package__).joinpath("judge_words.toml").read_text(encoding="utf-8"))
    signs: dict[str, int] = {}
    for pole, sign in (("good", 1), ("bad", -1)):
        for word in raw["polarity"][pole].split():
            signs[word] = sign
    lists = {name: frozenset(raw[name].split()) for name in ("frame", "negators", "invitation")}
    return {**lists, "signs": signs, "unusable": raw["unusable"], "shares": raw["shares"], "counts": raw["counts"]}


@cache
def _unusable() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, 0 if "[A-Z]" in pattern else re.IGNORECASE) for pattern in words()["unusable"])


class EntailmentJudge:
    """A natural language inference cross-encoder: every sentence against every chunk.

    Args:
        folder: a transformers sequence classifier whose labels name entailment (and contradiction).
        batch_size: pairs judged at once.

    Raises:
        MissingExtra: torch or transformers is not installed.
        InvalidInput: no such model there, or its labels do not name entailment.
    """

    def __init__(self, folder: Path | str, batch_size: int = 64) -> None:
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise MissingExtra("transformers", "write") from error
        kind = "entailment model"
        looked_at = find_folder(folder, kind)
        self._tokenizer = open_words(AutoTokenizer, looked_at, kind)
        model, _ = open_weights(AutoModelForSequenceClassification, looked_at, kind)
        labels = {int(index): str(label).lower() for index, label in model.config.id2label.items()}
        self._entailed = next(
            (index for index, label in labels.items() if "entail" in label and "not" not in label), -1
        )
        self._contradicted = next((index for index, label in labels.items() if "contra" in label), None)
        if self._entailed < 0:
            raise InvalidInput(f"the labels of {folder} ({', '.join(labels.values())}) do not name entailment.")
        self._model = model.eval()
        self._batch_size = batch_size
        self.name = f"entailment:{folder}"

    def support(self, questions: Sequence[Question]) -> list[Support]:
        """Judge each question by its best chunk: the probability of entailment less that of contradiction."""
        pairs = [(chunk.text, question.sentence) for question in questions for chunk in question.chunks]
        scores = iter(self._scores(pairs))
        answers = []
        for question in questions:
            best = max((next(scores) for _ in question.chunks), default=None)
            if best is None:
                answers.append(Support(score=0.0, reason="there is no evidence"))
            else:
                answers.append(Support(score=best, reason=None if best >= 0.5 else "no chunk entails it"))
        return answers

    def _scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        import torch

        found: list[float] = []
        with torch.inference_mode():
            for start in range(0, len(pairs), self._batch_size):
                first, second = zip(*pairs[start : start + self._batch_size], strict=True)
                batch = self._tokenizer(
                    list(first), list(second), padding=True, truncation="only_first", return_tensors="pt"
                )
                chances = self._model(**batch).logits.softmax(-1)
                against = chances[:, self._contradicted] if self._contradicted is not None else 0.0
                found += (chances[:, self._entailed] - against).clamp(0, 1).tolist()
        return found
