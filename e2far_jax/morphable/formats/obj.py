"""Vertices, texture coordinates and polygons out of Wavefront OBJ text."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float, Int


def parse_vectors(text: bytes, keyword: bytes, size: int) -> Float[np.ndarray, "N K"]:
    """All lines `keyword x y ...` of an OBJ file.

    Args:
      text: the file.
      keyword: b"v" or b"vt".
      size: how many numbers a line has.
    Returns:
      One row a line, float64.
    Raises:
      ValueError: for a line with more or fewer numbers, or with something else.
    """
    start = keyword + b" "
    rows = [line[len(start) :] for line in text.splitlines() if line.startswith(start)]
    numbers = b" ".join(rows).split()
    if len(numbers) != size * len(rows):
        raise ValueError(
            f"{len(rows)} lines '{keyword.decode()}' hold {len(numbers)} numbers, "
            f"expected {size} each"
        )
    return np.array(numbers, np.float64).reshape(-1, size)


def parse_triangles(
    text: bytes,
) -> tuple[Int[np.ndarray, "F 3"], Int[np.ndarray, "F 3"]]:
    """The polygons of an OBJ file as fans of triangles.

    Args:
      text: the file; each corner of a polygon is written `vertex/texture` (a normal may follow).
    Returns:
      Indices of vertices and of texture coordinates, counted from 0.
    Raises:
      ValueError: for a corner without its two numbers, or a polygon of fewer than three corners.
    """
    corners = []
    for line in text.splitlines():
        if line.startswith(b"f "):
            polygon = [corner.split(b"/")[:2] for corner in line.split()[1:]]
            if len(polygon) < 3:
                raise ValueError(f"a polygon has {len(polygon)} corners, expected 3 or more")
            for second, third in itertools.pairwise(polygon[1:]):
                corners.append((polygon[0], second, third))
    indices = np.array(corners, np.int64).reshape(-1, 3, 2) - 1
    return indices[..., 0], indices[..., 1]
