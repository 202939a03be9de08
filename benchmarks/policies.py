"""What the benchmarks of policies share: the taught writer, its rewards, unseen products, a judge of what is written.

The taught writer is the reference writer after its first lessons, kept in benchmarks/cache/reference_writer by

    python -m earmark.copywriting.training.reference_writer benchmarks/cache/reference_writer
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from earmark.copywriting.evaluation.canaries import CANARIES, commonest_phrase, distinct, superlative_rate
from earmark.copywriting.evaluation.sample_truth import truth_of
from earmark.copywriting.rewards import REWARDS, score
from earmark.copywriting.rewards.allure import Allure
from earmark.copywriting.rewards.weigh import gated_sum
from earmark.copywriting.training.encoder_decoder import generate, load_seq2seq, teacher_forced
from earmark.copywriting.training.episodes import encode, read
from earmark.copywriting.training.ppo import improve
from earmark.copywriting.training.reference_writer import REFERENCE, make_reference_writer, reference_briefs
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.training_recipe import default_rewards, episodes_of, split_episodes
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from earmark.samples.reviews import make_products

CACHE = Path(__file__).parent / "cache"
WRITER = CACHE / "reference_writer"
WEIGHING = REFERENCE.weighing
TRUTHS = ("gated_sum", "faithfulness", "coverage", "allure")


class Taught:
    """The fine-tuned writer and everything that improving or judging it takes."""

    def __init__(self, folder=WRITER):
        if not (folder / "lessons" / "curves.json").is_file() or not (folder / "allure.safetensors").is_file():
            make_reference_writer(folder)
        self.folder, self.model = folder, folder / "lessons" / "model"
        self.embedder = EachTextOnce(SentenceVectors())
        allure = Allure.load(folder / "allure.safetensors", self.embedder)
        self.rewards = default_rewards(self.embedder, allure, None, WEIGHING)

    def improved(self, out, rewards=None, weighing=WEIGHING, **changes):
        """A run of reinforcement learning, resumed where it was killed; ``changes`` of its reference settings."""
        if not hasattr(self, "episodes"):
            self.episodes = split_episodes(reference_briefs(), REFERENCE)
        config = replace(REFERENCE.improvement, **changes)
        own = self.folder / "improvement"
        if (
            rewards is None
            and config == REFERENCE.improvement
            and (self.folder / "policy").is_dir()
            and not out.is_dir()
        ):
            shutil.copytree(own, out)  # the reference writer's own run: the same prompts, settings and chance
        train, held_out = self.episodes
        if rewards and "information" in rewards and hasattr(rewards["information"], "references"):
            known = set(rewards["information"].references)
            train, held_out = ([one for one in part if key_of(one.brief) in known] for part in (train, held_out))
        return improve(
            self.model, train, rewards or self.rewards, out, config, weighing,
            held_out=held_out, canaries=CANARIES,
        )  # fmt: skip


def key_of(brief):
    """What a piece of copy is written for: product, aspect, style."""
    return brief.product.id, brief.aspect.name if brief.aspect else None, brief.style


def unseen(count, start, seed, **products):
    """Products that no writer learned from, with one episode each, where something may be praised."""
    found, episodes = [], []
    for product, brief in sample_briefs(make_products(4 * count, 0, start=start, **products), seed, each=1):
        for episode in episodes_of([brief]):
            found.append(product)
            episodes.append(episode)
        if len(episodes) == count:
            break
    return found, episodes


class Judge:
    """Writes with a policy for every unseen product, and measures what it wrote."""

    def __init__(self, taught, products, episodes, seed):
        self.reference, self.tokenizer = load_seq2seq(taught.model)
        self.rewards, self.products, self.episodes, self.seed = taught.rewards, products, episodes, seed
        self.briefs = [episode.brief for episode in episodes]

    def greedy(self, folder):
        """The likeliest text for each product."""
        return self.measured(*self.write(folder, 1, sampled=False))

    def sampled(self, folder):
        """One sample for each product."""
        return self.measured(*self.write(folder, 1, sampled=True))

    def best(self, folder, samples):
        """The sample with the highest gated sum of so many."""
        drafts, kl = self.write(folder, samples, sampled=True)
        briefs = [brief for brief in self.briefs for _ in range(samples)]
        sums = [gated_sum(item, WEIGHING) or 0.0 for item in score(drafts, briefs, self.rewards)]
        picks = np.array(sums).reshape(-1, samples).argmax(1)
        return self.measured([drafts[samples * row + pick] for row, pick in enumerate(picks)], kl)

    def write(self, folder, samples, sampled):
        """Drafts, and the mean KL to the fine-tuned model where they are samples of a model of its vocabulary."""
        model, tokenizer = load_seq2seq(folder)
        same = tokenizer.get_vocab() == self.tokenizer.get_vocab()
        generator = torch.Generator().manual_seed(self.seed) if sampled else None
        drafts, kls = [], []
        for start in range(0, len(self.episodes), 25):
            part = self.episodes[start : start + 25]
            prompts, mask = encode(tokenizer, part, 2 * REFERENCE.improvement.max_prompt_tokens)
            made = generate(
                model, prompts, mask, samples=samples, generator=generator,
                max_new_tokens=REFERENCE.improvement.max_new_tokens,
            )  # fmt: skip
            if sampled and same:
                with torch.no_grad():
                    reference, _ = teacher_forced(self.reference, prompts, mask, made.tokens, made.mask)
                kls += (made.log_probs - reference).sum(1).tolist()
            drafts += read(tokenizer, made.tokens, part, str(start)).drafts
        return drafts, float(np.mean(kls)) if kls else None

    def measured(self, drafts, kl):
        """Scores a product of every reward and of the truth, and what is known of the texts together."""
        scores = score(drafts, self.briefs, self.rewards)
        truths = [
            truth_of(draft.text, product, brief.aspect.name if brief.aspect else None)
            for draft, product, brief in zip(drafts, self.products, self.briefs, strict=True)
        ]
        texts = [draft.text for draft in drafts]
        sums = [gated_sum(item, WEIGHING) for item in scores]
        heard = [told for canary in CANARIES if (told := canary(drafts, self.briefs, [value or 0.0 for value in sums]))]
        each = {"gated sum": sums, **{name: [getattr(item, name) for item in scores] for name in REWARDS}}
        each |= {f"true {name}": [getattr(truth, name) for truth in truths] for name in TRUTHS}
        return {
            "each": each,
            "KL": kl,
            "words": mean([float(len(text.split())) for text in texts]),
            "distinct-2": distinct(texts, 2),
            "commonest phrase": commonest_phrase(texts)[1],
            "superlatives": superlative_rate(texts),
            "canaries": "; ".join(heard) or "none",
        }


class Kept:
    """What was measured before, by name: a killed benchmark goes on with what it has."""

    def __init__(self, file):
        self.file = file
        self.known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    def get(self, name, measure):
        """Measured now, or read back."""
        if name not in self.known:
            self.known[name] = measure()
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(self.known), encoding="utf-8")
        return self.known[name]


def interval(values, seed):
    """A mean with its 95% bootstrap interval over products."""
    if all(value is None for value in values):
        return "nothing stated"
    mean, low, high = bounds(values, seed)
    return f"{mean:.3f} ({low:.3f} to {high:.3f})"


def bounds(values, seed):
    """Mean, low and high of the same."""
    present = np.array([value for value in values if value is not None])
    drawn = present[np.random.default_rng(seed).integers(0, len(present), (2000, len(present)))].mean(1)
    return present.mean(), *np.percentile(drawn, [2.5, 97.5])


def differences(values, others):
    """Product by product, where both are there."""
    return [one - other for one, other in zip(values, others, strict=True) if one is not None and other is not None]


def mean(values):
    """Mean of what is there."""
    present = [value for value in values if value is not None]
    return float(np.mean(present)) if present else None
