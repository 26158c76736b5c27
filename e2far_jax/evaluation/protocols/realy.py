"""REALY: errors by region of the face, each region registered by itself.

Chai et al., "REALY: rethinking the evaluation of 3D face reconstruction", ECCV 2022, and its
public description:

1. The prediction is placed on the scan by keypoints: rotation, translation and scale. The benchmark
   takes seven (`faces.SEVEN_OF_68`) of its 85.
2. For each region, rigid ICP brings the prediction to the region's scan, of which every vertex is
   matched with its closest point on the prediction; it ends after 100 turns, or where the mean
   squared distance changes by less than 1e-6.
3. The error is the mean distance of the region's vertices from the prediction, times the subject's
   metrical scale, which gives mm.

NOT comparable with the benchmark's published table, which after 2 deforms the region's scan towards
the prediction without rigidity, to find better correspondences, and in 2 weighs the region's
keypoints as well. That deformation is no part of this project. The scale of 1 is the least-squares
one (ours; the benchmark divides sums of absolute coordinates).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.icp import point_to_point_icp
from e2far_jax.evaluation.alignment.matches import surface_matches
from e2far_jax.evaluation.protocols.faces import landmark_alignment
from e2far_jax.geometry.closest_points import Surface
from e2far_jax.scans.mesh import Mesh

REGIONS = ("nose", "mouth", "forehead", "cheek")
ITERATIONS, TOLERANCE = 100, 1e-6


def realy_errors(
    prediction: Mesh,
    prediction_keypoints: Float[np.ndarray, "L 3"],
    regions: Mapping[str, Mesh],
    scan_keypoints: Float[np.ndarray, "L 3"],
    metrical_scale: float,
) -> dict[str, float]:
    """The mean distance of each region after its own rigid registration.

    Args:
      prediction: a face with triangles, any unit.
      prediction_keypoints: the seven, or as many of the 85 as shall place the prediction.
      regions: of one subject's scan, by names of REGIONS; only their vertices are used.
      scan_keypoints: corresponding ones, in the scan's frame and unit.
      metrical_scale: mm in one unit of the subject's scan, above 0.
    Returns:
      mm by region, in the order of `regions`.
    Raises:
      ValueError: for no or unknown regions, a scale that is not above 0, regions of fewer than 3
        vertices, keypoints in a line, or numbers that are not finite.
    """
    unknown = [name for name in regions if name not in REGIONS]
    if unknown or not regions:
        raise ValueError(f"regions {list(regions)}; expected some of {', '.join(REGIONS)}")
    if not 0.0 < metrical_scale < np.inf:
        raise ValueError(f"a metrical scale of {metrical_scale}; it must be above 0")
    placing = landmark_alignment(prediction_keypoints, scan_keypoints, with_scale=True)
    surface = Surface(placing.apply(prediction.vertices), prediction.triangles)
    return {
        name: metrical_scale * _mean_distance(surface, name, region.vertices)
        for name, region in regions.items()
    }


def _mean_distance(surface: Surface, name: str, vertices: Float[np.ndarray, "P 3"]) -> float:
    if len(vertices) < 3:
        raise ValueError(f"region {name} has {len(vertices)} vertices; at least 3 expected")
    registration = point_to_point_icp(
        vertices, surface_matches(surface), iterations=ITERATIONS, tolerance=TOLERANCE
    )
    return float(surface.closest(registration.transformation.apply(vertices)).distances.mean())
