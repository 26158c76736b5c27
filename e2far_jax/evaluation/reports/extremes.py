"""Which items of a report are worth a look."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, Int

Group = Literal["best", "median", "worst"]

GROUPS: tuple[Group, ...] = ("best", "median", "worst")


def extremes(values: Float[np.ndarray, "B"], count: int = 3) -> dict[Group, Int[np.ndarray, "_"]]:
    """The items worth a look: those with the smallest, the middle and the largest errors.

    Args:
      values: errors, NaN where an item has none.
      count: how many of each group, at most.
    Returns:
      Indices by group: rising errors, but the worst first. No item is in two groups, so fewer than
      three items leave the median empty.
    """
    order = np.argsort(values, kind="stable")[: int(np.sum(~np.isnan(values)))]
    size = min(count, max(1, len(order) // 3))
    middle = (len(order) - size) // 2
    return {
        "best": order[:size],
        "median": order[middle : middle + size] if len(order) >= 3 else order[:0],
        "worst": order[max(size, len(order) - size) :][::-1],
    }
