"""Families of factors: each a frozen dataclass of ranges that can be checked, graded and left out.

A field holds one number (a probability, or the most of something) or a pair, least and most.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from jaxtyping import Array, Float

Number = int | float
Range = tuple[Number, Number]
LEVELS = (0, 1, 2, 3)


def share(default: Number) -> Any:
    """A field for a probability or share, within [0, 1]."""
    return dataclasses.field(default=default, metadata={"largest": 1.0})


def number(default: Number | Range, smallest: Number = 0.0, largest: Number = math.inf) -> Any:
    """A field for a number, or for the least and the most of one, within limits."""
    limits = {"smallest": smallest, "largest": largest}
    return dataclasses.field(default=default, metadata=limits)


@dataclasses.dataclass(frozen=True)
class Ranges:
    """The ranges of a family of factors; subclasses add the fields."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be drawn from."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float | tuple):
                continue
            low, high = field.metadata.get("smallest", 0.0), field.metadata.get("largest", math.inf)
            numbers = value if isinstance(value, tuple) else (value,)
            if not (low <= numbers[0] <= numbers[-1] <= high):
                ordered = ", the smaller one first" if len(numbers) > 1 else ""
                name = f"{type(self).__name__}.{field.name}"
                raise ValueError(f"{name} is {value}; expected {low:g} to {high:g}{ordered}")


def between(uniform: Float[Array, "*B"], limits: Range) -> Float[Array, "*B"]:
    """Numbers from [0, 1] stretched to a range."""
    return limits[0] + uniform * (limits[1] - limits[0])
