"""The seam between a recipe and whatever runs its pieces."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Progress(Protocol):
    """A hook that a recipe calls as it goes; libraries stay silent and the CLI draws."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Say that ``done`` of ``total`` items (``None`` where unknown) of a stage are finished."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Ignore progress: the default hook."""


class Workers(Protocol):
    """Something that maps a function over items."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``function(item)`` for each item, in the order of the items, reading them lazily."""
