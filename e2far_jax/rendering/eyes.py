"""Irises and pupils, painted on eyeballs, whole eyes where a model has none, and closing lids."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import FACE_WIDTH, FaceFeatures, FacePoints, region_mask
from e2far_jax.rendering.noise import ramp

IRIS_RADIUS = 5.9  # mm; hardly differs between people
_WIDE, _SHUT = 0.6, 0.35  # of the mean face's opening: lids begin to hide the eye, are closed
_BEHIND = 2.5  # mm, for lids to hide eyeballs
_CURTAIN = 0.85  # share of the light that lashes keep from an eye through a slit
# Of each eye outer and inner corner, and the upper and lower lid at two places.
_CORNERS = np.array([[36, 39], [45, 42]])
_UPPER, _LOWER = np.array([[37, 38], [44, 43]]), np.array([[41, 40], [46, 47]])


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


def lids_closed(model: MorphableModel, face: Float[Array, "N 3"]) -> Float[Array, "2"]:
    """How far the lids of the right and of the left eye are closed, 0 (open) to 1.

    By the eye aspect ratio (Soukupova and Cech, "Real-time eye blink detection using facial
    landmarks", CVWW 2016) as a share of the mean face's; the limits are ours, and so is that
    heights have a sign: lids that have passed each other are closed, not open again.

    Args:
      model: with the landmarks, and the mean face to compare with.
      face: the vertices of a face of this model, in the model's axes, mm.
    """
    usual, opened = model.landmarks.on(model.mean), model.landmarks.on(face)
    gaps = (usual[_UPPER] - usual[_LOWER]).mean(axis=1)
    # A mean face may have its eyes shut.
    upwards = gaps / jnp.maximum(jnp.linalg.norm(gaps, axis=-1, keepdims=True), 1e-6)
    share = _aspect_ratio(opened, upwards) / jnp.maximum(_aspect_ratio(usual, upwards), 1e-6)
    return jnp.clip((_WIDE - share) / (_WIDE - _SHUT), 0.0, 1.0)


def _aspect_ratio(
    landmarks: Float[Array, "68 3"], upwards: Float[Array, "2 3"]
) -> Float[Array, "2"]:
    """Height along `upwards` over width of the right and the left opening."""
    gaps = (landmarks[_UPPER] - landmarks[_LOWER]).mean(axis=1)
    corners = landmarks[_CORNERS]
    width = jnp.linalg.norm(corners[:, 0] - corners[:, 1], axis=-1)
    return (gaps * upwards).sum(axis=-1) / jnp.maximum(width, 1e-6)


def light_through_lids(model: MorphableModel, closed: Float[Array, "2"]) -> Float[Array, "N"]:
    """The share of light that lids and lashes let through to each vertex, 0 to 1: 1 outside eyes.

    Args:
      model: the morphable model.
      closed: from `lids_closed`.
    """
    side = jnp.where(model.mean[:, 0] < 0, closed[0], closed[1])
    inside = region_mask(model, "eyes") | region_mask(model, "eye_sockets")
    return 1.0 - _CURTAIN * side * inside


def behind_lids(vertices: Float[Array, "N 3"], model: MorphableModel) -> Float[Array, "N 3"]:
    """A face in the camera's axes with its eyeballs farther away than they are.

    A model's lids needn't close in front of every person's eyeballs: those of ICT-FaceKit cut up to
    2 mm into them.

    Args:
      vertices: x right, y up, z towards the viewer, mm.
      model: whose face it is.
    """
    return vertices.at[:, 2].add(-_BEHIND * region_mask(model, "eyes"))


def iris(
    points: FacePoints, position: Float[Array, "3 *P"], style: EyeStyle
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Iris and pupil on eyeballs: how much of each point they cover, and how bright they are."""
    x, y = FACE_WIDTH * position[0], FACE_WIDTH * position[1]
    cover, brightness = _rings(jnp.sqrt(x * x + y * y), points.edge, style)
    return cover * points.eyeball, brightness


def painted_eyes(
    points: FacePoints, features: FaceFeatures, style: EyeStyle, closed: Float[Array, "*P"]
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
    shadow = shadow * (1.0 - 0.35 * share * share) * (1.0 - _CURTAIN * closed)
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
