"""PLY: text or binary, with any further properties and elements, which are passed over."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from e2far_jax.scans.lines import LineError, naming, read_content
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.ply_binary import BinaryRows
from e2far_jax.scans.ply_header import Element, parse_header
from e2far_jax.scans.ply_text import TextRows
from e2far_jax.scans.polygons import Polygons, assembled_mesh

_CORNERS = ("vertex_indices", "vertex_index")


def read_ply(path: str | os.PathLike[str]) -> Mesh:
    """Read a PLY file.

    Args:
      path: the file. Colours, normals and whatever else it has are left out.
    Returns:
      The rows of its element `vertex` in their order; those of `face` become fans of triangles.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or something else; in binary files rows count from 0.
    """
    content = read_content(path)
    with naming(path):
        header = parse_header(content)
        if header.order:
            rows = BinaryRows(path, content, header.size, header.order)
        else:
            rows = TextRows(content[header.size :], header.lines + 1)
        read = [_read(rows, element) for element in header.elements]
        rows.finish()
    vertices = next((one for one in read if isinstance(one, np.ndarray)), np.zeros((0, 3)))
    polygons = next((one for one in read if isinstance(one, Polygons)), None)
    return assembled_mesh(path, vertices, polygons)


def _read(
    rows: BinaryRows | TextRows, element: Element
) -> Float[np.ndarray, "N 3"] | Polygons | None:
    """The next element: vertices, polygons, or nothing of use."""
    room = rows.room_for(element)
    if element.count > room:
        raise LineError(
            element.line,
            f"there cannot be {element.count} rows of {element.name!r}: {room} fit into the file",
        )
    return _READERS.get(element.name, _skip)(rows, element)


def _skip(rows: BinaryRows | TextRows, element: Element) -> None:
    rows.skip(element)


def _vertices(rows: BinaryRows | TextRows, element: Element) -> Float[np.ndarray, "N 3"]:
    names = [one.name for one in element.properties]
    if element.has_lists or not {"x", "y", "z"} <= set(names):
        raise LineError(element.line, "vertices need x, y and z, and no lists")
    return rows.table(element)[:, [names.index(axis) for axis in "xyz"]]


def _polygons(rows: BinaryRows | TextRows, element: Element) -> Polygons:
    for one in element.properties:
        if one.name in _CORNERS and one.count_kind and one.kind not in "fd":
            return rows.lists(element, one.name)
    raise LineError(element.line, f"faces need a list of integers {' or '.join(_CORNERS)}")


def _strips(rows: BinaryRows | TextRows, element: Element) -> None:
    raise LineError(element.line, "strips of triangles are not read, only faces")


_READERS: dict[str, Callable] = {"vertex": _vertices, "face": _polygons, "tristrips": _strips}
