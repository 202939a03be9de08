"""The one threshold of calibration: captions that mean the same lie above it, others below."""

import pytest

from earmark.dissection.describing.calibration import ALSO_SAID, calibrate
from earmark.language.providers.minilm import SentenceVectors

SAME = [
    ("a dog barking", "dogs bark loudly"),
    ("heavy rain falling", "rain pouring down"),
    ("a church bell ringing", "bells ring in a church tower"),
    ("an engine idling", "an idling car engine"),
    ("a crying baby", "a baby cries"),
    ("waves on a beach", "sea waves break on the shore"),
]
DIFFERENT = [
    ("a dog barking", "heavy rain falling"),
    ("a dog barking", "a rooster crowing"),
    ("a church bell ringing", "an engine idling"),
    ("a crying baby", "waves on a beach"),
    ("a helicopter overhead", "a clock ticking"),
    ("a chainsaw", "a fire crackling"),
]


@pytest.fixture(scope="module")
def embedder():
    return SentenceVectors()


@pytest.mark.parametrize(("strong", "weak"), SAME)
def test_what_the_weak_side_says_in_other_words_is_withheld(strong, weak, embedder):
    assert calibrate([strong], [weak], embedder) == ((), (strong,))


@pytest.mark.parametrize(("strong", "weak"), DIFFERENT)
def test_what_the_weak_side_does_not_say_is_kept(strong, weak, embedder):
    assert calibrate([strong], [weak], embedder) == ((strong,), ())


def test_a_sentence_goes_exactly_at_the_threshold():
    class Angle:
        name = "angle"

        def embed(self, texts):
            import numpy as np

            return np.array([[float(text), (1 - float(text) ** 2) ** 0.5] for text in texts])

    assert calibrate([str(ALSO_SAID)], ["1"], Angle()) == ((), (str(ALSO_SAID),))
    assert calibrate(["0.59"], ["1"], Angle()) == (("0.59",), ())
