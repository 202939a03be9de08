"""The trainer is right: the lines of the issue, one test each."""

import copy

import pytest
import torch

from earmark.copywriting.rewards.weigh import WeighConfig
from earmark.copywriting.training.checkpoints import Progressed
from earmark.copywriting.training.encoder_decoder import generate, load_seq2seq, teacher_forced
from earmark.copywriting.training.episodes import Episode, encode
from earmark.copywriting.training.policy_update import Means, PolicyUpdate, Validation
from earmark.copywriting.training.ppo import (
    PolicyConfig,
    Trainer,
    ValueHead,
    clipped_loss,
    generalised_advantages,
    improve,
    leave_one_out,
    of_any_length,
    token_rewards,
)
from earmark.copywriting.training.restraint import next_kl_weight, next_rescue
from earmark.errors import InvalidInput, NotEnoughEvidence

PROMPTS = [
    "staff friendly",
    "the bread was fresh and the soup was hot and large",
    "bed",
    "a fair price for a sturdy lid",
]


@pytest.fixture(params=["tiny_bart", "tiny_t5"])
def folder(request):
    return request.getfixturevalue(request.param)


def encoded(tokenizer, prompts):
    batch = tokenizer(prompts, padding=True, return_tensors="pt")
    return batch["input_ids"], batch["attention_mask"]


def sampled(model, tokenizer, prompts, samples=40, tokens=12, seed=1, **more):
    ids, mask = encoded(tokenizer, prompts)
    made = generate(
        model, ids, mask, samples=samples, max_new_tokens=tokens,
        generator=torch.Generator().manual_seed(seed), **more,
    )  # fmt: skip
    return ids, mask, made


@pytest.fixture
def loaded(folder):
    return load_seq2seq(folder)


def test_log_probabilities_of_generated_text_equal_teacher_forced_ones(loaded):
    model, tokenizer = loaded
    ids, mask, made = sampled(model, tokenizer, PROMPTS)
    assert len(set(made.mask.sum(1).tolist())) > 1
    again, _ = teacher_forced(model, ids, mask, made.tokens, made.mask)
    assert torch.allclose(again, made.log_probs, atol=1e-4)


def test_values_along_the_way_equal_those_of_one_pass(loaded):
    model, tokenizer = loaded
    head = ValueHead(32)
    torch.nn.init.normal_(head.outer.weight)
    ids, mask, made = sampled(model, tokenizer, PROMPTS, value_head=head)
    _, values = teacher_forced(model, ids, mask, made.tokens, made.mask, head)
    assert torch.allclose(values, made.values, atol=1e-4)


def test_padding_and_batch_composition_change_nothing(loaded):
    model, tokenizer = loaded
    ids, mask, made = sampled(model, tokenizer, PROMPTS)
    together, _ = teacher_forced(model, ids, mask, made.tokens, made.mask)
    for number, prompt in enumerate(PROMPTS):
        rows = slice(40 * number, 40 * number + 40)
        longest = int(made.mask[rows].sum(1).max())
        alone, alone_mask = encoded(tokenizer, [prompt])
        one, _ = teacher_forced(model, alone, alone_mask, made.tokens[rows, :longest], made.mask[rows, :longest])
        assert torch.allclose(one, together[rows, :longest], atol=1e-5)


def test_a_prompt_is_answered_the_same_whatever_stands_beside_it(loaded):
    model, tokenizer = loaded
    ids, mask = encoded(tokenizer, PROMPTS)
    together = generate(model, ids, mask, samples=1, max_new_tokens=10, generator=None)
    alone_ids, alone_mask = encoded(tokenizer, PROMPTS[:1])
    alone = generate(model, alone_ids, alone_mask, samples=1, max_new_tokens=10, generator=None)
    width = alone.tokens.shape[1]
    assert torch.equal(together.tokens[:1, :width][alone.mask], alone.tokens[alone.mask])


