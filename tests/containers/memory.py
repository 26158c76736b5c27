"""How much memory a reader may take."""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Iterator


@contextlib.contextmanager
def memory_below(limit: float, unless: bool = False) -> Iterator[None]:
    """Fail where the block takes more than `limit` bytes at a time.

    Looking takes several times longer than the block itself; `unless` says not to.
    """
    if unless:
        yield
        return
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit
