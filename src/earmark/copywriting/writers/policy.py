"""The policy as a writer: a fine-tuned (and perhaps improved) sequence-to-sequence model that drafts from briefs."""

from pathlib import Path
from typing import Any

import torch

from earmark.copywriting.summaries.praise import PraiseRules
from earmark.copywriting.training.encoder_decoder import generate, load_seq2seq
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.copywriting.writers.placeholders import fill, unfilled
from earmark.copywriting.writers.policy_prompt import PolicyPrompt, pieces, policy_prompt
from earmark.evidence import content_id
from earmark.samples.writers import find_writer, writer_names


def packaged(folder: Path | str) -> Path | str:
    """The folder itself, or the packaged writer's where its name is given and no folder of that name is there."""
    name = str(folder)
    return find_writer(name) if name in writer_names() and not Path(name).exists() else folder


class PolicyWriter:
    """Writes drafts with an encoder-decoder model; what it writes is filtered and grounded like anyone's.

    Args:
        folder: a transformers folder, as ``earmark train writer`` leaves it, a hub id, or ``reference`` for the writer
            that comes with the package.
        rules: what counts as praise.
        max_new_tokens: where a text ends at the latest; one that does not end in time is no draft.
        max_prompt_tokens: what the model was taught to read.
        tries: samples for every draft that is wanted, since some are dropped.
        least_voices: what fewer say stays out of the prompt: policies tend to say it as if many did, which grounding
            withholds.
    """

    def __init__(
        self,
        folder: Path | str,
        rules: PraiseRules | None = None,
        *,
        max_new_tokens: int = 96,
        max_prompt_tokens: int = 128,
        tries: int = 2,
        least_voices: int = 2,
    ) -> None:
        self._model, self._tokenizer = load_seq2seq(packaged(folder))
        self._rules = rules or PraiseRules()
        self._max_new_tokens = max_new_tokens
        # A model may read less than what it was promised.
        self._max_prompt_tokens = min(max_prompt_tokens, int(self._tokenizer.model_max_length))
        self._tries = tries
        self._least_voices = least_voices
        self.name = f"policy:{Path(folder).name}"

    def write(self, brief: Brief, drafts: int, seed: int) -> list[Draft]:
        """The likeliest text first, then samples; none where nothing may be praised or nothing readable came."""
        prompt, batch = self._prompt(brief)
        if prompt is None:
            return []
        texts = self._texts(batch, None, 1)
        if drafts > 1:
            generator = torch.Generator().manual_seed(int(content_id(str(seed), prompt.text), 16) % 2**63)
            texts += self._texts(batch, generator, self._tries * (drafts - 1))
        filled = dict.fromkeys(fill(text, prompt.slots.values) for text in texts)
        whole = [text for text in filled if text and not unfilled(text)]
        return [self._draft(brief, text) for text in whole[:drafts]]

    def _prompt(self, brief: Brief) -> tuple[PolicyPrompt | None, Any]:
        """The prompt with as many claims as the model can read: its tokenizer may cut unknown words small."""
        prompt = policy_prompt(brief, self._rules, least_voices=self._least_voices)
        while prompt is not None:
            batch = self._tokenizer([prompt.text], return_tensors="pt")
            if batch["input_ids"].shape[1] <= self._max_prompt_tokens:
                return prompt, batch
            prompt = policy_prompt(brief, self._rules, pieces(prompt.text) - 1, self._least_voices)
        return None, None

    def _texts(self, batch: dict[str, torch.Tensor], generator: torch.Generator | None, samples: int) -> list[str]:
        made = generate(
            self._model,
            batch["input_ids"],
            batch["attention_mask"],
            samples=samples,
            max_new_tokens=self._max_new_tokens,
            generator=generator,
        )
        texts = self._tokenizer.batch_decode(made.tokens, skip_special_tokens=True)
        return [text.strip() for text, whole in zip(texts, made.finished.tolist(), strict=True) if whole]

    def _draft(self, brief: Brief, text: str) -> Draft:
        return Draft(
            id=content_id(brief.product.id, self.name, text),
            product_id=brief.product.id,
            aspect=brief.aspect.name if brief.aspect else None,
            style=brief.style,
            text=text,
            writer=self.name,
        )
