"""What the protocols share: landmarks that place a prediction, and the part of a scan that counts.

The seven landmarks are, in this order and as seen from the subject's right to left: the right eye's
outer and inner corner, the left eye's inner and outer corner, the nose's bottom (subnasale), the
mouth's right and left corner; points 36, 39, 42, 45, 33, 48, 54 of iBUG's 68, counted from 0.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.transformations import Transformation, fit_transformation

# Rows of the 68 landmarks of iBUG (0-based) that are the seven.
SEVEN_OF_68 = (36, 39, 42, 45, 33, 48, 54)
_RIGHT_OUTER, _RIGHT_INNER, _LEFT_INNER, _LEFT_OUTER, _NOSE_BOTTOM = range(5)
# Landmarks are in a line where their second widest extent is below this part of the widest.
_LINE = 1e-3
_FEWEST = 3


def landmark_alignment(
    prediction: Float[np.ndarray, "L 3"], scan: Float[np.ndarray, "L 3"], *, with_scale: bool
) -> Transformation:
    """The least-squares placing of predicted landmarks on the scan's, without reflection.

    Args:
      prediction: at least 3, not in one line, any unit (mm without scale).
      scan: corresponding landmarks, mm.
      with_scale: whether a wrong size is forgiven.
    Raises:
      ValueError: for too few landmarks, ones in a line, or numbers that are not finite.
    """
    _check_landmarks(prediction, "predicted")
    _check_landmarks(scan, "scan's")
    return fit_transformation(prediction, scan, with_scale=with_scale)


def _check_landmarks(landmarks: Float[np.ndarray, "L 3"], whose: str) -> None:
    if len(landmarks) < _FEWEST:
        raise ValueError(f"{len(landmarks)} of the {whose} landmarks; at least {_FEWEST} expected")
    if not np.isfinite(landmarks).all():
        raise ValueError(f"the {whose} landmarks are not finite")
    extents = np.linalg.svd(landmarks - landmarks.mean(axis=0), compute_uv=False)
    if extents[1] <= _LINE * extents[0]:
        raise ValueError(f"the {whose} landmarks lie in one line or point: no rotation fits")


def points_within(
    points: Float[np.ndarray, "N 3"], centre: Float[np.ndarray, "3"], radius: float
) -> Float[np.ndarray, "P 3"]:
    """The scan's points in a ball, its surface included, in their order.

    Args:
      points: of a scan, mm.
      centre: of the ball.
      radius: mm, above 0.
    Raises:
      ValueError: for points or a ball that are not finite, no radius, or fewer than 3 points in it.
    """
    if not np.isfinite(points).all():
        broken = int(np.sum(~np.isfinite(points).all(axis=1)))
        raise ValueError(f"{broken} of the scan's {len(points)} vertices are not finite")
    if not (np.isfinite(centre).all() and 0.0 < radius < np.inf):
        raise ValueError(f"a crop of radius {radius} about {centre.tolist()}; both must be finite")
    inside = points[np.linalg.norm(points - centre, axis=1) <= radius]
    if len(inside) < _FEWEST:
        raise ValueError(
            f"{len(inside)} of the scan's {len(points)} vertices within {radius:.1f} mm of "
            f"{np.round(centre, 1).tolist()}; are the landmarks in the scan's frame and unit?"
        )
    return inside.astype(np.float64)


def inner_face(
    points: Float[np.ndarray, "N 3"], landmarks: Float[np.ndarray, "7 3"], factor: float
) -> Float[np.ndarray, "P 3"]:
    """The scan's points in the ball of FG2018's competition, which NoW widens.

        centre = nose bottom + 0.3 (bridge - nose bottom),  bridge the middle of the inner corners
        radius = factor (|outer corners apart| + |bridge - nose bottom|) / 2

    Args:
      points: of a scan, mm.
      landmarks: the scan's seven.
      factor: 1.2 for FG2018, 1.4 for NoW.
    Raises:
      ValueError: as `points_within`.
    """
    nose = landmarks[_NOSE_BOTTOM]
    bridge = (landmarks[_RIGHT_INNER] + landmarks[_LEFT_INNER]) / 2.0
    eyes_apart = np.linalg.norm(landmarks[_RIGHT_OUTER] - landmarks[_LEFT_OUTER])
    radius = factor * (eyes_apart + np.linalg.norm(bridge - nose)) / 2.0
    return points_within(points, nose + 0.3 * (bridge - nose), float(radius))


def root_mean_square(distances: Float[np.ndarray, "P"]) -> float:
    """sqrt(mean d^2), in the distances' unit."""
    return float(np.sqrt(np.mean(distances**2)))
