"""A Gaussian process over space, mirror-symmetric but for a small part: faces' unnamed variety.

Luethi, Gerig, Jud, Vetter, "Gaussian process morphable models", PAMI 2018. Displacements along the
three axes are independent, with a kernel that is a sum of Gaussians, the fine ones stronger near
the features. A field that mirrors onto itself moves y and z alike and x oppositely on both sides:
its symmetric part has the kernel k(p, q) - k(p, Mq) for x and k(p, q) + k(p, Mq) for y and z,
where M mirrors; the asymmetric part has them the other way round.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

Points = Float[np.ndarray, "N 3"]

# The coarsest length scale, mm; each further one is half as long. Their shares of the variance
# everywhere, and further shares near the features.
_COARSEST = 76.0
_SHARES = ((0.4, 0.0), (0.4, 0.0), (0.12, 0.12), (0.0, 0.06))
_FEATURE_RADIUS = 16.0
_ANCHORS = 280


def process_factors(
    points: Points, landmarks: Float[np.ndarray, "68 3"], modes: int
) -> tuple[Float[np.ndarray, "N M"], Float[np.ndarray, "N M"]]:
    """Functions on space whose squares sum to the unit variance of one displacement.

    Nystroem's eigenfunctions of k(p, q) + k(p, Mq), which are even in x, and of k(p, q) - k(p, Mq),
    which are odd, times the roots of their variances. What the kept ones lack of the variance is
    spread over them; near the midline, odd functions have none.

    Args:
      points: where to evaluate them, mm.
      landmarks: the mean face's 68 points, mm.
      modes: how many functions of each kind to keep.
    Returns:
      The even and the odd functions.
    """
    chosen = spread_anchors(points)
    detail = _detail(points, landmarks)
    sides = [
        _kernel(points, detail, points[chosen] * [side, 1, 1], detail[chosen]) for side in (1, -1)
    ]
    factors = []
    for sign in (1, -1):
        kernel = sides[0] + sign * sides[1]
        values, vectors = np.linalg.eigh(kernel[chosen])
        kept = np.arange(len(values))[: -modes - 1 : -1]
        factors.append(kernel @ (vectors[:, kept] / np.sqrt(values[kept])))
    even, odd = ((factor**2).sum(axis=1, keepdims=True) for factor in factors)
    return factors[0] / np.sqrt(even), factors[1] / np.sqrt((even + odd) / 2)


def _kernel(
    a: Points,
    near_a: Float[np.ndarray, "N"],
    b: Float[np.ndarray, "A 3"],
    near_b: Float[np.ndarray, "A"],
) -> Float[np.ndarray, "N A"]:
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    total, fall = np.zeros_like(square), np.exp(-0.5 / _COARSEST**2 * square)
    for everywhere, near_features in _SHARES:
        amplitude = [np.sqrt(everywhere + near_features * near) for near in (near_a, near_b)]
        total += fall * amplitude[0][:, None] * amplitude[1]
        fall = np.square(np.square(fall))  # the same Gaussian at half the length
    return total


def _detail(points: Points, landmarks: Float[np.ndarray, "68 3"]) -> Float[np.ndarray, "N"]:
    """1 at brows, eyes, nose and mouth, falling to 0 within some radii."""
    square = ((points[:, None] - landmarks[17:]) ** 2).sum(axis=-1).min(axis=1)
    return np.exp(-0.5 * square / _FEATURE_RADIUS**2)


def spread_anchors(points: Points) -> Int[np.ndarray, "A"]:
    """Farthest-point sampling on one half, denser in front.

    Distances are rounded, so that the last bits of the points cannot change the choice.
    """
    half = np.flatnonzero(points[:, 0] > 0.5)
    metric = points[half] * [1.0, 1.0, 0.5]
    metric[points[half, 2] < 30] *= 0.5
    chosen = [int(np.argmax(np.round(metric[:, 2], 4)))]
    distance = np.full(len(half), np.inf)
    for _ in range(min(_ANCHORS, len(half)) - 1):
        distance = np.minimum(distance, ((metric - metric[chosen[-1]]) ** 2).sum(1))
        chosen.append(int(np.argmax(np.round(distance, 4))))
    return half[chosen]
