"""Detail of the skin, made for each pixel: brows, lashes, beard, eyes, freckles, wrinkles, pores.

Painted by where a pixel's point lies on the mean face, it moves with the face's shape, is sharp on
coarse meshes, and fades where a pixel covers more than can be seen.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, UInt32

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.brows import (
    BrowStyle,
    brow_cover,
    lash_cover,
    lid_crease,
    lip_line,
    strands,
)
from e2far_jax.rendering.eyes import EyeStyle, iris, painted_eyes
from e2far_jax.rendering.facial_hair import FacialHair, beard_cover
from e2far_jax.rendering.features import FaceFeatures, FacePoints, face_points
from e2far_jax.rendering.noise import cell_spots, fade, ramp, value_noise
from e2far_jax.rendering.relief import ReliefStyle, wrinkles
from e2far_jax.rendering.stored import joined, stored

_FRECKLE_CELL, _MOLE_CELL = 3.6, 17.0  # mm
_FRECKLE = (0.80, 0.62, 0.50)  # times the skin's colour
_MOLE = (0.45, 0.33, 0.28)
_LASH = 0.02  # linear reflectance

# A cover and a brightness for each point, and a colour as a multiple of that of the vertices.
Layer = tuple[Float[Array, "*P"], Float[Array, "*P"] | float, Float[Array, "3"]]


@pytree_dataclass
class SkinDetail:
    """What one person's skin has in detail.

    Attributes:
      features: where brows, lids, mouth and beard are.
      plain: linear reflectance of bare skin.
      hair: that of brows and beard.
      brows, facial_hair, eyes, relief: what they are like.
      lashes, crease: strength of the lids' edges and folds, 0 to 1.
      freckles: share of places with one, 0 to 1.
      moles: the same for moles.
      unevenness: fine variation of colour, and from hair to hair; 1 is usual.
      seed: of all that is random from pixel to pixel.
    """

    features: FaceFeatures
    plain: Float[Array, "*B 3"]
    hair: Float[Array, "*B 3"]
    brows: BrowStyle
    facial_hair: FacialHair
    eyes: EyeStyle
    relief: ReliefStyle
    lashes: Float[Array, "*B"]
    crease: Float[Array, "*B"]
    freckles: Float[Array, "*B"]
    moles: Float[Array, "*B"]
    unevenness: Float[Array, "*B"]
    seed: UInt32[Array, "*B"]


def skin_detail(
    position: Float[Array, "3 *P"],
    normals: Float[Array, "3 *P"],
    detail: SkinDetail,
    rotation: Float[Array, "3 3"],
    pixel: Float[Array, ""] | Float[Array, "*P"],
    closed: Float[Array, "2"],
) -> tuple[Float[Array, "3 *P"], Float[Array, "3 *P"]]:
    """Detail at points of a face.

    Args:
      position: coordinates on the mean face, from `features.face_coordinates`.
      normals: unit vectors, the camera's axes.
      detail: of the person.
      rotation: from the face's axes to the camera's.
      pixel: what a pixel covers, mm on the face.
      closed: from `eyes.lids_closed`.
    Returns:
      What to multiply the colour of the vertices with, and unit normals.
    """
    facing = jnp.clip(normals[2], 0.35, 1.0)
    points = stored(face_points(position, facing / pixel), detail.lashes)
    chart = points.side * points.around + 300.0, points.up + 300.0
    slow = _noise(chart, 6.5, points, detail.seed)
    fine = _noise(chart, 2.3, points, detail.seed + 1)
    slow, fine = stored((slow, fine), detail.lashes)
    around, up, dark = wrinkles(points, detail.features, detail.relief, slow[0])
    bumps = detail.relief.pores * points.skin
    around = points.side * around + bumps * (fine[0] + 0.5 * slow[0])
    up = up + bumps * (fine[1] + 0.5 * slow[1])
    mottling = 1.0 + 0.05 * detail.unevenness * (2.0 * fine[0] + slow[0]) * points.skin
    shade = mottling * (1.0 - dark)
    lids = jnp.where(points.side < 0, closed[0], closed[1])
    paints = _paints(points, position, detail, lids, slow[0], fine[0])
    layers = (*_spots(points, chart, detail), *paints)
    around, up, shade, layers = stored((around, up, shade, layers), detail.lashes)
    colour = tuple(_blended(shade, layers, channel) for channel in range(3))
    bent = _bent(normals, points, around, up, rotation)
    return joined(stored(colour, detail.lashes)), joined(stored(bent, detail.lashes))


def _noise(
    chart: tuple[Float[Array, "*P"], Float[Array, "*P"]],
    wave: float,
    points: FacePoints,
    seed: UInt32[Array, ""],
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Two noises of such a wave length, mm, as far as pixels can show them."""
    seen = fade(wave, points.pixels)
    one, other = value_noise(chart[0] / wave, chart[1] / wave, seed)
    return one * seen, other * seen


