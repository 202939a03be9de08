"""Sentence vectors: unit rows, each text once, and the same as a plain mean over tokens."""

import numpy as np
import pytest

from earmark.errors import InvalidInput
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors


class Counting:
    name = "counting"

    def __init__(self):
        self.seen = []

    def embed(self, texts):
        self.seen.extend(texts)
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(len(texts), 2)


def test_every_distinct_text_is_encoded_once():
    counting = Counting()
    once = EachTextOnce(counting)
    once.embed(["a", "bb", "a"])
    np.testing.assert_array_equal(once.embed(["bb", "ccc"]), [[2, 1], [3, 1]])
    assert counting.seen == ["a", "bb", "ccc"]
    assert once.encoded == 3


def test_packaged_vectors_put_a_dog_nearer_to_barking_than_to_rain():
    dog, bark, rain = SentenceVectors().embed(["a dog", "barking", "heavy rain on a roof"])
    assert np.linalg.norm(dog) == pytest.approx(1, abs=1e-5)
    assert dog @ bark > dog @ rain


def test_the_order_and_the_company_of_texts_change_nothing():
    vectors = SentenceVectors(batch_size=2)
    texts = ["short", "a much longer sentence about a siren in the distance", "mid length words"]
    np.testing.assert_allclose(vectors.embed(texts)[::-1], vectors.embed(texts[::-1]), atol=1e-5)


def test_a_folder_that_holds_no_encoder_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="holds no sentence encoder"):
        SentenceVectors(str(tmp_path))
