"""What teaches a policy: grounded, split by product, with nothing of the test part in training; then the lessons."""

import re

import pytest

from earmark.copywriting.training.corpus import (
    PARTS,
    CorpusConfig,
    assert_unseen,
    load_pairs,
    make_corpus,
    save_corpus,
    told,
)
from earmark.copywriting.training.encoder_decoder import load_seq2seq
from earmark.copywriting.training.finetune import FinetuneConfig, finetune
from earmark.copywriting.training.sample_briefs import brief_of, sample_briefs
from earmark.copywriting.training.small_bart import SmallBartConfig, new_small_bart
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Draft
from earmark.copywriting.writers.placeholders import fill, unfilled
from earmark.copywriting.writers.policy import PolicyWriter
from earmark.copywriting.writers.policy_prompt import MOST_PIECES, pieces, policy_prompt
from earmark.errors import InvalidInput, NotEnoughEvidence
from earmark.samples.reviews import make_products

CONFIG = CorpusConfig(shares=(0.6, 0.2, 0.2))
PRODUCTS = list(make_products(60, 0))


def briefs(each=2):
    return [brief for _, brief in sample_briefs(PRODUCTS, 1, each=each)]


@pytest.fixture(scope="module")
def corpus():
    return make_corpus(briefs(), Composer(), CONFIG)


def test_no_product_stands_in_two_parts(corpus):
    ids = [{pair.product_id for pair in corpus.part(part)} for part in PARTS]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]
    assert not ids[1] & ids[2]


def test_no_name_or_dish_of_a_test_product_stands_in_training(corpus):
    trained = " ".join(f"{pair.prompt} {pair.target}" for pair in corpus.part("train"))
    tested = {pair.product_id for pair in corpus.part("test")}
    unseen = [name for p in PRODUCTS if p.id in tested for name in (p.name, *p.dishes)]
    assert len(unseen) > 5
    assert not [name for name in unseen if name in trained]


def test_a_leak_is_found(corpus):
    leaked = corpus.part("test")[0]
    train = corpus.part("train")[0]
    name = leaked.values["<name>"]
    planted = train.model_copy(update={"target": f"Come to {name}."})
    with pytest.raises(InvalidInput, match="stands in a training text"):
        assert_unseen(corpus.model_copy(update={"pairs": (planted, leaked)}))
    moved = leaked.model_copy(update={"part": "train", "id": "x"})
    with pytest.raises(InvalidInput, match="both sides"):
        assert_unseen(corpus.model_copy(update={"pairs": (moved, leaked)}))


def test_copy_comes_back_from_its_placeholders(corpus):
    for pair in corpus.pairs:
        assert fill(pair.target, pair.values).lower() == pair.copy_text.lower()
        assert not re.search(r"\d", re.sub(r"<[a-z]+\d*>", "", pair.target))


def test_every_prompt_fits_and_begins_with_its_style(corpus):
    for pair in corpus.pairs:
        assert pair.prompt.startswith(f"<{pair.tone}><{pair.length}><{pair.channel}>")
        assert pieces(pair.prompt) <= MOST_PIECES
        assert 1 <= pair.claims <= pair.offered


def test_what_does_not_fit_is_left_out_whole_and_counted():
    product = max(PRODUCTS, key=lambda product: sum(fact.polarity == "praise" for fact in product.facts))
    brief = brief_of(product, briefs()[0].style)
    whole, short = policy_prompt(brief), policy_prompt(brief, most_pieces=25)
    assert len(short.claims) < short.offered == whole.offered
    assert pieces(short.text) <= 25
    assert short.text.split(": ", 1)[1] in whole.text
    assert policy_prompt(brief, most_pieces=3) is None


class Liar:
    name = "liar"

    def write(self, brief, drafts, seed):
        made_up = "The helipad is spacious. Come and see."
        return [Draft(id="x", product_id=brief.product.id, aspect=None, style=brief.style, text=made_up, writer="liar")]


def test_copy_that_nothing_carries_teaches_nothing_unless_the_filter_is_off():
    with pytest.raises(NotEnoughEvidence, match="nothing carries"):
        make_corpus(briefs(), Liar(), CONFIG)
    unfiltered = make_corpus(briefs(), Liar(), CorpusConfig(shares=CONFIG.shares, filtered=False))
    assert {pair.writer for pair in unfiltered.pairs} == {"liar"}


def test_what_one_guest_says_stays_out_of_a_prompt_for_two():
    product = max(PRODUCTS, key=lambda product: sum(fact.supporting == 1 for fact in product.facts))
    brief = brief_of(product, briefs()[0].style)
    every, shared = policy_prompt(brief), policy_prompt(brief, least_voices=2)
    assert min(claim.supporting for claim in every.claims) == 1
    assert shared.claims == tuple(claim for claim in every.claims if claim.supporting > 1)


class Said:
    """Writes one text whatever the brief."""

    name = "said"

    def __init__(self, text):
        self.text = text

    def write(self, brief, drafts, seed):
        return [
            Draft(id="d", product_id=brief.product.id, aspect=None, style=brief.style, text=self.text, writer=self.name)
        ]


def test_a_count_that_the_prompt_does_not_hold_is_no_lesson_unless_the_filter_is_off():
    text = "All guests come back, and all buyers too."
    with pytest.raises(NotEnoughEvidence, match="counts voices that the prompt does not hold"):
        make_corpus(briefs(), Said(text), CONFIG)
    unfiltered = make_corpus(briefs(), Said(text), CorpusConfig(shares=CONFIG.shares, filtered=False))
    assert {pair.target for pair in unfiltered.pairs} == {text}


