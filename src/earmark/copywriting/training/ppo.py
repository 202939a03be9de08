"""Improve an encoder-decoder writer by reinforcement learning: PPO as in the paper, and critic-free RLOO beside it.

Reads top to bottom: settings, the run, one step, one update, advantages and losses. Tokens are dealt with in
:mod:`earmark.copywriting.training.encoder_decoder`, texts in :mod:`earmark.copywriting.training.episodes`, what holds a
run back in :mod:`earmark.copywriting.training.restraint`, what a killed one needs in
:mod:`earmark.copywriting.training.checkpoints`.

Papers: PPO (Schulman et al., arXiv 1707.06347, eq. 7), GAE (arXiv 1506.02438, eq. 16), RLOO (Ahmadian et al.,
arXiv 2402.14740, eq. 6), per-token KL to the fine-tuned model (Ziegler et al., arXiv 1909.08593, eq. 2). The
copywriting paper (arXiv 2404.13906) uses PPO; what it leaves open is chosen here and listed in docs/papers.md.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from earmark.copywriting.rewards import REWARDS, Reward, RewardScores, score
from earmark.copywriting.rewards.weigh import Spreads, WeighConfig, gated_sum, weigh
from earmark.copywriting.training.checkpoints import Progressed, log, mean_of, resume, save, save_model
from earmark.copywriting.training.encoder_decoder import Generated, generate, load_seq2seq, teacher_forced
from earmark.copywriting.training.episodes import Episode, encode, read
from earmark.copywriting.training.policy_update import Means, PolicyUpdate, Validation
from earmark.copywriting.training.restraint import next_kl_weight, next_rescue
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.runs.files import whole_folder
from earmark.workers import Progress, silent


@dataclass(frozen=True)
class PolicyConfig:
    """How the policy is improved."""

    method: Literal["ppo", "rloo"] = "rloo"
    """PPO learns a value of every prefix; RLOO compares the samples of one prompt with each other."""
    steps: int = 100
    """Updates: one batch is generated and learned from in each."""
    prompts: int = 16
    """Prompts a step."""
    samples: int = 4
    """Samples of each prompt; RLOO needs two."""
    epochs: int = 2
    """Times a batch is gone through."""
    minibatch: int = 8
    """Prompts (with all their samples) in one gradient step."""
    learning_rate: float = 3e-5
    """Of the policy, a large pretrained one; 1e-4 suits a small one. AdamW without weight decay."""
    warm_up: int = 8
    """Steps over which the policy's rate rises to that: Adam's first steps are as long as any, on the word of a single
    batch, and go far in directions that no reward asked for."""
    value_learning_rate: float = 1e-3
    """Of the value head, which reads the decoder and does not disturb it."""
    kl_weight: float = 0.3
    """What one nat away from the fine-tuned model costs at least, in standard deviations of a reward."""
    kl_target: float = 2.0
    """Nats a sequence beyond which the cost rises, step by step, until the policy comes back."""
    kl_gain: float = 0.5
    """How fast the cost follows; the paper's 0.1 is for runs of many more steps."""
    clip: float = 0.2
    """How far a token's probability ratio may move in one batch."""
    discount_lambda: float = 1.0
    """GAE's lambda; rewards are not discounted, copy is short. Under 1, as long as the value head knows nothing, the
    beginning of a text hardly learns from the score at its end."""
    unfinished_penalty: float = 1.0
    """Taken from a text that did not end within ``max_new_tokens``."""
    gradient_norm: float = 1.0
    """Gradients longer than this are scaled down."""
    max_prompt_tokens: int = 128
    """Longer prompts are an error, never cut: choosing evidence is the corpus's part."""
    max_new_tokens: int = 64
    """A text ends here at the latest."""
    kl_limit: float = 8.0
    """Nats a sequence at which the run stops."""
    kl_of_best: float = 3.25
    """Nats a sequence on held-out prompts beyond which a checkpoint is not kept as the best."""
    rescue: float = 1.5
    """What the weight of a reward is multiplied by whenever held-out prompts find it lower than at first, until it is
    back; 1 leaves the weights alone."""
    most_rescue: float = 4.0
    """How many times its own weight a reward may get so."""
    may_fall: float = 0.01
    """How far under its start a reward's mean may lie, in greedy or in sampled text, without being called lower: less
    than the noise of a look."""
    uniqueness_limit: float = 0.6
    """Share of different texts over different prompts under which the run stops."""
    validate_every: int = 5
    """Steps between looks at the held-out prompts, and between checkpoints."""
    seed: int = 0
    """Names the run's chance; step ``n`` draws the same whether or not the run was interrupted."""


