"""What is spent is booked where it was spent on: by stage, by prompt, with the hash of the prompt's file."""

import pytest

from earmark.errors import BudgetSpent, InvalidInput
from earmark.language import Message, Prompt, Usage
from earmark.language.budget import Budget, BudgetConfig, Counted
from earmark.language.model import Reply
from earmark.language.prompt_files import load_prompt
from earmark.language.providers.scripted import Scripted
from earmark.language.spending import spending
from earmark.runs import Manifest, RunFolder


class Priced:
    """Every reply costs seven prompt tokens and three reply tokens."""

    name = "priced"

    def reply(self, prompt):
        usage = Usage(requests=1, prompt_tokens=7, reply_tokens=3)
        return Reply(text="fine", model=self.name, usage=usage, finish="stop")


def question(name="q"):
    return Prompt(name=name, version="1", instructions="Say.", data=(Message(label="l", text="x"),))


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(tmp_path / "run", Manifest.begin("copywriting", {}, 0))


def test_a_script_keeps_a_budget_too():
    model = Counted(Scripted(lambda _: "fine"), Budget(BudgetConfig(max_requests=1)))
    model.reply(question())
    with pytest.raises(BudgetSpent, match="1 requests"):
        model.reply(question())


def test_money_is_counted_by_the_users_prices_and_not_without_them():
    model = Counted(Priced(), Budget(BudgetConfig(max_cost=10.0, prompt_price=1e6, reply_price=1e6)))
    model.reply(question())
    assert model.budget.cost(model.budget.spent) == 10.0
    with pytest.raises(BudgetSpent, match="budget of 10 is spent"):
        model.reply(question())
    assert Budget().cost(Usage(prompt_tokens=5)) is None
    with pytest.raises(InvalidInput, match="no prices are built in"):
        Budget(BudgetConfig(max_cost=1.0))


def test_the_manifest_says_what_each_stage_asked_with_each_prompt(run):
    model = Counted(Priced())
    prompt = load_prompt("earmark.language", "check")
    with spending(run, "first", model):
        model.reply(prompt.fill(Message(label="note", text="a")))
        model.reply(prompt.fill(Message(label="note", text="b")))
    with spending(run, "second", model):
        model.reply(question())
    first, second = RunFolder.open(run.path).manifest.model_use
    assert (first.stage, first.prompt, first.prompt_version, first.prompt_hash) == ("first", "check", "1", prompt.hash)
    assert (first.requests, first.prompt_tokens, first.reply_tokens, first.cost) == (2, 14, 6, None)
    assert (second.stage, second.prompt, second.requests, second.prompt_hash) == ("second", "q", 1, None)


def test_sittings_of_a_run_add_up_and_what_was_spent_before_it_does_not_count(run):
    model = Counted(Priced())
    model.reply(question())

    def sitting():
        with spending(run, "write", model) as keep:
            model.reply(question())
            keep()
            model.reply(question())
            raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            sitting()
    (use,) = RunFolder.open(run.path).manifest.model_use
    assert use.requests == 4


def test_a_run_without_a_model_says_nothing(run):
    with spending(run, "write", None):
        pass
    assert RunFolder.open(run.path).manifest.model_use == ()
