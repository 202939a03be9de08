"""First lessons: fine-tune any BART or T5 type on a corpus, to its best validation loss, with transformers' trainer."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from earmark.copywriting.training.corpus import CorpusPair, load_pairs
from earmark.copywriting.training.encoder_decoder import load_seq2seq
from earmark.copywriting.writers.placeholders import PLACEHOLDERS
from earmark.copywriting.writers.policy_prompt import CONTROLS
from earmark.errors import InvalidInput, MissingExtra, NotEnoughEvidence
from earmark.runs.files import whole_folder, write_whole
from earmark.workers import Progress, silent


@dataclass(frozen=True)
class FinetuneConfig:
    """How the first lessons are given."""

    epochs: float = 10.0
    """Times that every pair is seen at most."""
    batch: int = 32
    """Pairs in one gradient step."""
    learning_rate: float = 1e-3
    """Highest rate, after a warm-up and before a linear fall; 3e-5 suits a large pretrained model."""
    warmup: float = 0.05
    """Share of all steps in which the rate rises."""
    validate_every: int = 100
    """Steps between looks at the validation pairs, and between checkpoints."""
    patience: int = 4
    """Looks without a better validation loss before it stops."""
    smoothing: float = 0.0
    """Label smoothing."""
    max_prompt_tokens: int = 128
    """A longer prompt is an error: the corpus chooses evidence that fits."""
    max_copy_tokens: int = 128
    """A longer copy is an error."""
    seed: int = 0
    """Of the order of the pairs and of dropout."""


@dataclass(frozen=True)
class Finetuned:
    """What the lessons came to."""

    folder: Path
    """The model with the best validation loss, a plain transformers folder."""
    best_validation_loss: float
    steps: int
    curves: tuple[dict[str, float], ...]
    """Step with training or validation loss, in order."""


def finetune(
    start: Path | str, corpus: Path, out: Path, config: FinetuneConfig, progress: Progress = silent
) -> Finetuned:
    """Teach a model the corpus, or go on where a killed run stopped.

    Args:
        start: a folder or hub id of any BART or T5 type.
        corpus: a folder written by :func:`~earmark.copywriting.training.corpus.save_corpus`.
        out: receives ``model/``, ``curves.json`` and, until it is done, ``checkpoints/``.
        config: how.
        progress: told after every logged step.

    Raises:
        MissingExtra: accelerate is not installed.
        InvalidInput: no such model or corpus, or a text that is too long.
        NotEnoughEvidence: a part of the corpus is empty.
    """
    if (out / "curves.json").is_file():
        return _read(out)
    try:
        import_module("accelerate")
        from transformers import DataCollatorForSeq2Seq, EarlyStoppingCallback, Seq2SeqTrainer
    except ImportError as error:
        raise MissingExtra("accelerate", "train") from error
    train, validation = load_pairs(corpus, "train"), load_pairs(corpus, "validation")
    if not train or not validation:
        raise NotEnoughEvidence(
            f"{corpus} has no {'training' if not train else 'validation'} pairs: give more products."
        )
    model, tokenizer = load_seq2seq(start)
    _know_placeholders(model, tokenizer)
    Trainer: Any = Seq2SeqTrainer
    trainer = Trainer(
        model=model,
        args=_arguments(out / "checkpoints", config),
        train_dataset=_encoded(train, tokenizer, config),
        eval_dataset=_encoded(validation, tokenizer, config),
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
        processing_class=tokenizer,
        callbacks=[EarlyStoppingCallback(config.patience), _telling(progress)],
    )
    _quiet(trainer)
    trainer.train(resume_from_checkpoint=_last_whole_checkpoint(out / "checkpoints"))
    with whole_folder(out / "model") as unfinished:
        trainer.model.eval().save_pretrained(unfinished)
        tokenizer.save_pretrained(unfinished)
    curves = _curves(trainer.state.log_history)
    kept = {"config": asdict(config), "start": str(start), "steps": trainer.state.global_step, "curves": curves}
    write_whole(out / "curves.json", json.dumps(kept, indent=1))
    shutil.rmtree(out / "checkpoints")
    return _read(out)


def _last_whole_checkpoint(folder: Path) -> str | None:
    """The last checkpoint that was written to its end; transformers writes them in place, the trainer's state last.

    What was broken off is removed: transformers would take the last by its number.
    """
    whole = []
    for checkpoint in sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2])):
        try:
            json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
            whole.append(str(checkpoint))
        except (OSError, ValueError):
            shutil.rmtree(checkpoint)
    return whole[-1] if whole else None


def _read(out: Path) -> Finetuned:
    kept = json.loads((out / "curves.json").read_text(encoding="utf-8"))
    losses = [row["validation_loss"] for row in kept["curves"] if "validation_loss" in row]
    return Finetuned(out / "model", min(losses), int(kept["steps"]), tuple(kept["curves"]))


def _know_placeholders(model: Any, tokenizer: Any) -> None:
    """Make every placeholder and control piece one token of a model that never met them."""
    from tokenizers import AddedToken

    known = tokenizer.get_vocab()
    new = [AddedToken(piece, normalized=False) for piece in (*PLACEHOLDERS, *CONTROLS) if piece not in known]
    if new:
        tokenizer.add_tokens(new)
        model.resize_token_embeddings(len(tokenizer))


def _encoded(pairs: Sequence[CorpusPair], tokenizer: Any, config: FinetuneConfig) -> list[dict[str, list[int]]]:
    prompts = tokenizer([pair.prompt for pair in pairs])["input_ids"]
    targets = tokenizer(text_target=[pair.target for pair in pairs])["input_ids"]
    for pair, prompt, target in zip(pairs, prompts, targets, strict=True):
        if len(prompt) > config.max_prompt_tokens or len(target) > config.max_copy_tokens:
            raise InvalidInput(
                f"pair {pair.id} has {len(prompt)} prompt and {len(target)} copy tokens, where "
                f"{config.max_prompt_tokens} and {config.max_copy_tokens} fit: make the corpus with less evidence."
            )
    return [
        {"input_ids": prompt, "attention_mask": [1] * len(prompt), "labels": target}
        for prompt, target in zip(prompts, targets, strict=True)
    ]


def _arguments(folder: Path, config: FinetuneConfig) -> Any:
    from transformers import Seq2SeqTrainingArguments

    return Seq2SeqTrainingArguments(
        output_dir=str(folder),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch,
        per_device_eval_batch_size=2 * config.batch,
        learning_rate=config.learning_rate,
        warmup_steps=config.warmup,
        lr_scheduler_type="linear",
        label_smoothing_factor=config.smoothing,
        eval_strategy="steps",
        save_strategy="steps",
        logging_strategy="steps",
        eval_steps=config.validate_every,
        save_steps=config.validate_every,
        logging_steps=config.validate_every,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        seed=config.seed,
        data_seed=config.seed,
        dataloader_pin_memory=False,
        train_sampling_strategy="group_by_length",
        use_cpu=not torch.cuda.is_available(),
        disable_tqdm=True,
        report_to=[],
        log_level="error",
    )


def _quiet(trainer: Any) -> None:
    """Take away the callback that prints every log."""
    from transformers.trainer_callback import PrinterCallback

    trainer.remove_callback(PrinterCallback)


def _telling(progress: Progress) -> Any:
    from transformers import TrainerCallback

    class Telling(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            progress("first lessons", int(state.global_step), int(state.max_steps))

    return Telling()


def _curves(history: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    rows = []
    for entry in history:
        if "eval_loss" in entry:
            rows.append({"step": entry["step"], "validation_loss": entry["eval_loss"]})
        elif "loss" in entry:
            rows.append({"step": entry["step"], "training_loss": entry["loss"]})
    return rows
