"""Encoder-decoder models for the trainer: sampling that remembers its log-probabilities, and scoring that agrees.

Traps that the tests hold shut: BART's end token is also its decoder start, so a mask counts positions and never
compares tokens with the start; dropout stays off; log-probabilities are kept while generating and are the very numbers
that teacher forcing gives.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from earmark.weights.folder import find_folder
from earmark.weights.opening import open_weights, open_words


def load_seq2seq(folder: Path | str) -> tuple[Any, Any]:
    """A transformers encoder-decoder in single precision, dropout off, and its tokenizer.

    Raises:
        InvalidInput: the folder or hub id holds no such model.
    """
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    kind = "encoder-decoder model"
    looked_at = find_folder(folder, kind)
    tokenizer = open_words(AutoTokenizer, looked_at, kind)
    model, _ = open_weights(AutoModelForSeq2SeqLM, looked_at, kind, dtype=torch.float32)
    return model.eval(), tokenizer


@dataclass(frozen=True)
class Generated:
    """Texts as they were sampled; every tensor is (text, token) and padded on the right."""

    tokens: Tensor
    mask: Tensor
    """True up to and including the end token; nothing after it is ever looked at."""
    log_probs: Tensor
    """Of each token as sampled, under the model that sampled it; 0 where masked."""
    entropy: Tensor
    values: Tensor | None
    """What the value head expected before each token."""
    finished: Tensor
    """(text,): whether an end token came in time."""


@torch.no_grad()
def generate(
    model: Any,
    prompts: Tensor,
    prompt_mask: Tensor,
    *,
    samples: int,
    max_new_tokens: int,
    generator: torch.Generator | None,
    value_head: nn.Module | None = None,
) -> Generated:
    """Sample texts with a key-value cache, remembering the log-probability of every token.

    Written out instead of calling ``model.generate``, whose processors (forced tokens, banned repetitions) change the
    distribution that is sampled from but not the one that is scored.

    Args:
        model: any transformers encoder-decoder, in evaluation mode.
        prompts: (prompt, token) ids, padded on the right.
        prompt_mask: (prompt, token), 1 where there is a token.
        samples: texts a prompt; rows of one prompt stand together.
        max_new_tokens: where texts end at the latest.
        generator: where chance comes from; ``None`` takes the likeliest token each time.
        value_head: read along the way where given.
    """
    encoded, mask = _encode(model, prompts, prompt_mask, samples)
    ends = _end_token(model)
    rows = len(mask)
    newest = torch.full((rows, 1), model.config.decoder_start_token_id, dtype=torch.long)
    alive = torch.ones(rows, dtype=torch.bool)
    columns: dict[str, list[Tensor]] = {"tokens": [], "mask": [], "log_probs": [], "entropy": [], "values": []}
    cache = None
    for _ in range(max_new_tokens):
        out = model(
            encoder_outputs=encoded,
            attention_mask=mask,
            decoder_input_ids=newest,
            past_key_values=cache,
            use_cache=True,
            output_hidden_states=value_head is not None,
        )
        cache = out.past_key_values
        log_probs = torch.log_softmax(out.logits[:, -1].float(), -1)
        if generator is None:
            newest = log_probs.argmax(-1, keepdim=True)
        else:
            newest = torch.multinomial(log_probs.exp(), 1, generator=generator)
        chosen = log_probs.gather(1, newest).squeeze(1)
        columns["tokens"].append(torch.where(alive, newest.squeeze(1), model.config.pad_token_id))
        columns["mask"].append(alive)
        columns["log_probs"].append(chosen * alive)
        columns["entropy"].append(-(log_probs.exp() * log_probs).sum(-1) * alive)
        if value_head is not None:
            columns["values"].append(value_head(out.decoder_hidden_states[-1][:, -1]).squeeze(-1) * alive)
        alive = alive & (newest.squeeze(1) != ends)
        if not alive.any():
            break
    stacked = {name: torch.stack(column, 1) for name, column in columns.items() if column}
    return Generated(
        tokens=stacked["tokens"],
        mask=stacked["mask"],
        log_probs=stacked["log_probs"],
        entropy=stacked["entropy"],
        values=stacked.get("values"),
        finished=~alive,
    )


def teacher_forced(
    model: Any,
    prompts: Tensor,
    prompt_mask: Tensor,
    tokens: Tensor,
    mask: Tensor,
    value_head: nn.Module | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Log-probabilities of given texts in one pass, and values where there is a head; both (text, token), 0 if masked.

    Args:
        model: any transformers encoder-decoder.
        prompts: (prompt, token).
        prompt_mask: (prompt, token).
        tokens: (prompt * samples, token), rows of one prompt together.
        mask: of the tokens, by position.
        value_head: reads the decoder's last state; its gradient stops there.
    """
    encoded, encoder_mask = _encode(model, prompts, prompt_mask, len(tokens) // len(prompts))
    start = torch.full((len(tokens), 1), model.config.decoder_start_token_id, dtype=torch.long)
    out = model(
        encoder_outputs=encoded,
        attention_mask=encoder_mask,
        decoder_input_ids=torch.cat([start, tokens[:, :-1]], 1),
        use_cache=False,
        output_hidden_states=value_head is not None,
    )
    logits = out.logits.float()
    chosen = logits.gather(2, tokens.unsqueeze(2)).squeeze(2) - torch.logsumexp(logits, -1)
    values = None
    if value_head is not None:
        values = value_head(out.decoder_hidden_states[-1].detach()).squeeze(-1) * mask
    return torch.where(mask, chosen, 0.0), values


def _encode(model: Any, prompts: Tensor, prompt_mask: Tensor, samples: int) -> tuple[Any, Tensor]:
    """Encode each prompt once and repeat what came out, one row a sample."""
    encoded = model.get_encoder()(input_ids=prompts, attention_mask=prompt_mask)
    encoded.last_hidden_state = encoded.last_hidden_state.repeat_interleave(samples, 0)
    return encoded, prompt_mask.repeat_interleave(samples, 0)


def _end_token(model: Any) -> int:
    end = model.config.eos_token_id
    return int(end[0] if isinstance(end, list) else end)