def _blended(
    under: Float[Array, "*P"], layers: tuple[Layer, ...], channel: int
) -> Float[Array, "*P"]:
    """One colour of all layers, one over the other."""
    for cover, shade, colour in layers:
        under = under + cover * (shade * colour[channel] - under)
    return under


def _spots(
    points: FacePoints, chart: tuple[Float[Array, "*P"], Float[Array, "*P"]], detail: SkinDetail
) -> tuple[Layer, ...]:
    """Freckles on nose and cheeks, moles anywhere; skin between freckles is as much lighter."""
    nose = detail.features.nose[0]
    high, wide = (points.up - nose[1] - 8.0) / 24.0, points.aside / 42.0
    where = detail.freckles * jnp.clip(1.6 - high * high - wide * wide, 0.0, 1.0) * points.skin
    freckle = _spot(chart, _FRECKLE_CELL, 0.24, where, points, detail.seed + 2)
    moles = detail.moles * points.skin
    mole = _spot(chart, _MOLE_CELL, 0.07, moles, points, detail.seed + 3)
    lighter = 0.106 * where, 1.0, 2.0 - jnp.array(_FRECKLE)  # as much as freckles cover on average
    return lighter, (freckle, 1.0, jnp.array(_FRECKLE)), (mole, 1.0, jnp.array(_MOLE))


def _spot(
    chart: tuple[Float[Array, "*P"], Float[Array, "*P"]],
    cell: float,
    radius: float,
    share: Float[Array, "*P"],
    points: FacePoints,
    seed: UInt32[Array, ""],
) -> Float[Array, "*P"]:
    """Round spots of up to a radius (in cells) in a share of the cells, soft by a pixel."""
    distance, number = cell_spots(chart[0] / cell, chart[1] / cell, seed)
    reach = radius * cell * (0.5 + 0.5 * number / jnp.maximum(share, 1e-3))
    cover = ramp(reach - cell * distance, points.edge)
    return cover * (number < share) * fade(4.0 * radius * cell, points.pixels)


def _paints(
    points: FacePoints,
    position: Float[Array, "3 *P"],
    detail: SkinDetail,
    lids: Float[Array, "*P"],
    slow: Float[Array, "*P"],
    fine: Float[Array, "*P"],
) -> tuple[Layer, ...]:
    """What covers the skin: folds, beard, brows, lashes, and the eyes' irises or whole eyes."""
    features, eyes = detail.features, detail.eyes
    folds = detail.crease * lid_crease(points, features.upper_lid)
    folds = jnp.maximum(folds, 0.55 * lip_line(points, features.lip_line))
    beard = beard_cover(points, features, detail.facial_hair, 0.6 * slow + 0.6 * fine)
    beard = jnp.clip(beard * (1.0 + 0.5 * fine), 0.0, 1.0)
    strand, _ = value_noise(*strands(points, features.brow), detail.seed + 4)
    strand = strand * fade(3.2, points.pixels)
    brow = brow_cover(points, features.brow, detail.brows, 0.5 * slow + 0.6 * strand)
    brow = jnp.clip(brow * (1.0 + 0.45 * strand), 0.0, 1.0)
    lash = lash_cover(points, features.upper_lid, features.lower_lid, detail.lashes, lids)
    white, shadow, painted, shaded = painted_eyes(points, features, eyes, lids)
    hair = detail.hair / detail.plain
    return (
        (folds, 1.0, jnp.zeros(3)),
        (beard, 1.0, hair),
        (brow, 1.0, hair),
        (lash, 1.0, _LASH / detail.plain),
        (*iris(points, position, eyes), eyes.iris / eyes.sclera),
        (white, shadow, eyes.sclera / detail.plain),
        (painted, shaded, eyes.iris / detail.plain),
    )


def _bent(
    normals: Float[Array, "3 *P"],
    points: FacePoints,
    around: Float[Array, "*P"],
    up: Float[Array, "*P"],
    rotation: Float[Array, "3 3"],
) -> tuple[Float[Array, "*P"], ...]:
    """Normals of a surface with slopes along the arc about the head's axis, and upwards."""
    sideways = points.aside / (points.aside + jnp.maximum(points.out + 80.0, 1.0))
    forward = 1.0 - sideways
    length = jnp.sqrt(sideways * sideways + forward * forward)
    right = around * forward / length
    back = -points.side * around * sideways / length
    x, y, z = (
        right * rotation[axis, 0] + up * rotation[axis, 1] + back * rotation[axis, 2]
        for axis in range(3)
    )
    nx, ny, nz = normals
    inward = x * nx + y * ny + z * nz
    bent = [n - slope + inward * n for n, slope in ((nx, x), (ny, y), (nz, z))]
    square = bent[0] * bent[0] + bent[1] * bent[1] + bent[2] * bent[2]
    inverse = jax.lax.rsqrt(jnp.maximum(square, 1e-12))
    return bent[0] * inverse, bent[1] * inverse, bent[2] * inverse
