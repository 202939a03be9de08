"""Tiny encoder-decoders: right in every part, too small to write anything."""

from pathlib import Path

import numpy as np
import pytest
import torch

from earmark.copywriting.reviews import Product
from earmark.copywriting.training.small_bart import SmallBartConfig, new_small_bart
from earmark.copywriting.writers.drafts import Brief, Style

TEXTS = [
    "The staff were friendly and the bread was fresh.",
    "Guests praise the quiet room and the soft bed.",
    "A sturdy handle, an easy lid, a fair price.",
    "Many say that the soup was hot and the portions large.",
] * 4


@pytest.fixture(scope="session")
def tiny_bart(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-bart")
    new_small_bart(folder, TEXTS, SmallBartConfig(vocabulary=300, width=32, layers=2, heads=2, positions=160))
    return folder


@pytest.fixture(scope="session")
def tiny_t5(tmp_path_factory, tiny_bart) -> Path:
    from transformers import AutoTokenizer, T5Config, T5ForConditionalGeneration

    folder = tmp_path_factory.mktemp("tiny-t5")
    tokenizer = AutoTokenizer.from_pretrained(tiny_bart)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2,
        initializer_factor=0.2, pad_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def brief() -> Brief:
    return Brief(product=Product(id="p"), aspect=None, style=Style(), summaries=(), reviews=5)


class Words:
    """A text is the set of its words, each at a place of its own."""

    name = "words"

    def embed(self, texts):
        rows = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, sum(map(ord, word.strip(".,?"))) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="session")
def words():
    return Words()
