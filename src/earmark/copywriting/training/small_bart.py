"""A small stock BART with a byte-level BPE of its own: untrained, ready for its first lessons.

Stock means that transformers loads it with ``AutoModelForSeq2SeqLM`` and knows nothing of earmark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from earmark.copywriting.writers.placeholders import PLACEHOLDERS
from earmark.copywriting.writers.policy_prompt import CONTROLS
from earmark.runs.files import whole_folder


@dataclass(frozen=True)
class SmallBartConfig:
    """Sizes of the model."""

    vocabulary: int = 2000
    """Pieces of the byte-level BPE, special ones and placeholders included."""
    width: int = 160
    """Of every state."""
    layers: int = 3
    """In the encoder and as many in the decoder."""
    heads: int = 4
    """Of every attention."""
    positions: int = 160
    """Longest prompt or copy in tokens."""
    first_spread: float = 0.08
    """Standard deviation of the first weights. BART's own 0.02 suits widths near 1024; a narrow model that starts so
    flat learns to speak and never to look at its prompt."""
    dropout: float = 0.1
    """While it learns; reinforcement learning keeps it off."""
    seed: int = 0
    """Of the first weights."""


def new_small_bart(folder: Path, texts: Iterable[str], config: SmallBartConfig) -> int:
    """Write an untrained model and its tokenizer into a folder.

    Args:
        folder: receives a plain transformers folder.
        texts: what the pieces are learned from: prompts and copy of the training part.
        config: sizes.

    Returns:
        How many parameters it has.
    """
    from tokenizers import AddedToken, ByteLevelBPETokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    Tokenizer: Any = PreTrainedTokenizerFast

    pieces = ByteLevelBPETokenizer(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    own = [*PLACEHOLDERS, *CONTROLS]
    size = max(config.vocabulary - len(own), 256 + len(special))
    pieces.train_from_iterator(texts, vocab_size=size, min_frequency=2, special_tokens=special, show_progress=False)
    pieces.add_tokens([AddedToken(piece, normalized=False) for piece in own])
    # As in BART: <s> text </s>; spelled out because stock RoBERTa processing trims offsets and adds nothing here.
    pieces._tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names: Any = {
        f"{name}_token": piece for name, piece in zip(("bos", "pad", "eos", "unk", "mask"), special, strict=True)
    }
    tokenizer: Any = Tokenizer(
        tokenizer_object=pieces._tokenizer,
        model_max_length=config.positions,
        clean_up_tokenization_spaces=False,
        **names,
    )
    torch.manual_seed(config.seed)
    model = BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(tokenizer),
            d_model=config.width,
            encoder_layers=config.layers,
            decoder_layers=config.layers,
            encoder_attention_heads=config.heads,
            decoder_attention_heads=config.heads,
            encoder_ffn_dim=4 * config.width,
            decoder_ffn_dim=4 * config.width,
            max_position_embeddings=config.positions,
            init_std=config.first_spread,
            dropout=config.dropout,
            activation_dropout=0.0,
            attention_dropout=0.0,
            pad_token_id=1,
            bos_token_id=0,
            eos_token_id=2,
            decoder_start_token_id=2,
            forced_eos_token_id=None,
        )
    )
    with whole_folder(folder) as unfinished:
        model.save_pretrained(unfinished)
        tokenizer.save_pretrained(unfinished)
    return int(sum(parameter.numel() for parameter in model.parameters()))
