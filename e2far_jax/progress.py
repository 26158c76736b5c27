"""A progress line for whoever waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


def watched(items: Iterator[T], label: str, unit: str, total: int | None = None) -> Iterator[T]:
    """The same items, with a progress line for a person at a terminal if there is much to wait for.

    Args:
      items: what takes long to come.
      label: what is being done.
      unit: what one item is, with a blank before it.
      total: how many will come, for the time left.
    Yields:
      Each item. Where tqdm is not installed there is no line.
    """
    try:
        from tqdm import tqdm
    except ImportError:
        yield from items
    else:
        yield from tqdm(
            items, label, total, unit=unit, delay=2.0, disable=None, leave=False, dynamic_ncols=True
        )
