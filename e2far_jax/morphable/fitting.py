"""A model's coefficients for a given shape: regularised linear least squares."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float

from e2far_jax.geometry.alignment import apply_similarity, fit_similarity
from e2far_jax.morphable.model import MorphableModel

ROUNDS = 10  # of aligning and fitting by turns


def fit_mesh(
    model: MorphableModel,
    vertices: ArrayLike,
    regularisation: float = 1e-4,
    region: Bool[np.ndarray | Array, "N"] | None = None,
) -> tuple[Float[np.ndarray, "I"], Float[np.ndarray, "E"]]:
    """The coefficients that bring the model nearest to a mesh in correspondence.

    They minimise the mean over vertices of |mean + U_I a_I + U_E a_E - v|^2 (mm^2) plus
    `regularisation` times |a_I|^2 + |a_E|^2; weights of blendshapes stay in 0..1.

    Args:
      model: whose topology the mesh has.
      vertices: [N, 3], in the model's place and size, mm; `fit_similarity` brings them there.
      regularisation: mm^2; what a coefficient of one deviation costs.
      region: the vertices that count; all by default.
    Raises:
      ValueError: for another number of vertices, numbers that are not finite, or a negative
        regularisation.
    """
    points = _checked("vertices", vertices, len(model.mean))
    mask = np.ones(len(points), bool) if region is None else np.asarray(region)
    bases = [
        np.asarray(basis, np.float64)[mask].reshape(3 * mask.sum(), -1)
        for basis in (model.identity_basis, model.expression_basis)
    ]
    difference = (points - np.asarray(model.mean, np.float64))[mask].reshape(-1)
    return _solved(model, np.concatenate(bases, axis=1), difference, regularisation)


def fit_landmarks(
    model: MorphableModel,
    points: ArrayLike,
    regularisation: float = 1.0,
) -> tuple[Float[np.ndarray, "I"], Float[np.ndarray, "E"]]:
    """The coefficients of a face with these landmarks, wherever it is and however large.

    The points are aligned with the face so far by a similarity, the face is fitted to them as by
    `fit_mesh`, and so on by turns (ours).

    Args:
      model: any.
      points: [68, 3], the iBUG points in three dimensions, any unit.
      regularisation: mm^2; what a coefficient of one deviation costs. So few points say little,
        so they need more of it than a mesh.
    Raises:
      ValueError: as `fit_mesh`.
    """
    target = jnp.asarray(_checked("points", points, 68), jnp.float32)
    bases = [
        np.moveaxis(np.asarray(model.landmarks.on(np.moveaxis(basis, -1, 0)), np.float64), 0, -1)
        for basis in (np.asarray(model.identity_basis), np.asarray(model.expression_basis))
    ]
    basis = np.concatenate([part.reshape(204, -1) for part in bases], axis=1)
    mean = np.asarray(model.landmarks.on(model.mean), np.float64)
    face = mean
    for _ in range(ROUNDS):
        similarity = fit_similarity(target, jnp.asarray(face, jnp.float32))
        placed = np.asarray(apply_similarity(similarity, target), np.float64)
        found = _solved(model, basis, (placed - mean).reshape(-1), regularisation)
        face = mean + (basis @ np.concatenate(found)).reshape(68, 3)
    return found


def _checked(what: str, given: ArrayLike, count: int) -> Float[np.ndarray, "N 3"]:
    points = np.asarray(given, np.float64)
    if points.shape != (count, 3):
        raise ValueError(f"{what} have shape {points.shape}, expected ({count}, 3)")
    if not np.isfinite(points).all():
        raise ValueError(f"{np.sum(~np.isfinite(points))} of the numbers of {what} are not finite")
    return points


def _solved(
    model: MorphableModel,
    basis: Float[np.ndarray, "D K"],
    difference: Float[np.ndarray, "D"],
    regularisation: float,
) -> tuple[Float[np.ndarray, "I"], Float[np.ndarray, "E"]]:
    """Least squares within the coefficients' ranges, by the basis' small triangular factor."""
    from scipy.optimize import lsq_linear

    if not regularisation >= 0.0:
        raise ValueError(f"regularisation is {regularisation}, expected 0 or more")
    cost = np.sqrt(regularisation * len(basis) / 3.0) * np.eye(basis.shape[1])
    stacked = np.concatenate([basis, cost])
    orthogonal, triangular = np.linalg.qr(stacked)
    wanted = orthogonal[: len(basis)].T @ difference
    low, high = np.full((2, basis.shape[1]), [[-np.inf], [np.inf]])
    if model.expression_prior == "unit":
        low[model.identity_size :], high[model.identity_size :] = 0.0, 1.0
    found = lsq_linear(triangular, wanted, (low, high), tol=1e-12).x.astype(np.float32)
    return found[: model.identity_size], found[model.identity_size :]
