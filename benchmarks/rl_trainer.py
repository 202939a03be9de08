"""Is the trainer right? The figures behind the tests, for a tiny BART and a tiny T5.

    make bench NAME=rl_trainer

The largest difference between log-probabilities kept while generating and those of teacher forcing; KL at step 0; what
padding and company change; the gradient that tokens after the end carry; the toy reward after 200 steps; and a run
whose process is killed in the middle and that goes on in another: how far a loss differs from the run of one go.
"""

import copy
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from earmark.copywriting.reviews import Product
from earmark.copywriting.rewards.weigh import WeighConfig
from earmark.copywriting.training.encoder_decoder import generate, load_seq2seq, teacher_forced
from earmark.copywriting.training.episodes import Episode
from earmark.copywriting.training.ppo import PolicyConfig, Trainer, clipped_loss, improve
from earmark.copywriting.training.small_bart import SmallBartConfig, new_small_bart
from earmark.copywriting.writers.drafts import Brief, Style
from keeping import keep

SEED = 0
TEXTS = ["The staff were friendly and the bread was fresh.", "A sturdy handle, an easy lid, a fair price."] * 8
PROMPTS = ["staff friendly", "the bread was fresh and the soup was hot and large", "bed", "a fair price"]
BRIEF = Brief(product=Product(id="p"), aspect=None, style=Style(), summaries=(), reviews=5)
EPISODES = [Episode(f"{PROMPTS[number % 4]} {number}", BRIEF) for number in range(8)]


def main():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        bart, t5 = Path(folder) / "bart", Path(folder) / "t5"
        new_small_bart(bart, TEXTS, SmallBartConfig(vocabulary=300, width=32, layers=2, heads=2, positions=64))
        tiny_t5(bart, t5)
        rows = [
            {
                "model": name,
                "method": method,
                **exact(path, method),
                "toy reward after 200 steps": toy(path, method),
                "killed and resumed": killed(path, method),
            }
            for name, path in (("BART", bart), ("T5", t5))
            for method in ("ppo", "rloo")
        ]
    notes = [
        "Targets: 1e-4 for log-probabilities; 0 for KL, padding, the end and a killed run; 0.9 for the toy reward.",
    ]
    keep("rl_trainer", rows, seed=SEED, notes=notes)


def tiny_t5(bart: Path, folder: Path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    _, tokenizer = load_seq2seq(bart)
    torch.manual_seed(SEED)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2, initializer_factor=0.2,
        pad_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def exact(folder: Path, method: str) -> dict[str, float]:
    config = PolicyConfig(method=method, prompts=4, samples=2, epochs=1, minibatch=4, max_new_tokens=8)
    update, _ = Trainer(folder, {"information": ease}, config, WeighConfig()).step(0, EPISODES)
    model, tokenizer = load_seq2seq(folder)
    batch = tokenizer(PROMPTS, padding=True, return_tensors="pt")
    prompts, mask = batch["input_ids"], batch["attention_mask"]
    made = generate(model, prompts, mask, samples=60, max_new_tokens=12, generator=torch.Generator().manual_seed(SEED))
    forced, _ = teacher_forced(model, prompts, mask, made.tokens, made.mask)
    apart = 0.0
    for number, prompt in enumerate(PROMPTS):
        rows = slice(60 * number, 60 * number + 60)
        alone = tokenizer([prompt], return_tensors="pt")
        one, _ = teacher_forced(model, alone["input_ids"], alone["attention_mask"], made.tokens[rows], made.mask[rows])
        apart = max(apart, float((one - forced[rows]).detach().abs().max()))
    garbled = torch.where(made.mask, made.tokens, 7)
    clean, dirty = (gradient(model, prompts, mask, tokens, made) for tokens in (made.tokens, garbled))
    return {
        "texts that ended": int(made.finished.sum()),
        "log-probability difference": float((forced - made.log_probs).detach().abs().max()),
        "KL at step 0": abs(update.kl),
        "padding and company": apart,
        "gradient after the end": float((clean - dirty).abs().max()),
    }


def gradient(model, prompts, mask, tokens, made) -> torch.Tensor:
    copied = copy.deepcopy(model)
    new, _ = teacher_forced(copied, prompts, mask, tokens, made.mask)
    advantages = torch.randn(made.tokens.shape, generator=torch.Generator().manual_seed(SEED))
    clipped_loss(new, made.log_probs, advantages, made.mask, 0.2)[0].backward()
    return torch.cat([value.grad.flatten() for value in copied.parameters() if value.grad is not None])


def ease(drafts, _briefs):
    return [draft.text.count("e") / max(len(draft.text.replace(" ", "")), 1) for draft in drafts]


def toy(folder: Path, method: str) -> float:
    config = PolicyConfig(
        method=method, steps=200, prompts=8, samples=4, minibatch=8, learning_rate=3e-3, kl_weight=0.0,
        max_new_tokens=8, unfinished_penalty=0.0, kl_limit=1e9, uniqueness_limit=0.0, validate_every=200, seed=SEED,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as out:
        updates = improve(folder, EPISODES, {"information": ease}, Path(out), config).updates
    return sum(update.information for update in updates[-10:]) / 10


def killed(folder: Path, method: str) -> float:
    """Largest difference between the losses of a run and those of one that is killed after five steps."""
    with tempfile.TemporaryDirectory() as out:
        whole, parts = Path(out) / "whole", Path(out) / "parts"
        losses = [update.loss for update in resumable(folder, method, whole).updates]
        command = [sys.executable, __file__, str(folder), method, str(parts)]
        process = subprocess.Popen(command)
        log = parts / "updates.jsonl"
        while process.poll() is None and not (log.is_file() and log.read_text().count("\n") >= 5):
            time.sleep(0.01)
        process.kill()
        process.wait()
        if process.returncode == 0:
            raise RuntimeError("the run ended before it could be killed.")
        again = [update.loss for update in resumable(folder, method, parts).updates]
    return max(abs(one - other) for one, other in zip(losses, again, strict=True))


def resumable(folder: Path, method: str, out: Path):
    config = PolicyConfig(
        method=method, steps=60, prompts=8, samples=4, minibatch=4, learning_rate=1e-3, max_new_tokens=8,
        uniqueness_limit=0.0, kl_limit=1e9, validate_every=4, seed=SEED,
    )  # fmt: skip
    return improve(folder, EPISODES, {"information": ease}, out, config, held_out=EPISODES[:2])


if __name__ == "__main__":
    if sys.argv[1:]:
        torch.set_num_threads(1)
        resumable(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    else:
        main()
