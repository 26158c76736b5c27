"""Irises and pupils, painted on eyeballs, and whole eyes where a model has none."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import FACE_WIDTH, FaceFeatures, FacePoints

IRIS_RADIUS = 5.9  # mm; hardly differs between people


@pytree_dataclass
class EyeStyle:
    """What the eyes of a person are like.

    Attributes:
      sclera, iris: linear reflectance.
      pupil: its radius, mm.
      ring: how dark the iris's border is, 0 to 1.
      bloom: how much lighter the iris is about the pupil, 0 to 1.
    """

    sclera: Float[Array, "*B 3"]
    iris: Float[Array, "*B 3"]
    pupil: Float[Array, "*B"]
    ring: Float[Array, "*B"]
    bloom: Float[Array, "*B"]


def iris(
    points: FacePoints, position: Float[Array, "*P 3"], style: EyeStyle
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Iris and pupil on eyeballs: how much of each point they cover, and how bright they are."""
    x, y = FACE_WIDTH * position[..., 0], FACE_WIDTH * position[..., 1]
    cover, brightness = _rings(jnp.sqrt(x * x + y * y), points.size, style)
    return cover * points.eyeball, brightness


def painted_eyes(
    points: FacePoints, features: FaceFeatures, style: EyeStyle
) -> tuple[Float[Array, "*P"], ...]:
    """Eyes between the lids of a model without eyeballs.

    Returns:
      Cover and brightness of the white, and of iris and pupil on it; in the shadow of the lids.
    """
    lid = features.upper_lid
    share = lid.share(points.aside)
    upper, lower = lid.height(share), features.lower_lid.height(share)
    inside = jnp.minimum(upper - points.up, points.up - lower)
    white = jnp.clip(0.5 + inside / jnp.maximum(points.size, 0.6), 0.0, 1.0)
    white = white * (jnp.abs(share) < 1.0) * points.skin * (1.0 - features.eyeballs)
    shadow = 1.0 - 0.55 * jnp.exp(-jnp.maximum(upper - points.up, 0.0) / 2.0)
    shadow = shadow * (1.0 - 0.35 * share * share)
    middle = lid.height(jnp.zeros(())) * 0.4 + 0.6 * features.lower_lid.height(jnp.zeros(())) + 0.6
    x, y = points.aside - (lid.ends[0] + lid.ends[1]) / 2.0, points.up - middle
    cover, brightness = _rings(jnp.sqrt(x * x + y * y), points.size, style)
    return white, shadow, white * cover, shadow * brightness


def _rings(
    radius: Float[Array, "*P"], pixel: Float[Array, "*P"], style: EyeStyle
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Cover and brightness by the distance from the middle, mm, as means over a pixel."""
    edge = jnp.maximum(pixel, 0.5)
    cover = jnp.clip(0.5 + (IRIS_RADIUS - radius) / edge, 0.0, 1.0)
    pupil = jnp.clip(0.5 + (style.pupil - radius) / edge, 0.0, 1.0)
    rim = jnp.clip((radius - 0.72 * IRIS_RADIUS) / (0.28 * IRIS_RADIUS), 0.0, 1.0)
    inner = jnp.clip(1.0 - (radius - style.pupil) / 1.8, 0.0, 1.0)
    brightness = (1.0 - style.ring * rim) * (1.0 + style.bloom * inner) * (1.0 - 0.97 * pupil)
    return cover, brightness
