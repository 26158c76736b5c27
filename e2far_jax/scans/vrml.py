"""VRML 2.0, as far as scans such as BU-3DFE's use it: one set of polygons and its points.

ISO/IEC 14772-1:1997 (VRML97). Textures, their coordinates, views and whatever else there is are
left out.
"""

from __future__ import annotations

import dataclasses
import os
import re

import numpy as np

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.lines import LineError, Rows, naming, read_content, split_rows
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.polygons import Polygons, assembled_mesh

_HEADER = b"#VRML V2.0"
_TEXT_OR_COMMENT = re.compile(rb'"(?:[^"\\]|\\.)*+"?|#[^\n]*', re.DOTALL)
_EVENT = re.compile(rb"[{}\[\]]|\b(?:translation|rotation|scale|ccw)\b")
_GAP = re.compile(rb"[\s{}\[\]]")
_CLOSING = {b"{": b"}", b"[": b"]"}
_WANTED = {(b"Coordinate", b"point"): "point", (b"IndexedFaceSet", b"coordIndex"): "coordIndex"}
_LONGEST_NAME = 100  # bytes before a bracket in which its name is looked for
_LONGEST_VALUE = 200  # bytes behind a field in which its numbers are looked for
# What leaves points where they are; a rotation's axis does not matter, only its angle.
_UNMOVED = {b"translation": (0.0, 0.0, 0.0), b"rotation": (0.0,), b"scale": (1.0, 1.0, 1.0)}


@dataclasses.dataclass(frozen=True)
class _Opened:
    """A bracket that waits for the one that closes it.

    Attributes:
      bracket: which.
      name: the word before it, of a node or a field.
      end: the place behind it.
      line: where it stands.
    """

    bracket: bytes
    name: bytes
    end: int
    line: int


def read_vrml(path: str | os.PathLike[str]) -> Mesh:
    """Read a VRML 2.0 file.

    Args:
      path: the file.
    Returns:
      The points of its `Coordinate` in their order; the polygons of its `IndexedFaceSet`, if there
      is one, become fans of triangles.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or something else, has several surfaces, moves them with a
        `Transform`, or turns them inside out.
    """
    content = b"\n".join(read_content(path).splitlines())
    if not content.startswith(_HEADER):
        raise FormatError(path, "line 1", f"does not begin with {_HEADER.decode()}")
    text = _TEXT_OR_COMMENT.sub(_blank, content).replace(b",", b" ")
    with naming(path):
        lists = _lists(text)
        if "point" not in lists:
            raise FormatError(path, "Coordinate", "there is none with points")
        numbers = lists["point"].numbers("float64")
        if numbers.size % 3:
            raise LineError(lists["point"].lines[-1], "the points do not have 3 numbers each")
        polygons = _polygons(lists["coordIndex"]) if "coordIndex" in lists else None
    return assembled_mesh(path, numbers.reshape(-1, 3), polygons)


def _blank(match: re.Match[bytes]) -> bytes:
    """White space of as many lines."""
    return b" " + b"\n" * match[0].count(b"\n")


def _lists(text: bytes) -> dict[str, Rows]:
    """The words between the brackets of `point` and `coordIndex`, of surfaces alone."""
    found: dict[str, Rows] = {}
    opened: list[_Opened] = []
    line, last = 1, 0
    for event in _EVENT.finditer(text):
        line, last = line + text.count(b"\n", last, event.start()), event.start()
        if event[0] in _CLOSING:
            before = text[max(0, last - _LONGEST_NAME) : last].rstrip()
            opened.append(_Opened(event[0], _GAP.split(before)[-1], event.end(), line))
        elif event[0] not in _CLOSING.values():
            words = text[event.end() : event.end() + _LONGEST_VALUE].split()
            _require_unmoved(event[0], opened[-1:], words, line)
        elif not opened or _CLOSING[opened[-1].bracket] != event[0]:
            raise LineError(line, f"there is nothing that '{event[0].decode()}' would close")
        else:
            one = opened.pop()
            key = _WANTED.get((opened[-1].name if opened else b"", one.name))
            if key in found:
                raise LineError(one.line, f"another {key!r}; several surfaces are not read")
            if key:
                found[key] = split_rows(text[one.end : last], one.line)
    if opened:
        raise LineError(opened[-1].line, f"'{opened[-1].bracket.decode()}' is never closed")
    return found


def _require_unmoved(field: bytes, nodes: list[_Opened], words: list[bytes], line: int) -> None:
    """Refuse what would give other points or triangles than the lists hold.

    Args:
      field: that has been found.
      nodes: the one that it belongs to, or none.
      words: those that follow it.
      line: where it stands.
    """
    node = nodes[0].name if nodes else b""
    if node == b"IndexedFaceSet" and field == b"ccw" and words[:1] != [b"TRUE"]:
        raise LineError(line, "polygons whose corners run clockwise are not read")
    if node != b"Transform" or field not in _UNMOVED:
        return
    numbers = Rows([words[: 4 if field == b"rotation" else 3]], [line]).numbers("float64")
    if tuple(numbers[-len(_UNMOVED[field]) :]) != _UNMOVED[field]:
        raise LineError(line, f"a Transform with a {field.decode()} is not read")


def _polygons(rows: Rows) -> Polygons:
    """Polygons that end with -1; the last one may do without."""
    numbers = rows.numbers("int64")
    if numbers.size and numbers[-1] != -1:
        numbers = np.append(numbers, -1)
    ends = np.flatnonzero(numbers == -1)
    sizes = np.diff(ends, prepend=-1) - 1
    lines = np.repeat(np.array(rows.lines, np.int64), rows.counts())
    places = lines[np.maximum(np.minimum(ends, len(lines) - 1), 0)]
    return Polygons(numbers[numbers != -1], sizes, places.tolist())
