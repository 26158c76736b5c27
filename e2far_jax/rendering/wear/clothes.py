"""Clothes: what goes round the neck and over the shoulders, and a neck for masks without one."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share
from e2far_jax.rendering.wear.grids import grid_triangles
from e2far_jax.rendering.wear.head import Head
from e2far_jax.rendering.wear.piece import Piece

KINDS = ("none", "crew neck", "V-neck", "shirt", "turtle neck", "scarf")
_COLUMNS = 32
# Rows of the body below the middle of the neck: height, half width, front, back, mm. They clear the
# neck and shoulders of whole heads.
_BODY = np.array(
    [
        (8, 62, 57, 71), (-4, 79, 58, 79), (-16, 106, 58, 87), (-28, 139, 59, 99),
        (-45, 155, 62, 104), (-70, 178, 72, 108), (-105, 194, 86, 110), (-165, 204, 98, 108),
    ],
    float,
)  # fmt: skip
# Rows of the neck, which lies inside that of a whole head.
_NECK = np.array([(48, 46, 30, 56), (20, 50, 42, 60), (-6, 56, 46, 66), (-20, 70, 48, 74)], float)
_SIDES = 12.0  # mm that a collar is lower over the shoulders
# How far the first rows' edge drops in front, in mm, how high it climbs, and how thick it is.
_CUTS = (
    # front drop, sharpness of the V, climb, thickness
    (0.0, 1.0, 0.0, 0.0),
    (10.0, 1.0, 0.0, 1.0),
    (34.0, 2.0, 0.0, 1.0),
    (14.0, 3.0, 12.0, 4.0),
    (0.0, 1.0, 24.0, 3.0),
    (0.0, 1.0, 16.0, 14.0),
)


@dataclasses.dataclass(frozen=True)
class ClothesRanges(Ranges):
    """What people wear.

    Attributes:
      worn: probability of clothes; without, shoulders are bare.
      shoulders: probability that bare shoulders are drawn below the neck; else it ends there.
      patterned: probability of stripes or checks.
      period: least and most width of these, mm.
    """

    worn: float = share(0.85)
    shoulders: float = share(0.7)
    patterned: float = share(0.35)
    period: Range = number((8.0, 50.0), smallest=1.0)

    @classmethod
    def off(cls) -> ClothesRanges:
        """Nothing below the head, but for the neck of a mask."""
        return cls(worn=0.0, shoulders=0.0)

    @classmethod
    def at_level(cls, level: int) -> ClothesRanges:
        """Bare shoulders (0), plain clothes (1), then all."""
        return (cls(0.0, 1.0, 0.0), cls(0.7, 1.0, 0.0), cls(0.8, 0.8, 0.2), cls())[level]


@pytree_dataclass
class _Style:
    """What one dress is like."""

    cut: Float[Array, "4"]
    colour: Float[Array, "3"]
    strength: Float[Array, ""]
    frequencies: Float[Array, "2"]
    gloss: Float[Array, ""]


def random_clothes(
    key: Key[Array, ""], head: Head, skin_colour: Float[Array, "3"], ranges: ClothesRanges
) -> tuple[Piece, dict[str, Float[Array, ""]]]:
    """Clothes, or bare shoulders, or nothing, and the neck of a mask.

    Args:
      key: decides everything.
      head: who wears them.
      skin_colour: linear reflectance of neck and bare shoulders.
      ranges: of what is worn.
    Returns:
      The clothes, and "clothes.kind", a number in `KINDS` (0 none, bare).
    """
    numbers = jax.random.uniform(key, (12,))
    worn = numbers[0] < ranges.worn
    kind = jnp.where(worn, 1 + jnp.floor(numbers[1] * (len(KINDS) - 1)), 0).astype(jnp.int32)
    gray, saturation = numbers[2], numbers[3] ** 2
    fabric = (gray + saturation * (numbers[4:7] - gray)) ** 2.2
    striped, checked = numbers[8] < 0.6, numbers[8] > 0.4
    turn = jnp.where(striped & ~checked & (numbers[9] < 0.5), 1.0, 0.0)
    period = between(numbers[10], ranges.period) * head.unit
    frequencies = jnp.stack([checked + (1 - checked) * turn, checked + (1 - checked) * (1 - turn)])
    style = _Style(
        cut=jnp.array(_CUTS)[kind],
        colour=jnp.where(worn, jnp.clip(fabric, 0.01, 0.8), skin_colour),
        strength=worn * (numbers[7] < ranges.patterned) * (0.3 + 0.7 * numbers[11]),
        frequencies=frequencies / period,
        gloss=jnp.where(worn, 0.3, 0.8),
    )
    body = _body(head, style)
    drawn = worn | (numbers[0] < ranges.worn + (1.0 - ranges.worn) * ranges.shoulders)
    body = jnp.where(drawn, body, jnp.nan)
    neck = jnp.where(head.whole > 0.0, jnp.nan, _rows(head, jnp.array(_NECK)))
    vertices = jnp.concatenate([body.reshape(-1, 3), neck.reshape(-1, 3)])
    is_body = jnp.arange(len(vertices)) < body.size // 3
    piece = Piece(
        vertices=vertices,
        colours=jnp.where(is_body[:, None], style.colour, skin_colour),
        gloss=jnp.where(is_body, style.gloss, 0.8),
        coordinates=_coordinates(vertices, style, is_body),
    )
    return piece, {"clothes.kind": kind.astype(jnp.float32)}


def clothes_triangles() -> Int[np.ndarray, "F 3"]:
    """The triangles: body, then neck."""
    body = grid_triangles(len(_BODY), _COLUMNS, closed=True)
    neck = grid_triangles(len(_NECK), _COLUMNS, first=len(_BODY) * _COLUMNS, closed=True)
    return np.concatenate([body, neck])


def clothes_detail(coordinates: Float[Array, "3 *P"]) -> Float[Array, "*P"]:
    """Stripes and checks: what to multiply the fabric's colour with, pixel by pixel."""
    across, along, strength = coordinates
    wave = jnp.sin(2.0 * math.pi * across) + jnp.sin(2.0 * math.pi * along)
    return 1.0 - strength * jax.nn.sigmoid(5.0 * wave)


