"""Allure: would a buyer want to know more? A regressor on strengths from pairwise judging.

As in the paper, a judge is shown pairs of copy; what wins often is alluring, and a regressor learns to tell so from the
text alone. The judge is a language model, or the embedded rules of ``allure_rules.toml``. Each pair is asked in both
orders. Longer text wins too easily: what length explains of a strength is taken away before anything is learned.
"""

import json
import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from earmark.copywriting.evaluation.judging import Floats, PairJudge, bradley_terry, compare, draw_pairs, win_rates
from earmark.copywriting.rewards.veracity import copy_sentences
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.evidence import Record
from earmark.language import LanguageModel, Message
from earmark.language.embedder import EachTextOnce, Embedder
from earmark.language.orders import holds_order
from earmark.language.prompt_files import PromptSet, load_prompt
from earmark.language.structured import ask
from earmark.runs.files import whole_file

_ABOUT = "allure"
"""The key under which a file keeps what belongs to its weights."""


@dataclass(frozen=True)
class RuleJudge:
    """The embedded judge: rules that are written down, weighed, and compared.

    Args:
        margin: scores closer than this are a tie.
    """

    margin: float = 0.05

    @property
    def name(self) -> str:
        """The name by which runs remember it."""
        return "allure rules"

    def prefer(self, first: str, second: str, about: str) -> float:
        """Which text the rules like better."""
        difference = rule_score(first) - rule_score(second)
        return 0.5 if abs(difference) < self.margin else float(difference > 0)


class _Better(Record):
    better: Literal["first", "second", "tie"]


@dataclass(frozen=True)
class ModelJudge:
    """A language model as judge; it never learns which writer wrote what.

    Args:
        model: who is asked.
        prompts: how it is asked: in our own way, or as published.
        max_characters: of each text that are shown.
    """

    model: LanguageModel
    prompts: PromptSet = "own"
    max_characters: int = 2000

    @property
    def name(self) -> str:
        """The name by which runs remember it."""
        return f"allure by {self.model.name}"

    def prefer(self, first: str, second: str, about: str) -> float | None:
        """Which text the model likes better; ``None`` without a usable reply, or where a text speaks to the judge."""
        if holds_order(first) or holds_order(second):
            return None
        prompt = load_prompt("earmark.copywriting", "pairwise_allure", self.prompts).fill(
            Message(label="first", text=first[: self.max_characters]),
            Message(label="second", text=second[: self.max_characters]),
            max_tokens=50,
        )
        answer = ask(self.model, prompt, _Better)
        return None if answer.value is None else {"first": 1.0, "second": 0.0, "tie": 0.5}[answer.value.better]


def rule_features(text: str) -> dict[str, float]:
    """What the rules measure of a text; every feature is a share or a rate a sentence."""
    lists = _rules()["lists"]
    sentences = copy_sentences(text) or [""]
    words = re.findall(r"[a-z][a-z'-]*", text.lower())
    count, lines = max(len(words), 1), len(sentences)
    lengths = [len(sentence.split()) for sentence in sentences]
    openings = {" ".join(sentence.lower().split()[:2]) for sentence in sentences}

    def share(name: str) -> float:
        return sum(word in lists[name] for word in words) / count

    def rate(name: str) -> float:
        return sum(len(pattern.findall(text)) for pattern in lists[name]) / lines

    shouts = text.count("!") + len(re.findall(r"\b[A-Z]{4,}\b", text))
    return {
        "concrete": min(share("concrete"), 0.3) / 0.3,
        "sensory": min(share("sensory"), 0.25) / 0.25,
        "specific": 1 - min(1.0, 4 * share("common")),
        "active": 1 - min(1.0, rate("passive")),
        "fresh": 1 / (1 + rate("cliche") * lines),
        "readable": sum(_ease(length) for length in lengths) / lines,
        "varied": 0.5 * len(set(words)) / count + 0.5 * len(openings) / lines,
        "superlative": rate("superlative"),
        "hedge": rate("hedge"),
        "shout": shouts / lines,
    }


def rule_score(text: str) -> float:
    """The weighed rules; higher is more alluring, with no fixed ends."""
    weights = _rules()["weights"]
    return float(sum(weights[name] * value for name, value in rule_features(text).items()))


def _ease(words: int) -> float:
    """1 for 6 to 18 words, falling off on both sides."""
    away = max(6 - words, words - 18, 0)
    return max(0.0, 1 - away / 10)


@cache
def _rules() -> dict[str, Any]:
    raw = tomllib.loads(files(__package__).joinpath("allure_rules.toml").read_text(encoding="utf-8"))
    lists: dict[str, Any] = {}
    for name, value in raw["lists"].items():
        if isinstance(value, str):
            lists[name] = frozenset(value.split())
        else:
            lists[name] = tuple(re.compile(pattern, re.IGNORECASE) for pattern in value)
    return {"weights": raw["weights"], "lists": lists}


@dataclass(frozen=True)
class AllureConfig:
    """How allure is learned."""

    pairs_each: int = 6
    """Rounds of pairing; every text meets about twice as many others."""
    targets: Literal["strengths", "win rates"] = "strengths"
    """Bradley-Terry strengths, or win rates as published."""
    alpha: float = 0.1
    """Regularisation of the strengths."""
    ridge: float = 1.0
    """Regularisation of the regressor."""
    seed: int = 0
    """Of the pairing."""


