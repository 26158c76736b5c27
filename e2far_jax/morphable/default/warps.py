"""Smooth deformations that meet given displacements: Gaussian-process regression in space."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Points = Float[np.ndarray, "N 3"]


def warp_to(
    points: Points,
    sources: Float[np.ndarray, "K 3"],
    displacements: Float[np.ndarray, "K 3"],
    scales: tuple[float, ...] = (60.0, 25.0, 12.0),
    noise: float = 2e-3,
) -> Points:
    """Move points by a smooth field that moves `sources` by `displacements`.

    The posterior mean of a Gaussian process whose kernel is a sum of Gaussians.

    Args:
      points: what to move, mm.
      sources: where the displacement is known, mm.
      displacements: the known displacements, mm.
      scales: the Gaussians' standard deviations, mm.
      noise: variance of the observations, as a share of the kernel's.
    Returns:
      The moved points.
    """
    gram = _kernel(sources, sources, scales) + noise * np.eye(len(sources))
    return points + _kernel(points, sources, scales) @ np.linalg.solve(gram, displacements)


def _kernel(
    a: Float[np.ndarray, "A 3"], b: Float[np.ndarray, "B 3"], scales: tuple[float, ...]
) -> Float[np.ndarray, "A B"]:
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return sum(np.exp(-0.5 * square / scale**2) for scale in scales) / len(scales)
