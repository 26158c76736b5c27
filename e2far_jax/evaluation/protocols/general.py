"""Scans without a protocol of their own, such as BU-3DFE and FRGC v2: a ball about the nose's tip.

Neither set fixes how reconstructions are measured, and UH-E2FAR's own way is not known to us. Usual
steps are: the scan's points about the nose's tip, a start from landmarks, iterative closest points,
then the root mean square of the distances from the scan's points to the prediction. Papers differ
in the ball's radius, in whether the size is fitted, in the kind of ICP, and in which side distances
start from; so a number means something only beside others of the same choices. The choices here
are parameters, and their defaults are ours:

- The ball's radius is 95 mm, as usual for Florence (`florence`).
- Landmarks fix the size once (`with_scale`), the ICP is rigid and moves all of the ball's points.
- Distances go from the scan's points to closest points on the prediction's triangles, all of them
  counted, also those that the prediction does not cover.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.icp import point_to_plane_icp, point_to_point_icp
from e2far_jax.evaluation.alignment.matches import surface_matches
from e2far_jax.evaluation.protocols.faces import (
    landmark_alignment,
    points_within,
    root_mean_square,
)
from e2far_jax.geometry.closest_points import Surface
from e2far_jax.scans.mesh import Mesh

ICPS = {"point_to_plane": point_to_plane_icp, "point_to_point": point_to_point_icp}
RADIUS = 95.0


def nose_centred_distances(
    prediction: Mesh,
    prediction_landmarks: Float[np.ndarray, "L 3"],
    scan: Mesh,
    scan_landmarks: Float[np.ndarray, "L 3"],
    nose_tip: Float[np.ndarray, "3"],
    *,
    radius: float = RADIUS,
    with_scale: bool = True,
    icp: str = "point_to_plane",
) -> Float[np.ndarray, "P"]:
    """The distances of a scan's points about the nose's tip from the registered prediction.

    Args:
      prediction: with triangles; mm, or any unit with scale.
      prediction_landmarks: at least 3, not in one line, in the prediction's frame.
      scan: vertices, mm; its triangles are not used.
      scan_landmarks: corresponding ones, in the scan's frame.
      nose_tip: of the scan.
      radius: of the ball about it, mm.
      with_scale: whether the landmarks' alignment forgives a wrong size.
      icp: "point_to_plane" or "point_to_point", rigid.
    Returns:
      mm, one a point in the ball, in the scan's order.
    Raises:
      ValueError: for an unknown ICP, fewer than 3 points in the ball, landmarks in a line, a
        prediction without triangles, or numbers that are not finite.
    """
    if icp not in ICPS:
        raise ValueError(f"no ICP {icp!r}; there are {', '.join(ICPS)}")
    start = landmark_alignment(prediction_landmarks, scan_landmarks, with_scale=with_scale)
    points = points_within(scan.vertices, nose_tip, radius)
    surface = Surface(start.apply(prediction.vertices), prediction.triangles)
    registration = ICPS[icp](points, surface_matches(surface))
    return surface.closest(registration.transformation.apply(points)).distances


def nose_centred_rmse(
    prediction: Mesh,
    prediction_landmarks: Float[np.ndarray, "L 3"],
    scan: Mesh,
    scan_landmarks: Float[np.ndarray, "L 3"],
    nose_tip: Float[np.ndarray, "3"],
    *,
    radius: float = RADIUS,
    with_scale: bool = True,
    icp: str = "point_to_plane",
) -> float:
    """The root mean square of `nose_centred_distances`, whose arguments it takes, in mm."""
    distances = nose_centred_distances(
        prediction,
        prediction_landmarks,
        scan,
        scan_landmarks,
        nose_tip,
        radius=radius,
        with_scale=with_scale,
        icp=icp,
    )
    return root_mean_square(distances)
