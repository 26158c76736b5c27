"""MATLAB files of version 5 and 7, read without trust.

Each variable is a matrix (`mat_elements`), compressed by itself from version 7 on; only those that
are asked for are decompressed. `scipy.io.loadmat` reads the same files, but a damaged type number
ends the whole process there.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.mat_elements import COMPRESSED, MATRIX, Stretch
from e2far_jax.containers.mat_variables import MOST_VARIABLES, MatVariables

_HEADER = 128  # bytes: text, version, byte order

# A variable may take so many times the file's bytes; what real files hold hardly shrinks.
_MOST_EXPANSION, _ALWAYS_ALLOWED = 16, 1 << 20

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
      FormatError: where it is damaged, something else, or lacks a variable.
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
      FormatError: where it is damaged, or something else.
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
        if number == MOST_VARIABLES:
            raise file.wrong(f"there are more than {MOST_VARIABLES}")
        variable = dataclasses.replace(file, field=f"variable {number}", content=data)
        start = variable
        if kind == COMPRESSED:  # of which the first bytes are the matrix's own tag
            start = dataclasses.replace(variable, content=variable.inflated(_NAME_WITHIN)[8:])
        name = start.matrix()[0].name
        variables[name] = kind, dataclasses.replace(variable, field=name)
    return MatVariables(path, variables, limit)


def _byte_order(path: str | os.PathLike[str], content: bytes) -> str:
    if content[:10] == b"MATLAB 7.3" or content[:4] == b"\x89HDF":
        raise FormatError(path, "version", "is 7.3 (HDF5); save it in MATLAB with the option -v7")
    orders = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
    if content[_HEADER - 4 : _HEADER] not in orders:
        raise FormatError(path, "version", "it is not a MATLAB file of version 5 or 7")
    return orders[content[_HEADER - 4 : _HEADER]]
