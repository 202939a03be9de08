"""The published procedure in benchmarks/ does what the paper says, and nothing more."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def published():
    spec = importlib.util.spec_from_file_location("published", BENCHMARKS / "published.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["published"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["published"]


class ByFirstLetter:
    name = "first letter"

    def embed(self, texts):
        return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]].reshape(len(texts), 26)


def test_five_clips_at_each_end_are_summarised_and_what_both_share_is_dropped(published):
    activations = np.arange(12.0)[:, None]
    captions = ["rain on leaves"] * 5 + ["traffic"] * 2 + ["dog and rain"] * 5
    (neuron,) = published.dissect_as_published(activations, captions, ByFirstLetter())
    assert neuron.strong == (11, 10, 9, 8, 7)
    assert neuron.weak == (0, 1, 2, 3, 4)
    assert set(neuron.summary) == {"dog", "rain"}
    assert neuron.calibrated == ("dog",)
    assert neuron.open_concepts == ("dog",)


def test_no_sentence_is_paired_with_another_sentences_vector(published):
    """Deleting from a list while walking it skips the sentence after each deleted one; both must go here."""
    kept = published.calibrate_as_published(["apple", "berry", "cherry"], ["avocado", "banana"], ByFirstLetter(), 0.9)
    assert kept == ("cherry",)


def test_clips_without_a_caption_keep_their_place_and_say_nothing(published):
    captions = [None, None, None, "bell", "bell", "wind", "wind", "wind", "wind", "wind"]
    (neuron,) = published.dissect_as_published(-np.arange(10.0)[:, None], captions, ByFirstLetter())
    assert neuron.strong == (0, 1, 2, 3, 4)
    assert neuron.calibrated == ("bell",)


def test_the_writer_is_pluggable(published):
    heard = []

    def writer(captions):
        heard.append(tuple(captions))
        return ("a metallic ringing",) if captions[0] == "k" else ("zebra",)

    captions = list("abcdefghijk")
    (neuron,) = published.dissect_as_published(np.arange(11.0)[:, None], captions, ByFirstLetter(), writer=writer)
    assert heard == [("k", "j", "i", "h", "g"), ("a", "b", "c", "d", "e")]
    assert neuron.calibrated == ("a metallic ringing",)
    assert set(neuron.open_concepts) == {"metallic", "ring"}


def test_the_majority_label_is_that_of_the_five_strongest(published):
    labels = ["cat", "cat", "cat", "dog", "dog", "dog", "cat", "hen"]
    assert published.majority_label(np.arange(8.0)[:, None], labels) == ("dog",)
    assert published.majority_label(np.zeros((8, 1)), [None] * 8) == (None,)
