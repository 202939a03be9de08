"""What may be spent on a model, and what has been: stage by stage and prompt by prompt."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from earmark.errors import BudgetSpent, InvalidInput
from earmark.language.model import LanguageModel, Prompt, Reply, Usage


@dataclass(frozen=True)
class BudgetConfig:
    """What may be spent; ``None`` is no limit. No price is built in: prices change and are the user's to say."""

    max_requests: int | None = None
    """Requests sent at most; answers from the cache are free."""
    max_tokens: int | None = None
    """Prompt and reply tokens after which nothing more is asked, as the server counts; replies under way still come."""
    max_cost: float | None = None
    """Money after which nothing more is asked, in the unit of the two prices; replies under way still come."""
    prompt_price: float = 0.0
    """Price of a million prompt tokens."""
    reply_price: float = 0.0
    """Price of a million reply tokens."""


class Purpose(NamedTuple):
    """What something was spent on."""

    stage: str
    prompt: str
    version: str
    prompt_hash: str | None


class Budget:
    """Counts what is spent, from any thread, and refuses what is too much.

    Args:
        config: the limits.

    Raises:
        InvalidInput: a cost limit without a price, which could never be reached.
    """

    def __init__(self, config: BudgetConfig | None = None) -> None:
        self.config = config or BudgetConfig()
        if self.config.max_cost is not None and not self._is_priced:
            raise InvalidInput("--max-cost needs --prompt-price or --reply-price: no prices are built in.")
        self._lock = threading.Lock()
        self._stage = ""
        self._ledger: dict[Purpose, Usage] = {}
        # Counted apart, as plain numbers: a hit takes microseconds.
        self._hits: dict[tuple[str, str, str, str | None], int] = defaultdict(int)

    @property
    def _is_priced(self) -> bool:
        return bool(self.config.prompt_price or self.config.reply_price)

    @property
    def spent(self) -> Usage:
        """What has been spent so far, over every stage."""
        return sum(self.ledger().values(), Usage())

    def ledger(self) -> dict[Purpose, Usage]:
        """What has been spent so far, by stage and prompt, in the order in which they were first asked."""
        with self._lock:
            rows = dict.fromkeys((*self._ledger, *map(Purpose._make, self._hits)))
            return {row: self._ledger.get(row, Usage()) + Usage(from_cache=self._hits.get(row, 0)) for row in rows}

    def cost(self, usage: Usage) -> float | None:
        """Money that a usage comes to by the user's prices; ``None`` without prices."""
        if not self._is_priced:
            return None
        prices = self.config
        return (usage.prompt_tokens * prices.prompt_price + usage.reply_tokens * prices.reply_price) / 1e6

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """Book what is asked inside under the name of a stage of the run, whichever thread asks."""
        outer, self._stage = self._stage, stage
        try:
            yield
        finally:
            self._stage = outer

    def begin_request(self, prompt: Prompt) -> None:
        """Take one request from the budget.

        Raises:
            BudgetSpent: a limit is reached. Requests already under way may still add a little to tokens and cost.
        """
        limit = self.config
        with self._lock:
            spent = sum(self._ledger.values(), Usage())
            tokens, cost = spent.prompt_tokens + spent.reply_tokens, self.cost(spent)
            if limit.max_requests is not None and spent.requests >= limit.max_requests:
                raise BudgetSpent(f"the budget of {limit.max_requests} requests is spent; what is done is kept.")
            if limit.max_tokens is not None and tokens >= limit.max_tokens:
                raise BudgetSpent(f"the budget of {limit.max_tokens} tokens is spent; what is done is kept.")
            if limit.max_cost is not None and cost is not None and cost >= limit.max_cost:
                raise BudgetSpent(f"the budget of {limit.max_cost:g} is spent; what is done is kept.")
            self._book(prompt, Usage(requests=1))

    def add_tokens(self, prompt: Prompt, usage: Usage) -> None:
        """Count the tokens of a request that was begun."""
        with self._lock:
            self._book(prompt, usage.model_copy(update={"requests": 0}))

    def add_hit(self, prompt: Prompt) -> None:
        """Count a question that the cache answered."""
        with self._lock:
            self._hits[self._stage, prompt.name, prompt.version, prompt.file_hash] += 1

    def _book(self, prompt: Prompt, usage: Usage) -> None:
        purpose = Purpose(self._stage, prompt.name, prompt.version, prompt.file_hash)
        self._ledger[purpose] = self._ledger.get(purpose, Usage()) + usage


@runtime_checkable
class Counting(LanguageModel, Protocol):
    """A language model that books what it costs."""

    @property
    def budget(self) -> Budget:
        """Where it books, and what limits it."""


class Counted:
    """Makes a model that does not book what it costs do so: a script, or a model of the user's own.

    Args:
        model: who answers.
        budget: what may be spent.
    """

    def __init__(self, model: LanguageModel, budget: Budget | None = None) -> None:
        self._model = model
        self.budget = budget or Budget()

    @property
    def name(self) -> str:
        """The name of the model underneath."""
        return self._model.name

    def reply(self, prompt: Prompt) -> Reply:
        """Answer within the budget.

        Raises:
            BudgetSpent: nothing more may be spent.
        """
        self.budget.begin_request(prompt)
        reply = self._model.reply(prompt)
        self.budget.add_tokens(prompt, reply.usage)
        return reply


def counted(model: LanguageModel) -> Counting:
    """The model itself where it books what it costs, else one that does."""
    return model if isinstance(model, Counting) else Counted(model)
