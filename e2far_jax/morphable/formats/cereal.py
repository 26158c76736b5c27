"""Reading what the C++ library cereal wrote into a little-endian binary archive.

Such a file has no names and no types: whoever wrote it decides what follows what. So every value
is read under the name of its field, and no more is allocated than the file has bytes.
"""

from __future__ import annotations

import os

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.formats.errors import ModelFormatError


class BinaryArchive:
    """The bytes of a file, and how many of them have been read.

    Every method takes the field's name for messages, and raises `ModelFormatError` where the file
    ends too early or holds what the field cannot be.
    """

    def __init__(self, source: str | os.PathLike[str], content: bytes):
        self.source, self._content, self._place = source, content, 0

    def integer(self, field: str, kind: str) -> int:
        """One number; `kind` is numpy's: "<u4", "<i4" or "<u8"."""
        return int(self._array(field, np.dtype(kind), 1)[0])

    def flag(self, field: str) -> bool:
        """A byte that is 0 or 1."""
        value = self.integer(field, "u1")
        if value > 1:
            raise self.wrong(field, f"is {value}, expected 0 or 1")
        return value == 1

    def text(self, field: str) -> str:
        """A length and that many bytes of UTF-8."""
        length = self.integer(f"{field}: length", "<u8")
        try:
            return self._take(field, length).decode()
        except UnicodeDecodeError as error:
            raise self.wrong(field, f"is not UTF-8 ({error})") from error

    def matrix(self, field: str) -> Float[np.ndarray, "R C"]:
        """An Eigen::MatrixXf: rows, columns, then column after column of float32."""
        rows, columns = (self.integer(f"{field}: size", "<i4") for _ in range(2))
        if rows < 0 or columns < 0:
            raise self.wrong(field, f"has {rows} rows and {columns} columns")
        return self._array(field, np.dtype("<f4"), rows * columns).reshape(columns, rows).T

    def triples(self, field: str) -> Int[np.ndarray, "K 3"]:
        """A list of three int32 each."""
        return self._rows(field, np.dtype("<i4"), 3)

    def pairs(self, field: str) -> Float[np.ndarray, "K 2"]:
        """A list of two float64 each."""
        return self._rows(field, np.dtype("<f8"), 2)

    def count(self, field: str, smallest: int) -> int:
        """The length of a list whose items take `smallest` bytes or more each."""
        count = self.integer(f"{field}: count", "<u8")
        left = len(self._content) - self._place
        if count * smallest > left:
            raise self.wrong(field, f"cut off: {count} items, but only {left} bytes are left")
        return count

    def finish(self) -> None:
        """Make sure that nothing is left."""
        left = len(self._content) - self._place
        if left:
            raise self.wrong("end", f"{left} bytes are left over")

    def wrong(self, field: str, problem: str) -> ModelFormatError:
        """The error to raise about a field."""
        return ModelFormatError(self.source, field, problem)

    def _rows(self, field: str, dtype: np.dtype, width: int) -> np.ndarray:
        count = self.count(field, width * dtype.itemsize)
        return self._array(field, dtype, count * width).reshape(count, width)

    def _array(self, field: str, dtype: np.dtype, count: int) -> np.ndarray:
        return np.frombuffer(self._take(field, count * dtype.itemsize), dtype)

    def _take(self, field: str, size: int) -> bytes:
        left = len(self._content) - self._place
        if size > left:
            raise self.wrong(field, f"cut off: needs {size} bytes, only {left} are left")
        self._place += size
        return self._content[self._place - size : self._place]
