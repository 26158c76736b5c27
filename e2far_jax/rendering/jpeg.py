"""What JPEG does to a picture, without its bits: colours in YCbCr, blocks of rounded cosines.

After ITU-T recommendation T.81, with the tables of its annex K, quality as libjpeg counts it, and
colour at half the resolution.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

_BLOCK = 8
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
_FROM_YCC = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))
_BRIGHTNESS_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_COLOUR_STEPS = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)


def compress(image: Float[Array, "H W 3"], quality: Float[Array, ""]) -> Float[Array, "H W 3"]:
    """A picture after JPEG at some quality.

    Args:
      image: display RGB in [0, 1].
      quality: 1 to 100.
    Returns:
      Display RGB, which may leave [0, 1] a little.
    """
    height, width, _ = image.shape
    planes = 255.0 * jnp.moveaxis(image, -1, 0)
    brightness, blue, red = (_padded(plane, 2 * _BLOCK) for plane in _mixed(planes, _TO_YCC))
    rounded = _rounded(brightness - 128.0, _steps(_BRIGHTNESS_STEPS, quality)) + 128.0
    steps = _steps(_COLOUR_STEPS, quality)
    colour = (_doubled(_rounded(_padded(_halved(plane), _BLOCK), steps)) for plane in (blue, red))
    planes = (plane[:height, :width] for plane in (rounded, *colour))
    return jnp.stack(_mixed(tuple(planes), _FROM_YCC), axis=-1) / 255.0


def _mixed(
    planes: Float[Array, "3 H W"] | tuple[Float[Array, "H W"], ...],
    matrix: tuple[tuple[float, ...], ...],
) -> tuple[Float[Array, "H W"], ...]:
    """A matrix times colours, written out: CPUs are slow at products this small."""
    first, second, third = planes
    return tuple(a * first + b * second + c * third for a, b, c in matrix)


def _halved(plane: Float[Array, "H W"]) -> Float[Array, "h w"]:
    rows = plane[::2] + plane[1::2]
    return 0.25 * (rows[:, ::2] + rows[:, 1::2])


def _doubled(plane: Float[Array, "H W"]) -> Float[Array, "h w"]:
    height, width = plane.shape
    wide = jnp.broadcast_to(plane[:, None, :, None], (height, 2, width, 2))
    return wide.reshape(2 * height, 2 * width)


def _steps(table: tuple[tuple[int, ...], ...], quality: Float[Array, ""]) -> Float[Array, "64"]:
    """Widths of the rounding of each cosine."""
    percent = jnp.where(quality < 50.0, 5000.0 / jnp.maximum(quality, 1.0), 200.0 - 2.0 * quality)
    return jnp.clip(jnp.floor((jnp.array(table).reshape(64) * percent + 50.0) / 100.0), 1.0, 255.0)


def _padded(plane: Float[Array, "H W"], multiple: int) -> Float[Array, "h w"]:
    """The edge repeated up to a multiple along both sides."""
    return jnp.pad(plane, [(0, -side % multiple) for side in plane.shape], mode="edge")


def _rounded(plane: Float[Array, "H W"], steps: Float[Array, "64"]) -> Float[Array, "H W"]:
    """Every block of 8 x 8 pixels as cosines, each a whole number of its steps."""
    height, width = (side // _BLOCK for side in plane.shape)
    blocks = plane.reshape(height, _BLOCK, width, _BLOCK).transpose(0, 2, 1, 3).reshape(-1, 64)
    cosines = jnp.array(_cosines(), plane.dtype)
    weights = jnp.matmul(blocks, cosines.T, precision="highest")
    weights = jnp.round(weights / steps) * steps
    blocks = jnp.matmul(weights, cosines, precision="highest")
    blocks = blocks.reshape(height, width, _BLOCK, _BLOCK).transpose(0, 2, 1, 3)
    return blocks.reshape(plane.shape)


def _cosines() -> Float[np.ndarray, "64 64"]:
    """The orthonormal cosine transform of a block, rows are frequencies."""
    tick = np.arange(_BLOCK)
    rows = np.cos(np.pi * tick[:, None] * (2 * tick + 1) / (2 * _BLOCK)) * np.sqrt(2.0 / _BLOCK)
    rows[0] /= np.sqrt(2.0)
    return np.kron(rows, rows)
