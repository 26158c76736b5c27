"""Pictures of any size drawn block by block, so that programs compile for one size alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Shaped

from e2far_jax.rendering.rasteriser import interpolate, rasterise

BLOCK = 512  # pixels: height and width of what is drawn at once


@dataclasses.dataclass(frozen=True)
class Window:
    """Whole pixels of a picture, a rectangle of them.

    Attributes:
      left, top: the first pixel's column and row.
      width, height: pixels; 0 where there are none.
    """

    left: int
    top: int
    width: int
    height: int

    def cut(self, picture: Shaped[np.ndarray, "H W *C"]) -> Shaped[np.ndarray, "h w *C"]:
        """This part of a picture; a view."""
        rows, columns = self._slices
        return picture[rows, columns]

    def paste(
        self, part: Shaped[np.ndarray, "h w *C"], size: tuple[int, int], empty: float
    ) -> Shaped[np.ndarray, "H W *C"]:
        """A picture of `size` (width, height) with the part in its place, `empty` elsewhere."""
        picture = np.full((size[1], size[0], *part.shape[2:]), empty, part.dtype)
        rows, columns = self._slices
        picture[rows, columns] = part
        return picture

    @property
    def _slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def window_around(points: Float[np.ndarray, "N D"], size: tuple[int, int]) -> Window:
    """The pixels of a picture that points reach.

    Args:
      points: x and y first, pixels; those that are not finite don't count.
      size: the picture's width and height.
    """
    finite = points[np.isfinite(points).all(axis=1), :2]
    if len(finite) == 0:
        return Window(0, 0, 0, 0)
    limits = np.array(size)
    low = np.clip(np.floor(finite.min(axis=0)), 0, limits).astype(int)
    high = np.clip(np.ceil(finite.max(axis=0)), low, limits).astype(int)
    (left, top), (width, height) = low.tolist(), (high - low).tolist()
    return Window(left, top, width, height)


def blocks(window: Window) -> Iterator[tuple[Window, tuple[slice, slice]]]:
    """The blocks that cover a window.

    Yields:
      Up to BLOCK x BLOCK pixels of the picture, and their rows and columns within the window.
    """
    for y in range(0, window.height, BLOCK):
        for x in range(0, window.width, BLOCK):
            width, height = min(BLOCK, window.width - x), min(BLOCK, window.height - y)
            block = Window(window.left + x, window.top + y, width, height)
            yield block, (slice(y, y + height), slice(x, x + width))


def draw_attributes(
    points: Float[np.ndarray, "N 3"],
    triangles: Int[Array, "F 3"],
    attributes: Float[np.ndarray, "N C"],
    window: Window,
) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w C"]]:
    """What the nearest surface has at each pixel of a window.

    Args:
      points: the vertices' x and y in pixels of the picture, and depth, larger nearer.
      triangles: vertex indices; only those that show their front are drawn.
      attributes: of the vertices.
      window: what to draw.
    Returns:
      Depth, NaN where there is nothing; the attributes, 0 there.
    """
    depth = np.full((window.height, window.width), np.nan, np.float32)
    values = np.zeros((*depth.shape, attributes.shape[1]), np.float32)
    vertices, attributes = jnp.asarray(points, jnp.float32), jnp.asarray(attributes, jnp.float32)
    for block, place in blocks(window):
        corner = jnp.array([block.left, block.top, 0.0], jnp.float32)
        drawn = _draw_block(vertices, triangles, attributes, corner)
        depth[place], values[place] = (
            np.asarray(part)[: block.height, : block.width] for part in drawn
        )
    return depth, values


@jax.jit
def _draw_block(
    points: Float[Array, "N 3"],
    triangles: Int[Array, "F 3"],
    attributes: Float[Array, "N C"],
    corner: Float[Array, "3"],
) -> tuple[Float[Array, "H W"], Float[Array, "H W C"]]:
    fragments = rasterise(points - corner, triangles, BLOCK, BLOCK)
    depth = jnp.where(fragments.triangle < 0, jnp.nan, fragments.depth)
    return depth, interpolate(fragments, triangles, attributes)
