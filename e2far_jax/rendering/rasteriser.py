"""A z-buffer in pure JAX: which triangle each pixel shows, where in it, and how near.

The unit of work is a candidate: one triangle and one pixel centre inside its bounding box. The
candidates of all triangles are numbered through and expanded in rounds of fixed size, as many as
the picture needs, so that triangles of any size are drawn exactly and tiny ones, most of a face
mesh, cost nothing.

A pixel belongs to a triangle when its centre lies inside or within `EDGE_TOLERANCE` pixels of an
edge, so that triangles sharing an edge leave no hole; where both claim a pixel the nearer one gets
it, and the lower index in a tie. Only front faces are drawn: counter-clockwise for a viewer who
sees x right and y up, hence clockwise in image coordinates, which have y down. Nothing here is
differentiable.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.pytrees import pytree_dataclass

EDGE_TOLERANCE = 1e-4  # pixels
ROUND = 1 << 15  # candidates expanded at a time


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


@pytree_dataclass
class _Setup:
    """Per triangle: the pixels of its bounding box and its barycentric weights over them.

    Weights are affine: `origin + column * across + row * down` from the box's first pixel centre.
    """

    depth: Float[Array, "*F 3"]  # of the three corners
    corner: Int[Array, "*F 2"]  # x, y of the box's first pixel
    size: Int[Array, "*F 2"]  # width and height in pixels, 0 where nothing can be drawn
    origin: Float[Array, "*F 3"]
    across: Float[Array, "*F 3"]
    down: Float[Array, "*F 3"]


def rasterise(
    vertices: Float[Array, "N 3"], triangles: Int[Array, "F 3"], height: int, width: int
) -> Fragments:
    """Draw a triangle mesh into a z-buffer.

    Depth is compared in steps of (largest - smallest depth) / 2^(32 - bits), where `bits` are
    enough for F: for 50,000 triangles and a head 300 mm deep, 0.005 mm. Triangles with a vertex
    that is not finite are left out. The bounding boxes, cut at the image, may hold 2^31 pixels in
    all.

    Args:
      vertices: x and y in pixels ((0, 0) is the corner of the first pixel), depth larger nearer.
      triangles: vertex indices; at most 2^24 triangles.
      height: of the image, pixels.
      width: of the image, pixels.
    Returns:
      What each pixel shows.
    """
    corners = vertices[triangles]
    setup = _set_up(corners, height, width)
    nearest = _nearest_triangles(setup, height, width)
    triangle = jnp.maximum(nearest, 0)
    column, row = jnp.arange(width), jnp.arange(height)[:, None]
    weights = _weights(jax.tree.map(lambda field: field[triangle], setup), column, row)
    weights = jnp.maximum(weights, 0.0)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    depth = jnp.sum(weights * corners[triangle, :, 2], axis=-1)
    covered = nearest >= 0
    return Fragments(
        triangle=nearest,
        barycentric=jnp.where(covered[..., None], weights, 0.0),
        depth=jnp.where(covered, depth, -jnp.inf),
    )


def interpolate(
    fragments: Fragments, triangles: Int[Array, "F 3"], attributes: Float[Array, "N C"]
) -> Float[Array, "H W C"]:
    """Attributes of the vertices, interpolated at each pixel; zero where nothing is drawn."""
    corners = attributes[triangles[jnp.maximum(fragments.triangle, 0)]]
    return jnp.sum(fragments.barycentric[..., None] * corners, axis=-2)


def _set_up(corners: Float[Array, "F 3 3"], height: int, width: int) -> _Setup:
    points = corners[..., :2]
    limits = jnp.array([width, height])
    first = jnp.ceil(points.min(axis=1) - 0.5 - EDGE_TOLERANCE)
    last = jnp.floor(points.max(axis=1) - 0.5 + EDGE_TOLERANCE)
    first = jnp.clip(first, 0, limits).astype(jnp.int32)
    last = jnp.clip(last, -1, limits - 1).astype(jnp.int32)

    edges = jnp.roll(points, -2, axis=1) - jnp.roll(points, -1, axis=1)
    double_area = edges[:, 2, 0] * edges[:, 0, 1] - edges[:, 2, 1] * edges[:, 0, 0]
    drawn = (double_area < -1e-12) & jnp.isfinite(corners).all(axis=(1, 2))
    size = jnp.where(drawn[:, None], jnp.maximum(last - first + 1, 0), 0)

    inverse = 1.0 / jnp.where(drawn, double_area, 1.0)
    across = -edges[..., 1] * inverse[:, None]
    down = edges[..., 0] * inverse[:, None]
    offset = first[:, None] + 0.5 - jnp.roll(points, -1, axis=1)
    origin = offset[..., 0] * across + offset[..., 1] * down
    fields = (corners[..., 2], first, size, origin, across, down)
    return _Setup(*(jnp.where(drawn[:, None], field, 0) for field in fields))


def _weights(
    setup: _Setup, column: Int[Array, "*#P"], row: Int[Array, "*#P"]
) -> Float[Array, "*P 3"]:
    """Barycentric weights at the centre of a pixel; negative outside the triangle."""
    right, down = column - setup.corner[..., 0], row - setup.corner[..., 1]
    return setup.origin + right[..., None] * setup.across + down[..., None] * setup.down


def _nearest_triangles(setup: _Setup, height: int, width: int) -> Int[Array, "H W"]:
    """Index of the nearest triangle over each pixel centre, -1 where there is none."""
    triangle_count = len(setup.size)
    bits = max(triangle_count - 1, 1).bit_length()
    levels = min(2 ** (32 - bits) - 2, 2**24 - 1)  # exact in float32, below `empty`
    counts = setup.size.prod(axis=-1)
    ends = jnp.cumsum(counts)
    starts = ends - counts
    drawn = counts[:, None] > 0
    nearest = jnp.max(setup.depth, where=drawn, initial=-jnp.inf)
    farthest = jnp.min(setup.depth, where=drawn, initial=jnp.inf)
    per_depth = levels / jnp.maximum(nearest - farthest, 1e-20)
    empty = jnp.uint32(0xFFFFFFFF)

    def expand(state: tuple[Array, Array]) -> tuple[Array, Array]:
        begin, keys = state
        here = jnp.clip(starts - begin, 0, ROUND)
        marks = jnp.zeros(ROUND + 1, jnp.int32).at[here].add(1, indices_are_sorted=True)
        triangle = jnp.cumsum(marks[:ROUND]) - 1
        item = begin + jnp.arange(ROUND)
        one = jax.tree.map(lambda field: field[triangle], setup)
        local = item - starts[triangle]
        box_width = jnp.maximum(one.size[:, 0], 1)
        column = one.corner[:, 0] + local % box_width
        row = one.corner[:, 1] + local // box_width
        weights = _weights(one, column, row)
        tolerance = EDGE_TOLERANCE * (jnp.abs(one.across) + jnp.abs(one.down))
        inside = (weights >= -tolerance).all(axis=-1) & (item < ends[-1])
        depth = jnp.sum(weights * one.depth, axis=-1)
        level = jnp.clip((nearest - depth) * per_depth, 0, levels).astype(jnp.uint32)
        key = (level << bits) | triangle.astype(jnp.uint32)
        pixel = jnp.where(inside, row * width + column, height * width)
        return begin + ROUND, keys.at[pixel].min(key, mode="drop")

    keys = jnp.full(height * width, empty, jnp.uint32)
    _, keys = jax.lax.while_loop(lambda state: state[0] < ends[-1], expand, (0, keys))
    triangle = (keys & (2**bits - 1)).astype(jnp.int32)
    return jnp.where(keys == empty, -1, triangle).reshape(height, width)
