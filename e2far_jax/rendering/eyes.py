"""Irises and pupils, painted on eyeballs, and whole eyes where a model has none."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import FACE_WIDTH, FaceFeatures, FacePoints
from e2far_jax.rendering.noise import ramp

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
    points: FacePoints, position: Float[Array, "3 *P"], style: EyeStyle
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Iris and pupil on eyeballs: how much of each point they cover, and how bright they are."""
    x, y = FACE_WIDTH * position[0], FACE_WIDTH * position[1]
    cover, brightness = _rings(jnp.sqrt(x * x + y * y), points.edge, style)
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
    white = ramp(inside, points.edge)
    white = white * (jnp.abs(share) < 1.0) * points.skin * (1.0 - features.eyeballs)
    shadow = 0.45 + 0.55 * jnp.clip((upper - points.up) / 4.0, 0.0, 1.0)
    shadow = shadow * (1.0 - 0.35 * share * share)
    middle = lid.height(jnp.zeros(())) * 0.4 + 0.6 * features.lower_lid.height(jnp.zeros(())) + 0.6
    x, y = points.aside - (lid.ends[0] + lid.ends[1]) / 2.0, points.up - middle
    cover, brightness = _rings(jnp.sqrt(x * x + y * y), points.edge, style)
    return white, shadow, white * cover, shadow * brightness


def _rings(
    radius: Float[Array, "*P"], edge: Float[Array, "*P"], style: EyeStyle
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Cover and brightness by the distance from the middle, mm, as means over a pixel."""
    cover, pupil = ramp(IRIS_RADIUS - radius, edge), ramp(style.pupil - radius, edge)
    rim = jnp.clip((radius - 0.72 * IRIS_RADIUS) / (0.28 * IRIS_RADIUS), 0.0, 1.0)
    inner = jnp.clip(1.0 - (radius - style.pupil) / 1.8, 0.0, 1.0)
    brightness = (1.0 - style.ring * rim) * (1.0 + style.bloom * inner) * (1.0 - 0.97 * pupil)
    return cover, brightness
