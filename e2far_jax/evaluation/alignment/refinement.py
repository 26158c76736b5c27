"""The placing of a predicted surface that brings it closest to a scan's points."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.descent import Offsets, Registration, descend
from e2far_jax.evaluation.alignment.transformations import Transformation
from e2far_jax.geometry.closest_points import Surface


def distances_to(
    surface: Surface, placing: Transformation, points: Float[np.ndarray, "P 3"]
) -> Float[np.ndarray, "P"]:
    """Distances of points from a placed surface.

    Args:
      surface: in its own frame and unit.
      placing: from the surface's frame to the points'.
      points: of a scan.
    Returns:
      Distances in the points' unit, to the closest points on triangles.
    """
    return placing.scale * surface.closest(placing.inverse().apply(points)).distances


def refine_similarity(
    points: Float[np.ndarray, "P 3"],
    surface: Surface,
    start: Transformation,
    *,
    with_scale: bool,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> Registration:
    """Minimise the scan points' mean squared distance from a surface that is moved.

        min over (s,) R, t of mean_i min_c |q_i - (s R c + t)|^2,   c anywhere on the surface

    By Levenberg and Marquardt's steps (ours): the gradient of a point's distance is that of the
    distance to its closest point held fast on the surface, so each step is `small_step` along the
    lines from the closest points to the scan's, kept by `descend` where it helps.

    Args:
      points: of the scan, at least 3, finite.
      surface: the prediction, in any frame and unit.
      start: takes the surface near the points, such as an alignment of landmarks.
      with_scale: whether the surface's size may change too.
      iterations: steps tried, at most.
      tolerance: the part of the root mean square distance by which it must fall to go on.
    Returns:
      The registration from the surface's frame to the points'.
    Raises:
      ValueError: for fewer than 3 points, or points that are not finite.
    """
    if len(points) < 3:
        raise ValueError(f"{len(points)} points to refine on; 3 are needed")
    if not np.isfinite(points).all():
        raise ValueError("the points to refine on are not finite")

    def offsets_of(placing: Transformation) -> Offsets:
        found = surface.closest(placing.inverse().apply(points))
        placed = placing.apply(found.points)
        lengths = np.linalg.norm(points - placed, axis=1)
        # Points that lie on the surface have no direction, and no say in the next step.
        directions = (points - placed) / np.where(lengths > 0.0, lengths, 1.0)[:, None]
        return Offsets(placed, directions, lengths)

    return descend(
        offsets_of, start, with_scale=with_scale, iterations=iterations, tolerance=tolerance
    )
