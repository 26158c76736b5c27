"""Stirling/ESRC: the 3DRMSE of FG2018's competition on dense reconstruction in the wild.

Feng et al., "Evaluation of dense 3D reconstruction from 2D face images in the wild", FG 2018: the
prediction is placed by seven landmarks (rotation, translation and scale) and by nothing else; each
scan vertex of the inner face, `inner_face` with factor 1.2, is compared with its closest point on
the prediction's surface; 3DRMSE is the root mean square. Reflections are excluded here (ours).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.refinement import distances_to
from e2far_jax.evaluation.protocols.faces import inner_face, landmark_alignment, root_mean_square
from e2far_jax.geometry.closest_points import Surface
from e2far_jax.scans.mesh import Mesh

CROP = 1.2


def stirling_distances(
    prediction: Mesh,
    prediction_landmarks: Float[np.ndarray, "7 3"],
    scan: Mesh,
    scan_landmarks: Float[np.ndarray, "7 3"],
) -> Float[np.ndarray, "P"]:
    """The distances of the inner face's vertices from the placed prediction.

    Args:
      prediction: a neutral face with triangles, any unit.
      prediction_landmarks: the seven (`faces`), in the prediction's frame.
      scan: vertices, mm; its triangles are not used.
      scan_landmarks: the seven, in the scan's frame.
    Returns:
      mm, one a counted vertex, in the scan's order.
    Raises:
      ValueError: for fewer than 3 vertices in the crop, landmarks in a line, a prediction without
        triangles, or numbers that are not finite.
    """
    placing = landmark_alignment(prediction_landmarks, scan_landmarks, with_scale=True)
    points = inner_face(scan.vertices, scan_landmarks, CROP)
    return distances_to(Surface(prediction.vertices, prediction.triangles), placing, points)


def stirling_rmse(
    prediction: Mesh,
    prediction_landmarks: Float[np.ndarray, "7 3"],
    scan: Mesh,
    scan_landmarks: Float[np.ndarray, "7 3"],
) -> float:
    """3DRMSE, mm: the root mean square of `stirling_distances`, whose arguments it takes."""
    return root_mean_square(
        stirling_distances(prediction, prediction_landmarks, scan, scan_landmarks)
    )
