"""Summaries by a model and aspects found in reviews stand in for our own, under the same validation and receipts."""

import json

import numpy as np
import pytest

from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.recipe import write_one
from earmark.copywriting.reviews import Product, Review, sift_product
from earmark.errors import InvalidInput
from earmark.language.providers.scripted import Scripted

pytest.importorskip("HanTa")
pytest.importorskip("vaderSentiment")

TEXTS = (
    "We loved the tacos and the crust was thin and crisp. The host seated us at once.",
    "I loved the tacos, with a thin and crisp crust. The host seated us at once.",
    "Great tacos, we loved them, and a crisp crust.",
)


def product(texts=TEXTS):
    reviews = [
        Review(id=f"p:{number}", product_id="p", uri=f"f:{number}", text=text) for number, text in enumerate(texts)
    ]
    return sift_product(Product(id="p", name="Diner"), reviews)


def said(target, descriptor, *support):
    quotes = [{"review": number, "quote": quote} for number, quote in support]
    return {"target": target, "descriptor": descriptor, "polarity": "praise", "support": quotes, "against": []}


def answering(**by_side):
    """A model that claims something of the sides that are named."""
    return Scripted(lambda prompt: json.dumps({"claims": by_side.get(prompt.data[0].text.split("\n")[0], [])}))


def test_what_a_model_reads_is_written_with_the_spans_that_bear_it_out():
    crust = said("crust", "thin and crisp", (1, "the crust was thin and crisp"), (2, "a thin and crisp crust"))
    copy = write_one(product(), CopyConfig(), Parts(model=answering(food=[crust]), summarise_by="model"))
    assert copy.refusal is None
    spans = [piece.excerpt for sentence in copy.sentences for piece in sentence.evidence]
    texts = {f"p:{number}": text for number, text in enumerate(TEXTS)}
    carried = [span for span in spans if span.source_id in texts]
    assert carried
    for span in carried:
        assert texts[span.source_id][int(span.start) : int(span.end)] == span.text
    assert "tacos" not in copy.text


def test_what_no_review_says_is_not_written_and_the_seller_is_told():
    invented = said("terrace", "award-winning", (1, "The terrace won an award."), (2, "an award-winning terrace"))
    copy = write_one(product(), CopyConfig(), Parts(model=answering(atmosphere=[invented]), summarise_by="model"))
    assert copy.text == ""
    assert any("not believed" in note and note.endswith(": 2") for note in copy.notes)


def test_words_from_which_no_sentence_can_be_built_are_left_out():
    host = said("host", "seated us at once", *[(number, "The host seated us at once") for number in (1, 2)])
    copy = write_one(product(), CopyConfig(), Parts(model=answering(service=[host]), summarise_by="model"))
    assert "seated" not in copy.text
    assert any("no sentence can be built" in note for note in copy.notes)


def test_where_the_model_is_of_no_use_our_own_reader_stands_in_and_says_so():
    copy = write_one(product(), CopyConfig(), Parts(model=Scripted(lambda _: "No."), summarise_by="model"))
    assert copy.text == write_one(product(), CopyConfig(), Parts()).text
    assert any(note.startswith("food was read by rules: scripted gave no usable reply twice") for note in copy.notes)


def test_one_aspect_is_one_question():
    model = answering()
    write_one(product(), CopyConfig(aspect="food"), Parts(model=model, summarise_by="model"))
    assert len(model.asked) == 1


class TwoDirections:
    """What is about ropes, and everything else."""

    name = "two directions"

    def embed(self, texts):
        rows = [[1.0, 0.0] if "rope" in text else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), 2)


def test_aspects_found_in_the_reviews_are_told_and_can_be_asked_for():
    texts = [f"The rope is beautiful, said {name}. A nice saddle." for name in ("Ann", "Bo", "Cy", "Di")]
    parts = Parts(embedder=TwoDirections(), discover=True)
    copy = write_one(product(texts), CopyConfig(aspect="rope"), parts)
    assert "rope" in copy.text
    assert any(note.startswith("aspects found in the reviews: rope") for note in copy.notes)
    unknown = write_one(product(texts), CopyConfig(aspect="sail"), parts)
    assert "no review mentions 'sail'" in unknown.refusal


def test_aspects_are_found_with_vectors_only_and_summaries_with_a_model_only():
    with pytest.raises(InvalidInput, match="--vectors"):
        write_one(product(), CopyConfig(), Parts(discover=True))
    with pytest.raises(InvalidInput, match="--model"):
        write_one(product(), CopyConfig(), Parts(summarise_by="model"))
