"""The options of every command that may ask a language model: what may be spent, and where texts may go."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import Annotated, Any, get_args

import typer

from earmark.cli.options import field_docs
from earmark.cli.terminal import print_line
from earmark.errors import BudgetSpent, UnknownName
from earmark.language.budget import Budget, BudgetConfig, Counting
from earmark.language.choose import EMBEDDED, leaves_this_machine, open_model, shared_cache
from earmark.language.model import Usage
from earmark.language.prompt_files import PromptSet

_HELP = field_docs(BudgetConfig)


def _option(*names: str, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel="Asking a language model", **more)


_OPTIONS: dict[str, tuple[Any, Any]] = {
    "max_requests": (None, Annotated[int | None, _option(min=1, help=_HELP["max_requests"])]),
    "max_tokens": (None, Annotated[int | None, _option(min=1, help=_HELP["max_tokens"])]),
    "max_cost": (None, Annotated[float | None, _option(min=0, help=_HELP["max_cost"])]),
    "prompt_price": (0.0, Annotated[float, _option(min=0, help=_HELP["prompt_price"])]),
    "reply_price": (0.0, Annotated[float, _option(min=0, help=_HELP["reply_price"])]),
    "allow_plain_http": (
        False,
        Annotated[bool, _option("--allow-plain-http", help="Let questions travel unencrypted beyond this machine.")],
    ),
    "send_raw": (
        False,
        Annotated[
            bool, _option("--send-raw", help="Do not mask names, addresses and numbers: for a server of your own.")
        ],
    ),
}
_BUDGET = tuple(one.name for one in fields(BudgetConfig))


@dataclass(frozen=True)
class Asking:
    """How a command may ask a language model."""

    budget: BudgetConfig = field(default_factory=BudgetConfig)
    allow_plain_http: bool = False
    send_raw: bool = False

    @contextmanager
    def opened(self, name: str | None, *, go_on: str, cached: bool = True) -> Iterator[Counting | None]:
        """Open the model that a name means, say once which host will read the texts, and in the end what was spent.

        Args:
            name: see :mod:`earmark.language.choose`; nothing is opened for ``None`` and ``embedded``.
            go_on: how to go on once the budget is spent, as a sentence.
            cached: whether replies may come from the cache that all runs share.
        """
        if name is None or name == EMBEDDED:
            yield None
            return
        budget = Budget(self.budget)
        cache = shared_cache(name) if cached else None
        model = open_model(name, budget, cache, allow_plain_http=self.allow_plain_http, send_raw=self.send_raw)
        host = leaves_this_machine(name)
        if host is not None:
            masked = "" if self.send_raw else ", with names, addresses and numbers masked"
            print_line(f"questions go to {host}{masked}", err=True)
        try:
            yield model
        except BudgetSpent as spent:
            raise BudgetSpent(f"{spent} {go_on}") from spent
        finally:
            for line in told(budget):
                print_line(line, err=True)


def asks_a_model(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of asking a model, in the place of its parameter ``asking``."""
    signature = inspect.signature(command)

    @wraps(command)
    def with_options(**given: Any) -> None:
        told = {name: given.pop(name) for name in _OPTIONS}
        budget = BudgetConfig(**{name: told.pop(name) for name in _BUDGET})
        command(asking=Asking(budget, **told), **given)

    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (default, annotation) in _OPTIONS.items()
    ]
    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in signature.parameters.values()]
    parameters = [*(one for one in own if one.name != "asking"), *options]
    with_options.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options


def prompt_set(name: str) -> PromptSet:
    """The way of asking that a name means.

    Raises:
        UnknownName: there is no such way.
    """
    if name not in get_args(PromptSet):
        raise UnknownName("--prompts", name, get_args(PromptSet))
    return name  # type: ignore[return-value]


def told(budget: Budget) -> Iterator[str]:
    """What was spent, a line for each stage that asked."""
    by_stage: dict[str, Usage] = {}
    for purpose, usage in budget.ledger().items():
        stage = purpose.stage or purpose.prompt
        by_stage[stage] = by_stage.get(stage, Usage()) + usage
    for stage, usage in by_stage.items():
        cost = budget.cost(usage)
        priced = "" if cost is None else f", cost {cost:.4g}"
        plural = "" if usage.requests == 1 else "s"
        yield (
            f"model, {stage}: {usage.requests} request{plural} ({usage.prompt_tokens} prompt and {usage.reply_tokens} "
            f"reply tokens{priced}), {usage.from_cache} from the cache"
        )
