"""What may be spent on a model, and what has been."""

import threading
from dataclasses import dataclass

from earmark.errors import BudgetSpent, InvalidInput
from earmark.language.model import Usage


@dataclass(frozen=True)
class BudgetConfig:
    """What may be spent; ``None`` is no limit. No price is built in: prices change and are the user's to say."""

    max_requests: int | None = None
    """Requests sent at most; answers from the cache are free."""
    max_tokens: int | None = None
    """Prompt and reply tokens together at most, as the server counts them."""
    max_cost: float | None = None
    """Money at most, in the unit of the two prices."""
    prompt_price: float = 0.0
    """Price of a million prompt tokens."""
    reply_price: float = 0.0
    """Price of a million reply tokens."""


class Budget:
    """Counts what is spent, from any thread, and refuses what is too much.

    Args:
        config: the limits.

    Raises:
        InvalidInput: a cost limit without a price, which could never be reached.
    """

    def __init__(self, config: BudgetConfig | None = None) -> None:
        self.config = config or BudgetConfig()
        if self.config.max_cost is not None and not (self.config.prompt_price or self.config.reply_price):
            raise InvalidInput("--max-cost needs --prompt-price or --reply-price: no prices are built in.")
        self._lock = threading.Lock()
        self._started = 0
        self._spent = Usage()

    @property
    def spent(self) -> Usage:
        """What has been spent so far."""
        with self._lock:
            return self._spent

    @property
    def cost(self) -> float:
        """Money spent so far, by the user's prices."""
        spent = self.spent
        return (spent.prompt_tokens * self.config.prompt_price + spent.reply_tokens * self.config.reply_price) / 1e6

    def begin_request(self) -> None:
        """Take one request from the budget.

        Raises:
            BudgetSpent: a limit is reached. Requests already under way may still add a little to tokens and cost.
        """
        limit = self.config
        cost = self.cost
        with self._lock:
            tokens = self._spent.prompt_tokens + self._spent.reply_tokens
            if limit.max_requests is not None and self._started >= limit.max_requests:
                raise BudgetSpent(f"the budget of {limit.max_requests} requests is spent; what is done is kept.")
            if limit.max_tokens is not None and tokens >= limit.max_tokens:
                raise BudgetSpent(f"the budget of {limit.max_tokens} tokens is spent; what is done is kept.")
            if limit.max_cost is not None and cost >= limit.max_cost:
                raise BudgetSpent(f"the budget of {limit.max_cost:g} is spent; what is done is kept.")
            self._started += 1

    def add(self, usage: Usage) -> None:
        """Count what a request cost."""
        with self._lock:
            self._spent = self._spent + usage
