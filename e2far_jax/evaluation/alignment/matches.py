"""What points are matched with on a target: the closest points, their normals, and which count."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.geometry.closest_points import Surface


@dataclasses.dataclass(frozen=True)
class Matches:
    """The target's points for some points.

    Attributes:
      points: on the target, in its unit.
      normals: of the target there, unit length; zero where no triangle about has an area.
      distances: from the points asked for.
      kept: the matches that count.
    """

    points: Float[np.ndarray, "P 3"]
    normals: Float[np.ndarray, "P 3"]
    distances: Float[np.ndarray, "P"]
    kept: Bool[np.ndarray, "P"]


Match = Callable[[Float[np.ndarray, "P 3"]], Matches]


def surface_matches(
    surface: Surface, *, trim_border: bool = False, farthest: float = np.inf
) -> Match:
    """Matching with a triangle mesh's closest points, and smooth normals there.

    Normals are those of the vertices, weighed within the triangle (ours). Those of the triangles
    would be a matter of rounding on their edges and corners, where most closest points of a
    convex part lie.

    Args:
      surface: the target.
      trim_border: leave out matches on triangles that touch the mesh's border, after Turk and
        Levoy, "Zippered polygon meshes from range images", SIGGRAPH 1994, who leave out those at
        border vertices (a ring of triangles: ours): what the target does not cover all lands there.
      farthest: leave out matches that are further apart, in the target's unit.
    Returns:
      A function from points to matches.
    """
    normals = vertex_normals(surface)
    inside = ~border_triangles(surface.triangles)

    def match(points: Float[np.ndarray, "P 3"]) -> Matches:
        found = surface.closest(points)
        kept = found.distances <= farthest
        if trim_border:
            kept &= inside[found.triangles]
        corners = surface.triangles[found.triangles]
        weights = barycentric(found.points, surface.vertices[corners])
        blended = np.sum(weights[:, :, None] * normals[corners], axis=1)
        return Matches(found.points, _unit(blended), found.distances, kept)

    return match


def point_matches(
    targets: Float[np.ndarray, "Q 3"],
    normals: Float[np.ndarray, "Q 3"],
    *,
    farthest: float = np.inf,
) -> Match:
    """Matching with the nearest of some points, such as those of a range image.

    Args:
      targets: at least one, finite.
      normals: theirs, unit length.
      farthest: as in `surface_matches`.
    Raises:
      ValueError: for no targets, or numbers that are not finite.
    """
    from scipy.spatial import cKDTree

    if len(targets) == 0:
        raise ValueError("there are no points to match with")
    if not (np.isfinite(targets).all() and np.isfinite(normals).all()):
        raise ValueError("points or normals to match with are not finite")
    targets, normals = targets.astype(np.float64), normals.astype(np.float64)
    tree = cKDTree(targets)

    def match(points: Float[np.ndarray, "P 3"]) -> Matches:
        distances, nearest = tree.query(points)
        return Matches(targets[nearest], normals[nearest], distances, distances <= farthest)

    return match


def vertex_normals(surface: Surface) -> Float[np.ndarray, "N 3"]:
    """The vertices' unit normals, weighed by their triangles' areas; zero without any area."""
    normals = np.zeros_like(surface.vertices)
    np.add.at(normals, surface.triangles.T, _doubled_areas(surface.vertices[surface.triangles]))
    return _unit(normals)


def _doubled_areas(corners: Float[np.ndarray, "F 3 3"]) -> Float[np.ndarray, "F 3"]:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _unit(vectors: Float[np.ndarray, "P 3"]) -> Float[np.ndarray, "P 3"]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0.0, length, 1.0)


def barycentric(
    points: Float[np.ndarray, "P 3"], corners: Float[np.ndarray, "P 3 3"]
) -> Float[np.ndarray, "P 3"]:
    """The corners' weights at points of triangles; thirds where a triangle has no area."""
    normals = _doubled_areas(corners)
    square = np.sum(normals**2, axis=1, keepdims=True)
    flat = square == 0.0
    towards = np.roll(corners, -1, axis=1) - points[:, None]
    beyond = np.roll(corners, -2, axis=1) - points[:, None]
    parts = np.einsum("pkc,pc->pk", np.cross(towards, beyond), normals)
    return np.where(flat, 1.0 / 3.0, parts / np.where(flat, 1.0, square))


def border_triangles(triangles: Int[np.ndarray, "F 3"]) -> Bool[np.ndarray, "F"]:
    """The triangles with a vertex on an edge that belongs to one triangle only."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]],
                                    triangles[:, [2, 0]]]), axis=1)  # fmt: skip
    unique, counts = np.unique(edges, axis=0, return_counts=True)
    on_border = np.zeros(int(triangles.max(initial=-1)) + 1, bool)
    on_border[unique[counts == 1]] = True
    return on_border[triangles].any(axis=1)
