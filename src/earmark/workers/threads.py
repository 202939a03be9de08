"""Workers on this machine: a bounded window of threads, results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from earmark.workers.plan import Item, Result


@dataclass(frozen=True)
class Threads:
    """Map with a few threads; at most ``2 * count`` items are in flight, so memory does not grow with the input."""

    count: int = 2

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield results in the order of the items, which are read here and not by the threads.

        The first error is raised where its item stood, and an error of the items themselves where the next one would
        have. What is under way at an error is waited for, and nothing more is begun.
        """
        failed: list[int] = []

        def call(place: int, item: Item) -> Result:
            if failed and min(failed) < place:
                raise CancelledError  # seen by nobody, since the error stands before it
            try:
                return function(item)
            except BaseException:
                failed.append(place)
                raise

        with ThreadPoolExecutor(max_workers=self.count) as pool:

            def submitted() -> Iterator[Future[Result]]:
                try:
                    for place, item in enumerate(items):
                        yield pool.submit(call, place, item)
                except Exception as error:
                    broken: Future[Result] = Future()
                    broken.set_exception(error)
                    yield broken

            remaining = submitted()
            window = deque(islice(remaining, 2 * self.count))
            try:
                while window:
                    yield window.popleft().result()
                    window.extend(islice(remaining, 1))
            finally:
                for future in window:
                    future.cancel()
