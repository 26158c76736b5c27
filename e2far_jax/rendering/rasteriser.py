"""A z-buffer in pure JAX: which triangle each pixel shows, where in it, and how near.

Triangles are drawn in tiles of a few pixels, see `tiles.py`.

A pixel belongs to a triangle when its centre lies inside or within `EDGE_TOLERANCE` pixels of an
edge, so that triangles sharing an edge leave no hole; where both claim a pixel the nearer one gets
it, and the lower index in a tie. Only front faces are drawn: counter-clockwise for a viewer who
sees x right and y up, hence clockwise in image coordinates, which have y down. Nothing here is
differentiable.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.tiles import nearest_triangles
from e2far_jax.rendering.triangle_boxes import bounding_boxes

ROUND = 2**13  # tiles expanded at a time where nothing else is said
MOST_TRIANGLES = 2**24


@pytree_dataclass
class Fragments:
    """What each pixel shows.

    Attributes:
      triangle: index of the visible triangle, -1 where there is none.
      barycentric: weights of its three corners, summing to 1; zero where there is none.
      depth: depth at the pixel centre, larger is nearer; -inf where there is none.
    """

    triangle: Int[Array, "H W"]
    barycentric: Float[Array, "H W 3"]
    depth: Float[Array, "H W"]


def rasterise(
    vertices: Float[Array, "N 3"],
    triangles: Int[Array, "F 3"],
    height: int,
    width: int,
    tiles: int = ROUND,
) -> Fragments:
    """Draw a triangle mesh into a z-buffer.

    Depth is compared in steps of (largest - smallest depth) / 2^(32 - b), where 2^b is the first
    power of two to hold F: for 50,000 triangles and a head 300 mm deep, 0.005 mm. Triangles with
    a vertex that is not finite are left out. The bounding boxes, cut at the image, may hold 2^31
    tiles in all.

    Args:
      vertices: x and y in pixels ((0, 0) is the corner of the first pixel), depth larger nearer.
      triangles: vertex indices; at most 2^24 triangles.
      height: of the image, pixels.
      width: of the image, pixels.
      tiles: expanded at a time; up to so many are computed in vain.
    Returns:
      What each pixel shows.
    Raises:
      ValueError: for more triangles than that.
    """
    if len(triangles) > MOST_TRIANGLES:
        raise ValueError(f"{len(triangles)} triangles; the most are {MOST_TRIANGLES}")
    if len(triangles) == 0:  # one of no size instead, for the code below to look at
        triangles = jnp.zeros((1, 3), jnp.int32)
    boxes = bounding_boxes(vertices.T[:, triangles.T], height, width)
    nearest = nearest_triangles(boxes, height, width, tiles)
    shown = boxes[jnp.maximum(nearest, 0)]
    columns, rows = jnp.arange(width), jnp.arange(height)[:, None]
    weights = jnp.maximum(shown.weights(columns - shown.column, rows - shown.row), 0.0)
    covered = nearest >= 0
    weights = jnp.where(covered, weights / (weights[0] + weights[1] + weights[2]), 0.0)
    depth = jnp.where(covered, shown.depth(weights), -jnp.inf)
    return Fragments(nearest, jnp.moveaxis(weights, 0, -1), depth)


def interpolate(
    fragments: Fragments, triangles: Int[Array, "F 3"], attributes: Float[Array, "N C"]
) -> Float[Array, "H W C"]:
    """Attributes of the vertices, interpolated at each pixel; zero where nothing is drawn."""
    if len(triangles) == 0:
        return jnp.zeros((*fragments.triangle.shape, attributes.shape[-1]), attributes.dtype)
    corners = triangles[jnp.maximum(fragments.triangle, 0)]
    first, second, third = (
        fragments.barycentric[..., k, None] * attributes[corners[..., k]] for k in range(3)
    )
    return first + second + third
