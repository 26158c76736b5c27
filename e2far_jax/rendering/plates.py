"""Plates with rounded corners and edges, drawn in the picture's plane as if they had depth."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.pytrees import pytree_dataclass

PLATES = 8
EMPTY = -1e4  # half a width that nothing is within
_AMBIENT, _DIRECT = 0.55, 0.55  # display values of white: in the shade, and what light adds
_SHADOW = 0.35  # darkest share of what is around a plate
_REACH, _NARROW = 4.0, 0.5  # how far, in softnesses, but no further than so many half widths


@pytree_dataclass
class Plates:
    """A few plates, the last on top; lengths in pixels, or in mm before they are placed.

    Attributes:
      centres: their middles.
      angles: of their long sides from the x axis.
      halves: half their lengths and widths.
      corners: radius of the corners.
      tapers: how much wider (shares of the width) at the far end and narrower at the near one.
      bends: how far the ends are moved aside.
      edges: how far from the outline they are rounded; half the width makes a rod.
      barrels: 0 for flat to 1 for a cylinder along the plate.
      colours: display colours.
      shines: strength of the highlight.
      lines: strength of dark stripes across the plate, negative for along it.
      periods: of the stripes.
      nails: strength of a nail at the far end.
    """

    centres: Float[Array, "*B P 2"]
    angles: Float[Array, "*B P"]
    halves: Float[Array, "*B P 2"]
    corners: Float[Array, "*B P"]
    tapers: Float[Array, "*B P"]
    bends: Float[Array, "*B P"]
    edges: Float[Array, "*B P"]
    barrels: Float[Array, "*B P"]
    colours: Float[Array, "*B P 3"]
    shines: Float[Array, "*B P"]
    lines: Float[Array, "*B P"]
    periods: Float[Array, "*B P"]
    nails: Float[Array, "*B P"]


def plate_distance(
    plates: Plates, index: int | Int[Array, ""], points: Float[Array, "*B 2"]
) -> tuple[Float[Array, "*B"], tuple[Float[Array, "*B"], ...]]:
    """Roughly the signed distance of points to a plate's outline, negative inside.

    Returns:
      The distance; and x and y along the plate as shares of half its length and width, and the
      direction along and across the plate in which the distance grows.
    """
    x, y = (points[..., axis] - plates.centres[index, axis] for axis in (0, 1))
    cosine, sine = jnp.cos(plates.angles[index]), jnp.sin(plates.angles[index])
    length, width = plates.halves[index]
    along = cosine * x + sine * y
    share = jnp.clip(along / jnp.maximum(length, 1e-3), -1.0, 1.0)
    across = cosine * y - sine * x - plates.bends[index] * share * share
    half = width * (1.0 + plates.tapers[index] * share)
    corner = jnp.minimum(plates.corners[index], jnp.minimum(half, length))
    past_end = jnp.abs(along) - length + corner
    past_side = jnp.abs(across) - half + corner
    out_end, out_side = jnp.maximum(past_end, 0.0), jnp.maximum(past_side, 0.0)
    radius = jnp.sqrt(out_end * out_end + out_side * out_side)
    distance = radius + jnp.minimum(jnp.maximum(past_end, past_side), 0.0) - corner
    in_corner = radius > 1e-6
    slope_along = jnp.where(in_corner, out_end / jnp.maximum(radius, 1e-6), past_end > past_side)
    slope_across = jnp.where(in_corner, out_side / jnp.maximum(radius, 1e-6), past_side >= past_end)
    slopes = (slope_along * jnp.sign(along), slope_across * jnp.sign(across))
    return distance, (share, across / jnp.maximum(half, 1e-3), *slopes)


def draw_plates(
    image: Float[Array, "H W 3"],
    plates: Plates,
    light: Float[Array, "3"],
    softness: Float[Array, ""],
) -> Float[Array, "H W 3"]:
    """Draw plates over a picture, lit from one side, each with a shadow around it.

    Args:
      image: display RGB.
      plates: lengths in pixels.
      light: unit vector towards the light, image x and y and towards the viewer.
      softness: width of the edges, pixels.
    """
    height, width, _ = image.shape
    columns, rows = jnp.meshgrid(jnp.arange(width) + 0.5, jnp.arange(height) + 0.5)
    points = jnp.stack([columns, rows], axis=-1)
    for index in range(PLATES):
        distance, place = plate_distance(plates, index, points)
        colour = _lit(plates, index, distance, place, light)
        reach = jnp.maximum(jnp.minimum(_REACH * softness, _NARROW * plates.halves[index, 1]), 0.1)
        halo = jnp.exp(-jnp.maximum(distance, 0.0) / reach)
        image = image * (1.0 - _SHADOW * halo)[..., None]
        cover = jnp.clip(0.5 - distance / softness, 0.0, 1.0)[..., None]
        image = image + cover * (colour - image)
    return image


def _lit(
    plates: Plates,
    index: int,
    distance: Float[Array, "H W"],
    place: tuple[Float[Array, "H W"], ...],
    light: Float[Array, "3"],
) -> Float[Array, "H W 3"]:
    """Colours of a plate, as if its edge were a quarter of a circle and it stood out."""
    share, side, slope_along, slope_across = place
    edge = jnp.maximum(plates.edges[index], 1e-3)
    steep = 0.97 * (1.0 - jnp.clip(-distance / edge, 0.0, 1.0))
    along = slope_along * steep
    across = jnp.clip(slope_across * steep + plates.barrels[index] * side, -0.97, 0.97)
    facing = jnp.sqrt(jnp.maximum(1.0 - along * along - across * across, 0.0))
    cosine, sine = jnp.cos(plates.angles[index]), jnp.sin(plates.angles[index])
    light_along = cosine * light[0] + sine * light[1]
    light_across = cosine * light[1] - sine * light[0]
    received = along * light_along + across * light_across + facing * light[2]
    shade = _AMBIENT + _DIRECT * jnp.maximum(received, 0.0)
    shade = shade * (1.0 - _stripes(plates, index, share, side))
    highlight = plates.shines[index] * jnp.exp(18.0 * (received - 1.0))
    nail = plates.nails[index] * _nail(share, side)
    colour = plates.colours[index] * (1.0 - 0.12 * nail[..., None]) + 0.16 * nail[..., None]
    return colour * shade[..., None] + (highlight * (1.0 + nail))[..., None]


def _stripes(
    plates: Plates, index: int, share: Float[Array, "H W"], side: Float[Array, "H W"]
) -> Float[Array, "H W"]:
    """Dark stripes: threads of cloth, lines of text, creases of fingers."""
    strength = plates.lines[index]
    length, width = plates.halves[index]
    place = jnp.where(strength > 0.0, share * length, side * width)
    wave = jnp.cos((2.0 * jnp.pi) * place / jnp.maximum(plates.periods[index], 1e-3))
    inside = (jnp.abs(share) < 0.86) & (jnp.abs(side) < 0.86)
    return jnp.abs(strength) * jnp.maximum(wave, 0.0) ** 2 * inside


def _nail(share: Float[Array, "H W"], side: Float[Array, "H W"]) -> Float[Array, "H W"]:
    across = (side / 0.6) ** 2
    along = ((share - 0.8) / 0.16) ** 2
    return jnp.clip(3.0 * (1.0 - across * across - along * along), 0.0, 1.0)