def test_nothing_after_the_end_token_carries_loss_although_texts_begin_with_it(loaded):
    model, tokenizer = loaded
    ids, mask, made = sampled(model, tokenizer, PROMPTS)
    ended = made.finished & (made.mask.sum(1) < made.tokens.shape[1])
    assert ended.any()
    for row in torch.nonzero(ended).flatten():
        count = int(made.mask[row].sum())
        assert made.tokens[row, count - 1] == 2
        assert 2 not in made.tokens[row, : count - 1]
        assert not made.mask[row, count:].any()
    garbled = torch.where(made.mask, made.tokens, 7)
    advantages = torch.randn(made.tokens.shape, generator=torch.Generator().manual_seed(0))

    def gradient(tokens):
        copied = copy.deepcopy(model)
        new, _ = teacher_forced(copied, ids, mask, tokens, made.mask)
        loss, _ = clipped_loss(new, made.log_probs, advantages, made.mask, 0.2)
        loss.backward()
        return loss, torch.cat([p.grad.flatten() for p in copied.parameters() if p.grad is not None])

    (clean, clean_gradient), (dirty, dirty_gradient) = gradient(made.tokens), gradient(garbled)
    assert torch.allclose(clean, dirty, atol=1e-6)
    assert torch.allclose(clean_gradient, dirty_gradient, atol=1e-5)


def constant(drafts, briefs):
    return [0.5] * len(drafts)


def long_ones(drafts, briefs):
    return [min(1.0, len(draft.text) / 20) for draft in drafts]


def episodes(brief, count=8):
    return [Episode(f"{PROMPTS[n % 4]} {n}", brief) for n in range(count)]


@pytest.mark.parametrize("method", ["ppo", "rloo"])
def test_kl_is_zero_at_step_0_and_nothing_is_clipped_before_the_first_gradient(folder, brief, method):
    config = PolicyConfig(method=method, prompts=4, samples=2, epochs=1, minibatch=4, max_new_tokens=8)
    update, _ = Trainer(folder, {"allure": long_ones}, config, WeighConfig()).step(0, episodes(brief))
    assert abs(update.kl) < 1e-4
    assert update.clip_fraction == 0.0


def test_leaving_one_out_by_hand():
    assert leave_one_out(torch.tensor([[1.0, 3.0, 5.0]])).tolist() == [[-3.0, 0.0, 3.0]]


