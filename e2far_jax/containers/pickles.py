"""Reading pickles as data: nothing that a pickle names is imported, called or made.

Of what the machine in `pickle_machine` writes down, numpy's arrays are understood here. Everything
else that has a class stays a `ForeignObject`.
"""

from __future__ import annotations

import dataclasses
import math
import os
import pathlib
import re

import numpy as np

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pickle_machine import Machine, Note, Program

_ELEMENT = re.compile("b1|[iu][1248]|f[248]")
_BYTE_ORDERS = ("<", ">", "|")
_MOST_DIMENSIONS, _GREATEST_SIZE = 8, 2**31
_KINDS = {"f": "floating-point numbers", "iu": "integers", "iuf": "numbers"}


@dataclasses.dataclass(eq=False, repr=False)
class ForeignObject:
    """What a pickle says about an object whose class is not known here.

    Attributes:
      kind: the module and name of the class, or of the function that would have made it.
      state: what the object would have been given, such as a dictionary of its attributes.
    """

    kind: str
    state: object


def read_pickle(path: str | os.PathLike[str]) -> object:
    """Read a pickle of any protocol, Python 2's too, without executing anything.

    Args:
      path: the file.
    Returns:
      Dictionaries (of their items, those whose keys are text), lists, tuples, numbers,
      text (bytes of Python 2 as Latin-1), bytes, and numpy arrays, which cannot all be written to.
      Arrays of objects are flat lists. An object of chumpy is its value `x`, and any other a
      `ForeignObject`, such as a sparse matrix of scipy with its `data`, `indices` and `indptr`.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where the file is damaged, or no pickle.
    """
    return _unpickled(path, _content(path))


def read_object_npy(path: str | os.PathLike[str]) -> object:
    """Read an .npy file that holds one pickled object, such as a dictionary of arrays.

    Args:
      path: the file.
    Returns:
      As `read_pickle`.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where the file is damaged, or holds something else.
    """
    content = _content(path)
    width = 2 if content[6:7] == b"\x01" else 4  # of the header's length, by the file's version
    start = 8 + width + int.from_bytes(content[8 : 8 + width], "little")
    if content[:6] != b"\x93NUMPY" or b"'descr': '|O'" not in content[:start]:
        raise FormatError(path, "header", "is not that of an .npy file of pickled objects")
    objects = _unpickled(path, content[start:])
    if not isinstance(objects, list) or len(objects) != 1:
        raise FormatError(path, "pickle", "does not hold exactly one object")
    return objects[0]


def array_field(
    source: str | os.PathLike[str], fields: object, name: str, kinds: str
) -> np.ndarray:
    """One of a pickled dictionary's arrays.

    Args:
      source: the file, for messages.
      fields: what was read from it.
      name: the array's key.
      kinds: as for `checked_array`.
    Raises:
      FormatError: where there is none, or one of another kind.
    """
    if not isinstance(fields, dict):
        raise FormatError(source, "pickle", "does not hold a dictionary of arrays")
    if name not in fields:
        raise FormatError(source, name, "missing")
    return checked_array(source, name, fields[name], kinds)


def checked_array(
    source: str | os.PathLike[str], field: str, value: object, kinds: str
) -> np.ndarray:
    """Make sure that something read is an array of numbers.

    Args:
      source: the file, for messages.
      field: the array's name, for messages.
      value: what was read.
      kinds: numpy's letters: "f", "iu" or "iuf".
    Raises:
      FormatError: for anything else.
    """
    if not isinstance(value, np.ndarray):
        kind = ascii(value.kind) if isinstance(value, ForeignObject) else type(value).__name__
        raise FormatError(source, field, f"is of type {kind}, expected an array")
    if value.dtype.kind not in kinds:
        raise FormatError(source, field, f"has dtype {value.dtype}, expected {_KINDS[kinds]}")
    return value


def _content(path: str | os.PathLike[str]) -> bytes:
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such file: {path}")
    return pathlib.Path(path).read_bytes()


def _unpickled(path: str | os.PathLike[str], content: bytes) -> object:
    try:
        return _Meaning().of(Machine().run(Program(content)))
    except Exception as error:  # a hostile pickle can make any step fail in any way
        problem = f"is damaged, or not a pickle ({type(error).__name__}: {error})"
        raise FormatError(path, "pickle", problem) from error


class _Meaning:
    """Plain objects for what a machine wrote down, each made once, however often it occurs."""

    def __init__(self):
        self._known: dict[int, object] = {}  # by identity; what they are made of stays meanwhile
        self._encoded: dict[str, bytes] = {}

    def of(self, value: object) -> object:
        """The same without notes. What holds itself ends in a RecursionError."""
        if not isinstance(value, list | tuple | dict | Note):
            return value
        if id(value) not in self._known:
            self._known[id(value)] = self._made(value)
        return self._known[id(value)]

    def _made(self, value: object) -> object:
        if isinstance(value, list | tuple):
            return type(value)(self.of(item) for item in value)
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        name = value.name.replace("numpy._core.", "numpy.core.")  # its name since version 2
        match name, value.arguments, value.state:
            case "_codecs.encode", (text, *_), _:
                return self._bytes(text)
            case "__builtin__.bytes", (), _:  # what Python 3 writes for Python 2 where it is empty
                return b""
            case "numpy.core.multiarray._reconstruct", _, (_, shape, dtype, fortran, content):
                return self._array(shape, dtype, bool(fortran), content)
            case "numpy.core.multiarray.scalar", (dtype, content), _:
                return self._array((), dtype, False, content)
            case "numpy.core.numeric._frombuffer", (content, dtype, shape, "C" | "F" as order), _:
                return self._array(shape, dtype, order == "F", content)
            case "copyreg._reconstructor" | "copy_reg._reconstructor", (Note() as kind, *_), _:
                return self._foreign(kind.name, value.state)
        return self._foreign(value.name, value.state)

    def _foreign(self, name: str, state: object) -> object:
        state = self.of(state)
        if name.startswith("chumpy.") and isinstance(state, dict) and "x" in state:
            return state["x"]
        return ForeignObject(name, state)

    def _array(self, shape: object, dtype: object, fortran: bool, content: object) -> object:
        if isinstance(content, list):  # of objects
            return self.of(content)
        element = _number_type(dtype)
        if element is None:
            return ForeignObject("numpy.ndarray", None)
        if len(shape) > _MOST_DIMENSIONS or not all(map(_is_size, shape)):
            raise ValueError("it has an array whose shape is not a few sizes")
        content = self._bytes(self.of(content))
        if math.prod(shape) * element.itemsize != len(content):
            raise ValueError(f"it has {len(content)} bytes for {element} of shape {shape}")
        return np.frombuffer(content, element).reshape(shape, order="F" if fortran else "C")

    def _bytes(self, content: object) -> bytes | bytearray:
        """Python 2 wrote bytes as text."""
        if isinstance(content, bytes | bytearray):
            return content
        if not isinstance(content, str):
            raise ValueError("it has an array or text without bytes")
        if content not in self._encoded:
            self._encoded[content] = content.encode("latin1")
        return self._encoded[content]


def _number_type(note: object) -> np.dtype | None:
    """What an array's elements are; None where they are not numbers."""
    if not isinstance(note, Note) or note.name != "numpy.dtype":
        raise ValueError("it has an array without a type")
    kind, order = note.arguments[0], note.state[1]
    if not _ELEMENT.fullmatch(kind) or order not in _BYTE_ORDERS:
        return None
    return np.dtype(order + kind)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < _GREATEST_SIZE
