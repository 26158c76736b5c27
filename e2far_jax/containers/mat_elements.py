"""The elements that MATLAB files are made of, read without trust.

MathWorks, "MAT-File Format". An element is a tag, which is a type and a size, and its data. A
matrix is an element whose data are elements again: flags, size, name, and what it holds. Each of
them must lie within the one that holds it, so nothing larger than the file is ever asked for.
"""

from __future__ import annotations

import dataclasses
import os
import struct
import zlib
from collections.abc import Iterator

import numpy as np

from e2far_jax.containers.errors import FormatError

MATRIX, COMPRESSED = 14, 15

# The types that numbers are stored in, as numpy calls them.
NUMBERS = {
    **{1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4"},
    **{7: "f4", 9: "f8", 12: "i8", 13: "u8"},
}
TEXT, INTEGER, _FLAGS = 1, 5, 6
_COMPLEX = 0x0800
_MOST_AXES = 32

Element = tuple[int, memoryview]


@dataclasses.dataclass(frozen=True)
class Header:
    """What a matrix says about itself.

    Attributes:
      kind: the number of its class.
      is_complex: whether its numbers have imaginary parts.
      shape: its size along each axis.
      name: of the variable; empty in a struct.
    """

    kind: int
    is_complex: bool
    shape: tuple[int, ...]
    name: str


@dataclasses.dataclass(frozen=True)
class Stretch:
    """Some bytes of a file that hold elements.

    Attributes:
      source: the file, for messages.
      field: what the bytes are, for messages.
      order: "<" or ">", the byte order.
      content: the bytes.
    """

    source: str | os.PathLike[str]
    field: str
    order: str
    content: memoryview

    def wrong(self, problem: str) -> FormatError:
        """The error to raise about these bytes."""
        return FormatError(self.source, self.field, problem)

    def elements(self) -> Iterator[Element]:
        """Types and data, one after the other; raises `FormatError` where one is cut off."""
        place = 0
        while place < len(self.content):
            left = len(self.content) - place
            if left < 8:
                raise self.wrong(f"cut off: {left} bytes are left for a tag of 8")
            kind, size = struct.unpack_from(f"{self.order}II", self.content, place)
            small = kind >> 16  # four bytes or fewer are within the tag
            if small:
                kind, size = kind & 0xFFFF, small
            start = place + (4 if small else 8)
            if size > (4 if small else left - 8):
                raise self.wrong(f"cut off: an element of {size} bytes, only {left - 8} are left")
            yield kind, self.content[start : start + size]
            padding = 0 if kind == COMPRESSED else -size % 8
            place += 8 if small else 8 + size + padding

    def matrix(self) -> tuple[Header, Iterator[Element]]:
        """The header of the matrix that these bytes are, and the elements after it."""
        elements = self.elements()
        flags = self.numbers(elements, "flags", _FLAGS)
        shape = self.numbers(elements, "size", INTEGER)
        name = bytes(self.data(elements, "name", TEXT)).decode("latin-1")
        if len(flags) != 2:
            raise self.wrong(f"has {len(flags)} flags, expected 2")
        if not 2 <= len(shape) <= _MOST_AXES or min(shape) < 0:
            raise self.wrong(f"has the size {shape[:_MOST_AXES]}")
        return Header(flags[0] & 0xFF, bool(flags[0] & _COMPLEX), tuple(shape), name), elements

    def numbers(self, elements: Iterator[Element], what: str, kind: int) -> list[int]:
        """The integers of the next element, which must be of this type."""
        dtype = np.dtype(NUMBERS[kind]).newbyteorder(self.order)
        data = self.data(elements, what, kind)
        if len(data) % dtype.itemsize or len(data) > _MOST_AXES * dtype.itemsize:
            raise self.wrong(f"its {what} takes {len(data)} bytes")
        return np.frombuffer(data, dtype).tolist()

    def data(self, elements: Iterator[Element], what: str, kind: int) -> memoryview:
        """The data of the next element, which must be of this type."""
        found, data = next(elements, (None, None))
        if found != kind:
            came = "cut off" if found is None else f"of type {found}"
            raise self.wrong(f"its {what} is {came}, expected an element of type {kind}")
        return data

    def inflated(self, limit: int) -> memoryview:
        """The bytes that these are the compressed form of, `limit` of them at most."""
        try:
            return memoryview(zlib.decompressobj().decompress(self.content, limit))
        except zlib.error as error:
            raise self.wrong(f"cannot be decompressed ({error})") from error
