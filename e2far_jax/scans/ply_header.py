"""The header of a PLY file: what elements it has, and what each of them consists of.

Turk, "The PLY polygon file format", Stanford University, 1994.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

from e2far_jax.scans.lines import LineError, shown, split_rows

_ORDERS = {b"ascii": "", b"binary_little_endian": "<", b"binary_big_endian": ">"}
# Letters as in numpy and in Python's struct.
_KINDS = {
    b"char": "b", b"int8": "b", b"uchar": "B", b"uint8": "B",
    b"short": "h", b"int16": "h", b"ushort": "H", b"uint16": "H",
    b"int": "i", b"int32": "i", b"uint": "I", b"uint32": "I",
    b"float": "f", b"float32": "f", b"double": "d", b"float64": "d",
}  # fmt: skip
_SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4, "d": 8}
_END = re.compile(rb"^end_header[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_LONGEST = 2**20  # bytes; most headers have some hundreds


@dataclasses.dataclass(frozen=True)
class Property:
    """One number of an element, or a list of them.

    Attributes:
      name: as in the file.
      kind: the numbers' letter, as in numpy.
      count_kind: that of a list's length; empty for one number.
    """

    name: str
    kind: str
    count_kind: str = ""

    @property
    def least_bytes(self) -> int:
        """Of the number, or of a list that is empty."""
        return _SIZES[self.count_kind or self.kind]


@dataclasses.dataclass(frozen=True)
class Element:
    """Rows that are all alike.

    Attributes:
      name: as in the file.
      count: how many rows, as far as the header says.
      line: where it says so.
      properties: what a row consists of.
    """

    name: str
    count: int
    line: int
    properties: tuple[Property, ...] = ()

    @property
    def has_lists(self) -> bool:
        """Whether its rows differ in length."""
        return any(one.count_kind for one in self.properties)

    @property
    def least_bytes(self) -> int:
        """The shortest that a binary row can be."""
        return sum(one.least_bytes for one in self.properties)


@dataclasses.dataclass(frozen=True)
class Header:
    """What a PLY file says about itself.

    Attributes:
      order: "<" or ">" for binary files, empty for text.
      elements: in the order of their rows.
      size: of the header, bytes.
      lines: of the header.
    """

    order: str
    elements: tuple[Element, ...]
    size: int
    lines: int


def parse_header(content: bytes) -> Header:
    """The header at the start of a file.

    Args:
      content: the file.
    Raises:
      LineError: for anything that PLY does not know.
    """
    end = _END.search(content, 0, _LONGEST)
    if content.split(None, 1)[:1] != [b"ply"] or end is None:
        raise LineError(1, "is not the beginning of a PLY file, from 'ply' to 'end_header'")
    rows = split_rows(content[: end.start()])
    order, elements = None, []
    for words, line in zip(rows.words[1:], rows.lines[1:], strict=True):
        match words:
            case [b"comment" | b"obj_info", *_]:
                pass
            case [b"format", kind, b"1.0"] if kind in _ORDERS and order is None:
                order = _ORDERS[kind]
            case [b"element", name, count] if count.isdigit() and len(count) < 19:
                elements.append(Element(_text(name), int(count), line))
            case [b"property", *described] if elements:
                added = (*elements[-1].properties, _property(described, line))
                elements[-1] = dataclasses.replace(elements[-1], properties=added)
            case _:
                raise LineError(line, f"{shown(b' '.join(words))} is no line of a PLY header")
    if order is None:
        raise LineError(2, f"expected 'format', one of {_choices(_ORDERS)}, and '1.0'")
    _check(elements)
    return Header(order, tuple(elements), end.end(), content.count(b"\n", 0, end.end()))


def _property(words: list[bytes], line: int) -> Property:
    match words:
        case [kind, name] if kind in _KINDS:
            return Property(_text(name), _KINDS[kind])
        case [b"list", count, kind, name] if kind in _KINDS and _KINDS.get(count, "f") not in "fd":
            return Property(_text(name), _KINDS[kind], _KINDS[count])
    raise LineError(line, f"{shown(b' '.join(words))} is no property of {_choices(_KINDS)}")


def _check(elements: list[Element]) -> None:
    seen = set()
    for element in elements:
        if element.name in seen:
            raise LineError(element.line, f"there is an element {element.name!r} already")
        seen.add(element.name)
        names = {one.name for one in element.properties}
        if len(names) < max(1, len(element.properties)):
            raise LineError(element.line, "has no properties, or two of the same name")


def _choices(words: Iterable[bytes]) -> str:
    return b", ".join(words).decode()


def _text(name: bytes) -> str:
    return name.decode("ascii", "backslashreplace")
