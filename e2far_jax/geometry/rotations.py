"""Rotation matrices: from Euler angles, from six numbers, and the angle between two."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float


def rotation_from_euler(
    pitch: Float[Array, "*B"], yaw: Float[Array, "*B"], roll: Float[Array, "*B"]
) -> Float[Array, "*B 3 3"]:
    """R = R_z(roll) R_x(pitch) R_y(yaw), acting on column vectors.

    Args:
      pitch: radians; positive looks down.
      yaw: radians; positive turns the face towards the subject's left (+x).
      roll: radians; positive tilts the head counter-clockwise as the viewer sees it.
    Returns:
      Proper rotation matrices.
    """
    zero, one = jnp.zeros_like(yaw), jnp.ones_like(yaw)

    def matrix(*entries: Float[Array, "*B"]) -> Float[Array, "*B 3 3"]:
        return jnp.stack(entries, axis=-1).reshape(*yaw.shape, 3, 3)

    cos, sin = jnp.cos(pitch), jnp.sin(pitch)
    about_x = matrix(one, zero, zero, zero, cos, -sin, zero, sin, cos)
    cos, sin = jnp.cos(yaw), jnp.sin(yaw)
    about_y = matrix(cos, zero, sin, zero, one, zero, -sin, zero, cos)
    cos, sin = jnp.cos(roll), jnp.sin(roll)
    about_z = matrix(cos, -sin, zero, sin, cos, zero, zero, zero, one)
    return jnp.einsum("...ij,...jk,...kl->...il", about_z, about_x, about_y, precision="highest")


def rotation_from_6d(numbers: Float[Array, "*B 6"]) -> Float[Array, "*B 3 3"]:
    """Gram-Schmidt on two 3-vectors, the rotation's first two rows.

    Continuous over all rotations (Zhou, Barnes, Lu, Yang, Li, "On the continuity of rotation
    representations in neural networks", CVPR 2019; they fill columns).

    Args:
      numbers: two linearly independent 3-vectors, one after the other.
    Returns:
      Proper rotation matrices.
    """
    first = _normalise(numbers[..., :3])
    second = numbers[..., 3:]
    second = _normalise(second - jnp.sum(first * second, axis=-1, keepdims=True) * first)
    return jnp.stack([first, second, jnp.cross(first, second)], axis=-2)


def rotation_angle(a: Float[Array, "*B 3 3"], b: Float[Array, "*B 3 3"]) -> Float[Array, "*B"]:
    """The angle of the rotation that takes `a` to `b`, in radians within [0, pi].

    Computed as 2 asin(|A - B|_F / sqrt 8), which keeps its accuracy for small angles.
    """
    chord = jnp.sqrt(jnp.sum((a - b) ** 2, axis=(-2, -1)))
    return 2.0 * jnp.arcsin(jnp.clip(chord / jnp.sqrt(8.0), 0.0, 1.0))


def _normalise(vector: Float[Array, "*B 3"]) -> Float[Array, "*B 3"]:
    square = jnp.sum(vector**2, axis=-1, keepdims=True)
    return vector / jnp.sqrt(jnp.maximum(square, 1e-12))
