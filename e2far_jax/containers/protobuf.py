"""Messages of Protocol Buffers, field by field, without the definitions that they were written by.

"Encoding", protobuf.dev. A message is a sequence of fields; each is a tag, which is a number and a
wire type, and a value. Every value must lie within its message, and all arrays are views of the
file's bytes, so nothing larger than the file is ever made.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError

_INTEGER, _EIGHT_BYTES, _BYTES, _FLOAT = 0, 1, 2, 5
_LONGEST_INTEGER = 10  # bytes
_MOST_FIELDS = 10_000  # in a message; floats in a row count as one

# As a list of floats that is not packed has each.
_TAGGED_FLOAT = np.dtype([("tag", "u1"), ("value", "<f4")])

Field = tuple[int, int, int | memoryview | Float[np.ndarray, " N"]]


@dataclasses.dataclass(frozen=True)
class Message:
    """Some bytes of a file that are a message.

    Every method raises `FormatError` where the bytes are no message, or a field is of another type.

    Attributes:
      source: the file, for messages to the user.
      field: what the message is, for messages to the user.
      content: the bytes.
    """

    source: str | os.PathLike[str]
    field: str
    content: memoryview

    def wrong(self, problem: str) -> FormatError:
        """The error to raise about this message."""
        return FormatError(self.source, self.field, problem)

    def messages(self, number: int, name: str) -> list[Message]:
        """The messages within this one that have this number, and shall have this name."""
        return [
            Message(self.source, f"{self.field}.{name}", value)
            for value in self._values(number, _BYTES)
        ]

    def text(self, number: int) -> str:
        """The text that has this number; empty where there is none."""
        return "".join(bytes(value).decode("latin-1") for value in self._values(number, _BYTES))

    def integers(self, number: int) -> list[int]:
        """The integers that have this number, one by one or packed together."""
        found: list[int] = []
        for value in self._values(number, _INTEGER, _BYTES):
            found += [value] if isinstance(value, int) else self._unpacked(value)
        return found

    def floats(self, number: int) -> Float[np.ndarray, " N"]:
        """The floats that have this number, one by one or packed together."""
        found = [np.zeros(0, "<f4")]
        for value in self._values(number, _FLOAT, _BYTES):
            if isinstance(value, memoryview) and len(value) % 4:
                raise self.wrong(f"has floats in {len(value)} bytes")
            found.append(np.frombuffer(value, "<f4") if isinstance(value, memoryview) else value)
        return found[1] if len(found) == 2 else np.concatenate(found)

    def _values(self, number: int, *kinds: int) -> Iterator[object]:
        for found, kind, value in self._fields():
            if found == number:
                if kind not in kinds:
                    raise self.wrong(f"its field {number} is of wire type {kind}")
                yield value

    def _fields(self) -> Iterator[Field]:
        """Numbers, wire types and values; floats in a row that share a number are one value."""
        place, count = 0, 0
        while place < len(self.content):
            count += 1
            if count > _MOST_FIELDS:
                raise self.wrong(f"has more than {_MOST_FIELDS} fields")
            tag, start = self._integer(place)
            number, kind = tag >> 3, tag & 7
            if kind == _INTEGER:
                value, place = self._integer(start)
            elif kind == _BYTES:
                size, start = self._integer(start)
                value, place = self._slice(start, size), start + size
            elif kind == _EIGHT_BYTES:
                value, place = self._slice(start, 8), start + 8
            elif kind == _FLOAT and start == place + 1:
                value = self._floats_in_a_row(place)
                place += len(value) * _TAGGED_FLOAT.itemsize
            elif kind == _FLOAT:
                value, place = np.frombuffer(self._slice(start, 4), "<f4"), start + 4
            else:
                raise self.wrong(f"damaged, or no Protocol Buffers: a field of wire type {kind}")
            yield number, kind, value

    def _floats_in_a_row(self, place: int) -> Float[np.ndarray, " N"]:
        """Floats that each have the one byte of tag that is here; as many as there are."""
        self._slice(place, _TAGGED_FLOAT.itemsize)
        most = (len(self.content) - place) // _TAGGED_FLOAT.itemsize
        tagged = np.frombuffer(self.content, _TAGGED_FLOAT, most, place)
        same, step = 1, 1
        while same < most:  # in growing steps, so that many short rows take no longer than one
            others = tagged["tag"][same : same + step] != self.content[place]
            if others.any():
                same += int(others.argmax())
                break
            same, step = same + len(others), 2 * step
        return tagged["value"][:same]

    def _integer(self, place: int) -> tuple[int, int]:
        """The integer at a place, and where it ends."""
        value = 0
        for index, byte in enumerate(self.content[place : place + _LONGEST_INTEGER]):
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                return value, place + index + 1
        raise self.wrong("cut off, damaged, or no Protocol Buffers: an integer does not end")

    def _unpacked(self, content: memoryview) -> list[int]:
        packed, place, found = dataclasses.replace(self, content=content), 0, []
        while place < len(content):
            value, place = packed._integer(place)
            found.append(value)
            if len(found) > _MOST_FIELDS:
                raise self.wrong(f"has more than {_MOST_FIELDS} integers")
        return found

    def _slice(self, start: int, size: int) -> memoryview:
        left = len(self.content) - start
        if size > left:
            raise self.wrong(f"cut off: a field of {size} bytes, only {left} are left")
        return self.content[start : start + size]
