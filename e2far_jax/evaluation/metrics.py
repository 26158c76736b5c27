"""Errors of single faces: shape in mm, rotation in degrees, landmarks in percent of the face box.

All values are per example, so that the caller may average, pair or resample them.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from e2far_jax.geometry.alignment import apply_similarity, fit_similarity
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.geometry.rotations import rotation_angle
from e2far_jax.pytrees import pytree_dataclass

# A column whose standard deviation is below this part of its largest entry counts as constant.
_CONSTANT = 1e-6


@functools.partial(jax.jit, static_argnames="with_scale")
def aligned_rmse(
    predicted: Float[Array, "B N 3"],
    true: Float[Array, "B N 3"],
    region: Bool[Array, "N"],
    with_scale: bool = True,
) -> Float[Array, "B"]:
    """Root mean square vertex distance after the best alignment of the region.

        min over s, R, t of sqrt(mean_i |s R p_i + t - q_i|^2)

    Args:
      predicted: vertices, mm.
      true: corresponding vertices, mm.
      region: the vertices that count, at least one.
      with_scale: a similarity fit, which forgives a wrong size; False for a rigid one.
    Returns:
      mm, one a face.
    """
    # Points at the region's centre pull neither on the rotation nor on the scale.
    source, target = _centre_others(predicted, region), _centre_others(true, region)
    fit = fit_similarity(source, target, with_scale=with_scale)
    square = jnp.sum((apply_similarity(fit, predicted) - true) ** 2, axis=-1)
    return jnp.sqrt(_region_mean(square[..., None], region)[..., 0])


def _region_mean(values: Float[Array, "B N D"], region: Bool[Array, "N"]) -> Float[Array, "B D"]:
    return jnp.mean(values, axis=-2, where=region[:, None])


def _centre_others(
    points: Float[Array, "B N 3"], region: Bool[Array, "N"]
) -> Float[Array, "B N 3"]:
    """The points, those outside the region replaced by the region's centre."""
    return jnp.where(region[:, None], points, _region_mean(points, region)[:, None])


@pytree_dataclass
class CoefficientStatistics:
    """How well each coefficient is recovered over a set of faces.

    Attributes:
      correlation: Pearson's, in [-1, 1].
      slope: of the least-squares line of prediction on truth; 1 is unbiased, 0 the mean face.
    """

    correlation: Float[Array, "K"]
    slope: Float[Array, "K"]


@jax.jit
def coefficient_statistics(
    predicted: Float[Array, "B K"], true: Float[Array, "B K"]
) -> CoefficientStatistics:
    """Correlation and slope of each coefficient.

    Both are 0 for a coefficient whose truth or prediction is constant; they are NaN only where
    one of the two is.

    Args:
      predicted: coefficients, one row a face.
      true: the ones that made the faces.
    Returns:
      One correlation and one slope a column.
    """
    predicted_spread, predicted_varies = _spread(predicted)
    true_spread, true_varies = _spread(true)
    covariance = jnp.mean(predicted_spread * true_spread, axis=0)
    true_square = jnp.where(true_varies, jnp.mean(true_spread**2, axis=0), 1.0)
    predicted_square = jnp.where(predicted_varies, jnp.mean(predicted_spread**2, axis=0), 1.0)
    both_vary = true_varies & predicted_varies
    correlation = covariance / (jnp.sqrt(true_square) * jnp.sqrt(predicted_square))
    return CoefficientStatistics(
        correlation=jnp.where(both_vary, jnp.clip(correlation, -1.0, 1.0), 0.0),
        slope=jnp.where(both_vary, covariance / true_square, 0.0),
    )


def _spread(columns: Float[Array, "B K"]) -> tuple[Float[Array, "B K"], Bool[Array, "K"]]:
    """Deviations from the columns' means, and which columns vary by more than rounding."""
    deviations = columns - columns.mean(axis=0)
    limit = _CONSTANT * jnp.abs(columns).max(axis=0)
    constant = jnp.sqrt(jnp.mean(deviations**2, axis=0)) <= limit
    return deviations, ~constant


def rotation_error(
    predicted: Float[Array, "B 3 3"], true: Float[Array, "B 3 3"]
) -> Float[Array, "B"]:
    """The angle between two rotations, degrees within [0, 180]."""
    return jnp.rad2deg(rotation_angle(predicted, true))


def normalised_mean_error(
    predicted: Float[Array, "B L 2"], true: Float[Array, "B L 2"]
) -> Float[Array, "B"]:
    """NME = mean_i |p_i - q_i| / sqrt(width height) of the true points' box, in percent.

    Args:
      predicted: landmarks, pixels.
      true: corresponding landmarks, pixels; their box must have an area.
    Returns:
      Percent, one a face.
    """
    distance = jnp.linalg.norm(predicted - true, axis=-1).mean(axis=-1)
    box = bounding_box(true)
    return 100.0 * distance / jnp.sqrt(jnp.prod(box[..., 2:] - box[..., :2], axis=-1))
