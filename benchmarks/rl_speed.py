"""What does a step of reinforcement learning cost beyond its parts?

    make bench NAME=rl_speed

Parts: one generation, one pass of the reference, and the forward and backward passes of the epochs over the same texts,
written out plainly. The step is the trainer's own, rewards timed apart and taken off. Both in turn in one process, one
thread; medians of 20 rounds after two to warm up. The target is a ratio of at most 1.15.
"""

import statistics
import tempfile
import time
from pathlib import Path

import torch

from earmark.copywriting.rewards.weigh import WeighConfig
from earmark.copywriting.training.encoder_decoder import generate, teacher_forced
from earmark.copywriting.training.episodes import Episode, encode
from earmark.copywriting.training.ppo import PolicyConfig, Trainer
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.small_bart import SmallBartConfig, new_small_bart
from earmark.copywriting.training.training_recipe import episodes_of
from earmark.samples.reviews import make_products
from keeping import keep

ROUNDS, WARM_UP, SEED = 20, 2, 0


def main():
    torch.set_num_threads(1)
    episodes = list(episodes_of(brief for _, brief in sample_briefs(make_products(60, SEED), SEED, each=1)))
    with tempfile.TemporaryDirectory() as folder:
        texts = [episode.prompt for episode in episodes]
        new_small_bart(Path(folder), texts, SmallBartConfig(width=128, layers=2, dropout=0.0))
        rows = [measured(method, Path(folder), episodes) for method in ("rloo", "ppo")]
    keep("rl_speed", rows, seed=SEED, settings={"rounds": ROUNDS, "threads": 1, "target": 1.15})


def measured(method: str, folder: Path, episodes: list[Episode]):
    config = PolicyConfig(method=method, prompts=16, samples=4, max_new_tokens=40, learning_rate=1e-6)
    trainer = Trainer(folder, {"information": letters}, config, WeighConfig())
    steps, parts, ratios = [], [], []
    for number in range(ROUNDS + WARM_UP):
        update, _ = trainer.step(number, episodes)
        step = update.seconds - update.seconds_rewards
        part = plainly(trainer, episodes, number)
        if number >= WARM_UP:
            steps.append(step)
            parts.append(part)
            ratios.append(step / part)
    low, _, high = statistics.quantiles(ratios, n=4)
    return {
        "method": method,
        "step, s": statistics.median(steps),
        "its parts, s": statistics.median(parts),
        "ratio of medians": statistics.median(steps) / statistics.median(parts),
        "median of ratios": statistics.median(ratios),
        "quartiles of ratios": f"{low:.2f} to {high:.2f}",
    }


def letters(drafts, _briefs):
    return [draft.text.count("e") / max(len(draft.text), 1) for draft in drafts]


def plainly(trainer: Trainer, episodes: list[Episode], number: int) -> float:
    """Seconds of the same work without a trainer around it: same prompts, same chance, same minibatches."""
    config = trainer.config
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + number)
    order = torch.randperm(len(episodes), generator=generator)[: config.prompts]
    prompts, mask = encode(trainer.tokenizer, [episodes[int(index)] for index in order], config.max_prompt_tokens)
    started = time.perf_counter()
    made = generate(
        trainer.model, prompts, mask, samples=config.samples, max_new_tokens=config.max_new_tokens,
        generator=generator, value_head=trainer.value_head,
    )  # fmt: skip
    with torch.no_grad():
        teacher_forced(trainer.reference, prompts, mask, made.tokens, made.mask)
    for _ in range(config.epochs):
        for first in range(0, config.prompts, config.minibatch):
            rows = slice(first * config.samples, (first + config.minibatch) * config.samples)
            some = slice(first, first + config.minibatch)
            new, values = teacher_forced(
                trainer.model, prompts[some], mask[some], made.tokens[rows], made.mask[rows], trainer.value_head
            )
            loss = new.sum() if values is None else new.sum() + values.sum()
            trainer.optimiser.zero_grad()
            loss.backward()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
