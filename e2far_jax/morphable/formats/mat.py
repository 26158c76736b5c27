"""Arrays of numbers in MATLAB files of version 5 and 7, read without trust.

Each variable is a matrix (`mat_elements`), compressed by itself from version 7 on; only those that
are asked for are decompressed. `scipy.io.loadmat` reads the same files, but a damaged type number
ends the whole process there.
"""

from __future__ import annotations

import dataclasses
import math
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.mat_elements import (
    COMPRESSED,
    INTEGER,
    MATRIX,
    NUMBERS,
    TEXT,
    Stretch,
)

_HEADER = 128  # bytes: text, version, byte order
_STRUCT = 2
_CLASSES = {
    **{6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2"},
    **{12: "i4", 13: "u4", 14: "i8", 15: "u8"},
}

# A variable may take so many times the file's bytes; what real models hold hardly shrinks.
_MOST_EXPANSION, _ALWAYS_ALLOWED = 16, 1 << 20

_MOST_VARIABLES = 1000
_NAME_WITHIN = 512  # bytes from the start of a variable


def read_mat(path: str | os.PathLike[str], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Read some variables of a file.

    Args:
      path: a file of version 5 or 7.
      names: of arrays of numbers.
    Returns:
      The arrays, with the types and shapes that they have in MATLAB.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where it is damaged, something else, or lacks a variable.
    """
    variables = open_mat(path)
    return {name: variables.array(name) for name in names}


def open_mat(path: str | os.PathLike[str]) -> MatVariables:
    """Find out which variables a file has.

    Args:
      path: a file of version 5 or 7.
    Returns:
      The variables, of which nothing but names has been read.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where it is damaged, or something else.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such file: {path}")
    content = pathlib.Path(path).read_bytes()
    limit = max(_MOST_EXPANSION * len(content), _ALWAYS_ALLOWED)
    file = Stretch(path, "variables", _byte_order(path, content), memoryview(content)[_HEADER:])
    variables = {}
    for number, (kind, data) in enumerate(file.elements()):
        if kind not in (MATRIX, COMPRESSED):
            raise file.wrong(f"element {number} is of type {kind}, expected a matrix")
        if number == _MOST_VARIABLES:
            raise file.wrong(f"there are more than {_MOST_VARIABLES}")
        variable = dataclasses.replace(file, field=f"variable {number}", content=data)
        start = variable
        if kind == COMPRESSED:  # of which the first bytes are the matrix's own tag
            start = dataclasses.replace(variable, content=variable.inflated(_NAME_WITHIN)[8:])
        name = start.matrix()[0].name
        variables[name] = kind, dataclasses.replace(variable, field=name)
    return MatVariables(path, variables, limit)


class MatVariables:
    """Arrays by their names: the variables of a file, or the fields of a struct in it.

    Every method that takes a name raises `ModelFormatError` about it.
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

    def wrong(self, name: str, problem: str) -> ModelFormatError:
        """The error to raise about a variable."""
        return ModelFormatError(self.source, self._within + name, problem)

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
        if len(names) > _MOST_VARIABLES * width[0]:
            raise matrix.wrong("has too many fields")
        fields = {}
        for start in range(0, len(names), width[0]):
            field = names[start : start + width[0]].split(b"\0")[0].decode("latin-1")
            content = matrix.data(elements, f"field {field!r}", MATRIX)
            inner = dataclasses.replace(matrix, field=f"{matrix.field}.{field}", content=content)
            fields[field] = MATRIX, inner
        return MatVariables(self.source, fields, self._limit, f"{matrix.field}.")

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


def _byte_order(path: str | os.PathLike[str], content: bytes) -> str:
    if content[:10] == b"MATLAB 7.3" or content[:4] == b"\x89HDF":
        raise ModelFormatError(
            path, "version", "is 7.3 (HDF5); save it in MATLAB with the option -v7"
        )
    orders = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
    if content[_HEADER - 4 : _HEADER] not in orders:
        raise ModelFormatError(path, "version", "it is not a MATLAB file of version 5 or 7")
    return orders[content[_HEADER - 4 : _HEADER]]
