"""The rows of a binary PLY file."""

from __future__ import annotations

import itertools
import os
import struct

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.ply_header import Element, Property
from e2far_jax.scans.polygons import Polygons


class BinaryRows:
    """Takes one element after another."""

    def __init__(self, source: str | os.PathLike[str], content: bytes, start: int, order: str):
        """Stand at the first row.

        Args:
          source: the file, for messages.
          content: all of it.
          start: where the header ends.
          order: "<" or ">".
        """
        self._source, self._content, self._order = source, content, order
        self._next = start

    def room_for(self, element: Element) -> int:
        """How many rows of an element there can be."""
        return (len(self._content) - self._next) // element.least_bytes

    def skip(self, element: Element) -> None:
        """Pass over an element.

        Raises:
          FormatError: where it is cut off.
        """
        if element.has_lists:
            self.lists(element, "")
        else:
            self._next += element.count * element.least_bytes

    def table(self, element: Element) -> Float[np.ndarray, "R P"]:
        """All properties of an element without lists."""
        kinds = [(one.name, self._order + one.kind) for one in element.properties]
        rows = np.frombuffer(self._content, kinds, element.count, self._next)
        self._next += element.count * element.least_bytes
        return np.stack([rows[name].astype(np.float64) for name, _ in kinds], axis=1)

    def lists(self, element: Element, name: str) -> Polygons:
        """One property of an element, a list of indices.

        Raises:
          FormatError: for a row that is cut off, or a length below zero.
        """
        found: list[tuple[int, ...]] = []
        for row in range(element.count):
            try:
                for one in element.properties:
                    numbers = self._numbers(one, one.name == name)
                    if one.name == name:
                        found.append(numbers)
            except (struct.error, ValueError):
                problem = "is cut off, or a list's length is damaged"
                raise FormatError(self._source, f"{element.name} {row}", problem) from None
        sizes = np.array([len(numbers) for numbers in found], np.int64)
        corners = np.array(list(itertools.chain.from_iterable(found)), np.int64)
        return Polygons(corners, sizes, range(len(found)), unit=element.name)

    def finish(self) -> None:
        """Make sure that nothing is left.

        Raises:
          FormatError: for bytes that no element has.
        """
        left = len(self._content[self._next :].strip())
        if left:
            raise FormatError(self._source, "end", f"the header says nothing of {left} more bytes")

    def _numbers(self, one: Property, wanted: bool) -> tuple[int, ...]:
        """What a property holds, read only where it is wanted."""
        count = 1
        if one.count_kind:
            (count,) = struct.unpack_from(self._order + one.count_kind, self._content, self._next)
            self._next += struct.calcsize(self._order + one.count_kind)
        end = self._next + count * struct.calcsize(self._order + one.kind)
        if not self._next <= end <= len(self._content):
            raise ValueError
        numbers = ()
        if wanted:
            layout = f"{self._order}{count}{one.kind}"
            numbers = struct.unpack_from(layout, self._content, self._next)
        self._next = end
        return numbers
