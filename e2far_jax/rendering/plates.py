"""Plates with rounded corners and edges, drawn in the picture's plane as if they had depth."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

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
      directions: unit vectors along their long sides.
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
    directions: Float[Array, "*B P 2"]
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
    plate: Plates, x: Float[Array, "*X"], y: Float[Array, "*Y"]
) -> tuple[Float[Array, "*B"], tuple[Float[Array, "*B"], ...]]:
    """Roughly the signed distance of points to the outline of a plate, negative inside.

    Args:
      plate: a single one, without the axis of plates.
      x, y: of the points; they broadcast against each other.
    Returns:
      The distance; and x and y along the plate as shares of half its length and width, and the
      direction along and across the plate in which the distance grows.
    """
    cosine, sine = plate.directions
    length, width = plate.halves
    x, y = x - plate.centres[0], y - plate.centres[1]
    along = cosine * x + sine * y
    share = jnp.clip(along * (1.0 / jnp.maximum(length, 1e-3)), -1.0, 1.0)
    across = cosine * y - sine * x - plate.bends * share * share
    half = width * (1.0 + plate.tapers * share)
    corner = jnp.minimum(plate.corners, jnp.minimum(half, length))
    past_end = jnp.abs(along) - length + corner
    past_side = jnp.abs(across) - half + corner
    out_end, out_side = jnp.maximum(past_end, 0.0), jnp.maximum(past_side, 0.0)
    radius = jnp.sqrt(out_end * out_end + out_side * out_side)
    distance = radius + jnp.minimum(jnp.maximum(past_end, past_side), 0.0) - corner
    inverse = 1.0 / jnp.maximum(radius, 1e-6)
    to_end = jnp.where(radius > 1e-6, out_end * inverse, past_end > past_side)
    to_side = jnp.where(radius > 1e-6, out_side * inverse, past_side >= past_end)
    slopes = (to_end * jnp.sign(along), to_side * jnp.sign(across))
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
    x, y = jnp.arange(width) + 0.5, jnp.arange(height)[:, None] + 0.5
    layers = jax.vmap(lambda plate: _layers(plate, x, y, light, softness))(plates)
    kept, coloured, added = (layer[:, None] for layer in layers)
    # Colours first: CPUs then compute several pixels at a time.
    planes = jnp.moveaxis(image, -1, 0)
    for index in range(PLATES):
        colour = plates.colours[index][:, None, None]
        planes = planes * kept[index] + colour * coloured[index] + added[index]
    return jnp.moveaxis(planes, 0, -1)


def _layers(
    plate: Plates,
    x: Float[Array, "W"],
    y: Float[Array, "H 1"],
    light: Float[Array, "3"],
    softness: Float[Array, ""],
) -> tuple[Float[Array, "H W"], Float[Array, "H W"], Float[Array, "H W"]]:
    """By what a plate multiplies the picture, how much of its colour, and of white, it adds."""
    distance, (share, side, *slopes) = plate_distance(plate, x, y)
    reach = jnp.maximum(jnp.minimum(_REACH * softness, _NARROW * plate.halves[1]), 0.1)
    halo = _SHADOW * jnp.exp(-jnp.maximum(distance, 0.0) / reach)
    cover = jnp.clip(0.5 - distance / softness, 0.0, 1.0)
    received = _received(plate, distance, side, slopes[0], slopes[1], light)
    shade = (_AMBIENT + _DIRECT * jnp.maximum(received, 0.0)) * (1.0 - _stripes(plate, share, side))
    highlight = plate.shines * jnp.exp(18.0 * (received - 1.0))
    nail = plate.nails * _nail(share, side)
    added = 0.16 * nail * shade + highlight * (1.0 + nail)
    return (1.0 - halo) * (1.0 - cover), cover * shade * (1.0 - 0.12 * nail), cover * added


def _received(
    plate: Plates,
    distance: Float[Array, "H W"],
    side: Float[Array, "H W"],
    to_end: Float[Array, "H W"],
    to_side: Float[Array, "H W"],
    light: Float[Array, "3"],
) -> Float[Array, "H W"]:
    """Cosine to the light, as if the plate's edge were a quarter of a circle and it stood out."""
    steep = 0.97 * (1.0 - jnp.clip(-distance / jnp.maximum(plate.edges, 1e-3), 0.0, 1.0))
    along = to_end * steep
    across = jnp.clip(to_side * steep + plate.barrels * side, -0.97, 0.97)
    facing = jnp.sqrt(jnp.maximum(1.0 - along * along - across * across, 0.0))
    cosine, sine = plate.directions
    light_along = cosine * light[0] + sine * light[1]
    light_across = cosine * light[1] - sine * light[0]
    return along * light_along + across * light_across + facing * light[2]


def _stripes(
    plate: Plates, share: Float[Array, "H W"], side: Float[Array, "H W"]
) -> Float[Array, "H W"]:
    """Dark stripes: threads of cloth, lines of text, creases of fingers."""
    length, width = plate.halves
    place = jnp.where(plate.lines > 0.0, share * length, side * width)
    turns = place / jnp.maximum(plate.periods, 1e-3)
    wave = 1.0 - 16.0 * (turns - jnp.floor(turns + 0.5)) ** 2  # a cosine takes CPUs far longer
    inside = (jnp.abs(share) < 0.86) & (jnp.abs(side) < 0.86)
    return jnp.abs(plate.lines) * jnp.maximum(wave, 0.0) ** 2 * inside


def _nail(share: Float[Array, "H W"], side: Float[Array, "H W"]) -> Float[Array, "H W"]:
    across = (side / 0.6) ** 2
    along = ((share - 0.8) / 0.16) ** 2
    return jnp.clip(3.0 * (1.0 - across * across - along * along), 0.0, 1.0)
