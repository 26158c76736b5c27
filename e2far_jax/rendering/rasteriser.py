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
ROUND = 2**14  # candidates expanded at a time where nothing else is said
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


@pytree_dataclass
class _Boxes:
    """Per triangle: the pixels of its bounding box and its barycentric weights over them.

    Weights are affine, `origin + columns * across + rows * down` from the box's first pixel
    centre. Triangles are the last axis, which is what makes this fast on a CPU.
    """

    depths: Float[Array, "3 *F"]
    column: Int[Array, "*F"]
    row: Int[Array, "*F"]
    width: Int[Array, "*F"]
    height: Int[Array, "*F"]  # 0 where nothing can be drawn
    origin: Float[Array, "3 *F"]
    across: Float[Array, "3 *F"]
    down: Float[Array, "3 *F"]

    def __getitem__(self, index: Int[Array, "*P"]) -> _Boxes:
        return jax.tree.map(lambda field: field[..., index], self)

    def weights(self, columns: Int[Array, "*P"], rows: Int[Array, "*P"]) -> Float[Array, "3 *P"]:
        """Barycentric weights so many pixels right of and below the box's first."""
        return self.origin + columns * self.across + rows * self.down


def rasterise(
    vertices: Float[Array, "N 3"],
    triangles: Int[Array, "F 3"],
    height: int,
    width: int,
    candidates: int = ROUND,
) -> Fragments:
    """Draw a triangle mesh into a z-buffer.

    Depth is compared in steps of (largest - smallest depth) / 2^(32 - b), where 2^b is the first
    power of two to hold F: for 50,000 triangles and a head 300 mm deep, 0.005 mm. Triangles with
    a vertex that is not finite are left out. The bounding boxes, cut at the image, may hold 2^31
    pixels in all.

    Args:
      vertices: x and y in pixels ((0, 0) is the corner of the first pixel), depth larger nearer.
      triangles: vertex indices; at most 2^24 triangles.
      height: of the image, pixels.
      width: of the image, pixels.
      candidates: expanded in a round; about as many as the picture has pixels is fast.
    Returns:
      What each pixel shows.
    Raises:
      ValueError: for more triangles than that.
    """
    if len(triangles) > MOST_TRIANGLES:
        raise ValueError(f"{len(triangles)} triangles; the most are {MOST_TRIANGLES}")
    if len(triangles) == 0:  # one of no size instead, for the code below to look at
        triangles = jnp.zeros((1, 3), jnp.int32)
    boxes = _bounding_boxes(vertices.T[:, triangles.T], height, width)
    nearest = _nearest_triangles(boxes, height, width, candidates)
    shown = boxes[jnp.maximum(nearest, 0)]
    columns, rows = jnp.arange(width), jnp.arange(height)[:, None]
    weights = jnp.maximum(shown.weights(columns - shown.column, rows - shown.row), 0.0)
    covered = nearest >= 0
    weights = jnp.where(covered, weights / (weights[0] + weights[1] + weights[2]), 0.0)
    depth = jnp.where(covered, _weighted(weights, shown.depths), -jnp.inf)
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


def _bounding_boxes(corners: Float[Array, "3 3 F"], height: int, width: int) -> _Boxes:
    """From coordinates (x, y, depth) by corners."""
    x, y, depths = corners
    left, right = _pixel_range(x, width)
    top, bottom = _pixel_range(y, height)
    ahead_x, ahead_y = jnp.roll(x, -1, axis=0), jnp.roll(y, -1, axis=0)
    edge_x, edge_y = jnp.roll(x, -2, axis=0) - ahead_x, jnp.roll(y, -2, axis=0) - ahead_y
    double_area = edge_x[2] * edge_y[0] - edge_y[2] * edge_x[0]
    drawn = (double_area < -1e-12) & jnp.isfinite(x + y + depths).all(axis=0)
    inverse = 1.0 / jnp.where(drawn, double_area, 1.0)
    across, down = -edge_y * inverse, edge_x * inverse
    origin = (left + 0.5 - ahead_x) * across + (top + 0.5 - ahead_y) * down
    fields = (depths, left, top, right - left + 1, bottom - top + 1, origin, across, down)
    return _Boxes(*(jnp.where(drawn, field, 0) for field in fields))


