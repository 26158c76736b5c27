"""Brows and lashes, painted along the curves of a face point by point."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import Curve, FacePoints
from e2far_jax.rendering.noise import bell, ramp


@pytree_dataclass
class BrowStyle:
    """What the brows of a person are like.

    Attributes:
      density: cover in the middle of a brow, 0 to 1.
      thickness: from lower to upper edge near the nose, mm.
      lift: of the whole brow above the landmarks, mm.
      arch: more of that in the middle, mm.
      taper: how much thinner the outer end is, 0 to 1.
      softness: share of the thickness over which the edges fade.
    """

    density: Float[Array, "*B"]
    thickness: Float[Array, "*B"]
    lift: Float[Array, "*B"]
    arch: Float[Array, "*B"]
    taper: Float[Array, "*B"]
    softness: Float[Array, "*B"]


def brow_cover(
    points: FacePoints, curve: Curve, style: BrowStyle, uneven: Float[Array, "*P"]
) -> Float[Array, "*P"]:
    """How much of each point the brows cover.

    Args:
      points: where.
      curve: through the landmarks.
      style: of the person.
      uneven: noise that frays the edges, -1 to 1.
    Returns:
      0 to 1, as the mean over a pixel.
    """
    share = curve.share(points.aside)
    along = jnp.clip(share, -1.0, 1.0)
    middle = curve.height(along) + style.lift + style.arch * (1.0 - along * along)
    outer = 0.5 + 0.5 * along
    thick = (
        style.thickness
        * (1.0 - style.taper * outer * outer)
        * (0.8 + 0.2 * jnp.minimum(4.0 * outer, 1.0))
    )
    length = 0.5 * (curve.ends[1] - curve.ends[0])
    beyond = length * (share - along)
    above = points.up - middle
    distance = jnp.sqrt(above * above + 0.5 * beyond * beyond)
    slope = jnp.minimum(1.0 / (style.softness * style.thickness), 0.5 * points.edge)
    cover = ramp(thick * (0.5 + 0.18 * uneven) - distance, slope)
    return style.density * cover * points.skin * (points.out > -60.0)


def strands(points: FacePoints, curve: Curve) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Coordinates across and along the hairs of a brow: upright near the nose, then lying down."""
    share = jnp.clip(curve.share(points.aside), -1.0, 1.0)
    above = points.up - curve.height(share)
    slant = 1.5 + 1.2 * share
    return (points.aside - slant * above) / 1.6 + 300.0, above / 3.0 + 50.0 * points.side


def lash_cover(
    points: FacePoints,
    upper: Curve,
    lower: Curve,
    strength: Float[Array, ""],
    closed: Float[Array, "*P"],
) -> Float[Array, "*P"]:
    """How dark lashes make the lids' edges: a line on the upper lid, a faint one on the lower.

    On closed lids the lashes lie over both edges and what is below.

    Args:
      points: where.
      upper, lower: the lids' edges.
      strength: of the line, 0 to 1.
      closed: how far the lids there are closed, 0 to 1.
    Returns:
      0 to 1, as the mean over a pixel.
    """
    share = upper.share(points.aside)
    within = ramp(1.08 - jnp.abs(share - 0.04), 8.0) * points.skin
    above = points.up - upper.height(share)
    below = lower.height(share) - points.up
    # Outwards the line gets thicker.
    reach = 1.05 + 0.25 * share
    top = _line(above + 0.7, reach, points.edge)  # over the lid's rim, which looks down
    bottom = _line(below + 0.2, 0.35, points.edge)
    over_both = ramp(0.7 - above, points.edge) * ramp(1.2 + 0.4 * share - below, points.edge)
    return within * strength * jnp.maximum(jnp.maximum(top, 0.45 * bottom), closed * over_both)


def lid_crease(points: FacePoints, upper: Curve) -> Float[Array, "*P"]:
    """1 in the fold over the upper lid, 0 elsewhere."""
    share = upper.share(points.aside)
    above = (points.up - upper.height(share) - 3.6 - 0.6 * share) / 1.1
    return bell(above) * ramp(1.0 - jnp.abs(share), 3.0) * points.skin


def lip_line(points: FacePoints, curve: Curve) -> Float[Array, "*P"]:
    """1 where the lips meet, 0 elsewhere."""
    share = curve.share(points.aside)
    above = points.up - curve.height(share)
    inside = ramp(1.1 - share, 5.0) * points.skin * (points.out > -30.0)
    return inside * _line(above, 0.6, points.edge)


def _line(
    distance: Float[Array, "*P"], half_width: Float[Array, "*#P"] | float, edge: Float[Array, "*P"]
) -> Float[Array, "*P"]:
    """The share of a pixel that a line with soft edges covers."""
    return ramp(half_width - distance, edge) - ramp(-half_width - distance, edge)
