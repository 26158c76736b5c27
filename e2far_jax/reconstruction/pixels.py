"""Arrays that people have pictures in, as the float RGB that this package works on."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from e2far_jax.reconstruction.errors import PhotographError

_WHITE = {"uint8": 255.0, "uint16": 65535.0}
_ROUNDING = 1e-2  # by which resampling may leave [0, 1]


def as_photograph(picture: ArrayLike) -> Float[np.ndarray, "H W 3"]:
    """A picture as this package takes it: float32 RGB in [0, 1].

    Args:
      picture: [H W] or [H W 1] gray, [H W 3] RGB, or [H W 4] RGB and opacity, laid over white;
        uint8, uint16, or floating point in [0, 1].
    Raises:
      PhotographError: for another shape or dtype, no pixels, or numbers that are not finite or
        outside the range.
    """
    picture = np.asarray(picture)
    pixels = _scaled(picture)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4):
        channels = ", its channels last" if pixels.ndim == 3 else ""
        raise PhotographError(
            f"a picture of the shape {picture.shape}; expected (height, width), or (height, width, "
            f"1, 3 or 4){channels}"
        )
    if not pixels.size:
        raise PhotographError(f"a picture of the shape {picture.shape} has no pixels")
    if pixels.shape[2] == 4:
        opacity = pixels[..., 3:]
        return pixels[..., :3] * opacity + (1.0 - opacity)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def _scaled(picture: np.ndarray) -> Float[np.ndarray, "..."]:
    """Numbers in [0, 1]; those that already are float32 are not copied."""
    if picture.dtype.name in _WHITE:
        pixels = picture.astype(np.float32)
        pixels /= np.float32(_WHITE[picture.dtype.name])
        return pixels
    if picture.dtype.kind != "f":
        raise PhotographError(
            f"a picture of {picture.dtype}; expected uint8, uint16, or floating point in [0, 1]"
        )
    if not picture.size:
        return picture.astype(np.float32)
    low, high = picture.min(), picture.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise PhotographError("a picture with numbers that are not finite")
    if low < -_ROUNDING or high > 1.0 + _ROUNDING:
        raise PhotographError(
            f"a picture of floating point from {low:g} to {high:g}; expected 0 to 1 (uint8 is "
            "taken as 0 to 255)"
        )
    pixels = picture.astype(np.float32, copy=False)
    return pixels if low >= 0.0 and high <= 1.0 else np.clip(pixels, 0.0, 1.0)
