"""A model of fewer vertices, with its bases."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.surface_points import SurfacePoints

ATTEMPTS = 8  # each time with fewer triangles, until the budget is kept


def decimate(model: MorphableModel, budget: int) -> MorphableModel:
    """Simplify the mean face's mesh and carry everything along.

    Edges collapse where that changes the mean face least (Garland and Heckbert, "Surface
    simplification using quadric error metrics", SIGGRAPH 1997). What stays of each cluster is its
    vertex nearest to the place that the simplification gives (ours), so that bases, regions and
    colours are rows of the old ones; landmarks become points on the new triangles.

    Args:
      model: any; one whose texture has seams loses its texture coordinates.
      budget: the most vertices that may be left.
    Returns:
      A model of `budget` vertices or some fewer.
    Raises:
      ValueError: for a budget below 100, or as many vertices as there are.
    """
    total = len(model.mean)
    if not 100 <= budget < total:
        raise ValueError(f"budget is {budget}; {model.name!r} can have 100 to {total - 1} vertices")
    mean = np.asarray(model.mean)
    kept, triangles, successor = _simplified(mean, np.asarray(model.triangles), budget)
    seamless = model.texture_triangles is not None and np.array_equal(
        model.texture_triangles, model.triangles
    )
    return dataclasses.replace(
        model,
        mean=model.mean[kept],
        identity_basis=model.identity_basis[kept],
        expression_basis=model.expression_basis[kept],
        triangles=jnp.asarray(triangles, jnp.int32),
        landmarks=_carried(model.landmarks, mean, mean[kept], triangles, successor),
        regions={name: region[kept] for name, region in model.regions.items()},
        texture_coordinates=model.texture_coordinates[kept] if seamless else None,
        texture_triangles=jnp.asarray(triangles, jnp.int32) if seamless else None,
        mean_colour=None if model.mean_colour is None else model.mean_colour[kept],
        colour_basis=None if model.colour_basis is None else model.colour_basis[kept],
    )


def _simplified(
    vertices: Float[np.ndarray, "N 3"], triangles: Int[np.ndarray, "F 3"], budget: int
) -> tuple[Int[np.ndarray, "M"], Int[np.ndarray, "G 3"], Int[np.ndarray, "N"]]:
    """The old vertices that stay, triangles of their new numbers, what each old one became."""
    from fast_simplification import replay_simplification, simplify

    vertices, triangles = np.array(vertices, np.float64), np.array(triangles, np.int32)
    goal = len(triangles) * budget / len(vertices)
    for _ in range(ATTEMPTS):
        count = max(int(goal), 4)
        *_, collapses = simplify(vertices, triangles, target_count=count, return_collapses=True)
        points, faces, cluster = replay_simplification(vertices, triangles, collapses)
        used, numbered = np.unique(faces, return_inverse=True)
        if len(used) <= budget:
            number = np.full(len(points), -1)
            number[used] = np.arange(len(used))
            nearest = _nearest_members(vertices, points, cluster)
            return nearest[used], numbered.reshape(-1, 3), number[cluster]
        goal *= 0.98 * budget / len(used)
    raise ValueError(f"this mesh of {len(vertices)} vertices cannot be brought to {budget}")


def _nearest_members(
    vertices: Float[np.ndarray, "N 3"],
    points: Float[np.ndarray, "M 3"],
    cluster: Int[np.ndarray, "N"],
) -> Int[np.ndarray, "M"]:
    """Of each cluster of vertices, the one that is nearest to the cluster's point."""
    distance = np.linalg.norm(vertices - points[cluster], axis=1)
    order = np.lexsort((distance, cluster))
    _, first = np.unique(cluster[order], return_index=True)
    return order[first]


def _carried(
    landmarks: SurfacePoints,
    old: Float[np.ndarray, "N 3"],
    new: Float[np.ndarray, "M 3"],
    triangles: Int[np.ndarray, "G 3"],
    successor: Int[np.ndarray, "N"],
) -> SurfacePoints:
    """The points of the new surface nearest to the old landmarks.

    Only triangles at what became of a landmark's own corners count: where closed lips touch, the
    other lip is as near.
    """
    from trimesh.triangles import closest_point, points_to_barycentric

    chosen, weights = [], []
    for point, corners in zip(np.asarray(landmarks.on(old)), landmarks.corners, strict=True):
        around = np.flatnonzero(np.isin(triangles, successor[np.asarray(corners)]).any(axis=1))
        around = around if len(around) else np.arange(len(triangles))
        spanned = new[triangles[around]].astype(np.float64)
        candidates = closest_point(spanned, np.tile(point.astype(np.float64), (len(around), 1)))
        nearest = np.linalg.norm(candidates - point, axis=1).argmin()
        chosen.append(around[nearest])
        weights.append(points_to_barycentric(spanned[[nearest]], candidates[[nearest]])[0])
    share = jnp.asarray(np.array(weights), jnp.float32)
    return SurfacePoints(jnp.asarray(triangles[chosen], jnp.int32), share)
