"""What the variables of a MATLAB file hold: arrays of numbers, texts, structs and cells."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Iterator

import numpy as np

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.mat_elements import INTEGER, MATRIX, NUMBERS, TEXT, Stretch

MOST_VARIABLES = 1000  # in a file, fields in a struct, or cells

_CELLS, _STRUCT, _TEXT = 1, 2, 4
_CLASSES = {
    **{6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2"},
    **{12: "i4", 13: "u4", 14: "i8", 15: "u8"},
}
# How texts are stored.
_ENCODINGS = {
    **{1: "latin-1", 2: "latin-1", 4: "utf-16"},
    **{16: "utf-8", 17: "utf-16", 18: "utf-32"},
}


class MatVariables:
    """Arrays by their names: the variables of a file, the fields of a struct in it, or cells.

    Every method that takes a name raises `FormatError` about it.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        variables: dict[str, tuple[int, Stretch]],
        limit: int,
        within: str = "",
    ):
        self.source, self._variables, self._limit, self._within = source, variables, limit, within

    def __contains__(self, name: str) -> bool:
        return name in self._variables

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def wrong(self, name: str, problem: str) -> FormatError:
        """The error to raise about a variable."""
        return FormatError(self.source, self._within + name, problem)

    @np.errstate(invalid="ignore")
    def array(self, name: str) -> np.ndarray:
        """Read an array of real numbers, with the type and shape that it has in MATLAB."""
        matrix = self._matrix(name)
        header, elements = matrix.matrix()
        if header.kind not in _CLASSES or header.is_complex:
            raise matrix.wrong("is not an array of real numbers")
        stored, data = next(elements, (None, b""))
        if stored not in NUMBERS:
            raise matrix.wrong(f"its numbers are stored as type {stored}")
        dtype, stored_dtype = np.dtype(_CLASSES[header.kind]), np.dtype(NUMBERS[stored])
        if math.prod(max(size, 1) for size in header.shape) * dtype.itemsize > self._limit:
            raise matrix.wrong(f"has the size {header.shape}, far more than the file")
        if len(data) != math.prod(header.shape) * stored_dtype.itemsize:
            raise matrix.wrong(
                f"has {len(data)} bytes, expected {header.shape} times {stored_dtype.itemsize}"
            )
        numbers = np.frombuffer(data, stored_dtype.newbyteorder(matrix.order))
        return numbers.astype(dtype, copy=False).reshape(header.shape, order="F")

    def struct(self, name: str) -> MatVariables:
        """The fields of a struct."""
        matrix = self._matrix(name)
        header, elements = matrix.matrix()
        if header.kind != _STRUCT or math.prod(header.shape) != 1:
            raise matrix.wrong("is not a struct")
        width = matrix.numbers(elements, "names' length", INTEGER)
        if len(width) != 1 or width[0] < 1:
            raise matrix.wrong(f"its names have the lengths {width}")
        names = bytes(matrix.data(elements, "names", TEXT))
        if len(names) > MOST_VARIABLES * width[0]:
            raise matrix.wrong("has too many fields")
        fields = {}
        for start in range(0, len(names), width[0]):
            field = names[start : start + width[0]].split(b"\0")[0].decode("latin-1")
            content = matrix.data(elements, f"field {field!r}", MATRIX)
            inner = dataclasses.replace(matrix, field=f"{matrix.field}.{field}", content=content)
            fields[field] = MATRIX, inner
        return MatVariables(self.source, fields, self._limit, f"{matrix.field}.")

    def cells(self, name: str) -> MatVariables:
        """The items of a cell array, as MATLAB calls them: "{1}", "{2}", column after column."""
        matrix = self._matrix(name)
        header, elements = matrix.matrix()
        if header.kind != _CELLS:
            raise matrix.wrong("is not a cell array")
        count = math.prod(header.shape)
        if count > MOST_VARIABLES:
            raise matrix.wrong(f"has more than {MOST_VARIABLES} cells")
        found = {}
        for cell in (f"{{{number}}}" for number in range(1, count + 1)):
            content = matrix.data(elements, f"cell {cell}", MATRIX)
            inner = dataclasses.replace(matrix, field=matrix.field + cell, content=content)
            found[cell] = MATRIX, inner
        return MatVariables(self.source, found, self._limit, matrix.field)

    def text(self, name: str) -> str:
        """A line of text."""
        matrix = self._matrix(name)
        header, elements = matrix.matrix()
        stored, data = next(elements, (None, b""))
        if header.kind != _TEXT or stored not in _ENCODINGS:
            raise matrix.wrong("is not a text")
        encoding = _ENCODINGS[stored]
        if encoding not in ("latin-1", "utf-8"):
            encoding += "-le" if matrix.order == "<" else "-be"
        try:
            return bytes(data).decode(encoding)
        except UnicodeDecodeError as error:
            raise matrix.wrong(f"is a damaged text ({error.reason})") from error

    def _matrix(self, name: str) -> Stretch:
        if name not in self._variables:
            raise self.wrong(name, "missing")
        kind, variable = self._variables[name]
        if kind == MATRIX:
            return variable
        inflated = dataclasses.replace(variable, content=variable.inflated(self._limit + 1))
        if len(inflated.content) > self._limit:
            raise variable.wrong("is far more than the file when decompressed")
        matrix = inflated.data(inflated.elements(), "matrix", MATRIX)
        return dataclasses.replace(variable, content=matrix)
