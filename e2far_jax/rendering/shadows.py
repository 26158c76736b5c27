"""What is in the way of light: shadows of the key light, and hollows that see less of the room.

Everything is in the camera's axes (x right, y up, z towards the viewer), millimetres.
"""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.rendering.images import shrink
from e2far_jax.rendering.rasteriser import rasterise

MAP_SIDE = 80  # texels
_MARGIN = 2  # texels around the map that only the filter reaches
_ROUND = 2**12  # a small picture has few tiles
_BIAS, _RAMP = 1.0, 3.0  # mm: what is so much nearer to the light begins to shade, and shades fully
_STEEPEST = 0.15  # cosine up to which surfaces are followed away from the light
_COARSE = 4  # pixels to a side of the blocks that hollows are looked for in
_HOLLOW, _DARKEST = 12.0, 0.7  # mm: how far around; the share of the room hidden in the deepest


def light_visibility(
    vertices: Float[Array, "K 3"],
    triangles: Int[Array, "F 3"],
    direction: Float[Array, "3"],
    points: Float[Array, "3 H W"],
    normals: Float[Array, "3 H W"],
) -> Float[Array, "H W"]:
    """Share of a distant light that reaches points on or near a mesh.

    A shadow map (Williams, "Casting curved shadows on curved surfaces", SIGGRAPH 1978) that covers
    the points, with percentage-closer filtering over 3 x 3 texels (Reeves, Salesin and Cook,
    "Rendering antialiased shadows with depth maps", SIGGRAPH 1987). Surfaces don't shade
    themselves because each texel is compared with the plane through the point.

    Args:
      vertices: what casts shadows; triangles with a corner that is not finite are left out.
      triangles: counter-clockwise seen from outside.
      direction: unit vector towards the light.
      points: where to look.
      normals: unit vectors, the surface's at these points.
    Returns:
      0 in full shadow to 1.
    """
    axes = _axes(direction)
    seen = _dot(points, axes)
    low, high = seen[:2].min(axis=(1, 2)), seen[:2].max(axis=(1, 2))
    texel = jnp.maximum((high - low).max(), 1.0) / (MAP_SIDE - 2 * _MARGIN)

    def on_map(places: Float[Array, "3 *B"]) -> Float[Array, "3 *B"]:
        x, y = (_MARGIN + (places[axis] - low[axis]) / texel for axis in (0, 1))
        return jnp.stack([x, y, places[2]])

    occluders = on_map(_dot(vertices.T, axes)).T
    depth = rasterise(occluders, triangles, MAP_SIDE, MAP_SIDE, _ROUND).depth
    facing = _dot(normals, axes)
    slopes = -texel * facing[:2] / jnp.maximum(facing[2], _STEEPEST)
    return _filtered(depth, on_map(seen), slopes)


def openness(
    depth: Float[Array, "H W"], normals: Float[Array, "3 H W"], pixels_per_mm: Float[Array, ""]
) -> Float[Array, "H W"]:
    """Roughly how much of the room each pixel sees: less where its neighbours are nearer.

    Args:
      depth: mm, larger is nearer; -inf where nothing is drawn.
      normals: unit vectors.
      pixels_per_mm: the picture's scale.
    Returns:
      0 to 1, 1 on everything flat or convex.
    """
    covered = jnp.isfinite(depth)
    known = jnp.where(covered, depth, 0.0)
    weight = covered.astype(depth.dtype)
    missing = [(0, -side % _COARSE) for side in depth.shape]
    layers = jnp.pad(jnp.stack([known, weight], axis=-1), [*missing, (0, 0)])
    layers = shrink(layers, _COARSE)
    radius = _HOLLOW * pixels_per_mm / _COARSE
    layers = _blurred(layers, radius)
    mean = jax.image.resize(layers, (*(_COARSE * side for side in layers.shape[:2]), 2), "linear")
    mean = mean[: depth.shape[0], : depth.shape[1]]
    around = mean[..., 1]  # share of the surroundings that the surface covers: half at its edge
    nearer = mean[..., 0] / jnp.maximum(around, 1e-3) - known
    inner = jnp.clip(2.0 * around - 1.0, 0.0, 1.0)
    closed = jnp.clip(nearer / _HOLLOW, 0.0, 1.0) * inner * weight
    closed = closed * jnp.clip(normals[2], 0.0, 1.0) ** 2  # steep surfaces differ anyway
    return 1.0 - _DARKEST * closed


def _filtered(
    depth: Float[Array, "S S"], places: Float[Array, "3 H W"], slopes: Float[Array, "2 H W"]
) -> Float[Array, "H W"]:
    """Percentage-closer filtering: a box of 3 x 3 texels about each place, compared and averaged.

    The box covers parts of 4 x 4 texels. Their depths are gathered at once, as one row.
    """
    count = MAP_SIDE - 3
    corners = jnp.clip(jnp.floor(places[:2] - 1.5), 0, count - 1)
    x, y = (jnp.clip(places[axis] - 1.5 - corners[axis], 0, 1) for axis in (0, 1))
    offsets = tuple(itertools.product(range(4), repeat=2))
    windows = jnp.stack([depth[r : r + count, c : c + count] for r, c in offsets], axis=-1)
    corner = corners.astype(jnp.int32)
    nearest = windows[corner[1], corner[0]]
    level = places[2] + _BIAS - (x + 1.0) * slopes[0] - (y + 1.0) * slopes[1]
    columns, rows = (1.0 - x, 1.0, 1.0, x), (1.0 - y, 1.0, 1.0, y)
    total = jnp.zeros_like(x)
    for texel, (r, c) in enumerate(offsets):
        nearer = nearest[..., texel] - (level + c * slopes[0] + r * slopes[1])
        total = total + rows[r] * columns[c] * jnp.clip(nearer / _RAMP, 0.0, 1.0)
    return 1.0 - total / 9.0


def _blurred(layers: Float[Array, "h w C"], radius: Float[Array, ""]) -> Float[Array, "h w C"]:
    """A Gaussian with this standard deviation, over what is there."""
    for axis in (0, 1):
        ticks = jnp.arange(layers.shape[axis])
        bell = jnp.exp(-0.5 * ((ticks - ticks[:, None]) / radius) ** 2)
        layers = jnp.moveaxis(jnp.tensordot(bell, layers, (1, axis)), 0, axis)
    return layers


def _axes(direction: Float[Array, "3"]) -> Float[Array, "3 3"]:
    """Right, down and towards the light, as seen from it.

    Without a special case (Duff et al., "Building an orthonormal basis, revisited", 2017).
    """
    x, y, z = direction
    sign = jnp.where(z < 0.0, -1.0, 1.0)
    a = -1.0 / (sign + z)
    right = jnp.stack([1.0 + sign * x * x * a, sign * x * y * a, -sign * x])
    up = jnp.stack([x * y * a, sign + y * y * a, -y])
    return jnp.stack([right, -up, direction])


def _dot(points: Float[Array, "3 *B"], axes: Float[Array, "3 3"]) -> Float[Array, "3 *B"]:
    """Coordinates along three axes; written out, as accelerators round products of matrices."""
    x, y, z = points
    return jnp.stack([x * axis[0] + y * axis[1] + z * axis[2] for axis in axes])