@dataclass(frozen=True)
class Improved:
    """How a run ended."""

    folder: Path
    """The best checkpoint, a plain transformers folder."""
    best_step: int
    stopped_because: str
    before: float | None
    """Gated sum of the fine-tuned model's drafts for held-out prompts, greedy and sampled; ``None`` without any."""
    after: float | None
    """The same of the best checkpoint; of the training batches where no prompts were held out."""
    updates: tuple[PolicyUpdate, ...]


Canary = Callable[[Sequence[Draft], Sequence[Brief], Sequence[float]], str | None]
"""Looks at a step's drafts, their briefs and their gated sums; a sentence when something smells, else ``None``."""


# ---- the run ---------------------------------------------------------------------------------------------------------


def improve(
    folder: Path | str,
    episodes: Sequence[Episode],
    rewards: Mapping[str, Reward],
    out: Path,
    config: PolicyConfig,
    weighing: WeighConfig = WeighConfig(),  # noqa: B008 (frozen)
    *,
    held_out: Sequence[Episode] = (),
    canaries: Sequence[Canary] = (),
    progress: Progress = silent,
) -> Improved:
    """Improve a fine-tuned writer, or go on with a run that was killed.

    Args:
        folder: the fine-tuned model; stays as it is.
        episodes: prompts to learn from.
        rewards: by the name of the field of :class:`RewardScores` that they fill.
        out: receives ``best/`` (a transformers folder), ``last/`` (to resume from) and ``updates.jsonl``.
        config: how it is improved.
        weighing: how rewards are weighed.
        held_out: prompts of other products, by which the best checkpoint is chosen: the highest gated sum of those
            that lower no reward and are near enough; where none are given the training batches decide.
        canaries: what stops a run that has begun to cheat.
        progress: told after every step.

    Raises:
        NotEnoughEvidence: fewer episodes than prompts a step.
    """
    if len(episodes) < config.prompts:
        raise NotEnoughEvidence(f"{len(episodes)} prompts are fewer than the {config.prompts} of one step.")
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(folder, rewards, config, weighing, canaries)
    state = resume(trainer, out)
    if state is None:
        first = trainer.validate(held_out) if held_out else None
        state = Progressed(done=0, best_step=0, first=first, best=first.gated_sum if first else None, updates=())
        with whole_folder(out / "best") as unfinished:
            save_model(trainer, unfinished)
        save(trainer, out, state)
    for number in range(state.done, config.steps) if not state.stopped_because else ():
        update, alarm = trainer.step(number, episodes)
        due = (number + 1) % config.validate_every == 0 or number + 1 == config.steps
        if due and held_out and not alarm:
            found = trainer.validate(held_out)
            update = update.model_copy(update={"validation": found})
            trainer.rescued = next_rescue(trainer.rescued, state.first, found, config)
        log(out, update)
        state = state.after(update, alarm, due, config)
        if state.best_step == number + 1:
            with whole_folder(out / "best") as unfinished:
                save_model(trainer, unfinished)
        if due or alarm:
            save(trainer, out, state)
        progress("improving", number + 1, config.steps)
        if alarm:
            break
    reason = state.stopped_because or f"all {config.steps} steps done"
    before = state.first.gated_sum if state.first else None
    return Improved(out / "best", state.best_step, reason, before, state.best, state.updates)


# ---- one step --------------------------------------------------------------------------------------------------------


