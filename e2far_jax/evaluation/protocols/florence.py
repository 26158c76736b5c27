"""MICC Florence: root mean square distance of a scan about the nose's tip, after ICP.

Bagdanov, Del Bimbo, Masi, "The Florence 2D/3D hybrid face dataset", ACM J-HGBU workshop 2011. The
set fixes no protocol. Common to most papers: the scan is cropped to 95 mm about the nose's tip and
the prediction is registered by ICP; the error is a root mean square. Papers differ in the residual
that ICP makes small (to points, or to planes), in whether the size is fitted, and in the side that
distances start from, so compare only numbers of the same choices. Ours: see `general`.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.protocols.general import nose_centred_rmse
from e2far_jax.scans.mesh import Mesh

CROP = 95.0


def florence_rmse(
    prediction: Mesh,
    prediction_landmarks: Float[np.ndarray, "L 3"],
    scan: Mesh,
    scan_landmarks: Float[np.ndarray, "L 3"],
    nose_tip: Float[np.ndarray, "3"],
    *,
    with_scale: bool = True,
    icp: str = "point_to_plane",
) -> float:
    """RMSE of the cropped scan's vertices from the registered prediction.

    Args:
      prediction: with triangles; mm, or any unit with scale.
      prediction_landmarks: at least 3, not in one line, in the prediction's frame.
      scan: vertices, mm.
      scan_landmarks: corresponding ones, in the scan's frame.
      nose_tip: of the scan.
      with_scale: whether the landmarks' alignment forgives a wrong size.
      icp: "point_to_plane" or "point_to_point".
    Returns:
      mm.
    Raises:
      ValueError: as `general.nose_centred_distances`.
    """
    return nose_centred_rmse(
        prediction,
        prediction_landmarks,
        scan,
        scan_landmarks,
        nose_tip,
        radius=CROP,
        with_scale=with_scale,
        icp=icp,
    )
