"""Workers on this machine: a bounded window of threads, results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from earmark.workers.plan import Item, Result


@dataclass(frozen=True)
class Threads:
    """Map with a few threads; at most ``2 * count`` items are in flight, so memory does not grow with the input."""

    count: int = 2

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield results in the order of the items; the first error is raised where its item stood."""
        remaining = iter(items)
        with ThreadPoolExecutor(max_workers=self.count) as pool:
            window: deque[Future[Result]] = deque(
                pool.submit(function, item) for item in islice(remaining, 2 * self.count)
            )
            try:
                while window:
                    result = window.popleft().result()
                    window.extend(pool.submit(function, item) for item in islice(remaining, 1))
                    yield result
            finally:
                for future in window:
                    future.cancel()