class Trainer:
    """The policy, the model it must stay near, and the optimiser: what :func:`improve` steps forward.

    Args:
        folder: the fine-tuned model with its tokenizer, any BART or T5 type.
        rewards: functions by the name of the field they fill; a name left out is a reward left out.
        config: how it is improved.
        weighing: how rewards are weighed.
        canaries: what stops a run that has begun to cheat.
    """

    def __init__(
        self,
        folder: Path | str,
        rewards: Mapping[str, Reward],
        config: PolicyConfig,
        weighing: WeighConfig,
        canaries: Sequence[Canary] = (),
    ) -> None:
        unknown = set(rewards) - set(REWARDS)
        if unknown or not rewards:
            raise InvalidInput(
                f"rewards are {', '.join(REWARDS)}, and at least one; not {', '.join(unknown) or 'none'}."
            )
        if config.method == "rloo" and config.samples < 2:
            raise InvalidInput("RLOO compares samples of one prompt: give at least 2 samples.")
        self.model, self.tokenizer = load_seq2seq(folder)
        self.reference, _ = load_seq2seq(folder)
        self.reference.requires_grad_(False)
        torch.manual_seed(config.seed)
        self.value_head = ValueHead(self.model.config.d_model) if config.method == "ppo" else None
        groups = [{"params": list(self.model.parameters()), "lr": config.learning_rate}]
        if self.value_head:
            groups.append({"params": list(self.value_head.parameters()), "lr": config.value_learning_rate})
        self.optimiser = torch.optim.AdamW(groups, weight_decay=0.0)
        self.rewards, self.config, self.weighing, self.canaries = rewards, config, weighing, canaries
        self.spreads: Spreads = {}
        self.kl_weight = config.kl_weight
        self.rescued = dict.fromkeys(REWARDS, 1.0)

    def step(self, number: int, episodes: Sequence[Episode]) -> tuple[PolicyUpdate, str | None]:
        """Draw, generate, score, learn; what happened, and why the run should stop, if it should."""
        started = time.perf_counter()
        warmth = min(1.0, (number + 1) / self.config.warm_up) if self.config.warm_up else 1.0
        self.optimiser.param_groups[0]["lr"] = self.config.learning_rate * warmth
        generator = torch.Generator().manual_seed(self.config.seed * 1_000_003 + number)
        order = torch.randperm(len(episodes), generator=generator)[: self.config.prompts]
        chosen = [episodes[int(index)] for index in order]
        prompts, prompt_mask, made, kl = self._generate(chosen, self.config.samples, generator)
        before = time.perf_counter()
        written = read(self.tokenizer, made.tokens, chosen, f"policy:{self.config.method}-{number}")
        scores = score(written.drafts, written.briefs, self.rewards)
        weights = {name: self.weighing.weight(name) * self.rescued[name] for name in REWARDS}
        totals, self.spreads = weigh(scores, self.spreads, replace(self.weighing, **weights), self.config.samples)
        sums = [gated_sum(item, self.weighing) for item in scores]
        seconds_rewards = time.perf_counter() - before
        returns = torch.tensor(totals) - self.config.unfinished_penalty * (~made.finished).float()
        loss, value_loss, clipped = self._learn(prompts, prompt_mask, made, kl, returns, generator)
        firsts = dict(zip([episode.prompt for episode in chosen], written.raw[:: self.config.samples], strict=True))
        update = PolicyUpdate(
            step=number,
            loss=loss,
            value_loss=value_loss,
            kl=float(kl.sum(1).mean()),
            kl_weight=self.kl_weight,
            weights=weights,
            entropy=float(made.entropy.sum() / made.mask.sum()),
            clip_fraction=clipped,
            length=float(made.mask.sum(1).float().mean()),
            uniqueness=len(set(firsts.values())) / len(firsts),
            seconds=time.perf_counter() - started,
            seconds_rewards=seconds_rewards,
            **means(scores, self.weighing).model_dump(),
        )
        self.kl_weight = next_kl_weight(self.kl_weight, update.kl, self.config)
        return update, self._alarm(update, written.drafts, written.briefs, [value or 0.0 for value in sums])

    def _generate(
        self, episodes: Sequence[Episode], samples: int, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor, Generated, Tensor]:
        """Prompts with their mask, what was generated, and how far each token is from the reference; (text, token)."""
        prompts, mask = encode(self.tokenizer, episodes, self.config.max_prompt_tokens)
        made = generate(
            self.model,
            prompts,
            mask,
            samples=samples,
            max_new_tokens=self.config.max_new_tokens,
            generator=generator,
            value_head=self.value_head,
        )
        with torch.no_grad():
            reference, _ = teacher_forced(self.reference, prompts, mask, made.tokens, made.mask)
        return prompts, mask, made, made.log_probs - reference

    def _learn(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        made: Generated,
        kl: Tensor,
        returns: Tensor,
        generator: torch.Generator,
    ) -> tuple[float, float | None, float]:
        """Go through the batch; mean loss, value loss and clipped share."""
        advantages, targets = self._advantages(made, kl, returns)
        samples, sums, count = self.config.samples, torch.zeros(3), 0
        for _ in range(self.config.epochs):
            for part in torch.randperm(len(prompts), generator=generator).split(self.config.minibatch):  # type: ignore[no-untyped-call]
                rows = (part.unsqueeze(1) * samples + torch.arange(samples)).flatten()
                tokens, mask = made.tokens[rows], made.mask[rows]
                longest = int(mask.sum(1).max())
                tokens, mask = tokens[:, :longest], mask[:, :longest]
                new, values = teacher_forced(
                    self.model, prompts[part], prompt_mask[part], tokens, mask, self.value_head
                )
                old = made.log_probs[rows, :longest]
                loss, clipped = clipped_loss(new, old, advantages[rows, :longest], mask, self.config.clip)
                value_loss = torch.zeros(())
                if values is not None:
                    value_loss = 0.5 * (((values - targets[rows, :longest]) ** 2) * mask).sum() / mask.sum()
                self.optimiser.zero_grad()
                (loss + value_loss).backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(self.model.parameters(), self.config.gradient_norm)
                self.optimiser.step()
                sums += torch.stack([loss.detach(), value_loss.detach(), clipped.detach()])
                count += 1
        loss_mean, value_mean, clip_mean = (sums / count).tolist()
        return loss_mean, value_mean if self.value_head else None, clip_mean

    def _advantages(self, made: Generated, kl: Tensor, returns: Tensor) -> tuple[Tensor, Tensor]:
        """Per-token advantages, and value targets (zeros for RLOO)."""
        kl = of_any_length(kl, made.mask)
        if made.values is None:
            whole = (returns - self.kl_weight * kl.sum(1)).view(-1, self.config.samples)
            return leave_one_out(whole).flatten().unsqueeze(1) * made.mask, torch.zeros_like(kl)
        if self.config.samples > 1:
            # Most of what returns vary by is the prompt. The value head starts from nothing: until it told prompts
            # apart, what they are worth would be noise in every token's advantage.
            returns = leave_one_out(returns.view(-1, self.config.samples)).flatten()
        rewards = token_rewards(returns, kl, made.mask, self.kl_weight)
        advantages, targets = generalised_advantages(rewards, made.values, made.mask, self.config.discount_lambda)
        real = advantages[made.mask]
        return (advantages - real.mean()) / (real.std() + 1e-6) * made.mask, targets

    def validate(self, episodes: Sequence[Episode]) -> Validation:
        """What the policy is worth on prompts that it does not learn from: greedy drafts, and samples with their KL."""
        generator = torch.Generator().manual_seed(self.config.seed)
        scores: dict[str, list[RewardScores]] = {"greedy": [], "sampled": []}
        kls: list[float] = []
        for start in range(0, len(episodes), 32):
            part = episodes[start : start + 32]
            for kind, chance in (("greedy", None), ("sampled", generator)):
                _, _, made, kl = self._generate(part, 1, chance)
                written = read(self.tokenizer, made.tokens, part, kind)
                scores[kind] += score(written.drafts, written.briefs, self.rewards)
                kls += kl.sum(1).tolist() if chance else []
        each = {kind: means(found, self.weighing) for kind, found in scores.items()}
        return Validation(kl=sum(kls) / len(kls), **each)

    def _alarm(
        self, update: PolicyUpdate, drafts: Sequence[Draft], briefs: Sequence[Brief], sums: Sequence[float]
    ) -> str | None:
        if update.kl > self.config.kl_limit:
            return f"KL reached {update.kl:.1f} nats a sequence at step {update.step}, over {self.config.kl_limit:g}"
        if update.uniqueness < self.config.uniqueness_limit:
            return f"only {update.uniqueness:.0%} of prompts got a text of their own at step {update.step}"
        heard = (canary(drafts, briefs, sums) for canary in self.canaries)
        return next((f"canary at step {update.step}: {reason}" for reason in heard if reason), None)


