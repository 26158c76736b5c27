"""The rows of a PLY file that is text: one a line."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.scans.lines import LineError, Rows, shown, split_rows
from e2far_jax.scans.ply_header import Element
from e2far_jax.scans.polygons import Polygons


class TextRows:
    """Takes one element after another."""

    def __init__(self, text: bytes, first: int):
        """Split what follows the header.

        Args:
          text: that part of the file.
          first: the number of its first line.
        """
        self._rows = split_rows(text, first)
        self._next = 0

    def room_for(self, element: Element) -> int:
        """How many rows of an element there can be."""
        return len(self._rows) - self._next

    def skip(self, element: Element) -> None:
        """Pass over an element.

        Raises:
          LineError: for a row that is longer or shorter than it should be.
        """
        self.lists(element, "")

    def table(self, element: Element) -> Float[np.ndarray, "R P"]:
        """All properties of an element without lists.

        Raises:
          LineError: for a row that is damaged.
        """
        return self._take(element).table(len(element.properties))

    def lists(self, element: Element, name: str) -> Polygons:
        """One property of an element, a list of indices.

        Raises:
          LineError: for a row that is damaged.
        """
        rows = self._take(element)
        found = [
            _list(words, line, element, name)
            for words, line in zip(rows.words, rows.lines, strict=True)
        ]
        lists = Rows(found, rows.lines)
        return Polygons(lists.numbers("int64"), lists.counts(), rows.lines)

    def finish(self) -> None:
        """Make sure that nothing is left.

        Raises:
          LineError: for a line that no element has.
        """
        if self._next < len(self._rows):
            raise LineError(self._rows.lines[self._next], "the header says nothing of this line")

    def _take(self, element: Element) -> Rows:
        start, self._next = self._next, self._next + element.count
        return self._rows[start : self._next]


def _list(words: list[bytes], line: int, element: Element, name: str) -> list[bytes]:
    """The words of a row that are those of a list."""
    place, found = 0, []
    for one in element.properties:
        if not one.count_kind:
            place += 1
            continue
        count = words[place] if place < len(words) else b"nothing"
        if not (count.isdigit() and len(count) < 10):
            raise LineError(line, f"{shown(count)} is not the length of {one.name!r}")
        start, place = place + 1, place + 1 + int(count)
        if one.name == name:
            found = words[start:place]
    if place != len(words):
        raise LineError(line, f"has {len(words)} numbers, expected {place}")
    return found
