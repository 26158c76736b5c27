"""NoW, "not quite in the wild": distances of a scan's points from a predicted neutral face.

Sanyal, Bolkart, Feng, Black, "Learning to regress 3D face shape and expression from an image
without 3D supervision", CVPR 2019, and the benchmark's public description, now.is.tue.mpg.de:

1. The scan's vertices in `inner_face` with factor 1.4 count.
2. The prediction is placed by its seven landmarks: rotation, translation and scale.
3. The placing is refined: the least mean squared distance of the counted vertices from their
   closest points on the prediction's triangles, again over rotation, translation and scale.
4. The distances that remain are those of every counted vertex, in mm; the distances of all images
   are pooled and told by their median, mean and standard deviation.

The metrical variant expects a prediction in mm and leaves its size as it is, in 2 and in 3.

Where this differs from the benchmark's own program (ours): reflections are excluded in 2, the sum
of 3 is made small by another method (`refine_similarity`), and the metrical start is the rigid fit.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.refinement import distances_to, refine_similarity
from e2far_jax.evaluation.protocols.faces import inner_face, landmark_alignment
from e2far_jax.geometry.closest_points import Surface
from e2far_jax.scans.mesh import Mesh

CROP = 1.4


def now_distances(
    prediction: Mesh,
    prediction_landmarks: Float[np.ndarray, "7 3"],
    scan: Mesh,
    scan_landmarks: Float[np.ndarray, "7 3"],
    *,
    metrical: bool,
) -> Float[np.ndarray, "P"]:
    """The distances of the cropped scan's vertices from a prediction.

    Args:
      prediction: a neutral face with triangles; mm where metrical, else any unit.
      prediction_landmarks: the seven (`faces`), in the prediction's frame.
      scan: vertices, mm; its triangles are not used.
      scan_landmarks: the seven, in the scan's frame.
      metrical: whether a wrong size counts.
    Returns:
      mm, one a counted vertex, in the scan's order.
    Raises:
      ValueError: for fewer than 3 vertices in the crop, landmarks in a line, a prediction without
        triangles, or numbers that are not finite.
    """
    start = landmark_alignment(prediction_landmarks, scan_landmarks, with_scale=not metrical)
    points = inner_face(scan.vertices, scan_landmarks, CROP)
    surface = Surface(prediction.vertices, prediction.triangles)
    placing = refine_similarity(points, surface, start, with_scale=not metrical).transformation
    return distances_to(surface, placing, points)
