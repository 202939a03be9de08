"""Writers side by side: what was not run is never beaten, tampered copy loses veracity, the truth judge knows."""

import pytest

from earmark.copywriting.evaluation.evaluation import (
    EvaluationConfig,
    as_markdown,
    best_of,
    change_number,
    evaluate,
    flip_negation,
)
from earmark.copywriting.evaluation.judging import strengths_without_length
from earmark.copywriting.evaluation.sample_truth import truth_of
from earmark.copywriting.rewards.allure import RuleJudge
from earmark.copywriting.rewards.information import Information
from earmark.copywriting.rewards.veracity import Veracity
from earmark.copywriting.rewards.weigh import WeighConfig
from earmark.copywriting.training.sample_briefs import brief_of, sample_briefs
from earmark.copywriting.writers.baselines import AttributesOnly, Extractive
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.drafts import Draft, Style
from earmark.language.judge import EmbeddedJudge
from earmark.samples.reviews import make_products

PRODUCTS = [product for product in make_products(60, 0) if product.liking == "liked"]
PAIRS = list(sample_briefs(PRODUCTS, 0, each=1))
BRIEFS = [brief for _, brief in PAIRS][:16]


@pytest.fixture(scope="module")
def rewards(words):
    judge = EmbeddedJudge(words, near=0.99, same=0.99)
    return {"veracity": Veracity(judge), "information": Information(words, answers=0.99)}


def said(text, brief):
    return Draft(id=text, product_id=brief.product.id, aspect=None, style=brief.style, text=text, writer="said")


class Inventor:
    name = "inventor"

    def write(self, brief, drafts, seed):
        return [said("The helipad is spacious and the llamas are friendly. Perfect.", brief)]


@pytest.fixture(scope="module")
def evaluation(rewards):
    writers = {
        "composer": Composer(), "extractive": Extractive(), "attributes only": AttributesOnly(),
        "inventor": Inventor(), "a chat model": "no model was given",
    }  # fmt: skip
    measures = {"letters": lambda draft, brief: float(len(draft.text)), "nothing": lambda draft, brief: None}
    config = EvaluationConfig(drafts=1, pairs_each=8)
    return evaluate(BRIEFS, writers, rewards, RuleJudge(), config, measures=measures)


def report(evaluation, name):
    return next(report for report in evaluation.reports if report.writer == name)


def test_what_was_not_run_stands_as_not_run_and_has_no_figure(evaluation):
    absent = report(evaluation, "a chat model")
    assert absent.not_run == "no model was given"
    assert absent.gated_sum is None
    assert absent.strength is None
    assert "| a chat model | not run: no model was given |" in as_markdown(evaluation)


def test_a_measure_of_the_callers_own_stands_beside_the_others(evaluation):
    letters = len("The helipad is spacious and the llamas are friendly. Perfect.")
    assert report(evaluation, "inventor").measured["letters"].mean == letters
    assert set(report(evaluation, "inventor").measured) == {"letters"}
    assert report(evaluation, "a chat model").measured == {}


def test_copy_from_the_reviews_is_faithful_and_invention_is_not(evaluation):
    assert report(evaluation, "composer").veracity.low > report(evaluation, "inventor").veracity.high
    assert report(evaluation, "composer").faithful_sentences > 0.9
    assert report(evaluation, "inventor").faithful_sentences < 0.5
    assert report(evaluation, "composer").coverage > 0.4 > report(evaluation, "inventor").coverage


def test_swapped_reviews_flipped_negations_and_changed_numbers_cost_veracity(evaluation):
    composer = report(evaluation, "composer")
    assert composer.swapped_veracity < composer.veracity.low
    assert composer.negated_veracity < composer.veracity.low
    assert composer.numbered_veracity < composer.veracity.low


def test_the_inventor_is_heard_by_the_canaries_and_the_quoter_copies(evaluation):
    assert any("superlative" in told for told in report(evaluation, "inventor").canaries)
    assert report(evaluation, "inventor").distinct_2 < report(evaluation, "composer").distinct_2
    assert report(evaluation, "extractive").copied > report(evaluation, "composer").copied


def test_strengths_of_the_writers_have_intervals_around_a_mean_of_zero(evaluation):
    strengths = [item.strength for item in evaluation.reports if item.strength]
    assert len(strengths) == 4
    assert sum(item.mean for item in strengths) == pytest.approx(0, abs=1e-6)
    assert all(item.low <= item.mean <= item.high for item in strengths)


def test_strengths_by_hand_with_length_as_the_only_cause():
    from earmark.copywriting.evaluation.judging import Comparison

    met = [Comparison(first=0, second=1, score=1.0, agreed=True), Comparison(first=0, second=1, score=0.0, agreed=True)]
    strengths = strengths_without_length(2, met * 20, [1.0, -1.0] * 20)
    assert abs(strengths[0] - strengths[1]) < 1e-6


def test_tampering_changes_what_is_meant():
    assert flip_negation("The soup is hot.") == "The soup is not hot."
    assert flip_negation("The soup is not hot.") == "The soup is hot."
    assert flip_negation("Hot soup. Come in.") == "It is not true: hot soup. Come in."
    assert change_number("Hot soup. Come in.") == "Hot soup since 1871. Come in."


def test_the_best_of_a_budget_is_the_one_with_the_highest_gated_sum(rewards):
    brief = BRIEFS[0]

    class Two:
        name = "two"

        def write(self, brief, drafts, seed):
            good = Composer().write(brief, 1, 0)[0]
            return [said("The helipad is spacious.", brief), good][:drafts]

    chosen = best_of(Two(), brief, rewards, EvaluationConfig(drafts=2, weighing=WeighConfig()))
    assert "helipad" not in chosen.text
    assert "helipad" in best_of(Two(), brief, rewards, EvaluationConfig(drafts=1)).text


def liked():
    for product in PRODUCTS:
        for fact in product.facts:
            if fact.polarity == "praise" and fact.supporting >= 5 and not fact.contradicting:
                return product, fact
    raise AssertionError


def test_the_truth_knows_what_is_so_and_what_is_not():
    product, fact = liked()
    verb = "are" if fact.target.endswith("s") else "is"
    good = truth_of(f"{product.name}: the {fact.target} {verb} {fact.words[0]}. For you. Come.", product)
    assert (good.statements, good.true, good.faithfulness) == (1, 1, 1.0)
    assert good.coverage > 0
    assert good.allure > 0.7
    assert truth_of(f"The {fact.target} {verb} {fact.words[-1]}.", product).true == 1
    assert truth_of(f"The {fact.target} {verb} {fact.opposites[0]}.", product).faithfulness == 0.0
    assert truth_of(f"Nearly all guests say the escalator is {fact.words[0]}.", product).true == 0
    assert truth_of("Come and see.", product).faithfulness is None


def test_the_truth_counts_voices():
    product, fact = next(
        (product, fact)
        for product in PRODUCTS
        for fact in product.facts
        if fact.polarity == "praise" and 2 <= fact.supporting < 0.3 * product.usable and not fact.contradicting
    )
    assert truth_of(f"Two guests call the {fact.target} {fact.words[0]}.", product).true == 1
    assert truth_of(f"Most guests call the {fact.target} {fact.words[0]}.", product).true == 0


def test_the_truth_agrees_with_the_composer_who_writes_from_it():
    briefs = [(product, brief_of(product, Style())) for product in PRODUCTS[:20]]
    found = [
        truth_of(draft.text, product).faithfulness
        for product, brief in briefs
        for draft in Composer().write(brief, 1, 0)
    ]
    known = [value for value in found if value is not None]
    assert sum(known) / len(known) > 0.9
