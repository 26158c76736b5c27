"""Exact closest points on a triangle mesh: in the triangles' inside, on their edges and corners.

libigl's tree of boxes does the search, in float64. It is native code, so everything is checked
before it sees it.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int

# Triangles whose height is below this part of their longest edge are searched as that edge:
# libigl's plane of three points in a line is rounding noise, and its distances are wrong there.
_FLAT = 1e-10


@dataclasses.dataclass(frozen=True)
class ClosestPoints:
    """Where a surface is nearest to some points.

    Attributes:
      points: on the surface, in its unit.
      triangles: the number of the triangle that each lies on.
      distances: from the points asked for, at least 0, in the surface's unit.
    """

    points: Float[np.ndarray, "P 3"]
    triangles: Int[np.ndarray, "P"]
    distances: Float[np.ndarray, "P"]


class Surface:
    """A triangle mesh prepared for many searches.

    Attributes:
      vertices: a copy, float64.
      triangles: a copy, int64.
    """

    vertices: Float[np.ndarray, "N 3"]
    triangles: Int[np.ndarray, "F 3"]

    def __init__(self, vertices: Float[np.ndarray, "N 3"], triangles: Int[np.ndarray, "F 3"]):
        """Check the mesh and build its tree.

        Args:
          vertices: of the mesh, any unit.
          triangles: its vertex indices; triangles without area count as the edge or point they are.
        Raises:
          ValueError: for no triangles, coordinates that are not finite, indices that are out of
            range, or without libigl.
        """
        self.vertices = np.array(vertices, np.float64, order="C")
        self.triangles = np.array(triangles, np.int64, order="C")
        _check_mesh(self.vertices, self.triangles)
        self._searched = _flat_ones_as_edges(self.vertices, self.triangles)
        self._tree = _igl().AABB()
        self._tree.init(self.vertices, self._searched)

    def closest(self, points: Float[np.ndarray, "P 3"]) -> ClosestPoints:
        """The nearest point of the surface for each of the points.

        Args:
          points: in the surface's unit; none is allowed.
        Raises:
          ValueError: for coordinates that are not finite.
        """
        queries = np.array(points, np.float64, order="C")
        _check_finite(queries, "points")
        _, triangles, nearest = self._tree.squared_distance(self.vertices, self._searched, queries)
        distances = np.linalg.norm(queries - nearest, axis=1)
        return ClosestPoints(nearest, triangles.astype(np.int64), distances)


def closest_points(
    points: Float[np.ndarray, "P 3"],
    vertices: Float[np.ndarray, "N 3"],
    triangles: Int[np.ndarray, "F 3"],
) -> ClosestPoints:
    """The nearest point of a mesh for each of the points; `Surface` for many searches on one mesh.

    Args:
      points: any unit.
      vertices: of the mesh, in the same unit.
      triangles: its vertex indices.
    Raises:
      ValueError: as `Surface` and `Surface.closest`.
    """
    return Surface(vertices, triangles).closest(points)


def _igl():
    try:
        import igl
    except ImportError:
        raise ValueError("libigl is not installed: pip install 'e2far-jax[evaluate]'") from None
    return igl


def _check_finite(coordinates: Float[np.ndarray, "P 3"], name: str) -> None:
    broken = np.flatnonzero(~np.isfinite(coordinates).all(axis=1))
    if len(broken):
        raise ValueError(
            f"{len(broken)} of {len(coordinates)} {name} are not finite, first number {broken[0]}"
        )


def _check_mesh(vertices: Float[np.ndarray, "N 3"], triangles: Int[np.ndarray, "F 3"]) -> None:
    if len(triangles) == 0:
        raise ValueError("the surface has no triangles")
    low, high = int(triangles.min()), int(triangles.max())
    if low < 0 or high >= len(vertices):
        raise ValueError(
            f"the triangles name vertices {low} to {high}, of which there are {len(vertices)}"
        )
    _check_finite(vertices, "vertices")


def _flat_ones_as_edges(
    vertices: Float[np.ndarray, "N 3"], triangles: Int[np.ndarray, "F 3"]
) -> Int[np.ndarray, "F 3"]:
    """The triangles, those without area as [a, b, b], which libigl searches as a segment."""
    corners = vertices[triangles]
    edges = np.roll(corners, -1, axis=1) - corners
    lengths = np.linalg.norm(edges, axis=2)
    longest = lengths.argmax(axis=1)
    twice_area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
    flat = np.flatnonzero(twice_area <= _FLAT * lengths.max(axis=1) ** 2)
    searched = triangles.copy()
    start, end = triangles[flat, longest[flat]], triangles[flat, (longest[flat] + 1) % 3]
    searched[flat] = np.stack([start, end, end], axis=1)
    return searched