def test_advantages_by_hand_and_by_two_limits():
    rewards = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])
    values = torch.tensor([[0.5, 0.25, 0.0], [1.0, 0.0, 0.0]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    one_step, _ = generalised_advantages(rewards, values, mask, 0.0)
    assert one_step.tolist() == [[-0.25, 0.75, 0.0], [1.0, 0.0, 0.0]]
    whole, targets = generalised_advantages(rewards, values, mask, 1.0)
    assert whole.tolist() == [[0.5, 0.75, 0.0], [1.0, 0.0, 0.0]]
    assert targets.tolist() == [[1.0, 1.0, 0.0], [2.0, 0.0, 0.0]]


def test_the_score_stands_at_the_last_token_and_the_leash_at_each():
    mask = torch.tensor([[True, True, False]])
    rewards = token_rewards(torch.tensor([3.0]), torch.tensor([[1.0, 2.0, 9.0]]), mask, 0.5)
    assert rewards.tolist() == [[-0.5, 2.0, 0.0]]


def test_a_ratio_beyond_the_clip_stops_pulling():
    old = torch.zeros(1, 2)
    new = torch.tensor([[0.5, -0.1]], requires_grad=True)
    loss, clipped = clipped_loss(new, old, torch.ones(1, 2), torch.ones(1, 2, dtype=torch.bool), 0.2)
    loss.backward()
    assert new.grad[0, 0] == 0.0
    assert new.grad[0, 1] != 0.0
    assert clipped == 0.5


@pytest.mark.parametrize("method", ["ppo", "rloo"])
def test_what_only_the_prompt_decides_moves_nothing(tiny_bart, brief, method):
    def of_the_prompt(drafts, briefs):
        return [index // 2 / 10 for index in range(len(drafts))]

    config = PolicyConfig(method=method, prompts=4, samples=2, max_new_tokens=8, kl_weight=0.0, unfinished_penalty=0.0)
    trainer = Trainer(tiny_bart, {"allure": of_the_prompt, "veracity": constant}, config, WeighConfig())
    before = copy.deepcopy(trainer.model.state_dict())
    trainer.step(0, episodes(brief))
    for name, weights in trainer.model.state_dict().items():
        assert torch.equal(weights, before[name])


def test_saying_less_makes_distance_no_cheaper():
    mask = torch.tensor([[True, True, True], [True, False, False]])
    charged = of_any_length(torch.tensor([[1.0, 1.0, 1.0], [1.0, 5.0, 5.0]]), mask).sum(1)
    assert charged.tolist() == pytest.approx([2.0, 2.0])


def test_while_the_value_head_knows_nothing_the_first_token_learns_as_much_from_a_score_as_the_last():
    mask = torch.tensor([[True, True, True]])
    rewards = token_rewards(torch.tensor([2.0]), torch.zeros(1, 3), mask, 0.5)
    advantages, _ = generalised_advantages(rewards, torch.zeros(1, 3), mask, PolicyConfig().discount_lambda)
    assert advantages.tolist() == [[2.0, 2.0, 2.0]]


def test_the_rate_rises_over_the_first_steps(tiny_bart, brief):
    config = PolicyConfig(prompts=2, samples=2, max_new_tokens=4, learning_rate=1e-3, warm_up=2)
    trainer = Trainer(tiny_bart, {"allure": long_ones}, config, WeighConfig())
    rates = []
    for number in range(3):
        trainer.step(number, episodes(brief))
        rates.append(trainer.optimiser.param_groups[0]["lr"])
    assert rates == [5e-4, 1e-3, 1e-3]


class Dying:
    """A reward that dies, as a killed process does, on its so many-th call."""

    def __init__(self, calls):
        self.left = calls

    def __call__(self, drafts, briefs):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return long_ones(drafts, briefs)


@pytest.mark.parametrize("method", ["ppo", "rloo"])
def test_a_killed_run_resumes_to_the_same_losses(tiny_bart, brief, tmp_path, method):
    config = PolicyConfig(
        method=method, steps=6, prompts=4, samples=2, minibatch=2, max_new_tokens=8, validate_every=2,
        uniqueness_limit=0.0, kl_target=0.01, learning_rate=1e-3,
    )  # fmt: skip
    held_out = episodes(brief, 3)

    def run(allure, folder):
        rewards = {"allure": allure, "veracity": constant}
        return improve(tiny_bart, episodes(brief), rewards, tmp_path / folder, config, held_out=held_out)

    whole = run(long_ones, "whole")
    # Validation (greedy and sampled), two steps, validation, one step; the next step's reward never returns.
    with pytest.raises(KeyboardInterrupt):
        run(Dying(8), "killed")
    assert len((tmp_path / "killed" / "updates.jsonl").read_text().splitlines()) == 3
    again = run(long_ones, "killed")
    assert again.best_step == whole.best_step
    assert [u.step for u in again.updates] == list(range(6))
    assert len({u.kl_weight for u in again.updates}) > 1
    for one, other in zip(whole.updates, again.updates, strict=True):
        timeless = {"seconds": 0.0, "seconds_rewards": 0.0}
        assert one.model_copy(update=timeless) == other.model_copy(update=timeless)
    assert len((tmp_path / "killed" / "updates.jsonl").read_text().splitlines()) == 6


def test_a_run_killed_while_it_saves_finds_the_checkpoint_before(tiny_bart, brief, tmp_path):
    config = PolicyConfig(steps=2, prompts=4, samples=2, max_new_tokens=6, validate_every=1, uniqueness_limit=0.0)
    done = improve(tiny_bart, episodes(brief), {"allure": long_ones}, tmp_path, config)
    (tmp_path / "last").rename(tmp_path / "last.older")
    again = improve(tiny_bart, episodes(brief), {"allure": long_ones}, tmp_path, config)
    assert again.updates == done.updates


def test_a_run_with_other_settings_is_refused(tiny_bart, brief, tmp_path):
    config = PolicyConfig(steps=1, prompts=2, samples=2, max_new_tokens=4, uniqueness_limit=0.0)
    improve(tiny_bart, episodes(brief), {"allure": constant}, tmp_path, config)
    with pytest.raises(InvalidInput, match="another learning_rate"):
        improve(
            tiny_bart, episodes(brief), {"allure": constant}, tmp_path,
            PolicyConfig(**{**config.__dict__, "learning_rate": 1.0}),
        )  # fmt: skip


def ease(drafts, briefs):
    """The share of the letter e among letters: a toy that is solved at 1."""
    return [draft.text.count("e") / max(len(draft.text.replace(" ", "")), 1) for draft in drafts]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["ppo", "rloo"])
def test_a_toy_reward_is_learned_to_nine_tenths_within_200_steps(tiny_bart, brief, tmp_path, method):
    config = PolicyConfig(
        method=method, steps=200, prompts=8, samples=4, minibatch=8, learning_rate=3e-3, kl_weight=0.0,
        max_new_tokens=8, unfinished_penalty=0.0, kl_limit=1e9, uniqueness_limit=0.0, validate_every=200,
    )  # fmt: skip
    ended = improve(tiny_bart, episodes(brief), {"information": ease}, tmp_path, config)
    first, last = ended.updates[0].information, [u.information for u in ended.updates[-10:]]
    assert first < 0.3
    assert sum(last) / 10 >= 0.9


def test_a_policy_that_runs_away_is_stopped_and_the_best_is_kept(tiny_bart, brief, tmp_path):
    config = PolicyConfig(
        steps=60, prompts=8, samples=4, learning_rate=3e-2, kl_weight=0.0, max_new_tokens=8, validate_every=5,
        uniqueness_limit=0.0,
    )  # fmt: skip
    ended = improve(tiny_bart, episodes(brief), {"information": ease}, tmp_path, config, held_out=episodes(brief, 4))
    assert "KL reached" in ended.stopped_because
    assert len(ended.updates) < 60
    assert ended.best_step <= ended.updates[-1].step
    load_seq2seq(ended.folder)


def test_one_answer_for_every_prompt_stops_the_run(tiny_bart, brief, tmp_path):
    config = PolicyConfig(steps=3, prompts=4, samples=2, max_new_tokens=1, uniqueness_limit=1.01)
    ended = improve(tiny_bart, episodes(brief), {"allure": constant}, tmp_path, config)
    assert "of prompts got a text of their own at step 0" in ended.stopped_because
    assert ended.best_step == 0


def test_a_canary_stops_the_run_and_says_why(tiny_bart, brief, tmp_path):
    config = PolicyConfig(steps=5, prompts=4, samples=2, max_new_tokens=6, uniqueness_limit=0.0)
    ended = improve(
        tiny_bart, episodes(brief), {"allure": constant}, tmp_path, config,
        canaries=[lambda drafts, briefs, sums: "it sings" if drafts[0].id.startswith("policy:rloo-2-") else None],
    )  # fmt: skip
    assert ended.stopped_because == "canary at step 2: it sings"
    assert len(ended.updates) == 3


def test_a_prompt_that_is_too_long_is_refused_and_never_cut(tiny_bart, brief):
    _, tokenizer = load_seq2seq(tiny_bart)
    with pytest.raises(InvalidInput, match="longer than 5 tokens"):
        encode(tokenizer, [Episode("the staff were friendly and the bread was fresh", brief)], 5)


def test_rewards_that_do_not_exist_and_lone_samples_are_refused(tiny_bart):
    with pytest.raises(InvalidInput, match="beauty"):
        Trainer(tiny_bart, {"beauty": constant}, PolicyConfig(), WeighConfig())
    with pytest.raises(InvalidInput, match="at least 2 samples"):
        Trainer(tiny_bart, {"allure": constant}, PolicyConfig(samples=1), WeighConfig())


def test_too_few_prompts_are_refused(tiny_bart, brief, tmp_path):
    with pytest.raises(NotEnoughEvidence, match="8 prompts are fewer than the 16"):
        improve(tiny_bart, episodes(brief), {"allure": constant}, tmp_path, PolicyConfig())


def test_a_folder_without_a_model_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="no encoder-decoder model"):
        load_seq2seq(tmp_path)


def test_a_checkpoint_too_far_from_the_start_is_never_the_best(tiny_bart, brief, tmp_path):
    config = PolicyConfig(
        steps=10, prompts=8, samples=4, learning_rate=1e-2, kl_weight=0.0, max_new_tokens=8, validate_every=5,
        kl_limit=1e9, uniqueness_limit=0.0, kl_of_best=1e9,
    )  # fmt: skip
    rewards = {"information": ease}
    free = improve(tiny_bart, episodes(brief), rewards, tmp_path / "free", config, held_out=episodes(brief, 4))
    held = PolicyConfig(**{**config.__dict__, "kl_of_best": free.updates[4].validation.kl / 100})
    near = improve(tiny_bart, episodes(brief), rewards, tmp_path / "held", held, held_out=episodes(brief, 4))
    assert [u.loss for u in near.updates] == [u.loss for u in free.updates]
    assert free.best_step > 0
    assert near.best_step == 0


def looked(gated_sum, information, kl=1.0, sampled=()):
    greedy = {"allure": 0.5, "veracity": 0.5, "information": information, "gated_sum": gated_sum}
    return Validation(greedy=Means(**greedy), sampled=Means(**{**greedy, **dict(sampled)}), kl=kl)


def test_a_checkpoint_that_lowers_a_reward_is_never_the_best():
    update = PolicyUpdate(
        step=0, loss=0.0, value_loss=None, kl=1.0, kl_weight=0.1, weights={}, entropy=1.0, clip_fraction=0.0,
        length=9.0, uniqueness=1.0, allure=0.5, veracity=0.5, information=0.5, gated_sum=0.5,
        seconds=1.0, seconds_rewards=0.5,
    )  # fmt: skip
    state = Progressed(done=0, best_step=0, first=looked(0.5, 0.5), best=0.5, updates=())

    def best(found):
        return state.after(update.model_copy(update={"validation": found}), None, True, PolicyConfig()).best_step

    assert best(looked(0.9, 0.51)) == 1
    assert best(looked(0.9, 0.495)) == 1
    assert best(looked(0.9, 0.48)) == 0
    assert best(looked(0.9, 0.51, sampled={"information": 0.48})) == 0
    assert best(looked(0.9, 0.51, kl=3.3)) == 0
    assert best(looked(0.5, 0.51)) == 0


def test_checkpoints_are_compared_by_greedy_and_sampled_text_alike():
    assert looked(0.6, 0.5, sampled={"gated_sum": 0.5}).gated_sum == pytest.approx(0.55)
    assert looked(0.6, 0.5, sampled={"gated_sum": None}).gated_sum == 0.6


def test_a_reward_that_fell_below_its_start_counts_more_until_it_is_back():
    config, first = PolicyConfig(rescue=2.0, most_rescue=4.0), looked(0.5, 0.5)
    rescued = {"allure": 1.0, "veracity": 1.0, "information": 1.0}
    seen = []
    for information in (0.4, 0.4, 0.4, 0.5, 0.6, 0.7):
        rescued = next_rescue(rescued, first, looked(0.5, information), config)
        seen.append(rescued["information"])
    assert seen == [2.0, 4.0, 4.0, 2.0, 1.0, 1.0]
    assert rescued["allure"] == rescued["veracity"] == 1.0
    assert next_rescue(rescued, None, looked(0.1, 0.1), config) == rescued


def test_the_price_of_distance_rises_beyond_the_target_and_falls_back_to_the_first():
    config = PolicyConfig(kl_weight=0.1, kl_target=2.0, kl_gain=0.5)
    assert next_kl_weight(0.2, 4.0, config) == pytest.approx(0.22)
    assert next_kl_weight(0.2, 1.0, config) == pytest.approx(0.18)
    assert next_kl_weight(0.1, 0.0, config) == 0.1