@dataclass(frozen=True)
class Allure:
    """The reward: sentence vectors and rule features of a text to a number in (0, 1); picklable with its embedder.

    Train one with :func:`learn_allure`, keep it with :meth:`save`.
    """

    embedder: Embedder
    weights: npt.NDArray[np.float64]
    """(vector and features and 1,)"""
    centre: float
    scale: float
    judge: str
    """Who judged the pairs."""
    fit: float
    """Correlation with strengths of texts that were not trained on; what the regressor is worth."""

    def __call__(self, drafts: Sequence[Draft], briefs: Sequence[Brief]) -> list[float | None]:
        """One score a draft; 0 for an empty one."""
        texts = [draft.text for draft in drafts]
        return [score if text.strip() else 0.0 for text, score in zip(texts, self.scores(texts), strict=True)]

    def scores(self, texts: Sequence[str]) -> list[float]:
        """The same for texts: the logistic of the standardised strength."""
        raw = (_inputs(texts, self.embedder) @ self.weights - self.centre) / self.scale
        return [1 / (1 + math.exp(-max(-30.0, min(30.0, float(value))))) for value in raw]

    def save(self, file: Path) -> None:
        """Write everything but the embedder, as safetensors."""
        from safetensors.numpy import save_file

        about = {"judge": self.judge, "centre": str(self.centre), "scale": str(self.scale), "fit": str(self.fit)}
        with whole_file(file) as unfinished:
            # One value: safetensors writes several in any order, and equal rewards are equal bytes.
            save_file({"weights": self.weights}, unfinished, metadata={_ABOUT: json.dumps(about)})

    @classmethod
    def load(cls, file: Path, embedder: Embedder) -> "Allure":
        """Read one back, with the embedder it was trained with.

        Raises:
            InvalidInput: no such file, or one for another embedder.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(file, framework="numpy") as stored:
                weights, about = stored.get_tensor("weights"), stored.metadata() or {}
                about = json.loads(about[_ABOUT]) if _ABOUT in about else about
                numbers = {name: float(about[name]) for name in ("centre", "scale", "fit")}
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise InvalidInput(f"{file} holds no allure reward: {error}") from error
        made = cls(EachTextOnce(embedder), weights, judge=about.get("judge", "unknown"), **numbers)
        if len(weights) != _inputs(["a"], embedder).shape[1]:
            raise InvalidInput(f"{file} was trained with another sentence encoder than {embedder.name}.")
        return made


def learn_allure(texts: Sequence[str], judge: PairJudge, embedder: Embedder, config: AllureConfig) -> Allure:
    """Have pairs judged, fit strengths, free them of length, and learn to tell them from the text.

    Args:
        texts: pieces of copy of every quality; at least 20.
        judge: who prefers.
        embedder: sentence vectors; the reward needs the same one again.
        config: how.

    Raises:
        NotEnoughEvidence: fewer than 20 texts, or too few answers.
    """
    texts = list(dict.fromkeys(texts))
    if len(texts) < 20:
        raise NotEnoughEvidence(f"{len(texts)} different texts are too few to learn allure from: give at least 20.")
    met = compare(judge, texts, draw_pairs(len(texts), config.pairs_each, config.seed))
    if len(met) < len(texts):
        raise NotEnoughEvidence(f"{judge.name} answered only {len(met)} pairs of {len(texts)} texts.")
    found = (
        bradley_terry(len(texts), met, config.alpha) if config.targets == "strengths" else win_rates(len(texts), met)
    )
    targets = without_length(found, texts)
    inputs = _inputs(texts, EachTextOnce(embedder))
    order = np.random.default_rng(config.seed).permutation(len(texts))
    kept, out = order[len(texts) // 5 :], order[: len(texts) // 5]
    trial = _ridge(inputs[kept], targets[kept], config.ridge)
    fit = float(np.nan_to_num(np.corrcoef(inputs[out] @ trial, targets[out])[0, 1]))
    weights = _ridge(inputs, targets, config.ridge)
    predicted = inputs @ weights
    made = Allure(EachTextOnce(embedder), weights, float(predicted.mean()), 1.0, judge.name, fit)
    return replace(made, scale=max(float(predicted.std()), 1e-6))


def without_length(strengths: Floats, texts: Sequence[str]) -> Floats:
    """Strengths less what a straight line in the log of the word count explains of them."""
    lengths = np.log([max(len(text.split()), 1) for text in texts])
    lengths = lengths - lengths.mean()
    spread = float(lengths @ lengths)
    slope = float(lengths @ strengths) / spread if spread > 1e-12 else 0.0
    freed: Floats = strengths - slope * lengths
    return freed


def _inputs(texts: Sequence[str], embedder: Embedder) -> Floats:
    """What the regressor sees of each text; (text, vector and features and 1)."""
    vectors: Floats = embedder.embed(list(texts)).astype(np.float64)
    features: Floats = np.array([list(rule_features(text).values()) for text in texts], dtype=np.float64)
    return np.concatenate([vectors, features, np.ones((len(texts), 1))], axis=1)


def _ridge(inputs: Floats, targets: Floats, strength: float) -> Floats:
    held = strength * np.eye(inputs.shape[1])
    held[-1, -1] = 0.0
    return np.asarray(np.linalg.solve(inputs.T @ inputs + held, inputs.T @ targets), dtype=np.float64)
