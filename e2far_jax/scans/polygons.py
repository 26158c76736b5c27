"""Polygons as files have them, and the mesh of triangles that they make."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.mesh import Mesh


@dataclasses.dataclass(frozen=True)
class Polygons:
    """Polygons of any number of corners.

    Attributes:
      corners: their vertices from 0, not checked yet, one polygon after another.
      sizes: how many corners each has.
      places: where in the file each stands.
      unit: what `places` counts.
      base: the number of the first vertex in the file.
    """

    corners: Int[np.ndarray, "C"]
    sizes: Int[np.ndarray, "P"]
    places: Sequence[int]
    unit: str = "line"
    base: int = 0


def fans(sizes: Int[np.ndarray, "P"]) -> Int[np.ndarray, "F 3"]:
    """Triangles that fan out from the first corner of each polygon and keep its winding.

    Args:
      sizes: how many corners each polygon has, at least 3.
    Returns:
      Positions in the list of all polygons' corners.
    """
    triangles = sizes - 2
    first = np.repeat(np.cumsum(sizes) - sizes, triangles)
    step = np.arange(triangles.sum()) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    return np.stack([first, first + step + 1, first + step + 2], axis=1)


def assembled_mesh(
    source: str | os.PathLike[str],
    vertices: Float[np.ndarray, "N 3"],
    polygons: Polygons | None = None,
) -> Mesh:
    """The mesh of what was read, once everything about it is found to be right.

    Args:
      source: the file, for messages.
      vertices: in its order, which stays.
      polygons: None for points alone.
    Raises:
      FormatError: for no vertices, one that is not finite, a polygon of fewer than three corners,
        or a corner that is none of the vertices.
    """
    vertices = np.asarray(vertices, np.float64)
    if len(vertices) == 0:
        raise FormatError(source, "vertices", "there are none")
    broken = np.flatnonzero(~np.isfinite(vertices).all(axis=1))
    if len(broken):
        raise FormatError(source, f"vertex {broken[0]}", "is not finite (counted from 0)")
    if polygons is None:
        return Mesh(vertices, np.zeros((0, 3), np.int32))
    _check(source, polygons, len(vertices))
    return Mesh(vertices, polygons.corners[fans(polygons.sizes)].astype(np.int32))


def _check(source: str | os.PathLike[str], polygons: Polygons, vertices: int) -> None:
    small = np.flatnonzero(polygons.sizes < 3)
    if len(small):
        place = f"{polygons.unit} {polygons.places[small[0]]}"
        size = polygons.sizes[small[0]]
        raise FormatError(source, place, f"a polygon has {size} corners, expected 3 or more")
    outside = np.flatnonzero((polygons.corners < 0) | (polygons.corners >= vertices))
    if len(outside):
        polygon = int(np.searchsorted(np.cumsum(polygons.sizes), outside[0], side="right"))
        found, base = int(polygons.corners[outside[0]]), polygons.base
        raise FormatError(
            source,
            f"{polygons.unit} {polygons.places[polygon]}",
            f"names vertex {found + base}, expected {base} to {vertices - 1 + base}",
        )
