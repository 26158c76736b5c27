"""One identity a person: the geometric median of what the frames say.

The geometric median m minimises sum_t w_t |x_t - m|; up to half of the weight may be anything
without carrying it off. Weiszfeld's iteration, with the correction of Vardi and Zhang ("The
multivariate L1-median and associated data depth", PNAS 2000) where it meets one of the points.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

ITERATIONS = 200
LEAST_FRONTALNESS = 0.05  # a face in profile still counts a little


def held_identity(
    identities: Float[np.ndarray, "T I"],
    rotations: Float[np.ndarray, "T 3 3"],
    scores: Float[np.ndarray, "T"],
) -> Float[np.ndarray, "I"]:
    """The identity of a person who was seen several times.

    Frames weigh by the detector's score and by how frontal the face is (ours): the cosine of the
    angle between the face's forward axis and the direction to the viewer.

    Args:
      identities: whitened coefficients, so that Euclidean distances between them mean something.
      rotations: from the face's axes to the camera's.
      scores: 0..1.
    """
    frontal = np.maximum(rotations[:, 2, 2], LEAST_FRONTALNESS)
    return geometric_median(identities, frontal * np.maximum(scores, 1e-3))


def geometric_median(
    points: Float[np.ndarray, "T D"], weights: Float[np.ndarray, "T"], tolerance: float = 1e-7
) -> Float[np.ndarray, "D"]:
    """The point with the least weighted sum of distances to the given ones.

    Args:
      points: at least one.
      weights: positive.
      tolerance: steps smaller than this part of the points' spread end the iteration.
    """
    points, weights = np.float64(points), np.float64(weights)
    median = np.average(points, axis=0, weights=weights)
    smallest = tolerance * max(float(np.ptp(points, axis=0).max()), 1e-12)
    for _ in range(ITERATIONS):
        following = _step(points, weights, median, smallest)
        if np.linalg.norm(following - median) <= smallest:
            break
        median = following
    return median


def _step(
    points: Float[np.ndarray, "T D"],
    weights: Float[np.ndarray, "T"],
    median: Float[np.ndarray, "D"],
    smallest: float,
) -> Float[np.ndarray, "D"]:
    distances = np.linalg.norm(points - median, axis=1)
    away = distances > smallest
    if not away.any():
        return median
    pull = weights[away] / distances[away]
    towards = np.average(points[away], axis=0, weights=pull)
    resultant = float(np.linalg.norm((pull[:, None] * (points[away] - median)).sum(axis=0)))
    held = float(weights[~away].sum()) / max(resultant, 1e-300)  # by points that the median is on
    return max(0.0, 1.0 - held) * towards + min(1.0, held) * median
