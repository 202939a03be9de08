"""The published framework from end to end: corpus, first lessons, rewards, reinforcement learning, one folder.

::

    OUT/
      manifest.json  corpus/  start/ (where no model is given)  lessons/  allure.safetensors  improvement/  policy/

Each stage is skipped when it has been done, so a killed run goes on where it stopped.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any, get_args

from earmark.copywriting.briefs import brief_from, brief_of, read_product
from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.evaluation.canaries import CANARIES
from earmark.copywriting.evaluation.judging import PairJudge
from earmark.copywriting.reviews import Columns, read_products
from earmark.copywriting.reviews.splits import ProductSplit
from earmark.copywriting.rewards import Reward
from earmark.copywriting.rewards.allure import Allure, AllureConfig, RuleJudge, learn_allure
from earmark.copywriting.rewards.information import Information
from earmark.copywriting.rewards.veracity import Veracity
from earmark.copywriting.rewards.weigh import WeighConfig
from earmark.copywriting.training.corpus import CorpusConfig, load_pairs, make_corpus, save_corpus
from earmark.copywriting.training.episodes import Episode
from earmark.copywriting.training.finetune import FinetuneConfig, finetune
from earmark.copywriting.training.ppo import PolicyConfig, improve
from earmark.copywriting.training.small_bart import SmallBartConfig, new_small_bart
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Brief, Channel, Length, Style, Tone, Writer
from earmark.copywriting.writers.policy_prompt import policy_prompt
from earmark.language import Embedder, LanguageModel
from earmark.language.embedder import EachTextOnce
from earmark.language.judge import EmbeddedJudge, Judge
from earmark.language.spending import spending
from earmark.runs import Manifest, RunFolder
from earmark.runs.files import whole_folder
from earmark.workers import Progress, silent


@dataclass(frozen=True)
class TrainWriterConfig:
    """How a writer is trained."""

    start: str | None = None
    """A folder or hub id of any BART or T5 type; a small BART of its own where ``None``."""
    briefs_each: int = 4
    """Briefs a product, in styles and on aspects drawn by chance."""
    size: SmallBartConfig = field(default_factory=lambda: SmallBartConfig(width=128))
    """Of the model that is made where none is given."""
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    """How copy to learn from is written and filtered."""
    lessons: FinetuneConfig = field(default_factory=FinetuneConfig)
    """How it is fine-tuned."""
    allure: AllureConfig = field(default_factory=AllureConfig)
    """How allure is learned."""
    improvement: PolicyConfig = field(default_factory=PolicyConfig)
    """How it is improved."""
    weighing: WeighConfig = field(default_factory=WeighConfig)
    """How rewards are weighed; a weight of 0 leaves one out."""
    held_out: int = 64
    """Prompts of validation products by which the best checkpoint is chosen, at most: those of whole products, which
    have most to say, stray furthest and lose information first."""
    seed: int = 0
    """Of the draw of styles and aspects."""


@dataclass(frozen=True)
class TrainingParts:
    """What plugs into the training; the embedded defaults where nothing is given."""

    embedder: Embedder
    """Sentence vectors, for all three rewards."""
    writer: Writer = field(default_factory=Composer)
    """Who writes the corpus: the composer, or a language model."""
    pair_judge: PairJudge = field(default_factory=RuleJudge)
    """Who prefers, for allure."""
    judge: Judge | None = None
    """Who says what evidence carries, for veracity; embedded rules where ``None``."""
    model: LanguageModel | None = None
    """The language model that the parts ask, if any does: what it costs is kept in the manifest."""


@dataclass(frozen=True)
class TrainedWriter:
    """What came of it."""

    folder: Path
    """The policy: a plain transformers folder for ``earmark write --writer policy --policy``."""
    pairs: int
    validation_loss: float
    allure_fit: float
    steps: int
    best_step: int
    """0 where no step of reinforcement learning was better than the fine-tuned model."""
    stopped_because: str
    before: float | None
    """Mean gated sum of greedy drafts for held-out products, fine-tuned."""
    after: float | None


def train_writer(
    briefs: Callable[[], Iterable[Brief]],
    out: Path,
    config: TrainWriterConfig,
    parts: TrainingParts,
    *,
    source: str,
    arguments: dict[str, Any],
    progress: Progress = silent,
) -> TrainedWriter:
    """Make a corpus, fine-tune, learn allure, improve; or go on with a run that was killed.

    Args:
        briefs: called for the briefs, whenever a stage needs them.
        out: a new or empty folder, or one of a killed run with the same settings.
        config: how.
        parts: what plugs in.
        source: what the reviews were, in a phrase, for the dataset card.
        arguments: for the manifest.
        progress: told as it goes.

    Raises:
        RunConflict: the folder holds something else, or a run with other settings.
        NotEnoughEvidence: too little could be written to learn from.
    """
    asked = {**arguments, "config": asdict(config)}
    run = RunFolder.begin_or_continue(out, Manifest.begin("training", asked, config.seed))
    if not run.is_done("corpus"):
        with run.stage("corpus") as counts, spending(run, "corpus", parts.model):
            corpus = make_corpus(briefs(), parts.writer, config.corpus, progress)
            save_corpus(corpus, out / "corpus", config.corpus, source)
            counts.update(pairs=len(corpus.pairs), left_out=sum(corpus.left_out.values()))
    pairs = load_pairs(out / "corpus", "train")
    start: Path | str = config.start or out / "start"
    if config.start is None and not run.is_done("start"):
        with run.stage("start") as counts:
            texts = [text for pair in pairs for text in (pair.prompt, pair.target)]
            counts["parameters"] = new_small_bart(out / "start", texts, config.size)
    with run.stage("lessons") as counts:
        taught = finetune(start, out / "corpus", out / "lessons", config.lessons, progress)
        counts["steps"] = taught.steps
    embedder = EachTextOnce(parts.embedder)
    if not run.is_done("allure"):
        with run.stage("allure") as counts, spending(run, "allure", parts.model):
            texts = [pair.copy_text for pair in pairs[:: max(1, len(pairs) // 600)]]
            learn_allure(texts, parts.pair_judge, embedder, config.allure).save(out / "allure.safetensors")
            counts["texts"] = len(texts)
    allure = Allure.load(out / "allure.safetensors", embedder)
    with run.stage("improvement") as counts:
        train, held_out = split_episodes(briefs(), config)
        done = improve(
            taught.folder,
            train,
            default_rewards(embedder, allure, parts.judge, config.weighing),
            out / "improvement",
            config.improvement,
            config.weighing,
            held_out=held_out,
            canaries=CANARIES,
            progress=progress,
        )
        counts.update(steps=len(done.updates), best_step=done.best_step)
    with whole_folder(out / "policy") as unfinished:
        shutil.copytree(done.folder, unfinished, dirs_exist_ok=True)
    run.note(f"reinforcement learning stopped because {done.stopped_because}; best after step {done.best_step}.")
    return TrainedWriter(
        folder=out / "policy",
        pairs=len(pairs),
        validation_loss=taught.best_validation_loss,
        allure_fit=allure.fit,
        steps=len(done.updates),
        best_step=done.best_step,
        stopped_because=done.stopped_because,
        before=done.before,
        after=done.after,
    )


def holds_pickles(out: Path) -> bool:
    """Whether a run was stopped in its first lessons, whose checkpoints torch keeps as pickles."""
    return any((out / "lessons" / "checkpoints").glob("checkpoint-*"))


def default_rewards(
    embedder: Embedder, allure: Allure, judge: Judge | None, weighing: WeighConfig
) -> dict[str, Reward]:
    """The three rewards, without those whose weight is 0."""
    rewards: dict[str, Reward] = {
        "allure": allure,
        "veracity": Veracity(judge or EmbeddedJudge(embedder)),
        "information": Information(embedder),
    }
    # Veracity is the gate of allure even where it has no weight of its own.
    return {name: reward for name, reward in rewards.items() if weighing.weight(name) or name == "veracity"}


def episodes_of(briefs: Iterable[Brief]) -> Iterator[Episode]:
    """A prompt for each brief that says something."""
    for brief in briefs:
        prompt = policy_prompt(brief)
        if prompt is not None:
            yield Episode(prompt.text, brief, dict(prompt.slots.values))


def briefs_from_reviews(
    reviews: Path, columns: Columns | None, config: TrainWriterConfig, parts: Parts
) -> Iterator[Brief]:
    """Briefs of the products of a review table, mined, in styles and on aspects drawn by chance."""
    for reviewed in read_products(reviews, columns):
        if not reviewed.reviews:
            continue
        random = Random(f"{config.seed}:{reviewed.product.id}")
        reading = read_product(reviewed, CopyConfig(), parts)
        if reading.stance.stance == "disliked":
            continue
        whole = brief_from(reading, CopyConfig(), parts)
        praised = sorted(
            summary.aspect
            for summary in whole.summaries
            if any(claim.polarity == "praise" and claim.supporting > 1 for claim in summary.claims)
        )
        for number in range(config.briefs_each):
            style = drawn_style(random)
            if number % 2 and praised:
                chosen = CopyConfig(aspect=random.choice(praised))
                yield brief_of(reviewed, chosen, parts).model_copy(update={"style": style})
            else:
                yield whole.model_copy(update={"style": style})


def drawn_style(random: Random) -> Style:
    """A tone, a length and a channel for which a policy is taught: running text, where nothing is laid out in lines."""
    lengths: tuple[Length, ...] = ("short", "paragraph")
    channels: tuple[Channel, ...] = ("shop", "social")
    return Style(tone=random.choice(get_args(Tone)), length=random.choice(lengths), channel=random.choice(channels))


def split_episodes(briefs: Iterable[Brief], config: TrainWriterConfig) -> tuple[list[Episode], list[Episode]]:
    """Episodes of training products, and some of whole validation products, split as the corpus is."""
    split = ProductSplit(config.corpus.shares, config.corpus.seed)
    parts: tuple[list[Episode], ...] = ([], [], [])
    for episode in episodes_of(briefs):
        parts[split.part(episode.brief.product.id)].append(episode)
    return parts[0], _spread([episode for episode in parts[1] if episode.brief.aspect is None], config.held_out)


def _spread(episodes: Sequence[Episode], count: int) -> list[Episode]:
    return list(episodes[:: max(1, len(episodes) // count)][:count]) if episodes else []
