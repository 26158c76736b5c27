"""Parts of a face that are outlined by landmarks, all seen from the front."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

_BROW_HALF_WIDTH = 4.0  # mm


def lips_and_brows(
    mean: Float[np.ndarray, "N 3"], landmarks: Int[np.ndarray, "68"]
) -> dict[str, Bool[np.ndarray, "N"]]:
    """The vertices within the lips' outline and near the brows' lines, at any depth.

    Args:
      mean: the neutral face, mm.
      landmarks: its 68 vertices.
    Returns:
      The masks "lips" and "brows".
    """
    flat = mean[:, :2].astype(np.float64)
    points = flat[landmarks]
    brows = [distance_to_polyline(flat, points[first : first + 5]) for first in (17, 22)]
    return {
        "lips": inside_polygon(flat, points[48:60]),
        "brows": np.minimum(*brows) < _BROW_HALF_WIDTH,
    }


def inside_polygon(
    points: Float[np.ndarray, "N 2"], polygon: Float[np.ndarray, "P 2"]
) -> Bool[np.ndarray, "N"]:
    """Whether points lie inside a closed polygon: a ray to the right crosses it an odd number."""
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y0 != y1:
            crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
            inside ^= ((y0 > y) != (y1 > y)) & (x < crossing)
    return inside


def distance_to_polyline(
    points: Float[np.ndarray, "N 2"], corners: Float[np.ndarray, "P 2"]
) -> Float[np.ndarray, "N"]:
    """Distance to the nearest point of an open polyline, in the points' unit."""
    start, along = corners[:-1], np.diff(corners, axis=0)
    relative = points[:, None] - start
    share = np.sum(relative * along, axis=-1) / np.sum(along**2, axis=-1)
    nearest = start + np.clip(share, 0.0, 1.0)[..., None] * along
    return np.linalg.norm(points[:, None] - nearest, axis=-1).min(axis=1)