def test_a_writer_is_told_the_praise_that_the_prompt_holds_and_no_other():
    product = max(PRODUCTS, key=lambda product: sum(fact.polarity == "praise" for fact in product.facts))
    brief = brief_of(product, briefs()[0].style)
    short = policy_prompt(brief, most_pieces=25)
    praised = [c.claim.id for s in told(brief, short).summaries for c in s.claims if c.polarity == "praise"]
    assert sorted(praised) == sorted(claim.claim.id for claim in short.claims)
    blamed = [c for s in brief.summaries for c in s.claims if c.polarity == "complaint"]
    assert [c for s in told(brief, short).summaries for c in s.claims if c.polarity == "complaint"] == blamed


def test_datasets_loads_what_was_saved(corpus, tmp_path):
    from datasets import load_dataset

    save_corpus(corpus, tmp_path / "corpus", CONFIG, "sample reviews")
    loaded = load_dataset(str(tmp_path / "corpus"), cache_dir=str(tmp_path / "cache"))
    assert {part: len(loaded[part]) for part in PARTS} == {part: len(corpus.part(part)) for part in PARTS}
    assert loaded["train"][0]["prompt"] == corpus.part("train")[0].prompt
    assert load_pairs(tmp_path / "corpus", "test") == list(corpus.part("test"))
    card = (tmp_path / "corpus" / "README.md").read_text()
    assert "sample reviews" in card
    assert "composer" in card
    with pytest.raises(InvalidInput, match="holds no corpus"):
        load_pairs(tmp_path, "train")


@pytest.fixture(scope="module")
def lesson(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lesson")
    save_corpus(corpus, folder / "corpus", CONFIG, "sample reviews")
    texts = [text for pair in corpus.part("train") for text in (pair.prompt, pair.target)]
    new_small_bart(folder / "start", texts, SmallBartConfig(vocabulary=900, width=32, layers=1, heads=2))
    return folder


SHORT = FinetuneConfig(epochs=2, batch=16, validate_every=5, learning_rate=3e-3)


def test_lessons_lower_the_validation_loss_and_leave_a_plain_model(lesson, tmp_path):
    done = finetune(lesson / "start", lesson / "corpus", tmp_path / "out", SHORT)
    losses = [row["validation_loss"] for row in done.curves if "validation_loss" in row]
    assert done.best_validation_loss == min(losses) < losses[0]
    load_seq2seq(done.folder)
    assert not (tmp_path / "out" / "checkpoints").exists()
    assert finetune(lesson / "start", lesson / "corpus", tmp_path / "out", SHORT) == done


def test_killed_lessons_resume_to_the_same_losses(lesson, tmp_path):
    whole = finetune(lesson / "start", lesson / "corpus", tmp_path / "whole", SHORT)

    class Killed(Exception):
        pass

    def kill(stage, done, total):
        if done >= 8:
            raise Killed

    with pytest.raises(Killed):
        finetune(lesson / "start", lesson / "corpus", tmp_path / "killed", SHORT, kill)
    again = finetune(lesson / "start", lesson / "corpus", tmp_path / "killed", SHORT)
    assert again.steps == whole.steps
    assert again.curves == whole.curves


def test_a_stock_model_learns_the_placeholders_as_single_pieces(lesson, tiny_t5, tmp_path):
    config = FinetuneConfig(epochs=0.1, validate_every=2, max_prompt_tokens=600, max_copy_tokens=600)
    done = finetune(tiny_t5, lesson / "corpus", tmp_path / "out", config)
    _, tokenizer = load_seq2seq(done.folder)
    assert tokenizer.tokenize("<thing1>") == ["<thing1>"]


def test_a_text_that_is_too_long_is_refused(lesson, tmp_path):
    with pytest.raises(InvalidInput, match=r"prompt and .* copy tokens, where 5"):
        finetune(lesson / "start", lesson / "corpus", tmp_path, FinetuneConfig(max_prompt_tokens=5))


def test_the_policy_writes_the_same_drafts_for_the_same_seed_and_none_with_open_placeholders(lesson):
    writer = PolicyWriter(lesson / "start", max_new_tokens=60)
    brief = next(brief for brief in briefs() if policy_prompt(brief))
    drafts = writer.write(brief, 3, seed=4)
    assert drafts == writer.write(brief, 3, seed=4)
    assert len({draft.text for draft in drafts}) == len(drafts) <= 3
    assert not [draft for draft in drafts if unfilled(draft.text)]


def test_evidence_that_a_small_tokenizer_cuts_too_fine_is_left_out_whole(tiny_bart):
    product = max(PRODUCTS, key=lambda product: sum(fact.polarity == "praise" for fact in product.facts))
    brief = brief_of(product, briefs()[0].style)
    for most in (160, 40, 3):
        prompt, batch = PolicyWriter(tiny_bart, max_prompt_tokens=most)._prompt(brief)
        assert (prompt is None) == (most == 3)
        if prompt:
            assert batch["input_ids"].shape[1] <= most
            assert (len(prompt.claims) < prompt.offered) == (most == 40)


def test_the_policy_writes_nothing_where_nothing_may_be_praised(lesson):
    disliked = brief_of(PRODUCTS[0], briefs()[0].style).model_copy(update={"summaries": ()})
    assert PolicyWriter(lesson / "start").write(disliked, 2, 0) == []
