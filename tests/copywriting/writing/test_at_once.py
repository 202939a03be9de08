"""A language model is asked about several products at once, and nothing else is different."""

import json
import threading
import time

import numpy as np
import pytest

from earmark.copywriting import recipe
from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.copy_run import CopyRequest, copies_of, resume_copy, run_copy
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.model_writer import ModelWriter
from earmark.errors import BudgetSpent, InvalidInput, ModelRefused
from earmark.language.budget import Budget, BudgetConfig, Counted
from earmark.language.cache import Cached, ReplyCache
from earmark.language.providers.personas import persona
from earmark.language.providers.scripted import Scripted
from earmark.runs import RunFolder
from earmark.workers import Threads

DISHES = ("fries", "soup", "bread", "salad", "cake", "coffee", "pizza", "steak", "pasta", "burger", "curry", "rice")
AT_ONCE = 4


@pytest.fixture
def reviews(tmp_path):
    """A product a dish, all of them liked; the rice last."""
    path = tmp_path / "reviews.jsonl"
    rows = [
        {"product": dish, "category": "restaurant", "text": text}
        for dish in DISHES
        for text in (
            f"The {dish} was crisp. The staff was friendly.",
            f"Friendly staff and crisp {dish}. The terrace is quiet.",
            f"I found the staff friendly, the terrace quiet and the {dish} crisp.",
        )
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def dish_of(prompt):
    return next(dish for dish in DISHES if any(dish in message.text for message in prompt.data))


def perfect(prompt):
    return persona("perfect").reply(prompt).text


class Slow:
    """A script that takes a while, the longer the earlier the product stands, and counts who waits together."""

    def __init__(self, answer=perfect):
        self.most = self.now = 0
        self._lock = threading.Lock()
        self.model = Scripted(lambda prompt: self._slowly(prompt, answer), name="slow")

    def _slowly(self, prompt, answer):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.001 * (len(DISHES) - DISHES.index(dish_of(prompt))))
        with self._lock:
            self.now -= 1
        return answer(prompt)


def request_for(path, **more):
    return CopyRequest(reviews=str(path), writer="model", vectors=None, **more)


def written(path, writer=None, workers=None, **parts):
    return list(write_copy(path, CopyConfig(), Parts(writer=writer, **parts), workers=workers))


def tables(run):
    return {file.name: file.read_bytes() for file in (run / "tables").glob("*.parquet")}


def test_as_many_questions_are_under_way_at_once_as_there_are_workers(reviews):
    together = threading.Barrier(AT_ONCE)

    def wait_for_the_others(prompt):
        together.wait(timeout=20)
        return perfect(prompt)

    copies = written(reviews, ModelWriter(Scripted(wait_for_the_others)))
    assert [copy.product_id for copy in copies] == list(DISHES)
    assert all(copy.text for copy in copies)


@pytest.mark.parametrize("summarise_by", ["embedded", "model"])
@pytest.mark.parametrize("count", [1, 2, AT_ONCE])
def test_there_are_never_more_whether_about_products_or_about_their_sides(reviews, summarise_by, count):
    slow = Slow()
    written(reviews, ModelWriter(slow.model), Threads(count), model=slow.model, summarise_by=summarise_by)
    assert slow.most <= count


@pytest.mark.parametrize("summarise_by", ["embedded", "model"])
def test_a_run_has_the_bytes_and_the_costs_of_one_that_asks_one_thing_at_a_time(reviews, tmp_path, summarise_by):
    runs = []
    for count in (1, AT_ONCE):
        runs.append(tmp_path / f"run-{count}")
        request = request_for(reviews, summarise_by=summarise_by)
        made = list(run_copy(runs[-1], request, model=Slow().model, workers=Threads(count)))
        assert [copy.product_id for copy in made] == list(DISHES)
        assert all(copy.text for copy in made)
    assert tables(runs[0]) == tables(runs[1])
    costs = [RunFolder.open(run).manifest.model_use for run in runs]
    assert costs[0] == costs[1]
    assert sum(use.requests for use in costs[0]) >= len(DISHES)


def test_each_product_is_told_its_own_reason_when_the_model_is_of_no_use(reviews):
    useless = DISHES[::2]

    def answer(prompt):
        return f"No {dish_of(prompt)}." if dish_of(prompt) in useless else perfect(prompt)

    copies = written(reviews, ModelWriter(Slow(answer).model))
    assert {copy.product_id for copy in copies if copy.refusal} == set(useless)
    assert all("gave no usable reply twice" in copy.refusal for copy in copies if copy.refusal)