def _pixel_range(values: Float[Array, "3 F"], size: int) -> tuple[Int[Array, "F"], Int[Array, "F"]]:
    """First and last pixel along one axis whose centre the triangle may cover."""
    low, high = (pick(pick(values[0], values[1]), values[2]) for pick in (jnp.minimum, jnp.maximum))
    first = jnp.clip(jnp.ceil(low - 0.5 - EDGE_TOLERANCE), 0, size).astype(jnp.int32)
    last = jnp.clip(jnp.floor(high - 0.5 + EDGE_TOLERANCE), -1, size - 1).astype(jnp.int32)
    return first, jnp.maximum(last, first - 1)


def _nearest_triangles(
    boxes: _Boxes, height: int, width: int, candidates: int
) -> Int[Array, "H W"]:
    """Index of the nearest triangle over each pixel centre, -1 where there is none.

    Nearness and index share one number, the index in the low bits, so that one scattered minimum
    finds the nearest triangle and among equals the first.
    """
    bits = max(len(boxes.width) - 1, 1).bit_length()
    levels = min(2 ** (32 - bits) - 2, 2**24 - 1)  # exact in float32, and below `empty`
    empty = jnp.uint32(0xFFFFFFFF)
    counts = boxes.width * boxes.height
    ends = jnp.cumsum(counts)
    starts = ends - counts
    front = jnp.max(boxes.depths, where=counts > 0, initial=-jnp.inf)
    back = jnp.min(boxes.depths, where=counts > 0, initial=jnp.inf)
    levels_per_depth = levels / jnp.maximum(front - back, 1e-20)

    def draw_round(state: tuple[Array, Array]) -> tuple[Array, Array]:
        begin, keys = state
        first = jnp.clip(starts - begin, 0, candidates)
        marks = jnp.zeros(candidates + 1, jnp.int32).at[first].add(1, indices_are_sorted=True)
        triangle = jnp.cumsum(marks[:candidates]) - 1
        candidate = begin + jnp.arange(candidates)
        box = boxes[triangle]
        rows, columns = _divide(candidate - starts[triangle], box.width)
        weights = box.weights(columns, rows)
        tolerance = EDGE_TOLERANCE * (jnp.abs(box.across) + jnp.abs(box.down))
        within = weights >= -tolerance
        inside = within[0] & within[1] & within[2] & (candidate < ends[-1])
        depth = _weighted(weights, box.depths)
        level = jnp.clip((front - depth) * levels_per_depth, 0, levels).astype(jnp.uint32)
        pixel = (box.row + rows) * width + box.column + columns
        key = (level << bits) | triangle.astype(jnp.uint32)
        keys = keys.at[jnp.where(inside, pixel, height * width)].min(key, mode="drop")
        return begin + candidates, keys

    keys = jnp.full(height * width, empty)
    _, keys = jax.lax.while_loop(lambda state: state[0] < ends[-1], draw_round, (0, keys))
    triangle = (keys & (2**bits - 1)).astype(jnp.int32)
    return jnp.where(keys == empty, -1, triangle).reshape(height, width)


def _weighted(weights: Float[Array, "3 *P"], values: Float[Array, "3 *P"]) -> Float[Array, "*P"]:
    """Written out: XLA's CPU reductions over axes this short take ten times longer."""
    return weights[0] * values[0] + weights[1] * values[1] + weights[2] * values[2]


def _divide(
    numerator: Int[Array, "*P"], divisor: Int[Array, "*P"]
) -> tuple[Int[Array, "*P"], Int[Array, "*P"]]:
    """Quotient and remainder, by way of floats, which CPUs divide several at a time.

    Exact below 2^22 pixels a box: the half keeps the quotient away from whole numbers.
    """
    quotient = jnp.floor((numerator + 0.5) / jnp.maximum(divisor, 1)).astype(jnp.int32)
    return quotient, numerator - quotient * divisor
