"""Shape errors of batches on a device, in float32, as training needs them.

`metrics.vertices` says the same in float64, by region and with weights.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from e2far_jax.geometry.alignment import apply_similarity, fit_similarity


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
