"""Tensors that are still in their files: what those say of them is checked before they are made."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable

import numpy as np

from e2far_jax.containers.errors import FormatError

# Floating-point elements as numpy calls them; it has no bfloat16, the upper half of a float32.
ELEMENTS = {"float16": "f2", "bfloat16": "u2", "float32": "f4", "float64": "f8"}
_MOST_AXES, _GREATEST_SIZE = 8, 2**40


@dataclasses.dataclass(frozen=True)
class StoredTensor:
    """A tensor, and how to read it.

    Attributes:
      source: the file, for messages.
      name: of the tensor.
      element: the type of its numbers, such as "float32".
      shape: as the file says it; anything at all.
      strides: how many numbers neighbours along each axis are apart, as the file says it; None
        where they lie row after row.
      offset: the place of its first number in the storage, as the file says it.
      read: gives the bytes of its storage, which it may share with others.
      byte_order: "<" or ">".
    """

    source: str | os.PathLike[str]
    name: str
    element: str
    shape: object
    strides: object
    offset: object
    read: Callable[[], bytes | memoryview]
    byte_order: str = "<"

    def wrong(self, problem: str) -> FormatError:
        """The error to raise about this tensor."""
        return FormatError(self.source, self.name, problem)

    def array(self) -> np.ndarray:
        """Its numbers; those of bfloat16 as float32.

        Raises:
          FormatError: where they are not floating-point numbers, or lie outside the storage.
        """
        if self.element not in ELEMENTS:
            raise self.wrong(f"has elements of type {self.element}, expected {', '.join(ELEMENTS)}")
        shape = self._sizes("shape", self.shape)
        strides = (
            _row_major(shape) if self.strides is None else self._sizes("strides", self.strides)
        )
        [offset] = self._sizes("offset", (self.offset,))
        kind = np.dtype(self.byte_order + ELEMENTS[self.element])
        content = self.read()
        count = len(content) // kind.itemsize
        numbers = np.frombuffer(content, kind, count)
        if len(strides) != len(shape) or 0 in shape:
            raise self.wrong(f"has the shape {shape} and the strides {strides}")
        steps = zip(shape, strides, strict=True)
        last = offset + sum((size - 1) * stride for size, stride in steps)
        if last >= count or math.prod(shape) > count:
            raise self.wrong(f"has the shape {shape}, but only {count} numbers are there")
        view = np.lib.stride_tricks.as_strided(
            numbers[offset:], shape, [stride * kind.itemsize for stride in strides], writeable=False
        )
        return _widened(view) if self.element == "bfloat16" else view

    def _sizes(self, what: str, values: object) -> tuple[int, ...]:
        if (
            not isinstance(values, tuple | list)
            or len(values) > _MOST_AXES
            or not all(type(value) is int and 0 <= value < _GREATEST_SIZE for value in values)
        ):
            raise self.wrong(f"its {what} is damaged")
        return tuple(values)


def _row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _widened(halves: np.ndarray) -> np.ndarray:
    return (halves.astype(np.uint32) << 16).view(np.float32)
