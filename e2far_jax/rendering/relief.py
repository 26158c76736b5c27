"""Wrinkles and pores as slopes of the skin: what bends the normals, and how dark folds are."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import FaceFeatures, FacePoints
from e2far_jax.rendering.noise import bell, fade

Slopes = tuple[Float[Array, "*P"], Float[Array, "*P"], Float[Array, "*P"]]


@pytree_dataclass
class ReliefStyle:
    """How deep the folds of a person's skin are: slopes at their steepest.

    Attributes:
      forehead: lines across the forehead.
      frown: upright lines between the brows.
      eyes: crow's feet and bags under the eyes.
      cheeks: folds from the nose to the corners of the mouth.
      pores: roughness everywhere.
      spacing: between the lines of the forehead, mm.
    """

    forehead: Float[Array, "*B"]
    frown: Float[Array, "*B"]
    eyes: Float[Array, "*B"]
    cheeks: Float[Array, "*B"]
    pores: Float[Array, "*B"]
    spacing: Float[Array, "*B"]


def wrinkles(
    points: FacePoints, features: FaceFeatures, style: ReliefStyle, uneven: Float[Array, "*P"]
) -> Slopes:
    """Slopes along the face's arc and upwards, and the share of light that folds swallow.

    Args:
      points: where.
      features: of the face.
      style: of the person.
      uneven: slow noise that makes lines wavy.
    """
    parts = (
        _forehead(points, features, style, uneven),
        _frown(points, features, style),
        _crows_feet(points, features, style),
        _bags(points, features, style),
        _cheek_folds(points, features, style),
    )
    around, up, dark = (sum(part[axis] for part in parts) for axis in range(3))
    return around * points.skin, up * points.skin, jnp.clip(dark, 0.0, 0.6) * points.skin


def _forehead(
    points: FacePoints, features: FaceFeatures, style: ReliefStyle, uneven: Float[Array, "*P"]
) -> Slopes:
    """Grooves one above the other, higher than the brows."""
    above = points.up - features.brow.height(jnp.zeros(())) - 5.0
    phase = above / style.spacing + 0.22 * uneven + 0.25 * (points.aside / 40.0) ** 2
    offset = phase - jnp.round(phase)
    where = _window(above, 4.0, 38.0, 8.0) * _window(points.aside, -50.0, 42.0, 14.0)
    where = where * style.forehead * fade(0.5 * style.spacing, points.pixels) * (points.out > -60.0)
    return _groove(offset * 5.0, where, (0.0, 1.0))


def _frown(points: FacePoints, features: FaceFeatures, style: ReliefStyle) -> Slopes:
    above = points.up - features.brow.height(-jnp.ones(()))
    where = style.frown * _window(above, -8.0, 12.0, 6.0) * (points.out > -60.0)
    across = (points.aside - 6.5 - 0.12 * above) / 1.4
    return _groove(across, where * fade(4.0, points.pixels), (1.0, 0.0))


def _crows_feet(points: FacePoints, features: FaceFeatures, style: ReliefStyle) -> Slopes:
    """Rays from the outer corner of the eye."""
    corner = features.upper_lid.ends[1]
    out = points.aside - corner + 0.35 * (-15.0 - points.out).clip(0.0, 40.0)
    above = points.up - features.upper_lid.height(jnp.ones(()))
    angle = above / (jnp.abs(out) + 0.5 * jnp.abs(above) + 1.0)
    phase = 2.6 * angle + 0.3
    where = style.eyes * _window(out, 4.0, 16.0, 6.0) * _window(above, -12.0, 12.0, 6.0)
    return _groove((phase - jnp.round(phase)) * 4.0, where * fade(5.0, points.pixels), (0.0, 1.0))


def _bags(points: FacePoints, features: FaceFeatures, style: ReliefStyle) -> Slopes:
    """One fold under each eye, along the lower lid."""
    share = features.lower_lid.share(points.aside)
    below = points.up - features.lower_lid.height(share) + 8.0 - 2.5 * share * share
    where = style.eyes * _window(share, -0.9, 0.7, 0.4) * fade(6.0, points.pixels)
    return _groove(below / 2.2, where, (0.0, 1.0))


def _cheek_folds(points: FacePoints, features: FaceFeatures, style: ReliefStyle) -> Slopes:
    """A step from cheek to lip, from beside the nose to beside the mouth."""
    top = features.nose[2][:2] + jnp.array([6.0, 4.0])
    end = features.mouth[2][:2] + jnp.array([7.0, -4.0])
    along = end - top
    length = jnp.linalg.norm(along)
    along = along / length
    x, y = points.aside - top[0], points.up - top[1]
    share = (x * along[0] + y * along[1]) / length
    bow = 4.0 * share * (1.0 - share) * 2.5
    distance = (x * -along[1] + y * along[0] - bow) / 2.6
    where = style.cheeks * _window(share, 0.05, 0.9, 0.2) * fade(6.0, points.pixels)
    step = where * bell(distance)
    return -along[1] * step, along[0] * step, 0.35 * step


def _groove(
    distance: Float[Array, "*P"], depth: Float[Array, "*P"], direction: tuple[float, float]
) -> Slopes:
    """A valley of Gaussian profile: slope d exp(1/2 - d^2) is at most about `depth`."""
    groove = depth * bell(distance)
    slope = 2.3 * distance * groove
    return direction[0] * slope, direction[1] * slope, 0.35 * groove


def _window(value: Float[Array, "*P"], low: float, high: float, edge: float) -> Float[Array, "*P"]:
    """1 between two limits, falling to 0 over an edge outside of each."""
    return jnp.clip(1.0 + jnp.minimum(value - low, high - value) / edge, 0.0, 1.0)
