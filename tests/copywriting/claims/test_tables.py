"""Every row of the claim reader's tables has sentences for and against it."""

import pytest

from earmark.copywriting.claims.claim import Claim
from earmark.copywriting.claims.extraction import read_sentence
from earmark.copywriting.claims.tables import Concept, ContextRow, concepts, context_rows
from earmark.copywriting.parsing.pipeline import parse
from earmark.copywriting.reviews import Sentence

GOODS, WORN = frozenset({"bag", "mug", "kettle", "vacuum"}), frozenset({"shoe"})


def claims_of(text: str, own: frozenset[str] = GOODS) -> list[Claim]:
    (doc,) = parse([text])
    return read_sentence(Sentence(review_id="r", start=0, end=len(text), text=text), doc, own)


def counted(text: str, concept: Concept) -> list[Claim]:
    """Claims that count as a voice for a fact of the concept."""
    worded = {1: concept.positive, -1: concept.negative}
    claims = [claim for claim in claims_of(text, WORN if concept.worn else GOODS) if claim.concept == concept.name]
    return [claim for claim in claims if not claim.contexts and worded[claim.polarity]]


@pytest.mark.parametrize("concept", concepts(), ids=lambda concept: concept.name)
def test_a_concept_is_read_in_the_sentences_that_state_it(concept: Concept):
    for sentence in concept.states:
        assert counted(sentence, concept), sentence


@pytest.mark.parametrize("concept", concepts(), ids=lambda concept: concept.name)
def test_a_concept_is_not_praised_in_the_sentences_that_do_not_state_it(concept: Concept):
    for sentence in concept.other:
        praised = [claim for claim in counted(sentence, concept) if claim.polarity > 0 or not concept.positive]
        assert not praised, (sentence, praised)


@pytest.mark.parametrize("row", context_rows(), ids=lambda row: f"{row.category}: {row.states}")
def test_a_context_holds_for_its_sentence_and_not_for_the_other(row: ContextRow):
    def contexts(marked: str) -> set[str]:
        text = marked.replace("*", "")
        start = marked.index("*")
        return {name for claim in claims_of(text) if claim.start <= start < claim.end for name in claim.contexts}

    assert row.category in contexts(row.states)
    assert row.category not in contexts(row.other)
