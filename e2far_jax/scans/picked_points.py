"""MeshLab's picked points (.pp): named points in XML.

The document type may have a name, as MeshLab gives it, but neither declare nor refer to anything:
so no entity can grow, and no other file or address is opened.
"""

from __future__ import annotations

import dataclasses
import os
from xml.parsers import expat

from e2far_jax.scans.lines import LineError, Rows, naming, read_content

_ROOT = "PickedPoints"
_ACTIVE = {"1": True, "0": False}


@dataclasses.dataclass(frozen=True)
class PickedPoint:
    """A point of the file.

    Attributes:
      name: as given, empty where there is none.
      position: x, y and z, in the unit of the scan.
      active: whether it has been picked; one that has not stands anywhere.
      line: where it stands in the file.
    """

    name: str
    position: tuple[float, float, float]
    active: bool
    line: int


def read_picked_points(path: str | os.PathLike[str]) -> list[PickedPoint]:
    """Read a .pp file.

    Args:
      path: the file.
    Returns:
      All its points, in the file's order.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or something else.
    """
    content = read_content(path)
    with naming(path):
        return _Reader(content).points


class _Reader:
    """Takes what expat finds, event by event."""

    def __init__(self, content: bytes):
        start = content.lstrip()  # XML may not begin with a blank line, but such files are about
        self._before = content.count(b"\n") - start.count(b"\n")
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.StartElementHandler = self._first_element
        self.points: list[PickedPoint] = []
        try:
            self._parser.Parse(start, True)
        except expat.ExpatError as error:
            problem = f"is no XML ({expat.ErrorString(error.code)})"
            raise LineError(self._before + error.lineno, problem) from None

    def _line(self) -> int:
        return self._before + self._parser.CurrentLineNumber

    def _document_type(
        self, name: str, system: str | None, public: str | None, has_subset: int
    ) -> None:
        if system or public or has_subset:
            raise LineError(self._line(), "a document type with declarations is not read")

    def _first_element(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != _ROOT:
            raise LineError(self._line(), f"begins with {tag[:20]!r}, expected {_ROOT!r}")
        self._parser.StartElementHandler = self._element

    def _element(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "point":
            return
        line, active = self._line(), attributes.get("active", "1")
        if active not in _ACTIVE or not {"x", "y", "z"} <= attributes.keys():
            raise LineError(line, "a point needs x, y and z, and active is 0 or 1")
        words = [attributes[axis].encode() for axis in "xyz"]
        (position,) = Rows([words], [line]).table(3).tolist()
        name = attributes.get("name", "")
        self.points.append(PickedPoint(name, tuple(position), _ACTIVE[active], line))
