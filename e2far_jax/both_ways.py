"""A picture and its mirror image read as one (ours): a network's one-sided mistakes cancel.

Of a mirrored picture comes the mirrored face, with no difference but rounding's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_6d
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.symmetry import FLIP, Mirror

Apply = Callable[[Any, Float[Array, "_N H W 3"]], Prediction]


def both_ways(apply: Apply, mirror: Mirror | None) -> Apply:
    """The mean of what a network says of pictures, and of their mirror images, mirrored back.

    Coefficients, scale and translation are averaged, rotations as their first two rows.

    Args:
      apply: the network: parameters and square RGB crops in [0, 1] to a prediction.
      mirror: of the morphable model that the coefficients belong to; None leaves the network as it
        is.
    Returns:
      A function of the same arguments and results as the network.
    """

    def look(variables: Any, images: Float[Array, "B H W 3"]) -> Prediction:
        count, side = images.shape[:2]
        both = jnp.stack([images, images[:, :, ::-1]])
        twice = apply(variables, both.reshape(2 * count, *images.shape[1:]))
        plain, mirrored = (
            jax.tree.map(lambda leaf, way=way: leaf.reshape(2, count, *leaf.shape[1:])[way], twice)
            for way in (0, 1)
        )
        return _mean(plain, mirrored_prediction(mirrored, mirror, side))

    return apply if mirror is None else look


def mirrored_prediction(prediction: Prediction, mirror: Mirror, side: int) -> Prediction:
    """The face and the camera with left and right exchanged.

    Args:
      prediction: coefficients and cameras.
      mirror: of the morphable model.
      side: of the pictures, pixels.
    Returns:
      What a perfect network would say of the mirrored pictures.
    """
    camera = prediction.camera
    if camera is not None:
        camera = Camera(
            rotation=FLIP[:, None] * camera.rotation * FLIP,
            scale=camera.scale,
            translation=jnp.array([side, 0.0], jnp.float32) + FLIP[:2] * camera.translation,
        )
    # Few numbers, often exactly 0 and 1: accelerators would round them to bfloat16.
    exactly = jax.lax.Precision.HIGHEST
    return Prediction(
        jnp.matmul(prediction.identity, mirror.identity, precision=exactly),
        jnp.matmul(prediction.expression, mirror.expression, precision=exactly),
        camera,
    )


def _mean(one: Prediction, other: Prediction) -> Prediction:
    mean: Prediction = jax.tree.map(lambda a, b: 0.5 * (a + b), one, other)
    if mean.camera is None:
        return mean
    rows = mean.camera.rotation[..., :2, :]
    rotation = rotation_from_6d(rows.reshape(*rows.shape[:-2], 6))
    return Prediction(
        mean.identity,
        mean.expression,
        Camera(rotation, mean.camera.scale, mean.camera.translation),
    )