def _coordinates(
    vertices: Float[Array, "K 3"], style: _Style, is_body: Bool[Array, "K"]
) -> Float[Array, "K 3"]:
    """Across and along the fabric in periods of the pattern, and its strength."""
    places = vertices[:, :2] * style.frequencies
    strength = jnp.where(is_body, style.strength, 0.0)[:, None]
    return jnp.nan_to_num(jnp.concatenate([places, strength], axis=-1))


def _body(head: Head, style: _Style) -> Float[Array, "R C 3"]:
    """The rows of the body; the uppermost are the collar and follow its cut."""
    drop, sharpness, climb, thickness = style.cut
    base = jnp.array(_BODY)
    rise = jnp.array([1.0, 0.45, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    bulge = jnp.array([0.25, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])[:, None] * thickness
    narrower = jnp.array([0.0, 6.0, 7.0, 0.0, 0.0, 0.0, 0.0, 0.0]) * (climb > 0)
    rows = base.at[:, 0].add(climb * rise)
    rows = rows.at[:, 1:].add(bulge)
    rows = rows.at[:, 1].add(-narrower)
    angle = 2.0 * math.pi * np.arange(_COLUMNS) / _COLUMNS
    in_front = jnp.maximum(jnp.cos(angle), 0.0) ** (2.0 * sharpness)
    lowered = drop * in_front * jnp.array([1.0, 0.85, 0.65, 0.4, 0.15, 0.0, 0.0, 0.0])[:, None]
    beside = _SIDES * jnp.sin(angle) ** 2 * jnp.array([1.0, 0.8, 0.3, 0, 0, 0, 0, 0])[:, None]
    lowered = lowered + beside
    points = _rows(head, rows)
    return points.at[..., 1].add(-lowered * head.unit)


def _rows(head: Head, rows: Float[Array, "R 4"]) -> Float[Array, "R C 3"]:
    """Rings about the neck, counter-clockwise from above, the first column in front."""
    angle = 2.0 * math.pi * np.arange(_COLUMNS) / _COLUMNS
    height, width, front, back = (rows[:, column, None] for column in range(4))
    cosine, sine = jnp.cos(angle), jnp.sin(angle)
    depth = jnp.where(cosine > 0, front, back) * cosine
    offset = jnp.stack(jnp.broadcast_arrays(width * sine, height, depth), axis=-1)
    return head.neck + head.unit * offset