def means(scores: Sequence[RewardScores], weighing: WeighConfig) -> Means:
    """Each reward's mean, and that of the gated sums."""
    found = {name: mean_of([getattr(item, name) for item in scores]) for name in REWARDS}
    return Means(**found, gated_sum=mean_of([gated_sum(item, weighing) for item in scores]))


class ValueHead(nn.Module):
    """Expects the return from the decoder's state; starts at 0, so that the first advantages are the rewards."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, 1)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, states: Tensor) -> Tensor:
        """(..., width) to (..., 1)."""
        return self.outer(torch.tanh(self.inner(states)))  # type: ignore[no-any-return]


# ---- advantages and losses -------------------------------------------------------------------------------------------


def leave_one_out(returns: Tensor) -> Tensor:
    """RLOO's advantage: a sample's return minus the mean of its prompt's other samples; (prompt, sample)."""
    others = (returns.sum(1, keepdim=True) - returns) / (returns.shape[1] - 1)
    return returns - others


def generalised_advantages(rewards: Tensor, values: Tensor, mask: Tensor, lam: float) -> tuple[Tensor, Tensor]:
    """GAE without discount: advantages and returns, (text, token), 0 where masked (arXiv 1506.02438, eq. 16)."""
    advantages = torch.zeros_like(rewards)
    running = torch.zeros(len(rewards))
    following = torch.zeros(len(rewards))
    for position in reversed(range(rewards.shape[1])):
        here = mask[:, position]
        surprise = rewards[:, position] + following - values[:, position]
        running = torch.where(here, surprise + lam * running, 0.0)
        following = torch.where(here, values[:, position], 0.0)
        advantages[:, position] = running
    return advantages, (advantages + values) * mask


def of_any_length(kl: Tensor, mask: Tensor) -> Tensor:
    """Each token's KL such that texts as far away a token cost the same, short or long; (text, token).

    Charged by the text, distance is cheaper for whoever says less, and at a high price the policy falls silent.
    """
    lengths = mask.sum(1, keepdim=True).float()
    return kl * mask * lengths.mean() / lengths


def token_rewards(scores: Tensor, kl: Tensor, mask: Tensor, kl_weight: float) -> Tensor:
    """The score at a text's last token, and the price of leaving the fine-tuned model at each; (text, token)."""
    rewards = -kl_weight * kl * mask
    last = mask.sum(1) - 1
    rewards[torch.arange(len(scores)), last] += scores
    return rewards


def clipped_loss(new: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clip: float) -> tuple[Tensor, Tensor]:
    """PPO's clipped surrogate (arXiv 1707.06347, eq. 7), a mean over real tokens, and the share that was clipped."""
    ratio = torch.exp(new - old)
    plain, held = -advantages * ratio, -advantages * ratio.clamp(1 - clip, 1 + clip)
    count = mask.sum()
    loss = (torch.maximum(plain, held) * mask).sum() / count
    return loss, (((ratio - 1).abs() > clip) & mask).sum() / count
