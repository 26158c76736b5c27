"""Rigid and similarity alignment of corresponding points (Procrustes), without reflection."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class Similarity:
    """p -> scale * R p + t."""

    scale: Float[Array, "*B"]
    rotation: Float[Array, "*B 3 3"]
    translation: Float[Array, "*B 3"]


def fit_similarity(
    source: Float[Array, "*B N 3"],
    target: Float[Array, "*B N 3"],
    *,
    with_scale: bool = True,
) -> Similarity:
    """The least-squares similarity that takes `source` onto `target`.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    PAMI 1991. Reflections are excluded. Points that all coincide are only moved, at scale 1.

    Args:
      source: points, any unit.
      target: corresponding points, any unit.
      with_scale: False for a rigid fit (scale 1).
    Returns:
      The transformation, in the target's unit.
    """
    source_centre, target_centre = source.mean(-2), target.mean(-2)
    centred = source - source_centre[..., None, :]
    offsets = jnp.swapaxes(target - target_centre[..., None, :], -1, -2)
    covariance = jnp.matmul(offsets, centred, precision="highest")
    left, singular, right = jnp.linalg.svd(covariance)
    handedness = jnp.sign(jnp.linalg.det(left) * jnp.linalg.det(right))
    signs = jnp.stack([jnp.ones_like(handedness)] * 2 + [handedness], axis=-1)
    rotation = jnp.matmul(left * signs[..., None, :], right, precision="highest")
    if with_scale:
        spread = jnp.sum(centred**2, axis=(-2, -1))
        scale = jnp.sum(singular * signs, axis=-1) / jnp.where(spread > 0.0, spread, 1.0)
        scale = jnp.where(spread > 0.0, scale, 1.0)
    else:
        scale = jnp.ones_like(handedness)
    turned_centre = jnp.sum(rotation * source_centre[..., None, :], axis=-1)
    return Similarity(scale, rotation, target_centre - scale[..., None] * turned_centre)


def apply_similarity(
    similarity: Similarity, points: Float[Array, "*B N 3"]
) -> Float[Array, "*B N 3"]:
    """Map points by `similarity`."""
    transposed = jnp.swapaxes(similarity.rotation, -1, -2)
    turned = jnp.matmul(points, transposed, precision="highest")
    return similarity.scale[..., None, None] * turned + similarity.translation[..., None, :]