def test_an_error_in_one_product_is_raised_there_and_what_stands_before_it_is_kept(reviews, tmp_path):
    def answer(prompt):
        if dish_of(prompt) == "coffee":
            raise ModelRefused("nobody is there")
        return perfect(prompt)

    with pytest.raises(ModelRefused, match="nobody is there"):
        list(run_copy(tmp_path / "run", request_for(reviews), model=Slow(answer).model))
    assert [copy.product_id for copy in copies_of(tmp_path / "run")] == list(DISHES[: DISHES.index("coffee")])
    list(resume_copy(tmp_path / "run", model=Slow().model))
    list(run_copy(tmp_path / "calm", request_for(reviews), model=Slow().model, workers=Threads(1)))
    assert tables(tmp_path / "run") == tables(tmp_path / "calm")


def test_a_product_that_cannot_be_read_costs_none_of_those_before_it(reviews, monkeypatch):
    read = recipe.read_product

    def stumbling(reviewed, *more):
        if reviewed.product.id == "coffee":
            raise InvalidInput("the coffee cannot be read")
        return read(reviewed, *more)

    monkeypatch.setattr(recipe, "read_product", stumbling)
    made = write_copy(reviews, CopyConfig(), Parts(writer=ModelWriter(Slow().model)))
    before = DISHES[: DISHES.index("coffee")]
    assert [next(made).product_id for _ in before] == list(before)
    with pytest.raises(InvalidInput, match="coffee"):
        next(made)


def test_a_budget_that_runs_out_keeps_what_stands_before_and_no_reply_is_paid_for_twice(reviews, tmp_path):
    slow, cache = Slow(), ReplyCache(tmp_path / "replies.sqlite")

    def model(**limits):
        return Cached(Counted(slow.model, Budget(BudgetConfig(**limits))), cache)

    with pytest.raises(BudgetSpent):
        list(run_copy(tmp_path / "run", request_for(reviews), model=model(max_requests=6)))
    assert len(slow.model.asked) == 6
    kept = [copy.product_id for copy in copies_of(tmp_path / "run")]
    assert kept == list(DISHES[: len(kept)])
    assert len(kept) > 6 - AT_ONCE
    rest = list(resume_copy(tmp_path / "run", model=model()))
    assert [*kept, *(copy.product_id for copy in rest)] == list(DISHES)
    assert len(slow.model.asked) == len(DISHES)
    (cost,) = RunFolder.open(tmp_path / "run").manifest.model_use
    assert (cost.requests, cost.from_cache) == (len(DISHES), 6 - len(kept))


def test_what_is_being_asked_when_a_run_is_left_is_still_booked(reviews, tmp_path):
    slow = Slow()
    made = run_copy(tmp_path / "run", request_for(reviews), model=slow.model)
    next(made)
    made.close()
    (cost,) = RunFolder.open(tmp_path / "run").manifest.model_use
    assert cost.requests == len(slow.model.asked)
    assert slow.now == 0


def test_only_a_window_of_the_products_is_read_ahead(reviews):
    read = []
    parts = Parts(writer=ModelWriter(persona("perfect")))
    made = write_copy(reviews, CopyConfig(), parts, done=lambda product: bool(read.append(product)), workers=Threads(2))
    for number in range(1, len(DISHES) + 1):
        next(made)
        assert len(read) <= number + 2 * 2


def test_writers_and_rewards_of_this_process_are_called_in_the_thread_of_the_caller(reviews):
    threads = set()

    class Watched(Composer):
        def write(self, brief, drafts, seed):
            threads.add(threading.current_thread())
            return super().write(brief, drafts, seed)

    def reward(drafts, briefs):
        threads.add(threading.current_thread())
        return [1.0 for _ in drafts]

    class Vectors:
        name = "vectors"

        def embed(self, texts):
            threads.add(threading.current_thread())
            return np.ones((len(texts), 1), dtype=np.float32)

    more = {"model": Slow().model, "summarise_by": "model", "rewards": {"any": reward}, "embedder": Vectors()}
    assert any(copy.text for copy in written(reviews, Watched(), **more))
    assert threads == {threading.current_thread()}


def test_where_no_model_is_asked_there_are_no_threads_and_nothing_is_read_ahead(reviews, monkeypatch):
    def none(self):
        raise AssertionError("a thread was begun")

    monkeypatch.setattr(threading.Thread, "start", none)
    read = []
    made = write_copy(reviews, CopyConfig(), Parts(), done=lambda product: bool(read.append(product)))
    for number, copy in enumerate(made, start=1):
        assert len(read) == number
        assert copy.text
