"""Triangles over a picture's pixels: their bounding boxes, and how near they are where.

A pixel belongs to a triangle when its centre lies inside or within `EDGE_TOLERANCE` pixels of an
edge. Only triangles that show their front have boxes with pixels in them.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.pytrees import pytree_dataclass

EDGE_TOLERANCE = 1e-4  # pixels


@pytree_dataclass
class Boxes:
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

    def __getitem__(self, index: Int[Array, "*P"]) -> Boxes:
        return jax.tree.map(lambda field: field[..., index], self)

    def weights(self, columns: Int[Array, "*P"], rows: Int[Array, "*P"]) -> Float[Array, "3 *P"]:
        """Barycentric weights so many pixels right of and below the box's first."""
        return self.origin + columns * self.across + rows * self.down

    def covers(
        self, columns: Int[Array, "*P"], rows: Int[Array, "*P"], weights: Float[Array, "3 *P"]
    ) -> Bool[Array, "*P"]:
        """Whether a pixel with these weights is in the box and belongs to the triangle."""
        tolerance = EDGE_TOLERANCE * (jnp.abs(self.across) + jnp.abs(self.down))
        within = weights >= -tolerance
        in_box = (columns < self.width) & (rows < self.height)
        return within[0] & within[1] & within[2] & in_box

    def depth(self, weights: Float[Array, "3 *P"]) -> Float[Array, "*P"]:
        """Written out: XLA's CPU reductions over axes this short take ten times longer."""
        first, second, third = weights * self.depths
        return first + second + third


def bounding_boxes(corners: Float[Array, "3 3 F"], height: int, width: int) -> Boxes:
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
    return Boxes(*(jnp.where(drawn, field, 0) for field in fields))


def _pixel_range(values: Float[Array, "3 F"], size: int) -> tuple[Int[Array, "F"], Int[Array, "F"]]:
    """First and last pixel along one axis whose centre the triangle may cover."""
    low, high = (pick(pick(values[0], values[1]), values[2]) for pick in (jnp.minimum, jnp.maximum))
    first = jnp.clip(jnp.ceil(low - 0.5 - EDGE_TOLERANCE), 0, size).astype(jnp.int32)
    last = jnp.clip(jnp.floor(high - 0.5 + EDGE_TOLERANCE), -1, size - 1).astype(jnp.int32)
    return first, jnp.maximum(last, first - 1)
