"""The shell of hair around a skull: two halves that meet at the parting and at the back.

A half is a grid of columns, from the parting to the back, and rows, from the crown down. Hair lies
on the skull as far as the skull widens and hangs from there. The outer side covers all rows; an
inner one, seen where hair hangs, the lower rows.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.wear.hair_styles import HairStyle
from e2far_jax.rendering.wear.head import Head

COLUMNS, ROWS = 22, 16  # of a half
INNER = 5  # the first row that has an inner side
OUTSIDE = 2 * COLUMNS * ROWS

# The natural end of hair about the head: degrees from the front, mm over the eyes; around the ears
# and, where they are covered, over them.
_AZIMUTHS = (0.0, 25.0, 42.0, 56.0, 66.0, 76.0, 84.0, 104.0, 116.0, 135.0, 180.0)
_AROUND_EARS = (63.0, 62.0, 57.0, 38.0, 4.0, -4.0, 16.0, 16.0, -22.0, -62.0, -70.0)
_OVER_EARS = (63.0, 62.0, 57.0, 38.0, 4.0, -14.0, -32.0, -46.0, -54.0, -66.0, -72.0)


@pytree_dataclass
class Shell:
    """Grids of one shell; the axes are sides, columns and rows.

    Attributes:
      outer, inner: points of both sides, mm.
      azimuth: about the head, radians from the front, positive to the subject's left.
      along: length of the hair from the crown to here, mm.
      down: 0 at the crown to 1 at the ends.
    """

    outer: Float[Array, "2 C R 3"]
    inner: Float[Array, "2 C R 3"]
    azimuth: Float[Array, "2 C R"]
    along: Float[Array, "2 C R"]
    down: Float[Array, "2 C R"]


def shell_triangles() -> Int[np.ndarray, "F 3"]:
    """The outer side's triangles, then the inner side's, counter-clockwise from where it is seen.

    Vertices are the outer side's grid, then the inner side's rows from `INNER` on.
    """
    numbers = np.arange(OUTSIDE).reshape(2, COLUMNS, ROWS)
    inside = OUTSIDE + np.arange(2 * COLUMNS * (ROWS - INNER)).reshape(2, COLUMNS, ROWS - INNER)
    parts = []
    for side in (0, 1):
        parts += [_grid_triangles(numbers[side], side == 1)]
        parts += [_grid_triangles(inside[side], side == 0)]
    return np.concatenate(parts).astype(np.int32)


def _grid_triangles(numbers: Int[np.ndarray, "C R"], swapped: bool) -> Int[np.ndarray, "F 3"]:
    a, b = numbers[:-1, :-1].ravel(), numbers[1:, :-1].ravel()
    c, d = numbers[1:, 1:].ravel(), numbers[:-1, 1:].ravel()
    triangles = np.concatenate([np.stack([a, d, c], 1), np.stack([a, c, b], 1)])
    return triangles[:, ::-1] if swapped else triangles


def hair_shell(
    head: Head,
    style: HairStyle,
    seam: Float[Array, ""],
    phases: Float[Array, "8"],
    ends: Float[Array, "2 C"],
) -> Shell:
    """Lay hair of one style on a head.

    Args:
      head: to lay it on.
      style: of the hair.
      seam: azimuth of the parting, radians.
      phases: of the waves, radians.
      ends: of the columns' raggedness, -1 to 1.
    Returns:
      The shell.
    """
    unit = head.unit
    eyes, (_, height, _) = head.eyes[:, 1].mean(), head.radii
    share = jnp.linspace(0.0, 1.0, COLUMNS)
    back = jnp.array([math.pi, -math.pi])[:, None]
    start = seam + (back - seam) * share * (0.6 + 0.4 * share)
    last = eyes + unit * (_rim(start, style) + style.ragged * ends)
    last = jnp.minimum(last, head.centre[1] + 0.95 * height)
    down = jnp.linspace(0.0, 1.0, ROWS) ** 0.9
    polar_end = jnp.arccos(jnp.clip((last - head.centre[1]) / height, 0.0, 1.0))
    hang_end = jnp.maximum(head.centre[1] - last, 0.0)
    along = (height * polar_end + hang_end)[..., None] * down
    polar = jnp.minimum(along / height, 0.5 * math.pi)
    hang = jnp.maximum(along - height * 0.5 * math.pi, 0.0)
    level = head.centre[1] + height * jnp.cos(polar) - hang
    azimuth = _parted(start, level, seam, back, head, style)
    azimuth = azimuth + _waves(azimuth, along, style, phases) * unit / head.radii[0]
    ball = jnp.stack([jnp.sin(azimuth), jnp.cos(azimuth)], axis=-1)
    base = _skull(head, polar, hang, ball, style)
    edge = _edge(share, level, head, style)
    thick = unit * _thickness(azimuth, polar, down, edge, style, phases)
    outward = jnp.stack(
        [ball[..., 0] * jnp.sin(polar), jnp.cos(polar), ball[..., 1] * jnp.sin(polar)], -1
    )
    brim = unit * style.brim * jnp.clip(8.0 * down - 7.0, 0.0, 1.0) * _visor(ball[..., 1], phases)
    flat = jnp.stack([ball[..., 0], -0.25 * jnp.ones_like(brim), ball[..., 1]], axis=-1)
    flared = base + brim[..., None] * flat
    outer = flared + thick[..., None] * outward
    closed = (share == 0.0)[:, None] | (down == 1.0)  # both sides meet at the edges
    inner = flared + jnp.where(closed, thick, 0.15 * thick + 0.5)[..., None] * outward
    return Shell(outer, inner, azimuth, along, jnp.broadcast_to(down, along.shape))


def _visor(forward: Float[Array, "2 C R"], phases: Float[Array, "8"]) -> Float[Array, "2 C R"]:
    """1 where a brim goes: in front, or on some hats all around."""
    return jnp.where(jnp.cos(phases[6]) > 0.4, 1.0, _step(forward, 0.35, 0.8))


def _rim(azimuth: Float[Array, "2 C"], style: HairStyle) -> Float[Array, "2 C"]:
    """Height of the ends over the eyes, mm of a usual face."""
    degrees = jnp.abs(jnp.degrees(azimuth))
    around = jnp.interp(degrees, jnp.array(_AZIMUTHS), jnp.array(_AROUND_EARS))
    over = jnp.interp(degrees, jnp.array(_AZIMUTHS), jnp.array(_OVER_EARS))
    natural = around + style.cover * (over - around)
    front, side = 1.0 - _step(degrees, 18.0, 40.0), _step(degrees, 58.0, 76.0)
    lower = style.front * front + style.temples * (1.0 - front) * (1.0 - side) + style.length * side
    hanging = -60.0 - style.length
    return natural - lower + style.curtain * (hanging - natural + lower)


def _parted(
    start: Float[Array, "2 C"],
    level: Float[Array, "2 C R"],
    seam: Float[Array, ""],
    back: Float[Array, "2 1"],
    head: Head,
    style: HairStyle,
) -> Float[Array, "2 C R"]:
    """Azimuths of hair that falls to both sides: columns crowd together behind the opening."""
    cloth = style.material > 1.5
    below = (head.hairline - level) / head.unit
    opened = _step(below, -5.0, jnp.where(cloth, 25.0, 60.0)) * style.curtain
    closed = _step(head.eyes[:, 1].mean() - level, 108.0 * head.unit, 128.0 * head.unit)
    opened = opened * (1.0 - closed * cloth)
    edge = seam + opened * (jnp.sign(back)[..., None] * style.opening - seam)
    share = ((start - seam) / (back - seam))[..., None]
    return edge + share * (back[..., None] - edge)


def _waves(
    azimuth: Float[Array, "2 C R"],
    along: Float[Array, "2 C R"],
    style: HairStyle,
    phases: Float[Array, "8"],
) -> Float[Array, "2 C R"]:
    """Sideways waves along the hair, mm; none where it grows."""
    slow = jnp.sin(along / 22.0 + 3.0 * jnp.cos(azimuth) + phases[0])
    fast = jnp.sin(along / 11.0 + 7.0 * jnp.sin(azimuth) + phases[1])
    return style.waves * (slow + 0.5 * fast) * _step(along, 60.0, 160.0)


def _skull(
    head: Head,
    polar: Float[Array, "2 C R"],
    hang: Float[Array, "2 C R"],
    ball: Float[Array, "2 C R 2"],
    style: HairStyle,
) -> Float[Array, "2 C R 3"]:
    """Points on the skin, or beside it where hair hangs."""
    below = hang / head.radii[1]
    hugging = 1.0 - 0.28 * jnp.minimum(below, 1.0) ** 1.5
    drape = jnp.clip((style.length - 5.0) / 40.0, 0.0, 1.0)
    wide = jnp.sin(polar) * (hugging + drape * (1.0 - hugging))
    high = jnp.cos(polar) - below
    points = jnp.stack([ball[..., 0] * wide, high, ball[..., 1] * wide], axis=-1)
    scale = _clearance(points, head)
    wide = wide * scale
    hung = jax.lax.cummax(wide, axis=2)
    wide = wide + drape * (hung - wide)
    high = jnp.where(hang > 0.0, high, high * scale)
    points = jnp.stack([ball[..., 0] * wide, high, ball[..., 1] * wide], axis=-1)
    return head.centre + head.radii * points


def _clearance(points: Float[Array, "2 C R 3"], head: Head) -> Float[Array, "2 C R"]:
    """What to multiply points around the unit ball with to reach the skin of the samples.

    The largest radius of the samples, each less by how far away its direction is.
    """
    samples = (head.samples - head.centre) / head.radii
    radii = jnp.linalg.norm(samples, axis=-1)
    sizes = jnp.linalg.norm(points, axis=-1)
    cosines = (points / sizes[..., None]).reshape(-1, 3) @ (samples / radii[:, None]).T
    reach = jnp.max(radii - 1.5 * (1.0 - cosines), axis=-1).reshape(sizes.shape)
    least = jnp.where(sizes > 1.001, sizes, 1.0 - 0.1 * head.whole)
    return jnp.maximum(reach, jnp.minimum(least, sizes)) / sizes


def _edge(
    share: Float[Array, "C"], level: Float[Array, "2 C R"], head: Head, style: HairStyle
) -> Float[Array, "2 C R"]:
    """1, less at the parting and at the thin edges beside the face."""
    near = jnp.exp(-((share / 0.06) ** 2))[:, None]
    beside = _step(head.hairline - level, 0.0, 30.0 * head.unit) * style.curtain
    return 1.0 - near * jnp.maximum(style.parting, 0.7 * beside)


def _thickness(
    azimuth: Float[Array, "2 C R"],
    polar: Float[Array, "2 C R"],
    down: Float[Array, "R"],
    edge: Float[Array, "2 C R"],
    style: HairStyle,
    phases: Float[Array, "8"],
) -> Float[Array, "2 C R"]:
    """Of the hair, mm: waves over it, thin ends, and a knot where there is one."""
    height = jnp.cos(polar)
    sideways, forward = jnp.sin(azimuth) * jnp.sin(polar), jnp.cos(azimuth) * jnp.sin(polar)
    thick = style.side + (style.top - style.side) * _step(height, 0.0, 0.9)
    bumps = jnp.sin(5.0 * sideways + phases[2]) * jnp.sin(4.0 * forward + phases[3])
    bumps = bumps + 0.6 * jnp.sin(9.0 * sideways + phases[4] + 3.0 * height) * jnp.sin(
        8.0 * forward + phases[5]
    )
    thick = thick * (1.0 + 0.18 * bumps * jnp.minimum(style.ragged / 5.0, 1.0))
    hair = style.material < 0.5
    roundness = 7.0 - 4.5 * _step(style.side, 14.0, 30.0)
    thick = thick * (1.0 - 0.85 * hair * down**roundness)
    thick = thick + style.cuff * _step(down, 0.72, 0.78)
    away = sideways**2 + (height - 0.86) ** 2 + (forward + 0.5) ** 2
    return jnp.maximum(thick * edge + style.bun * jnp.exp(-((away / 0.09) ** 2)), 0.0) + 2.0


def _step(value: Float[Array, "*P"], low: Array | float, high: Array | float) -> Float[Array, "*P"]:
    """0 below `low`, 1 over `high`, smooth in between."""
    share = jnp.clip((value - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
