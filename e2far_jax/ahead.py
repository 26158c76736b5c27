"""Work that other threads do before it is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def computed_ahead(
    function: Callable[[T], U], items: Iterable[T], threads: int, ahead: int
) -> Iterator[U]:
    """The function of each item, in their order.

    Args:
      function: may be called from several threads at a time.
      items: taken as they are needed.
      threads: how many work.
      ahead: so many results are computed before their turn at the most.
    """
    readers = ThreadPoolExecutor(threads)
    waiting: deque[Future[U]] = deque()
    try:
        for item in items:
            waiting.append(readers.submit(function, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        readers.shutdown(cancel_futures=True)
