"""Which triangle is nearest at each pixel, tile by tile.

A tile is a triangle and 4 x 4 pixels of its bounding box, for most triangles of a face mesh the
whole of it. The tiles of all triangles are numbered through and expanded in rounds of fixed size,
as many as the picture needs. So triangles of any size are drawn exactly, and those that hold no
pixel centre, or are seen from behind, cost nothing. What a tile needs of its triangle is gathered
once for sixteen pixels: gathering it for each takes CPUs several times longer than all the rest.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt32

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.triangle_boxes import Boxes

SIDE = 4  # pixels
_EMPTY = np.uint32(2**32 - 1)


def nearest_triangles(boxes: Boxes, height: int, width: int, tiles: int) -> Int[Array, "H W"]:
    """Index of the nearest triangle over each pixel centre, -1 where there is none.

    Nearness and index share one number, the index in the low bits, so that one scattered minimum
    finds the nearest triangle and among equals the first.

    Args:
      boxes: of all triangles.
      height: of the picture, pixels.
      width: of the picture, pixels.
      tiles: expanded in a round.
    """
    bits = max(len(boxes.width) - 1, 1).bit_length()
    depths = _depth_range(boxes, levels=min(2 ** (32 - bits) - 2, 2**24 - 1))
    ends = jnp.cumsum(_tiles_along(boxes.width) * _tiles_along(boxes.height))
    stride = width + SIDE  # tiles reach past the right and the lower border

    def draw_round(state: tuple[Array, Array]) -> tuple[Array, Array]:
        begin, keys = state
        triangle, place = _expanded(ends, begin, tiles)
        box = boxes[triangle]
        down, right = _divide(place, _tiles_along(box.width))
        columns, rows = SIDE * right, SIDE * down
        pixel = (box.row + rows) * stride + box.column + columns

        def key_of(column: Int[Array, "P"], row: Int[Array, "P"]) -> UInt32[Array, "P"]:
            weights = box.weights(column, row)
            key = (depths.level(box.depth(weights)) << bits) | triangle.astype(jnp.uint32)
            return jnp.where(box.covers(column, row, weights) & (place >= 0), key, _EMPTY)

        def draw_row(row: Int[Array, ""], keys: Array) -> Array:
            """One row of each tile; because this is a loop, XLA gathers before it what it needs."""
            pixels = [key_of(columns + step, rows + row) for step in range(SIDE)]
            return _least(keys, pixel + row * stride, jnp.stack(pixels))

        return begin + tiles, jax.lax.fori_loop(0, SIDE, draw_row, keys)

    keys = jnp.full((height + SIDE) * stride, _EMPTY)
    _, keys = jax.lax.while_loop(lambda state: state[0] < ends[-1], draw_round, (0, keys))
    keys = keys.reshape(-1, stride)[:height, :width]
    return jnp.where(keys == _EMPTY, -1, (keys & (2**bits - 1)).astype(jnp.int32))


@pytree_dataclass
class _DepthRange:
    """Depths in whole steps away from the front.

    Attributes:
      front: the largest depth of all.
      scale: steps a unit of depth.
      levels: how many steps there are, exact in float32.
    """

    front: Float[Array, ""]
    scale: Float[Array, ""]
    levels: Int[Array, ""]

    def level(self, depth: Float[Array, "*P"]) -> UInt32[Array, "*P"]:
        """The nearest is 0."""
        return jnp.clip((self.front - depth) * self.scale, 0, self.levels).astype(jnp.uint32)


def _depth_range(boxes: Boxes, levels: int) -> _DepthRange:
    """Of everything that is drawn."""
    drawn = boxes.width * boxes.height > 0
    front = jnp.max(boxes.depths, where=drawn, initial=-jnp.inf)
    back = jnp.min(boxes.depths, where=drawn, initial=jnp.inf)
    return _DepthRange(front, levels / jnp.maximum(front - back, 1e-20), jnp.int32(levels))


def _tiles_along(pixels: Int[Array, "*F"]) -> Int[Array, "*F"]:
    return (pixels + SIDE - 1) // SIDE


def _expanded(
    ends: Int[Array, "F"], begin: Int[Array, ""], tiles: int
) -> tuple[Int[Array, "P"], Int[Array, "P"]]:
    """Of so many tiles their triangles and their numbers in those, -1 behind the last of all.

    Args:
      ends: how many tiles there are up to and with each triangle.
      begin: the first tile.
      tiles: how many.
    """
    starts = jnp.pad(ends[:-1], (1, 0))
    first = jnp.clip(starts - begin, 0, tiles)
    marks = jnp.zeros(tiles + 1, jnp.int32).at[first].add(1, indices_are_sorted=True)
    triangle = jnp.cumsum(marks[:tiles]) - 1
    tile = begin + jnp.arange(tiles)
    return triangle, jnp.where(tile < ends[-1], tile - starts[triangle], -1)


def _least(
    keys: UInt32[Array, "K"], first: Int[Array, "P"], rows: UInt32[Array, "S P"]
) -> UInt32[Array, "K"]:
    """Keys, or what rows of pixels have for them where that is less; each begins at `first`."""
    numbers = jax.lax.ScatterDimensionNumbers(
        update_window_dims=(0,), inserted_window_dims=(), scatter_dims_to_operand_dims=(0,)
    )
    return jax.lax.scatter_min(keys, first[:, None], rows, numbers, mode="drop")


def _divide(
    numerator: Int[Array, "*P"], divisor: Int[Array, "*P"]
) -> tuple[Int[Array, "*P"], Int[Array, "*P"]]:
    """Quotient and remainder, by way of floats, which CPUs divide several at a time.

    Exact below 2^22 tiles a box: the half keeps the quotient away from whole numbers.
    """
    quotient = jnp.floor((numerator + 0.5) / jnp.maximum(divisor, 1)).astype(jnp.int32)
    return quotient, numerator - quotient * divisor
