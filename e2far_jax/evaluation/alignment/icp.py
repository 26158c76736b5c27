"""Iterative closest points: rigid registration of points with a surface or with other points."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.descent import Registration
from e2far_jax.evaluation.alignment.matches import Match, Matches
from e2far_jax.evaluation.alignment.transformations import (
    IDENTITY,
    Transformation,
    fit_transformation,
    small_step,
)

_FEWEST = 3  # matches that can hold a rigid motion


def point_to_plane_icp(
    points: Float[np.ndarray, "P 3"],
    match: Match,
    *,
    start: Transformation = IDENTITY,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> Registration:
    """Rigid registration that lets points slide along the target's planes.

        min over R, t of sum_i ((R p_i + t - q_i) . n_i)^2

    Chen and Medioni, "Object modelling by registration of multiple range images", Image and Vision
    Computing 1992, each step linearised as Low (2004), see `small_step`.

    Args:
      points: to be moved, finite.
      match: the target, of `surface_matches` or `point_matches`.
      start: takes the points near the target; its scale is kept.
      iterations: at most.
      tolerance: the largest move of any point that ends it, as a part of the moved points' spread
        about their centre (ours).
    Returns:
      The registration from points to target.
    Raises:
      ValueError: for fewer than 3 matches that count.
    """
    current = start
    for iteration in range(1, iterations + 1):
        moved = current.apply(points)
        found = _enough(match(moved))
        held, normals = moved[found.kept], found.normals[found.kept]
        residuals = np.sum((found.points[found.kept] - held) * normals, axis=1)
        step = small_step(held, normals, residuals)
        current = step.after(current)
        if np.max(np.linalg.norm(step.apply(moved) - moved, axis=1)) <= tolerance * _spread(moved):
            return Registration(current, True, iteration)
    return Registration(current, False, iterations)


def point_to_point_icp(
    points: Float[np.ndarray, "P 3"],
    match: Match,
    *,
    start: Transformation = IDENTITY,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> Registration:
    """Rigid registration by turns of matching and of fitting the matches.

        min over R, t of sum_i |R p_i + t - q_i|^2

    Besl and McKay, "A method for registration of 3-D shapes", PAMI 1992.

    Args:
      points: to be moved, finite.
      match: the target, of `surface_matches` or `point_matches`.
      start: takes the points near the target; its scale is kept.
      iterations: at most.
      tolerance: the change of the mean squared distance that ends it, in the target's unit squared.
    Returns:
      The registration from points to target.
    Raises:
      ValueError: for fewer than 3 matches that count.
    """
    current, previous = start, np.inf
    for iteration in range(1, iterations + 1):
        moved = current.apply(points)
        found = _enough(match(moved))
        held, targets = moved[found.kept], found.points[found.kept]
        step = fit_transformation(held, targets)
        current = step.after(current)
        error = np.mean(np.sum((step.apply(held) - targets) ** 2, axis=1))
        if abs(previous - error) < tolerance:
            return Registration(current, True, iteration)
        previous = error
    return Registration(current, False, iterations)


def _enough(found: Matches) -> Matches:
    kept = int(found.kept.sum())
    if kept < _FEWEST:
        raise ValueError(
            f"{kept} of {len(found.kept)} points have a match that counts; {_FEWEST} are needed"
        )
    return found


def _spread(points: Float[np.ndarray, "P 3"]) -> float:
    """Root mean square distance to the centre."""
    return float(np.sqrt(np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=1))))
