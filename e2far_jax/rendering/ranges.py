"""Families of factors: each a frozen dataclass of ranges that can be checked, graded and left out.

A field holds one number (a probability, or the most of something) or a pair, least and most. To
JAX they are arrays, so that scenes of all ranges are one compiled program.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable
from typing import Any

import jax
from jaxtyping import Array, Float

Number = int | float
Range = tuple[Number, Number]
Scalar = Number | Float[Array, ""]  # a field's value inside a compiled program
LEVELS = (0, 1, 2, 3)


def share(default: Number) -> Any:
    """A field for a probability or share, within [0, 1]."""
    return dataclasses.field(default=default, metadata={"largest": 1.0})


def number(default: Number | Range, smallest: Number = 0.0, largest: Number = math.inf) -> Any:
    """A field for a number, or for the least and the most of one, within limits."""
    limits = {"smallest": smallest, "largest": largest}
    return dataclasses.field(default=default, metadata=limits)


def size(default: int) -> Any:
    """A field for the size of an array, at least 1; programs are compiled for each."""
    return dataclasses.field(default=default, metadata={"smallest": 1, "size": True})


@dataclasses.dataclass(frozen=True)
class Ranges:
    """The ranges of a family of factors; subclasses add the fields."""

    def __init_subclass__(cls) -> None:
        """Make the class known to JAX."""
        super().__init_subclass__()
        jax.tree_util.register_pytree_node(cls, _leaves, functools.partial(_restored, cls))

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


def between(uniform: Float[Array, "*B"], limits: tuple[Scalar, Scalar]) -> Float[Array, "*B"]:
    """Numbers from [0, 1] stretched to a range."""
    return limits[0] + uniform * (limits[1] - limits[0])


def _leaves(ranges: Ranges) -> tuple[list[Any], tuple[int, ...]]:
    """Numbers for JAX, and the sizes of arrays, which it is not to trace."""
    fields = dataclasses.fields(ranges)
    numbers = [getattr(ranges, field.name) for field in fields if "size" not in field.metadata]
    sizes = tuple(getattr(ranges, field.name) for field in fields if "size" in field.metadata)
    return jax.tree.map(lambda x: float(x) if isinstance(x, int) else x, numbers), sizes


def _restored(cls: type[Ranges], sizes: tuple[int, ...], numbers: Iterable[Any]) -> Ranges:
    """The inverse; unchecked, since inside a compiled program there are no numbers to check."""
    ranges, numbers, sizes = object.__new__(cls), iter(numbers), iter(sizes)
    for field in dataclasses.fields(cls):
        value = next(sizes) if "size" in field.metadata else next(numbers)
        object.__setattr__(ranges, field.name, value)
    return ranges
